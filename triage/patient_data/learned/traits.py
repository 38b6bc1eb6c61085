"""What a word of a text looks like, and what stands around it: what a tagger learns from.

Words themselves are among the traits, so nothing but invented texts may ever be learned from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache

from french.text import fold
from triage.patient_data.dictionary.known_words import is_english, is_of_a_medicine, is_unknown
from triage.patient_data.persons.kinds import (
    is_acronym,
    is_clinical,
    is_first_name,
    is_strange,
    is_usual,
)
from triage.patient_data.words import WORDS

Token = tuple[str, int, int]
"""A word, a number or a sign of a text, with where it starts and ends."""

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w ]|_")
_WORD = re.compile(r"[^\W\d_]+")
_TELLING = frozenset(
    {
        *("civilities", "patients", "children", "named", "relatives", "maiden", "hospital"),
        *("identity", "organisations", "authors", "professional", "streets", "codes"),
        *("dated_things", "switchboards"),
    }
)
"""Lists whose words tell something of the whole text."""
NEAR, FAR = 4, 9
"""How many words before and behind are looked at one by one, and in all."""
_WORDS_NEAR = 2
_FIRST_YEAR, _THIS_CENTURY, _LAST_YEAR = 1900, 2005, 2035
_MONTHS, _DAYS = 12, 31
_SHORT, _LONG = 2, 4


def tokens(text: str) -> Sequence[Token]:
    """Words, numbers and signs of a plain text."""
    return [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def traits(text: str, words: Sequence[Token]) -> Sequence[Sequence[str]]:
    """Traits of each word of a plain text: what is learned from.

    :mod:`triage.patient_data.learned.likelihood` weighs the same, those of a word once.
    """
    case = case_of(sum(map(str.isupper, text)), sum(map(str.islower, text)))
    lists = [lists_of(word) for word, _, _ in words]
    whole = of_all(case, {one for each in lists for one in each})
    shapes = [shape(word) for word, _, _ in words]
    found = []
    for at, (word, start, _) in enumerate(words):
        apart = blank_before(joined=at > 0 and words[at - 1][2] == start)
        own = [*of_itself(word), *whole, *with_case(case, apart, shapes[at])]
        for away in range(1, NEAR + 1):
            for place, sign in ((at - away, "-"), (at + away, "+")):
                if 0 <= place < len(words):
                    own += beside(words[place][0], sign, away)
                elif place in {-1, len(words)}:
                    own.append(edge(sign, away))
        for sign, first, last in (
            ("<", max(0, at - FAR), max(0, at - NEAR)),
            (">", at + NEAR + 1, at + FAR + 1),
        ):
            own += around(sign, {one for each in lists[first:last] for one in each})
        found.append([*own, *in_a_row(shapes, at, apart)])
    return found


def of_all(case: str, lists: AbstractSet[str]) -> Sequence[str]:
    """What the whole text is; in order, as a sum of floats depends on it."""
    return [case, *(f"all:{one}" for one in sorted(lists & _TELLING))]


def with_case(case: str, apart: str, form: str) -> Sequence[str]:
    """How a word is written in such a text."""
    return (f"apart={apart}", f"{case}{apart}{form}")


def edge(sign: str, away: int) -> str:
    """That the text ends so far away."""
    return f"{sign}{away}edge"


def around(sign: str, lists: Iterable[str]) -> Sequence[str]:
    """What words farther before, or behind, are."""
    return [sign + one for one in sorted(lists)]


def in_a_row(shapes: Sequence[str], at: int, apart: str) -> Iterator[str]:
    """How two, and three, words in a row are written."""
    if at:
        yield f"two={shapes[at - 1]}{apart}{shapes[at]}"
        if at + 1 < len(shapes):
            yield f"three={shapes[at - 1]}{apart}{shapes[at]}|{shapes[at + 1]}"


def blank_before(*, joined: bool) -> str:
    """« _ » where a word is not joined to another before it."""
    return "" if joined else "_"


def case_of(upper: int, lower: int) -> str:
    """Which letters a text has more."""
    return "case=" + ("upper" if upper > lower else "mixed" if upper else "lower")


def shape(word: str) -> str:
    """What a word looks like."""
    if word.isdigit():
        return f"d{min(len(word), 9)}"
    if not word.isalpha():
        return word
    if word.isupper():
        return f"U{min(len(word), 4)}"
    return "T" if word[0].isupper() else f"l{min(len(word), 3)}"


def of_itself(word: str) -> Sequence[str]:
    """What a word is by itself."""
    if not word.isalpha():
        return (f"shape={shape(word)}", *_value(word))
    bare = fold(word)
    own = [f"shape={shape(word)}", f"word={bare}", f"end={bare[-2:]}", f"end={bare[-3:]}"]
    if len(word) > _SHORT:
        own += [
            f"first={is_first_name(bare)}",
            f"usual={is_usual(word)}",
            f"strange={is_strange(word)}",
            f"unknown={is_unknown(word)}",
            f"medicine={is_of_a_medicine(word)}",
            f"clinical={is_clinical(word)}",
            f"english={is_english(word)}",
        ]
    if is_acronym(word):
        own.append("acronym")
    return (*own, *(f"in={one}" for one in lists_of(word)))


def _value(word: str) -> Iterator[str]:
    """What a number may be: a day, a month, a year."""
    if not word.isdecimal():
        yield f"word={word}"
        return
    value = int(word)
    if len(word) <= _SHORT:
        yield f"word={word}"
        yield "as=" + ("month" if value <= _MONTHS else "day" if value <= _DAYS else "more")
    elif len(word) == _LONG:
        old, new = value < _THIS_CENTURY, value < _LAST_YEAR
        yield "as=" + ("no year" if value < _FIRST_YEAR or not new else "old" if old else "new")
    else:
        yield f"begins={word[:_SHORT]}"


def beside(word: str, sign: str, away: int) -> Sequence[str]:
    """What a word is for its neighbours, so far before them or behind."""
    far, near = _to_others(word)
    told = (*far, *near) if away <= _WORDS_NEAR else far
    return [f"{sign}{away}{one}" for one in told]


@lru_cache(maxsize=1024)
def _to_others(word: str) -> tuple[Sequence[str], Sequence[str]]:
    """What a word is for its neighbours, and what else for those near."""
    far = [f"shape={shape(word)}", *(f"in={one}" for one in lists_of(word))]
    if not word.isalpha():
        return (*far, *_value(word)), ()
    bare = fold(word)
    near = [f"word={bare}"]
    if len(word) > _SHORT:
        near += [f"first={is_first_name(bare)}", f"strange={is_strange(word)}"]
    if is_acronym(word):
        near.append("acronym")
    return far, near


@lru_cache(maxsize=8192)
def lists_of(word: str) -> Sequence[str]:
    """The lists of ``personnes.yaml`` that have a word, in order."""
    return _words_of_lists().get(fold(word), ())


@cache
def _words_of_lists() -> Mapping[str, Sequence[str]]:
    found: dict[str, set[str]] = {}
    for name, words in WORDS:
        if isinstance(words, tuple):
            for part in {part for one in words for part in _WORD.findall(fold(one))}:
                found.setdefault(part, set()).add(name)
    return {word: sorted(names) for word, names in found.items()}
