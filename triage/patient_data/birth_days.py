"""Days that a plain text says to be of a birth: each identifies by itself.

A year alone does not, nor a day of several people (« nés avant 1950 »).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from triage.patient_data.words import WORDS, any_of, has_figures, said_in

Span = tuple[int, int]

_MONTH = (
    rf"(?:{any_of(WORDS.months)}|[A-Z](?:[A-Z]{{2}}|[a-z]{{2}})|I{{1,3}}|I?[VX]|VI{{1,3}}|XI{{1,2}})"
    r"(?![^\W\d_])\.?"
)
_NUMBER = any_of(WORDS.numbers)
_NTH = rf"(?:{_NUMBER}(?![^\W\d_])(?:[ -]{_NUMBER}(?![^\W\d_])){{0,2}})"
_WORDED = rf"(?:{_NUMBER}(?![^\W\d_])(?:[ -]{_NUMBER}(?![^\W\d_])){{0,6}})"
_APART = r"(?:[ \n]?(?:[^\w\s()]|_){1,2}[ \n]?|\n|  ?)"
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d(?![ /.-]?\d))"
_DAY = (
    r"(?:[0-3]?\d mois [01]?\d ann[ée]e (?:19|20)\d\d"
    rf"|(?:1er|1°|[0-3]?\d){_APART}(?:{_MONTH}|[01]?\d){_APART}{_YEAR}"
    rf"|(?:1er|[0-3]?\d|{_NTH}) {_MONTH}(?: |,? en )(?:{_YEAR}|{_WORDED})"
    rf"|{_MONTH} (?:[0-3]?\d(?:st|nd|rd|th)?,? )?(?:19|20)\d\d"
    r"|(?i:january|february|march|april|may|june|july|august|september|october|november|december)"
    r" (?:[0-3]?\d(?:st|nd|rd|th)?,? )?(?:19|20)\d\d"
    r"|[0-3]?\d(?:st|nd|rd|th)? (?:of )?(?i:january|february|march|april|may|june|july|august"
    r"|september"
    r"|october|november|december),? (?:19|20)\d\d"
    r"|[01]?\d/[0-3]?\d/(?:19|20)\d\d"
    r"|(?:19|20)\d\d[/.-][01]?\d[/.-][0-3]?\d"
    r"|(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)?\d\d"
    r"|(?:0?[1-9]|1[0-2])[/.-](?:(?:19|20)\d\d|\d\d(?!\d|[/.-]\d))"
    r"|[0-3]\d[A-Z]{3}(?:19|20)?\d\d"
    r"|\|?[0-3][ |]{1,3}\d[ |/.-]{1,5}[01][ |]{1,3}\d[ |/.-]{1,5}(?:[12][ |]{1,3}[90][ |]{1,3})?"
    r"\d[ |]{1,3}\d|[0-3] ?\d ?[/.-] ?[01] ?\d ?[/.-] ?(?:1 ?9|2 ?0) ?\d ?\d"
    rf"|{_NUMBER}(?![^\W\d_])(?:[ -]{_NUMBER}(?![^\W\d_])){{2,3}})(?![\d]|[/.-]\d)"
)
_WORD = (
    r"(?i:mise? au monde|a vu le jour"
    r"|n[ée](?:e|s|es| ?\(e\)|[.-]e)?|d\. ?naiss(?:ance)?|(?:date|jour"
    r"|dates?) (?:de )?nais(?:sance|s)?\.?|naissance"
    r"|naiss\.?|ddn|d\.d\.n\.?|dob|d\.o\.b\.?|birth ?date|(?:date of )?birth|born|dn)"
)
_BETWEEN = (
    r"(?:[ :=.,()\n\"|-]{1,4}(?:(?i:le|1e|un|en|on|au|du|de|la|est|jour|fin|d[ée]but|mi|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|courant|vers"
    r"|patiente?"
    r"|enfant|b[ée]b[ée]|[aà] terme|pr[ée]matur[ée]e?|dob|ddn|jj/mm/aaaa|the|of)(?!\w))?){1,5}?"
)
_PLACE = r"(?: (?:[àa]|au|aux|en) [A-ZÉÈ][^\d\n;:]{1,25}?)?"
_FORMAT = r"(?: ?\([^()\d\n]{3,20}\))?"
"""« DDN (jj/mm/aaaa) »."""
_SURE = (
    r"(?i:(?:date|jour) (?:de )?naissance|ddn|d\.d\.n\.?|dob|d\.o\.b\.?|birth ?date|date of birth)"
    r"[^\d\n.;]{1,45}?[ :=]"
)
"""A birth's, whatever words follow: « date de naissance donnée par la mère : »."""
_BIRTH = re.compile(
    rf"(?<!\w)(?:(?:{_WORD})(?!\w){_FORMAT}{_PLACE}{_BETWEEN}|{_SURE})(?P<day>{_DAY})"
)
_ITS_YEAR = re.compile(
    r"(?<!\w)(?i:ann[ée]e de naissance|birth year|year of birth)(?:[ :=]{1,3}| est )"
    r"(?P<day>(?:19|20)\d\d)(?!\d)"
)
_TELLING = frozenset(
    (
        *("né", "ne", "née", "nee", "nés", "nes", "nées", "nees", "mis", "mise", "vu", "date"),
        *("dates", "jour", "nais", "naiss", "naissance", "ddn", "n", "dob", "b", "birth"),
        *("birthdate", "born", "dn"),
    )
)
"""Of what tells of a birth, a word that stands by itself."""
_SEVERAL = re.compile(r"(?i:n[ée]e?s)\b")
_WHOLE = re.compile(rf"(?:(?:1er|[0-3]?\d|{_NTH})(?:{_APART}| )|\d{{6}})")
_NO_PERSON = re.compile(
    rf"(?<!\w)(?:{any_of(WORDS.organisations)}|(?i:usages?|id[ée]e|signal|projet|pratique"
    rf"|loi|international))(?!\w)"
    r"[^.;\n]{0,30}$"
)
_FAR = 40


@lru_cache(maxsize=8)
def birth_days_in(text: str) -> tuple[Span, ...]:
    """Places of the days of birth, in order."""
    found = [match.span("day") for match in _births(text) if _of_somebody(text, match)]
    if has_figures(text):
        found += (match.span("day") for match in _ITS_YEAR.finditer(text))
    return tuple(sorted(set(found)))


@lru_cache(maxsize=8)
def birth_words_in(text: str) -> Mapping[int, int]:
    """Of each day of birth, where the word that says so starts."""
    return {match.start("day"): match.start() for match in _births(text)}


def _births(text: str) -> Iterable[re.Match[str]]:
    return () if said_in(text).isdisjoint(_TELLING) else _BIRTH.finditer(text)


def _of_somebody(text: str, match: re.Match[str]) -> bool:
    if _SEVERAL.match(match.group()) and not _WHOLE.match(match["day"]):
        return False  # « nés en mars 2020 » tells a population
    before = max(0, match.start() - _FAR)
    return _NO_PERSON.search(text, before, match.start()) is None


def births_alone_in(text: str, taken: Callable[[], Iterable[Span]]) -> Iterator[Span]:
    """The days of birth that stand in no place of those that ``taken`` gives."""
    days = birth_days_in(text)
    others = sorted(taken()) if days else []
    last = place = 0
    for start, end in days:
        while place < len(others) and others[place][0] <= start:
            last, place = max(last, others[place][1]), place + 1
        if end > last:
            yield start, end
