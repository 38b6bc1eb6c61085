"""Days of the calendar, however they are typed: in figures, in words, read by a scanner.

What a day is of is not looked at here: a birth, a product's authorisation, a visit.
"""

import re
from functools import lru_cache

from triage.patient_data.words import WORDS, any_of, has_figures, said_in, spelled

Span = tuple[int, int]

_MISREAD = str.maketrans({"i": "[i1l|!]", "l": "[l1i|!]", "o": "[o0]", "s": "[s5]", "b": "[b8]"})
_MONTHS = "|".join(
    one.translate(_MISREAD).replace("é", "[ée]").replace("û", "[ûu]")
    for one in sorted((*WORDS.months, *WORDS.months_english), key=len, reverse=True)
)
_MONTH = rf"(?:(?i:{_MONTHS})(?![^\W\d_])|(?:VI{{1,3}}|XI{{1,2}}|I{{1,3}}|I?[VX])(?![^\W_]))\.?"
_NUMBER = any_of(WORDS.numbers).replace(r"\-", "[ -]?")
_WORDED = rf"(?:(?:{_NUMBER})(?![^\W\d_])(?:[ \n-]{{1,2}}(?:{_NUMBER})(?![^\W\d_])){{0,6}})"
_D = r"(?:0?[1-9]|[12]\d|3[01])"
_M = r"(?:0?[1-9]|1[0-2])"
_YYYY = r"(?:19|20)\d\d"
_YEAR = rf"(?:{_YYYY}|['’]?\d\d)"
_SIGN = r"(?: ?(?:[^\w\s()]|_){1,2} ?)"
_OF_DAY = rf"(?:{_D} ?(?:er|°|st|nd|rd|th)?(?!\w)|(?:1er|premier)(?!\w)|{_WORDED})"
_NUMERIC = (
    rf"{_D}(?P<sign>{_SIGN}| ){_M}(?:(?P=sign)|{_SIGN}){_YEAR}"
    rf"|{_YYYY}(?P<iso>{_SIGN}| ){_M}(?P=iso){_D}"
    rf"|(?:[0-2]\d|3[01])(?:0\d|1[0-2]){_YYYY}|{_YYYY}(?:0\d|1[0-2])(?:[0-2]\d|3[01])"
    rf"|jour {_D} mois {_M} ann[ée]e {_YEAR}"
)
_TEXTUAL = (
    rf"{_OF_DAY}[ ./\n-]{{0,3}}(?:of )?{_MONTH}"
    rf"(?:[ ./\n,-]{{1,3}}(?:en )?(?:{_YEAR}|{_WORDED})|{_YYYY})"
    rf"|{_D}{_MONTH}{_YEAR}"
    rf"|{_MONTH} {_D}(?:st|nd|rd|th)?,? {_YYYY}"
)
_DAY = re.compile(
    rf"(?<![\d.,])(?<!\d[/-])(?<![^\W_])(?:{_TEXTUAL}|{_NUMERIC})"
    r"(?![^\W_])(?![ ./-]{0,2}\d)(?! ?(?:mg|ml|%|cp|g|h)\b)"
)
_IN_WORDS = spelled((*WORDS.numbers, *(one.replace("-", "") for one in WORDS.numbers), "premier"))
"""What a day without figures begins by."""


@lru_cache(maxsize=8)
def calendar_days_in(text: str) -> tuple[Span, ...]:
    """Places of days, in order."""
    if not has_figures(text) and said_in(text).isdisjoint(_IN_WORDS):
        return ()
    return tuple(match.span() for match in _DAY.finditer(text))
