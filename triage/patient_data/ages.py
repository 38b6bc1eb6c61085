"""Ages in a plain text: what a name or initials beside it make a person of."""

import re
from functools import lru_cache

from triage.patient_data.words import WORDS, any_of, has_figures, said_in

Span = tuple[int, int]

_NUMBER = any_of(WORDS.numbers)
_UNIT = (
    r"[ -]?(?:(?i:ans?|mois|semaines?|jours)\b|a(?=[.,;)/\n]|$| ?[HFM]\b| 1/2| et demi)"
    r"|(?:y/?o|y\.o|yrs?(?:[ -]old)?|years?(?:[ -]old)?|months?[ -]old)\b|A(?= [HFM]\b))"
)
_AGE = re.compile(rf"(?<![\w.])(?<!\d,)(?:\d{{1,2}} et )?\d{{1,3}}{_UNIT}")
_IN_WORDS = re.compile(rf"(?<!\w){_NUMBER}(?:[ -]{_NUMBER}){{0,4}}{_UNIT}")
_A_UNIT = re.compile(r"[a-z] (?:ans?|mois|semaines)\b")
_ABOUT = re.compile(
    r"(?<!\w)(?i:la (?:ving|tren|quaran|cinquan|soixan)taine"
    r"|(?:quadra|quinqua|sexa|septua|octo|nona)g[ée]naire)\b"
)
_AT_BIRTH = re.compile(r"(?<!\w)(?:[Jj] ?\d{1,2} de vie|n[ée]e? [àa] \d\d ?SA)\b")
_SAID_TO_BE = re.compile(
    r"(?<!\w)(?i:[âa]ge|[âa]g[ée]e?)(?: de)? ?[:=|;]? ?\d{1,3}"
    r"(?![\w/%]|[ ,.-]?\d| ?(?:[àa]|et|%|ans?)(?!\w))"
)
"""« âge 55 », without its unit."""
_WITH_SEX = re.compile(r"(?<![\w/])(?:[FHM] ?/ ?\d{1,3}|\d{1,3} ?/ ?[FHM])(?![\w/]|[.,]\d)")
"""« M/74 »."""
_SAYS_AGE = frozenset({"âge", "age", "âgé", "âgée", "agé", "agée"})
_A_DURATION = re.compile(rf"[ ,]{{0,2}}(?:{any_of(WORDS.durations)})\b")
_SINCE = re.compile(rf"\b{any_of(WORDS.since)} (?:(?:l|d)es )?$", re.IGNORECASE)
_FAR = 20
_OLDEST = 120


@lru_cache(maxsize=8)
def ages_in(text: str) -> tuple[Span, ...]:
    """Places of ages; a duration (« 12 ans de recul », « depuis 3 mois ») is none."""
    figures = has_figures(text)
    found = [*_AGE.finditer(text)] if figures else []
    if _A_UNIT.search(text):
        found += _IN_WORDS.finditer(text)
    if figures:
        found += _WITH_SEX.finditer(text)
        found += _AT_BIRTH.finditer(text)
    found += _ABOUT.finditer(text)
    if figures and not said_in(text).isdisjoint(_SAYS_AGE):
        found += _SAID_TO_BE.finditer(text)
    return tuple(match.span() for match in found if _is_an_age(text, match))


def _is_an_age(text: str, match: re.Match[str]) -> bool:
    if _A_DURATION.match(text, match.end()):
        return False
    if _SINCE.search(text, max(0, match.start() - _FAR), match.start()):
        return False
    digits = re.search(r"\d+", match.group())
    return digits is None or int(digits.group()) <= _OLDEST
