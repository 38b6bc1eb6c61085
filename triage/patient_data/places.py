"""Streets and towns in a text where a person is found, or lives; those of a firm stay."""

import re
from collections.abc import Iterator

from triage.patient_data.addresses import ORGANISATION, is_of_a_firm
from triage.patient_data.persons.around import tells_of_one
from triage.patient_data.persons.kinds import tells_a_medicine
from triage.patient_data.second_look import people_in
from triage.patient_data.words import WORDS, any_of, folded

Span = tuple[int, int]

_WAY = any_of((*WORDS.streets, *WORDS.ways))
_POSTCODE = r"\d(?: ?\d){4}"
_A_POSTCODE = re.compile(_POSTCODE)
_NTH = r"\d{1,2}(?:er|e|[èe]me)(?!\w)"
_TOWN = (
    rf"(?<!\d ){_POSTCODE}[ ,-]{{1,3}}(?:(?:les|le|la|st|ste|saint|sainte)[ -])?"
    r"[^\W\d_][^\W\d_'’-]{1,24}"
    rf"(?:[ -](?:sur|sous|en|l[eèé]s|la|le|les|de|du|[A-ZÉÈ][\w'’-]{{1,24}})){{0,4}}(?: {_NTH})?"
)
_NUMBER = r"\d{1,4}(?: ?(?i:bis|ter|quater|[a-c])(?!\w))?[ ,]{1,3}"
_PLACE = re.compile(
    rf"(?<![^\W_])(?:(?:{_NUMBER}(?:(?i:de la|du|de l') ?)?)?{_WAY}\b\.? [^\n;:()|]{{2,60}}?"
    rf"(?:[ ,(\n|/-]{{1,4}}{_TOWN}"
    rf"|(?=[.;\n)|]|$|, )(?:, [A-ZÉÈ][\w'’-]{{2,24}}(?: {_NTH})?(?!\w))?)"
    rf"|{_NUMBER}[^\d\n;:()]{{3,50}}?[ ,\n/|-]{{1,4}}{_TOWN}|{_TOWN})"
)
_WHOLE = re.compile(
    rf"(?:^\d{{1,4}}[ ,][^\n]{{0,90}}|{_WAY}|(?i:foyer))(?!\w)[^\0]{{0,90}}?"
    rf"{_POSTCODE}[ ,-]{{1,3}}[^\W\d_]"
)
"""A street with its town: a person's, where no firm is named."""
_NUMBERED = re.compile(rf"\d|.{{0,90}}{_POSTCODE} ", re.DOTALL)
_NAMED = re.compile(r"[A-ZÀ-Þ\d]")
_LIVES = re.compile(
    r"(?<![^\W_])(?i:habit|demeur|domicili|r[ée]sid|log[ée]|h[ée]berg|adresse|vi[ts] |vivant|chez )"
    r"[^.;\n]{0,60}$"
)
_LIVES_AFTER = re.compile(r"[ ,(]{1,3}(?i:domicile|chez (?:elle|lui|sa|son|ses))")
_OF_A_THING = re.compile(rf"(?:BP|CS)(?!\w)|{any_of(WORDS.organisations)}(?!\w)")
_A_PART = re.compile(
    rf"(?:^|[,/\n|-] ?|[:(] ?|(?<=chez ))(?P<part>(?:{any_of(WORDS.dwellings)} )?"
    r"[A-ZÀ-Þ\d][\w'’. -]{2,40}?) ?[,/\n|-] ?$"
)
_DWELLINGS = folded(WORDS.dwellings)
_FAR, _MOST, _SHORT = 60, 3, 3


def places_near_in(text: str) -> Iterator[Span]:
    """Places where the person of a text lives, from their first part."""
    told = tells_of_one(text)
    if not (told or _A_POSTCODE.search(text)):
        return
    for match in _PLACE.finditer(text):
        start, end = match.span()
        whole = _WHOLE.search(text, start, end) is not None
        if not (told or whole) or not _NAMED.search(text, start, end):
            continue
        people = bool(people_in(text))
        lives = _LIVES.search(text, max(0, start - _FAR), start) or _LIVES_AFTER.match(text, end)
        firm = is_of_a_firm(text, start, end) or _OF_A_THING.match(text, start)
        if firm and not (lives and people):
            continue
        if lives or whole or (people and _NUMBERED.match(text, start, end)):
            yield _begun(text, start), end


def _begun(text: str, start: int) -> int:
    """Where an address starts: parts with a capital before it are of it, names too."""
    for _ in range(_MOST):
        part = _A_PART.search(text, max(0, start - _FAR), start)
        if part is None or _is_a_sentence(part["part"]):
            break
        start = part.start("part")
    return start


def _is_a_sentence(part: str) -> bool:
    """Whether words are told of something: one in small letters is no particle."""
    words = part.split()
    return (
        any(one.islower() and len(one) > _SHORT and one not in _DWELLINGS for one in words)
        or ORGANISATION.search(part) is not None
        or tells_a_medicine(words)
    )
