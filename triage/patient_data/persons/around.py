"""Names anywhere in a text that tells of one person: by what the words are, not what is beside.

A text tells of one person by an age, a birth, a number of a record, a mailbox, a word for a
patient, a child or a relative, « Mme »… There a first name is somebody's, with its capital or not,
and so are two words with capitals of which one is of no list; unless what stands before is a
street, a hospital, an author, or who bears a title.
"""

import re
from collections.abc import Iterator

from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.civilities import professions_near
from triage.patient_data.persons.kinds import (
    NOT_NAMES,
    PLACES,
    PROFESSIONS,
    bare_word,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    tells_a_medicine,
)
from triage.patient_data.persons.small_names import A_WORD, PARTICLE, labelled_in, small_names_in
from triage.patient_data.words import (
    FIRST_NAMES,
    USUAL_NAMES,
    WORDS,
    any_of,
    folded,
    said_in,
    tells_of_a_person,
)

Span = tuple[int, int]

_WORD = re.compile(r"(?<![\w@.'’-])[^\W\d_]{2,25}(?:-[^\W\d_]{2,25}){0,2}(?![\w@'’-]|\.\w)")
_LEFT = re.compile(rf"(?<![\w'’-]){PARTICLE}?(?:{A_WORD}|(?!M\.)[A-ZÉÈ]\.?),? $")
_RIGHT = re.compile(rf",? (?P<word>{PARTICLE}?{A_WORD}|[^\W\d_]\b\.?)(?![\w@'’-])")
_CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ]['’])?[A-ZÀ-ÖØ-Þ][^\W\d_]{1,20}(?:['’-][^\W\d_]{2,20})?"
_CAPITALS = re.compile(
    rf"(?<![\w@.'’/-])(?P<name>{PARTICLE}?{_CAPITAL}"
    rf"(?: {PARTICLE}?{_CAPITAL}){{1,3}})(?![\w@'’/-])"
)
_OF_OTHERS = re.compile(
    rf"(?<!\w)(?:{any_of((*WORDS.organisations, *WORDS.streets, *WORDS.authors, 'protocole'))}"
    r"|(?i:drs?|prs?|profs?|docteure?|professeure?))(?!\w)[^,;:\n]{0,25}$"
)
_OF_SOMEBODY = re.compile(
    r"(?<!\w)(?i:chez|pour|de la part de|m\.|mme|mr|patiente?|d[ée]livr[ée]e? à) $"
)
"""Just before a name: whatever place stands further away, it is a person's."""
_AT_HOME = re.compile(r"chez (?:l[ae] |de |d)?[A-ZÀ-ÖØ-Þ]")
_HOME = re.compile(r"(?<!\w)(?i:chez) $")
_AT = re.compile(r"(?<!\w)(?i:à|au|aux|en|sous|vers|par|selon|in|at|with) $")
_CITED = re.compile(
    r" (?:&|et) (?i:fils|cie|associ[ée]s)|,? (?:et al|et coll|\(?(?:19|20)\d\d\)?[ );:,.])"
    r"|,? (?![FHM],? \d)[A-Z]{1,2}[,.] "
    r"|[,.] (?i:in )"
)
_FAR, _NEAR = 60, 40
_MOST, _SHORT, _WHOLE = 2, 3, 2
_TOWNS = folded(WORDS.towns)
_THINGS = folded((*WORDS.organisations, *WORDS.streets, *WORDS.authors, "protocole"))


def around_in(text: str) -> Iterator[Span]:
    """Places of names in a text that tells of one person."""
    if _AT_HOME.search(text):
        yield from (one.span() for one in _named(text) if _is_near(_HOME, text, one.start()))
    yield from labelled_in(text)
    if _tells_of_one(text):
        yield from small_names_in(text)
        yield from _with_first_names(text)
        for match in _named(text):
            if not (_is_near(_AT, text, match.start()) or _is_of_another(text, match)):
                yield match.span()


def _named(text: str) -> Iterator[re.Match[str]]:
    """Words with capitals that are a name by themselves."""
    return (one for one in _CAPITALS.finditer(text) if _are_a_name(one["name"].split()))


def _is_near(before: re.Pattern[str], text: str, start: int) -> bool:
    return before.search(text, max(0, start - _NEAR), start) is not None


def _with_first_names(text: str) -> Iterator[Span]:
    """First names, each with the names beside it."""
    end = 0
    known = {one for one in said_in(text) if bare_word(one) in FIRST_NAMES}
    for match in _WORD.finditer(text) if known else ():
        word = match.group()
        if match.start() < end or known.isdisjoint(word.lower().split("-")):
            continue
        if not _is_first(word) or _is_of_another(text, match):
            continue
        start, last = _whole(text, match)
        alone = (start, last) == match.span()
        enough = is_usual(word) and (word[0].isupper() or is_strange(word))
        if not (_CITED.match(text, last) or (alone and not enough)):
            end = last
            yield start, end


def _tells_of_one(text: str) -> bool:
    return bool(
        tells_of_a_person(text)
        or "@" in text
        or ages_in(text)
        or birth_days_in(text)
        or any(is_old(text[start:end]) for start, end in days_in(text))
        or nirs_in(text)
        or hospital_numbers_in(text)
    )


def _is_first(word: str) -> bool:
    if word.isupper() and is_acronym(word):
        return False
    parts = bare_word(word).split("-")
    if len(parts) > 1:
        return not USUAL_NAMES.isdisjoint(parts) and all(map(is_first_name, parts))
    return is_usual(word) or (is_alone_enough(word) and (word[0].isupper() or is_strange(word)))


def _are_a_name(words: list[str]) -> bool:
    """Whether words with capitals are a name: one of no list, and none a thing's."""
    long = [one for one in words if one[0].isupper() and len(one) > 2]  # noqa: PLR2004
    if len(words) < _WHOLE or not any(map(is_strange, long)) or any(map(_is_a_thing, long)):
        return False
    if is_of_another(words) or tells_a_medicine(words):
        return False
    first = bare_word(long[0])
    titled = any(bare_word(one) in PROFESSIONS | PLACES for one in words[:2])
    acronym = any(one.isupper() and is_acronym(one) for one in words)
    if titled or acronym or first.rstrip("s") in _THINGS:
        return False
    # « Chorée de Sydenham »
    return "de" not in words[1:] or is_strange(long[0]) or is_first_name(first)


def _is_a_thing(word: str) -> bool:
    bare = bare_word(word)
    known = bare in NOT_NAMES and len(word) > _SHORT  # « Le Thanh Son » is a name
    return known or bare in PROFESSIONS or bare in _TOWNS or is_clinical(word)


def _is_of_another(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if is_of_another((match.group(),)) or _CITED.match(text, end):
        return True
    if professions_near(text, start, end):
        return True
    return not _is_near(_OF_SOMEBODY, text, start) and _is_near(_OF_OTHERS, text, start)


def _whole(text: str, match: re.Match[str]) -> Span:
    """The first name with the names beside it."""
    start, end = match.span()
    small = match.group().islower()
    for _ in range(_MOST):
        following = _RIGHT.match(text, end)
        if following is None or not _is_part(following["word"], small=small):
            break
        end = following.end()
    if end == match.end():
        before = _LEFT.search(text, max(0, start - _FAR), start)
        if before and _is_part(before.group().strip(" ,"), small=small):
            start = before.start()
    return start, end


def _is_part(said: str, *, small: bool) -> bool:
    """Whether a word beside a first name is of the same name."""
    word = said.rsplit(" ", 1)[-1].rstrip(".")
    bare = bare_word(word)
    if is_of_another((word,)) or tells_a_medicine((word,)) or bare in NOT_NAMES:
        return False
    if len(word) == 1:
        return said.endswith(".") or word.isupper() or (small and word not in "aàyo")
    if is_strange(word) or is_usual(word) or (small and is_first_name(bare)):
        return True
    if word.isupper():
        return len(word) > _SHORT and not is_acronym(word)
    return word[0].isupper() and not is_clinical(word)
