"""A second look at a text that tells of one person: what identifies there needs no word of its own.

Once a person is found, or said, in a text, any day or long number in it is that person's, unless a
word says that it is a thing's: a product's, a text of law's, a study's. Elsewhere nothing is.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from triage.patient_data.addresses import ORGANISATION
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.births import births_in, days_in, is_old
from triage.patient_data.letters import letters_in
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.around import tells_of_one
from triage.patient_data.persons.initials import initials_with_age_in
from triage.patient_data.persons.kinds import (
    bare_word,
    is_acronym,
    is_first_name,
    is_of_another,
    is_strange,
    tells_a_medicine,
)
from triage.patient_data.persons.people import names_in
from triage.patient_data.phones import phones_in
from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_THING = re.compile(
    rf"(?<![^\W_]){any_of((*WORDS.dated_things, *WORDS.codes))}(?![^\W_])[^.;\n]{{0,40}}$"
)
_EVENT = re.compile(rf"(?<![^\W_]){any_of(WORDS.events)}[ -]?$")
_BORN_ON = re.compile(r"(?i:n[ée]e?)[ ,]{1,2}(?i:le|the|on|en|un) $")
_YEAR_OF_BIRTH = re.compile(
    r"(?<!\w)(?i:n[ée]e?)(?!\w)[^\d.;\n]{1,20}(?P<year>(?:19|20)\d\d)(?!\d)"
)
_BESIDE = re.compile(
    rf"[^\w\n]{{0,4}}\n?(?:\(?(?:[FHM]|{any_of(WORDS.beside_births)})\)?[^\w]{{1,4}}){{0,4}}"
)
_CODE = re.compile(
    r"(?<![\w.,+-])(?:[A-Z]{1,4}[ ./-]?)?\d(?:[ ./_-]?\d){5,14}(?:[ -]?[A-Z])?(?![\w%]|[.,]\d)"
)
_UNIT = re.compile(rf" ?(?:{any_of(WORDS.units)})(?!\w)")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3}){1,4}")
_A_DATE = re.compile(
    r"[0-3]?\d[ ./-][01]?\d[ ./-](?:19|20)?\d\d|(?:19|20)\d\d[./-][\d./ -]{1,12}"
    r"|[\d./ -]{1,12}[./-](?:19|20)\d\d"
)
_NAME = r"(?P<name>[A-ZÀ-Þ][^\W\d_]{1,20}\.?(?:[ -][A-ZÀ-Þ][^\W\d_]{0,20}\.?){0,2})"
_BEFORE_A_DAY = re.compile(rf"{_NAME}[ ,;:(/|-]{{1,4}}$")
_BEHIND_A_DAY = re.compile(rf"[ ,;:)/|-]{{1,4}}{_NAME}")
_FAR = 60
_SHORT = 2


@lru_cache(maxsize=8)
def people_in(text: str) -> Sequence[Span]:
    """Places of what was found of a person, in order."""
    return sorted(
        set(
            chain(
                *(names_in(text), births_in(text), initials_with_age_in(text), nirs_in(text)),
                *(hospital_numbers_in(text), birth_days_in(text), letters_in(text)),
            )
        )
    )


def is_a_thing(text: str, start: int) -> bool:
    """Whether a word before a day or a number tells that it is a thing's: a lot, an AMM, a law."""
    return _THING.search(text, max(0, start - _FAR), start) is not None


def _is_beside(text: str, start: int, end: int) -> bool:
    """Whether something of a person stands beside a place."""
    people = people_in(text)
    place = bisect_left(people, (start, end))
    return any(
        (last <= start and start - last < _FAR and _BESIDE.fullmatch(text, last, start))
        or (first >= end and first - end < _FAR and _BESIDE.fullmatch(text, end, first))
        for first, last in people[max(0, place - 3) : place + 2]
    )


def days_near_in(text: str) -> Iterator[Span]:
    """Days of a person: old ones in a text of one person, others beside who it is."""
    if not tells_of_one(text) or not people_in(text):
        return
    for match in _YEAR_OF_BIRTH.finditer(text):
        yield match.span("year")
    for start, end in days_in(text):
        before = max(0, start - _FAR)
        if is_a_thing(text, start):
            continue
        event = _EVENT.search(text, before, start) and not _BORN_ON.search(text, before, start)
        if is_old(text[start:end]) or (not event and _is_beside(text, start, end)):
            yield start, end


def numbers_near_in(text: str) -> Iterator[Span]:
    """Numbers of six figures and more, in a text where a person is found."""
    codes = [*_CODE.finditer(text)]
    if not codes or not tells_of_one(text) or not people_in(text):
        return
    taken = sorted((*days_in(text), *phones_in(text), *nirs_in(text), *hospital_numbers_in(text)))
    for match in codes:
        start, end = match.span()
        place = bisect_left(taken, (start, end))
        if any(
            first < end and start < last for first, last in taken[max(0, place - 2) : place + 2]
        ):
            continue
        if _AMOUNT.fullmatch(match.group()) or _A_DATE.fullmatch(match.group()):
            continue
        firm = ORGANISATION.search(text, max(0, start - _FAR), start)
        # « CIS 60234100 » is read whole: its own letters tell a thing as a word before it does.
        figures = next(at for at in range(start, end) if text[at].isdecimal())
        if not (_UNIT.match(text, end) or firm or is_a_thing(text, figures)):
            yield start, end


def names_near_in(text: str) -> Iterator[Span]:
    """Words with capitals, of no list, beside a day of old: « WIS. AND. – 04061970 »."""
    for start, end in days_in(text):
        if not (text[start].isdigit() and is_old(text[start:end])) or is_a_thing(text, start):
            continue
        for match in (
            _BEFORE_A_DAY.search(text, max(0, start - _FAR), start),
            _BEHIND_A_DAY.match(text, end),
        ):
            if match and _is_a_name(match["name"]):
                yield min(start, match.start("name")), max(end, match.end("name"))


def _is_a_name(said: str) -> bool:
    """Whether each word is of no list, a first name, or is cut short in capitals."""
    words = re.findall(r"[^\W\d_]+", said)
    long = [one for one in words if len(one) > _SHORT]
    if not long or is_acronym(long[0]) or tells_a_medicine(words) or is_of_another(words):
        return False
    return all(
        is_strange(one) or is_first_name(bare_word(one)) or (one.isupper() and f"{one}." in said)
        for one in long
    )
