"""Options of another form and ours: the same, or known to mean the same; nothing by likeness."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH
from mappings.matching.lexicon import Wording
from mappings.matching.words import stems

_BRACKETS: Final = re.compile(r"\((?:art(?:icle)?s?\b[^()]*|[A-ZÉ]{2,6})\)", re.ASCII)
_CODE: Final = re.compile(r"^\[?[A-Z0-9]{1,4}\]? ?[-–—:.)] *(?=\S{2})")
"""What a paper form puts before a choice: « PR – pharmacien responsable », « 01 : lettre »."""
_REST: Final = re.compile(r" ?[,;:(]| [-–—] ")
"""What goes on after an answer: « Oui, au moins un », « Par erreur (de flacon) »."""
_MOSTLY: Final = 0.66
"""Share of the words of two options from which one is the other, said at greater length."""
_WORDS: Final = FRENCH.answers
_LITTLE: Final = frozenset(stems(" ".join(FRENCH.questions.little)))
_YES: Final = frozenset((*_WORDS.yes, *_WORDS.yes_letters))
_NO: Final = frozenset((*_WORDS.no, *_WORDS.no_letters))
_NEITHER: Final = frozenset(map(fold, _WORDS.neither))


@dataclass(frozen=True, slots=True)
class Aligned:
    """How the options of a champ are ours.

    Attributes:
        same: Ours that the champ has word for word, case and accents apart.
        means: Option of the champ → ours, or our answer to a yes/no question (``None``: neither).
        left: Options of the champ that nothing says the meaning of.
        begun: Whether some are known by how they begin alone: « Oui, mais … ».
    """

    same: frozenset[str] = frozenset()
    means: Mapping[str, str | bool | None] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    begun: bool = False

    @property
    def ours(self) -> frozenset[str]:
        """Ours that the champ gives in some way."""
        return self.same | {one for one in self.means.values() if isinstance(one, str)}


def aligned(options: Sequence[str], ours: Iterable[str], wording: Wording) -> Aligned:
    """The options of a list beside ours."""
    by_name = {bare_label(one): one for one in ours}
    said = {bare_label(theirs): our for theirs, our in wording.options.items()}
    alike = _alike(by_name, said)
    same, means, left = set(), {}, []
    for option, named in _uncoded(options).items():
        bare = bare_label(named)
        if bare in by_name:
            same.add(by_name[bare])
            if option != by_name[bare]:
                means[option] = by_name[bare]
        elif bare in said and (not by_name or bare_label(said[bare]) in by_name):
            means[option] = said[bare]
        elif our := alike.get(_plain(named)):
            means[option] = our
        else:
            left.append(option)
    return Aligned(frozenset(same), means, tuple(left))


def ranked(ours: str, theirs: Sequence[str], wording: Wording) -> tuple[tuple[str, ...], bool]:
    """Options that may mean one of ours, the likeliest first; whether the first clearly does.

    It does where all the words of one are in the other, most of these with them, and it is alone in
    that; whether what is left says the contrary is not looked at.

    Args:
        ours: Our option.
        theirs: Those of the form, in its order.
        wording: How ours may be called.
    """
    ways = [set(_plain(one)) for one, our in wording.options.items() if our == ours]
    ways.append(set(_plain(ours)))
    said = {one: set(_plain(one)) for one in theirs}

    def alike(option: str) -> float:
        return max(_share(said[option], way) for way in ways)

    within = [one for one in theirs if any(_is_within(said[one], way) for way in ways)]
    found = tuple(sorted(theirs, key=lambda one: (one not in within, -alike(one))))
    return found, len(within) == 1


def _share(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """How much of two sets of words is in both, 0 to 1."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _is_within(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    return (one <= other or other <= one) and _share(one, other) >= _MOSTLY


def _uncoded(options: Sequence[str]) -> Mapping[str, str]:
    """Options without the code before each, where each has its own and a name of its own."""
    found = {one: _CODE.match(one) for one in options}
    codes = {match[0] for match in found.values() if match}
    named = {one: one[match.end() :] for one, match in found.items() if match}
    if len(codes) < len(options) or len({*named.values()}) < len(options):
        return {one: one for one in options}
    return named


def _alike(by_name: Mapping[str, str], said: Mapping[str, str]) -> Mapping[tuple[str, ...], str]:
    """Our option for each that is told one way only, articles, plural and feminine apart."""
    ours: dict[tuple[str, ...], set[str]] = {}
    for bare, our in (*by_name.items(), *said.items()):
        if not by_name or bare_label(our) in by_name:
            ours.setdefault(_plain(bare), set()).add(our)
    return {plain: one for plain, (one, *others) in ours.items() if plain and not others}


@lru_cache(maxsize=8192)
def _plain(option: str) -> tuple[str, ...]:
    """The words of an option, its law and its initials in brackets apart."""
    return tuple(one for one in stems(bare_label(_BRACKETS.sub("", option))) if one not in _LITTLE)


def answers(options: Sequence[str], wording: Wording) -> Aligned | None:
    """The options of a list that asks yes or no; ``None`` where it asks something else."""
    said = {bare_label(theirs): our for theirs, our in wording.options.items()}
    means: dict[str, str | bool | None] = {}
    plain = {_plain(theirs): our in _YES for theirs, our in said.items() if our in _YES | _NO}
    left, begun = [], False
    for option, named in _uncoded(options).items():
        bare, first = bare_label(named), bare_label(_REST.split(named, maxsplit=1)[0])
        if bare in said and said[bare] in _YES | _NO:
            means[option] = said[bare] in _YES
        elif bare in _YES | _NO:
            means[option] = bare in _YES
        elif bare in _NEITHER:
            means[option] = None
        elif first in _YES | _NO or _plain(first) in plain:
            means[option] = first in _YES or plain.get(_plain(first), False)
            begun = True
        else:
            left.append(option)
    both = {True, False} <= set(means.values())
    return Aligned(frozenset(), means, tuple(left), begun) if both else None
