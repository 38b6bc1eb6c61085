"""Likely patient data in free text: a social security number, a phone, initials with a birth date.

Only the place is told, never the text: what is found here is not sent on.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from stdnum.fr import nir

from triage.patient_data.births import births_in
from triage.patient_data.phones import phones_in

Span = tuple[int, int]

_GAP = r"[ ./\u00a0\u202f-]{0,3}"
_BEFORE_KEY = r"(?:[ ,;(\u00a0\u202f]{0,2}(?i:cl[ée]f?)[ :\u00a0\u202f]{0,3})?"
_NIR = re.compile(
    rf"(?<!\d)[1-478](?:{_GAP}\d){{4}}{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}"
    rf"{_BEFORE_KEY}(?:{_GAP}\d){{2}}(?!\d)"
)
_NOT_OF_A_NIR = re.compile(r"(?i:cl[ée]f?)|[^0-9ABab]")


def _nirs(text: str) -> Iterator[Span]:
    """Social security numbers whose key is right (python-stdnum), what stands between apart."""
    for match in _NIR.finditer(text):
        if nir.is_valid(_NOT_OF_A_NIR.sub("", match.group()).upper()):
            yield match.span()


_CODE_BEFORE = re.compile(
    r"(?i:\b(?:lots?|batch|s[ée]ries?|r[ée]f(?:[ée]rence)?s?|dossiers?|codes?|ci[sp]\d{0,2}|ean|gtin"
    r"|factures?|commandes?|protocoles?|[ée]tudes?|essais?|pmid|isbn|ndc))[ \u00a0\u202f:#.]{0,3}"
    r"(?i:n[°ºo]s?|num[ée]ros?)?[ \u00a0\u202f:#.]{0,3}$"
)
_SERVICE = re.compile(r"(?:0|\+33 ?(?:\(0\) ?)?|0033 ?)[ .-]?8")
"""Free-phone and other numbers of services (08…): no patient has one."""
_BEFORE = 40


def _phones(text: str) -> Iterator[Span]:
    """Telephone numbers of people: not in a social security number, a code, nor of a service."""
    taken = list(_nirs(text))
    for start, end in phones_in(text):
        if any(first < end and start < last for first, last in taken):
            continue
        if _SERVICE.match(text, start) or _CODE_BEFORE.search(text, max(0, start - _BEFORE), start):
            continue
        yield start, end


_DIGIT = re.compile(r"\d")


def digits_in(text: str) -> int:
    """How many digits a text has: what tells quickly that nothing can be found in it."""
    return len(_DIGIT.findall(text))


FEWEST_DIGITS: Mapping[str, int] = {"nir": 13, "phone_in_text": 9, "birth_with_initials": 4}
"""Digits under which a kind of patient data cannot be in a text."""
FINDERS: Mapping[str, Callable[[str], Iterator[Span]]] = {
    "nir": _nirs,
    "phone_in_text": _phones,
    "birth_with_initials": births_in,
}
"""What looks for each kind of warning in a text, and gives the places (start, end)."""
