"""Initials with a date of birth in a plain text; a date alone is not enough.

Each date is looked at with what stands just before and just after it, so that time grows with the
length of the text only.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from french.text import fold
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.calendar_days import calendar_days_in
from triage.patient_data.words import WORDS, any_of, folded, has_figures

Span = tuple[int, int]

_MONTH = rf"{any_of(WORDS.months)}\.?"
_WORDED = rf"{any_of(WORDS.numbers)}(?:[ -]{any_of(WORDS.numbers)}){{0,7}}"
_SIGN = r" ?[/.-] ?"
_SHORT_MONTH = (
    r"(?i:jan|f[eé][bv]|mar|a[pv]r|ma[yi]|june?|juin|jul|juil|aug|ao[uû]t|sept?|oct|nov|d[eé]c)"
    r"|(?<=[./-])(?:I{1,3}|I?[VX]|VI{1,3}|XI{1,2})(?=[./-])"
)
"""« 22-Nov-1961 », « 05.XII.1940 »."""
_AFTER_BORN = (
    r"(?:(?<=n[ée] en )|(?<=n[ée]e en )"
    r"|(?<=n[ée] vers )|(?<=n[ée]e vers )|(?<=n[ée] le )|(?<=n[ée]e le )|(?<=\(e\) en )"
    r"|(?<=\(e\) le )|(?<=aissance )|(?<=aissance : )|(?<=aissance: )|(?<=(?i:ddn) )"
    r"|(?<=(?i:ddn) : )|(?<=(?i:ddn): ))"
)
"""After « né en », « naissance : »: a year, a month or figures alone are a birth's."""
_AFTER = re.compile(
    rf"(?=['\d])(?:(?<!\d){_AFTER_BORN}(?:(?:19|20)\d\d|(?:0?[1-9]|1[0-2])[/.-](?:19|20)\d\d"
    r"|[0-3]\d[01]\d(?:19|20)\d\d)(?!\d|[/.-]\d)"
    r"|(?:(?<=n[ée] en )|(?<=n[ée]e en )|(?<=\(e\) en ))'?\d\d(?![/.-])(?!\d)"
    r"|(?<![\d/.-])(?:0[1-9]|1[0-2])/19[2-8]\d(?!\d))"
)
_DAY_OF_MONTH = re.compile(
    rf"(?<!\w){_MONTH} 19\d\d(?!\w)"
    rf"|(?:(?<=n[ée] en )|(?<=n[ée]e en )){_MONTH} (?:20\d\d|'?\d\d)(?!\w)"
    r"|(?:(?<=n[ée] le )|(?<=n[ée]e le )|(?<=n[ée] un )|(?<=n[ée]e un ))"
    rf"(?:1er|[0-3]?\d|{_WORDED}) {_MONTH}(?!\w)"
)
_MONTH_THERE = re.compile("|".join(sorted({one[:3] for one in WORDS.months})), re.IGNORECASE)
_LETTER = "[A-ZÉÈÀ]"
_NO_LETTER_BEFORE = r"(?<![^\W\d_])(?<![^\W\d_]\.)"
_DOTTED = (
    rf"{_NO_LETTER_BEFORE}{_LETTER}\. ?-?{_LETTER}"
    rf"(?:\.(?: ?-?{_LETTER}\.)?(?!{_LETTER})|(?![^\W_]|\.?{_LETTER}))"
)
_BARE = rf"{_NO_LETTER_BEFORE}{_LETTER} ?-?{_LETTER}(?![^\W\d_]|\.?{_LETTER}\.)"
_ANY = (
    rf"{_NO_LETTER_BEFORE}{_LETTER}\.? ?-?{_LETTER}(?:\.? ?-?{_LETTER})?(?![^\W\d_]|\.{_LETTER})\.?"
)
_LOWER = rf"{_NO_LETTER_BEFORE}(?:[a-z]\. ?[a-z]\.|[a-z]{{2}})(?![^\W\d_])"
_SAID = (
    r"(?i:\binitiales?|\binitials|\binits?\.?)(?i: (?:du|de la|patiente?)){0,3}[ :]{0,3}"
    rf"(?P<initials>{_ANY}|[A-Z]/[A-Z](?!\w))"
)
_BORN = r"(?i:\bn[ée](?:e|\(e\)|[.]e)?\b|\bnaissance\b|\bddn\b)[^\n\d]{0,30}"

_BORN_ON = re.compile(rf"{_BORN}$")
_SAID_BEFORE = re.compile(rf"{_SAID}[^\n\d]{{0,25}}$")
_DOTTED_BEFORE = re.compile(
    rf"(?P<initials>{_DOTTED})(?:[ ,(:;/-]{{0,4}}|,? \(?[FHM]\)?[ ,:]{{1,3}})$"
)
_BARE_BEFORE = re.compile(rf"(?P<initials>{_BARE}) ?[,(:;][ (]{{0,2}}$")
_BESIDE_BEFORE = re.compile(rf"(?P<initials>{_BARE})(?:[ /-]{{1,6}}| \(?[FHM]\)?[ ,]{{1,2}})$")
_THREE_BEFORE = re.compile(
    r"(?:^|[\n.;] ?|(?i:patiente?|cas|pte?|malade)(?: ?n° ?\d{1,3})?[ :]{1,3})"
    r"(?P<initials>[A-Z]{3,4})[ ,(:/-]{1,4}$"
)
"""Three letters where a case begins."""
_LOWER_BEFORE = re.compile(rf"(?P<initials>{_LOWER}) ?[,(:;][ (]{{0,2}}$")
_NAMED_BEFORE = (
    *(_DOTTED_BEFORE, _BARE_BEFORE, _BESIDE_BEFORE),
    *(_THREE_BEFORE, _LOWER_BEFORE, _SAID_BEFORE),
)
_NAMED_AFTER = re.compile(rf"[ ,.(:;\n-]{{0,5}}{_SAID}")
_NAMED_AFTER_BIRTH = re.compile(
    rf"[ ,(:;\n-]{{1,5}}(?:(?i:patiente?) )?(?P<initials>{_DOTTED}|{_BARE})"
)
_INITIALS = re.compile(rf"(?P<initials>{_ANY}|{_LOWER})")
_FAR = 60
"""Characters before a date in which initials are looked for."""
_FROM_INITIALS_TO_BORN = re.compile(r"[^\n]{0,25}\n?[^\n]{0,12}")

_SHORT = frozenset((*WORDS.acronyms_short, *map(str.upper, WORDS.grammar)))
"""What stands before a date in a report without being a person's initials; so the long ones."""
_LONG = frozenset(WORDS.acronyms_long)
_OFTEN = frozenset(WORDS.acronyms_often)
"""As often a measure, a country or a form as a person: not a person's beside a recent day."""
_DOTTED_OFTEN = frozenset(WORDS.acronyms_dotted)
_SMALL = folded(WORDS.small_words)
_RECENT, _TO_COME = 2000, 31
SIGNED = re.compile(rf"\b(?:{any_of(WORDS.signed)})\b[ .,:]{{0,3}}(?:le )?$")
"""Words before the initials of who wrote, not of a patient."""
_SURNAME = re.compile(r"(?<![^\W\d_])(?P<name>[A-ZÉÈ][a-zàâçéèêëîïôûü]{2,25}),? $")
_NO_SURNAME = folded(WORDS.not_names) | {"avec"}


@lru_cache(maxsize=8)
def days_in(text: str) -> tuple[Span, ...]:
    """Places of days of the calendar, in figures or in words; of a month before 2000.

    After « né en », a year or any month is one.
    """
    found = [*calendar_days_in(text)]
    if has_figures(text):
        found += (match.span() for match in _AFTER.finditer(text))
    if _MONTH_THERE.search(text):
        found += [match.span() for match in _DAY_OF_MONTH.finditer(text)]
    found += birth_days_in(text)
    return tuple(sorted(set(found)))


def is_old(day: str) -> bool:
    """Whether a day is before 2000: of a birth rather than of a document."""
    return _year(day) < _RECENT


_OF_A_PATIENT = re.compile(
    rf"(?<!\w){any_of((*WORDS.patients, *WORDS.children))} (?:{_DOTTED}|{_BARE})[ ,(]{{1,3}}"
    rf"(?:(?:n[ée]e? )?(?:le |un )?)(?:(?:1er|[0-3]?\d) {_MONTH}|[0-3]\d/[01]\d)(?![\w/.])"
)
"""« patient KT, 3 juin »: a day without its year."""


def births_in(text: str) -> Iterator[Span]:
    """Places of initials with a date of birth, from the first to the last of both, in order."""
    end = -1
    for match in _OF_A_PATIENT.finditer(text):
        yield match.span()
    for day in days_in(text):
        span = _around(text, *day)
        if span is not None and span[0] >= end:
            yield span
            end = span[1]


def _around(text: str, start: int, end: int) -> Span | None:
    """The place of a day and of the initials beside it; ``None`` without initials."""
    born = _BORN_ON.search(text, max(0, start - _FAR), start)
    for first in _before(text, start, end, born):
        return first, end
    named = _NAMED_AFTER.match(text, end)
    if named is None and born is not None:
        named = _NAMED_AFTER_BIRTH.match(text, end)
        if named is not None and _is_acronym(named):
            named = None  # « né le 12/03/1956, IRM normale »
    if named is None:
        return None
    return born.start() if born else start, named.end()


def _before(text: str, start: int, end: int, born: re.Match[str] | None) -> Iterator[int]:
    """Where initials start that belong to the day at ``start``."""
    window = max(0, start - _FAR)
    if born is not None:
        for match in _INITIALS.finditer(text, window, born.start()):
            near = _FROM_INITIALS_TO_BORN.fullmatch(text, match.end(), born.start())
            if near and not _is_word(match) and _letters(match) not in _LONG:
                yield match.start()
    for pattern in _NAMED_BEFORE:
        found = pattern.search(text, window, start)
        if found is None or _is_word(found):
            continue
        if pattern is _SAID_BEFORE or _is_a_patient(text, found, start=start, end=end):
            yield found.start()


def _is_a_patient(text: str, named: re.Match[str], *, start: int, end: int) -> bool:
    """Whether what looks like initials before the day at ``start`` can be a patient's.

    Not an acronym, nor who signed; beside a recent day, nor a measure (« GB : 12/03/2020 »), an
    author's (« Martin J.P., 12/03/2020 ») or letters with nothing between.
    """
    before = max(0, named.start() - _FAR)
    if _is_acronym(named) or SIGNED.search(text, before, named.start()):
        return False
    beside = named.re in {_BESIDE_BEFORE, _LOWER_BEFORE, _THREE_BEFORE}
    if is_old(text[start:end]):
        return not (beside and _letters(named) in _OFTEN)
    if beside:
        return False
    label = "." not in named["initials"] and text[named.end("initials") : start].strip() in {
        ":",
        "(",
    }
    surname = _SURNAME.search(text, before, named.start())
    author = surname is not None and fold(surname["name"]) not in _NO_SURNAME
    return not (label or author or _letters(named) in _OFTEN)


def _year(day: str) -> int:
    """Year of a day; of two digits, the last one that is not to come."""
    whole = re.search(r"(?<!\d)\d{4}(?=$|\D|\d{4}$)|(?<=[^\W\d_])\d{4}$", day)
    if whole:
        return int(whole.group())
    if not day[-2:].isdigit():
        return _RECENT if "deux mille" in fold(day) else _RECENT - 100
    short = int(day[-2:])
    return short + (_RECENT if short < _TO_COME else _RECENT - 100)


def _letters(match: re.Match[str]) -> str:
    return re.sub(r"[^A-ZÉÈÀ]", "", match["initials"].upper())


def _is_acronym(match: re.Match[str]) -> bool:
    letters = _letters(match)
    if "." in match["initials"] and len(letters) == 2:  # noqa: PLR2004
        return letters in _DOTTED_OFTEN
    return letters in _SHORT or letters in _LONG


def _is_word(match: re.Match[str]) -> bool:
    """Whether small letters are a word, as « le » or « du »."""
    typed: str = match["initials"]
    return typed.islower() and typed.replace(".", "").replace(" ", "") in _SMALL
