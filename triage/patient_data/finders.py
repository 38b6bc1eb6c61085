"""Likely patient data in free text: what designates a person, by kind.

Only the place is told, never the text: what is found here is not sent on.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from itertools import accumulate, chain
from operator import itemgetter
from pathlib import Path

from triage.patient_data.addresses import ORGANISATION, emails_in, postal_addresses_in
from triage.patient_data.apart import loosened
from triage.patient_data.birth_days import births_alone_in
from triage.patient_data.births import births_in, days_in
from triage.patient_data.casing import recased
from triage.patient_data.learned.tagger import MODEL, learned_in
from triage.patient_data.letters import letters_in
from triage.patient_data.numbers import CODE_BEFORE, hospital_numbers_in, nirs_in
from triage.patient_data.persons.initials import initials_with_age_in
from triage.patient_data.persons.kinds import is_of_another
from triage.patient_data.persons.people import names_in
from triage.patient_data.persons.tables import tabbed_in
from triage.patient_data.phones import phones_in, spoken_phones_in
from triage.patient_data.places import places_near_in
from triage.patient_data.plain import Plain, joined, plain
from triage.patient_data.second_look import days_near_in, is_a_thing, names_near_in, numbers_near_in
from triage.patient_data.words import WORDS, any_of, tells_of_a_person

Span = tuple[int, int]

_SERVICE = re.compile(r"(?:0|\+33 ?(?:\(0\) ?)?|0033 ?)[ .-]?8")
"""Free-phone and other numbers of services (08…): no patient has one."""
_LAND_LINE = re.compile(r"(?:0|\+33 ?(?:\(0\) ?)?|0033 ?)[ .-]?[1-59]")
_OF_A_SERVICE = re.compile(
    rf"(?<!\w){any_of(WORDS.switchboards)}(?!\w)"
    r"(?:,? (?i:de|du|de la|des|d'|l')? ?[\w'-]{2,20}){0,3}"
    r"[ :,(\n]{1,3}(?:(?i:t[ée]l(?:[ée]phone)?\.?|au)[ :]{1,3})?$"
)
"""The number of a switchboard, a centre: a land line just behind its name."""
_THEN_A_SERVICE = re.compile(
    r" ?(?:\(|[:,-] ?(?i:r?appeler|contacter|joindre|demander) (?i:le |la |l'))"
    rf"{any_of(WORDS.switchboards)}(?!\w)"
)
_BEFORE = 40
_SHORT = 80
"""Characters of an answer that often comes again."""


def _phones(text: str) -> Iterator[Span]:
    """Telephone numbers of people: not in a social security number, a code, nor of a service."""
    taken = [*nirs_in(text), *hospital_numbers_in(text)]
    for start, end in phones_in(text):
        if any(first < end and start < last for first, last in taken):
            continue
        if _LAND_LINE.match(text, start) and _is_of_an_address(text, start):
            continue
        service = _OF_A_SERVICE.search(text, max(0, start - _BEFORE), start)
        if _LAND_LINE.match(text, start) and (service or _THEN_A_SERVICE.match(text, end)):
            continue
        if _SERVICE.match(text, start) or CODE_BEFORE.search(text, max(0, start - _BEFORE), start):
            continue
        yield start, end


def _is_of_an_address(text: str, start: int) -> bool:
    """Whether the address of an organisation stands before: « Cabinet X, 57000 Metz, tél. »."""
    before = re.split(r"[.;]\s|\n(?=[^\n]*\n)", text[max(0, start - _LINE) : start])
    line = next((one for one in reversed(before) if len(one) > _FEWEST), "")
    return ORGANISATION.search(line) is not None and not tells_of_a_person(line)


_LINE, _FEWEST = 140, 8


def _births_alone(text: str) -> Iterator[Span]:
    yield from births_alone_in(
        text, lambda: chain(births_in(text), names_in(text.translate(_UNDERLINED)))
    )
    yield from days_near_in(text)


def _hospital_numbers(text: str) -> Iterator[Span]:
    yield from hospital_numbers_in(text)
    yield from numbers_near_in(text)


def _initials(text: str) -> Iterator[Span]:
    yield from initials_with_age_in(text)
    yield from letters_in(text)


def _addresses(text: str) -> Iterator[Span]:
    yield from postal_addresses_in(text)
    yield from places_near_in(text)


@dataclass(frozen=True, slots=True)
class _Search:
    """How a kind is looked for.

    Attributes:
        find: Gives the places.
        in_digits: Whether letters that stand for digits are read as digits.
        fewest: Digits under which it cannot be there.
        stems: One of these stands in the text, in small letters; none where it does not matter.
    """

    find: Callable[[str], Iterable[Span]]
    in_digits: bool = False
    fewest: int = 0
    stems: tuple[str, ...] = ()

    def __call__(self, typed: str) -> Iterator[Span]:
        """Places of the kind in a text as it was typed."""
        shown = plain(typed)
        if shown.count < self.fewest or (self.stems and not shown.mentions(self.stems)):
            return iter(())
        texts = [shown.text]
        if self.in_digits and shown.digits != shown.text:
            texts.append(shown.digits)
        return joined(chain.from_iterable(_in_both(self.find, shown, one) for one in texts))


def _in_both(find: Callable[[str], Iterable[Span]], shown: Plain, text: str) -> Iterator[Span]:
    """Places in a text, and in it with blanks for the signs between its words."""
    yield from shown.typed(find(text))
    if "\n" in text:
        yield from shown.typed(find(text.replace("\n", " ")))
    if cased := recased(text):
        yield from shown.typed(find(cased))
    if loose := loosened(text):
        for start, end in find(loose.text):
            yield from shown.typed([(loose.starts[start], loose.ends[end - 1])])


Find = Callable[[str], Iterator[Span]]
_FIGURES = _Search(_phones, in_digits=True, fewest=9)
_SPOKEN = _Search(spoken_phones_in, stems=("zéro", "zero"))

_UNDERLINED = str.maketrans("_", " ")


def _underlined_names(text: str) -> Iterator[Span]:
    bare = text.translate(_UNDERLINED)
    yield from names_in(bare)
    yield from names_near_in(bare)


def _names(typed: str) -> Iterator[Span]:
    """Names of people; letters that stand for digits in a birth beside them are read as digits."""
    shown = plain(typed)
    found = [*tabbed_in(typed)] if "\t" in typed else []
    for text in dict.fromkeys((shown.text, shown.digits)):
        found += _in_both(_underlined_names, shown, text)
    return joined(found)


_AT_STEMS = (
    *(
        "@",
        "at)",
        "at]",
        "at}",
        "at )",
        "at ]",
        "(a)",
        "at>",
        "at*",
        "-at-",
        "_at_",
        "aroba",
        "arroba",
        "&#",
    ),
    *(" at ", " chez ", " à "),
    *(f"at{blank}{one}" for one in WORDS.webmails for blank in ("", " ")),
)

FINDERS: Mapping[str, Find] = {
    "nir": _Search(nirs_in, in_digits=True, fewest=12),
    "phone_in_text": lambda typed: chain(_FIGURES(typed), _SPOKEN(typed)),
    "birth_with_initials": _Search(births_in, in_digits=True),
    "initials_with_age": _Search(_initials),
    "name": _names,
    "hospital_number": _Search(_hospital_numbers, in_digits=True, fewest=2),
    "email": _Search(
        emails_in,
        stems=_AT_STEMS,
    ),
    "birth": _Search(_births_alone, in_digits=True),
    "address": _Search(_addresses, in_digits=True),
}
"""The rules of each kind of patient data: each gives the places (start, end) in a text."""

TOLD: Mapping[str, str] = {kind: WORDS.kinds[kind] for kind in FINDERS}
"""What the agency is told of each kind."""


def found_in(typed: str) -> Sequence[tuple[str, Span]]:
    """All that is found in a text, each with its kind."""
    return _in_short(typed) if len(typed) <= _SHORT else found_with(MODEL, typed)


def found_with(model: Path, typed: str) -> tuple[tuple[str, Span], ...]:
    """The same by what another model learned."""
    found = [(kind, span) for kind, find in FINDERS.items() for span in find(typed)]
    learned = learned_in(typed, [span for _, span in found], model)
    return (*found, *(_told(typed, span) for span in learned if not _is_of_a_thing(typed, span)))


def _is_of_a_thing(typed: str, span: Span) -> bool:
    """Whether a passage is one word of a place, or figures that a word before gives a product."""
    passage = typed[slice(*span)]
    if not any(map(str.isalpha, passage)):
        return is_a_thing(typed, span[0])
    return passage.replace("-", "").isalpha() and is_of_another((passage,))


_in_short = lru_cache(maxsize=4096)(partial(found_with, MODEL))
"""Options of lists and names of medicines come back in every dossier."""

_FEW, _PHONE, _NIR = 3, 9, 12
"""Letters of initials; figures of a telephone, of a social security number."""
_OF_A_WAY = re.compile(rf"(?<!\w){any_of(WORDS.streets)}(?!\w)|(?<!\d)\d{{2}} ?\d{{3}} [^\W\d]")


def _told(typed: str, span: Span) -> tuple[str, Span]:
    """A passage that no rule found, with its kind as far as it shows."""
    return _looks_like(plain(typed[slice(*span)]).text), span


def _looks_like(text: str) -> str:
    figures, letters = sum(map(str.isdecimal, text)), sum(map(str.isalpha, text))
    if "@" in text:
        return "email"
    if any(days_in(text)):
        return "birth_with_initials" if letters and letters <= _FEW else "birth"
    if _OF_A_WAY.search(text):
        return "address"
    if figures >= _PHONE and not letters:
        return (
            "nir" if figures > _NIR else "phone_in_text" if text[0] in "0+(" else "hospital_number"
        )
    if figures:
        return "hospital_number"
    return "initials_with_age" if letters <= _FEW else "name"


def within(places: Iterable[Span]) -> Callable[[int, int], bool]:
    """Tell of a place (start, end) whether it lies within one of these."""
    taken = sorted(places)
    reach = [*accumulate((end for _, end in taken), max)]

    def lies_within(start: int, end: int) -> bool:
        before = bisect_right(taken, start, key=itemgetter(0))
        return before > 0 and reach[before - 1] >= end

    return lies_within


_LENGTH = 10


def passage_code(number: int, text: str) -> str:
    """Code of a passage of a dossier: the same words in another dossier have another."""
    said = plain(text.replace("_", " ")).text.casefold()  # names of files have no blanks
    return sha256(f"{number}\0{said}".encode()).hexdigest()[:_LENGTH]
