"""Telephone numbers, of an answer and in free text: French, overseas too, or international.

Source of the numbering plans: Google's libphonenumber (phonenumbers).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")
"""Mainland first, then overseas: their national numbers are not numbers of the mainland's plan."""

_TOO_LONG = 40
"""No number is written with more characters: the library would look for one in a whole text."""

_BLANK = r"[ \u00a0\u202f]"
_PAIRED = "|".join(
    # A number, or several in a row. A date, a SIRET or a reference goes on with more digits.
    rf"(?<!\w)(?<!{before})(?:{number})(?:{sign}{number})*(?!\d)(?!{after})"
    for sign, before, after in (
        (rf"{_BLANK}{{1,2}}", rf"\d\d{_BLANK}", rf"{_BLANK}\d\d{_BLANK}\d"),
        (r" ?\. ?", r"\d\.", r" ?\. ?\d"),
        (r" ?- ?", r"\d-", r" ?- ?\d"),
        (r" ?/ ?", r"\d/", r" ?/ ?\d"),
    )
    for number in (rf"0[1-9](?:{sign}\d\d){{4}}",)
)
_MIXED_SIGN = r"(?: ?[ ._/\n*|'-] ?|[,:]|\.\.)"
_MIXED = rf"(?<!\w)(?<!\d[ ./_-])[(]?0[1-9][)]?(?:{_MIXED_SIGN}\d\d){{4}}(?!\d)(?!{_MIXED_SIGN}\d)"
_GROUPED = "|".join(
    rf"(?<![\w-])0[1-9]{first}{sign}{rest}(?!{sign}?\d)"
    for sign in (_BLANK, r"\.", "-")
    for first, rest in (
        (r"\d\d", rf"\d\d{sign}\d\d{sign}\d\d"),
        (r"\d\d", rf"\d{{3}}{sign}\d{{3}}"),
    )
)
_BARE = r"(?<![\w.-])0[1-9]\d{8}(?![\w-])"
_PAIRS = re.compile(_PAIRED)
_MIXED_PAIRS = re.compile(_MIXED)
_SAID_TO_BE = re.compile(
    r"(?<!\w)(?i:t[ée]l(?:[ée]phone)?\.?|portable|mobile|gsm|joignable au)"
    r"(?: (?i:portable|mobile|domicile|dom\.?|du patient|de la patiente|fixe))?[ :]{1,3}"
    r"(?P<number>[1-9](?:[ .-]?\d\d){4})(?![\d])"
)
"""« tél : 6 45 78 12 33 »: without its 0."""
_ABROAD = re.compile(
    r"(?<![\w+])(?:\+|00(?=3[2-59]|4[149]|21))[1-9]\d{0,2}(?: ?\(0\))?"
    r"(?:[ ./-]?\d{1,4}){2,6}(?![\d])"
)
_FEWEST, _MOST = 9, 15
"""Digits of a number with the sign of its country (ITU E.164)."""
_OTHERS = re.compile(rf"{_GROUPED}|{_BARE}")

_DIGITS_OF_A_PHONE = re.compile(r"\d(?:[ .()/_\n\u00a0\u202f*|',:-]{0,3}\d){8}")
_SPOKEN = re.compile(
    rf"(?<!\w)(?i:z[ée]ro)[ -](?:{any_of(WORDS.numbers)}|\d)"
    rf"(?:[ ,.-]{{1,3}}(?:\d\d|{any_of(WORDS.numbers)}|(?i:z[ée]ro))(?!\w)){{4,14}}"
)
_ONE_BY_ONE = re.compile(r"01\D{1,3}02\D{1,3}03\D{1,3}04\D{1,3}05")
"""Numbers of a list."""
_A_CODE = re.compile(r"(?!0|33)[0-9]{11,}")
"""A code alone, as a CIP13: too long for a French number, without the sign of a foreign one."""
_A_DAY = re.compile(r"[0-3]\d([ ./-])[01]\d\1(?:19|20)\d\d(?!\d)")
_A_REFERENCE = re.compile(r"[A-Z0-9][-_/]$")


@lru_cache(maxsize=1024)
def is_phone(text: str) -> bool:
    """Whether ``text`` is a number of the mainland or overseas, or one with a country's prefix."""
    return len(text) <= _TOO_LONG and any(_is_valid(text, region) for region in _REGIONS)


def phones_in(text: str) -> Iterator[Span]:
    """Places of the numbers in a text, in order.

    Ten digits in pairs are one whatever the numbering plan says: numbers kept for fiction, or not
    given out yet, are still somebody's when people write them down.
    """
    if not _DIGITS_OF_A_PHONE.search(text) or _A_CODE.fullmatch(text):
        return
    found = [match.span() for match in _PAIRS.finditer(text)]
    found += [match.span() for match in _MIXED_PAIRS.finditer(text)]
    found += [match.span("number") for match in _SAID_TO_BE.finditer(text)]
    found += [
        match.span()
        for match in _ABROAD.finditer(text)
        if _FEWEST <= sum(map(str.isdigit, match.group())) <= _MOST
    ]
    found += [match.span() for match in _OTHERS.finditer(text) if is_phone(match.group())]
    found += [
        (match.start, match.end)
        for match in phonenumbers.PhoneNumberMatcher(text, "FR")
        if not _is_something_else(text, match.start, match.raw_string)
    ]
    end = 0
    for span in sorted(found, key=lambda one: (one[0], -one[1])):
        if span[0] >= end and not _ONE_BY_ONE.match(text, span[0]):
            yield span
            end = span[1]


def spoken_phones_in(text: str) -> Iterator[Span]:
    """Places of the numbers that are written in words: « zéro six douze trente-quatre… »."""
    return (match.span() for match in _SPOKEN.finditer(text))


def _is_valid(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _is_something_else(text: str, start: int, number: str) -> bool:
    """A day with an hour (``05 12 2024 10 h``), or the end of a reference (``FR-0612345678``)."""
    if _A_DAY.match(number):
        return True
    return number.isdigit() and bool(_A_REFERENCE.search(text, max(0, start - 2), start))
