"""Likely patient data in free text: a social security number, a phone, initials with a birth date.

Only the place is told, never the text: what is found here is not sent on.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import phonenumbers
from stdnum.fr import nir

Span = tuple[int, int]

_GAP = r"[ .\u00a0\u202f-]?"
_NIR = re.compile(
    rf"(?<!\d)[1-478](?:{_GAP}\d){{4}}{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}"
    rf"(?:{_GAP}\d){{2}}(?!\d)"
)
_MONTHS = (
    r"janv(?:ier|\.)?|f[ée]v(?:rier|r?\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t"
    r"|sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|d[ée]c(?:embre|\.)?"
)
_DAY = (
    r"(?:[0-3]?\d[/.-][01]?\d[/.-](?:19|20)?\d\d"
    rf"|(?:1er|[0-3]?\d) (?i:{_MONTHS}) (?:19|20)\d\d"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)"
)
_INITIALS = r"(?<![^\W\d_])[A-ZÉÈÀ]\.? ?-?[A-ZÉÈÀ](?:\.? ?-?[A-ZÉÈÀ])?(?![^\W\d_])\.?"
_ANY_DAY = re.compile(_DAY)
_DOTTED = r"(?<![^\W\d_])[A-ZÉÈÀ]\. ?-?[A-ZÉÈÀ]\.(?: ?[A-ZÉÈÀ]\.)?"
_BORN = r"(?i:\bn[ée](?:e|\(e\)|·e)?\b|\bnaissance\b|\bddn\b)"
_BIRTHS = (
    re.compile(rf"{_INITIALS}[^\n]{{0,25}}?{_BORN}[^\n\d]{{0,12}}{_DAY}"),
    re.compile(rf"{_DOTTED}[ ,(:;]{{0,4}}{_DAY}"),
    re.compile(rf"{_BORN}[^\n\d]{{0,12}}{_DAY}[ ,(:;]{{1,4}}{_DOTTED}"),
)
_A_CODE = re.compile(r"(?!0|33)[0-9]{11,}")
"""A code alone, as a CIP13: too long for a French number, without the sign of a foreign one."""
_DIGITS_OF_A_PHONE = re.compile(r"\d(?:[ .()\u00a0\u202f-]{0,2}\d){8}")


def _nir(text: str) -> Iterator[Span]:
    """Social security numbers whose key is right (python-stdnum), spaces and dots apart."""
    for match in _NIR.finditer(text):
        if nir.is_valid(re.sub(r"[ .\u00a0\u202f-]", "", match.group()).upper()):
            yield match.span()


def _phones(text: str) -> Iterator[Span]:
    """Telephone numbers, French or international (phonenumbers), that are not part of a NIR."""
    if not _DIGITS_OF_A_PHONE.search(text) or _A_CODE.fullmatch(text):
        return
    taken = list(_nir(text))
    for match in phonenumbers.PhoneNumberMatcher(text, "FR"):
        if not any(start < match.end and match.start < end for start, end in taken):
            yield match.start, match.end


def _births(text: str) -> Iterator[Span]:
    """Initials with a date of birth; a date alone is not enough."""
    if not _ANY_DAY.search(text):
        return
    spans = sorted({match.span() for pattern in _BIRTHS for match in pattern.finditer(text)})
    end = -1
    for span in spans:
        if span[0] >= end:
            yield span
            end = span[1]


_DIGIT = re.compile(r"\d")


def digits_in(text: str) -> int:
    """How many digits a text has: what tells quickly that nothing can be found in it."""
    return len(_DIGIT.findall(text))


FEWEST_DIGITS: Mapping[str, int] = {"nir": 13, "phone_in_text": 9, "birth_with_initials": 4}
"""Digits under which a kind of patient data cannot be in a text."""
FINDERS: Mapping[str, Callable[[str], Iterator[Span]]] = {
    "nir": _nir,
    "phone_in_text": _phones,
    "birth_with_initials": _births,
}
"""What looks for each kind of warning in a text, and gives the places (start, end)."""
