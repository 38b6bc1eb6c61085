"""Initials with a date of birth in free text; a date alone is not enough.

Each date is looked at with what stands just before and just after it, so that time grows with the
length of the text only.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_MONTHS = (
    r"janv(?:ier|\.)?|f[ée]v(?:rier|r?\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t"
    r"|sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|d[ée]c(?:embre|\.)?"
)
_DAY = re.compile(
    r"(?<!\d)(?:[0-3]?\d[/.-][01]?\d[/.-](?:19|20)?\d\d"
    rf"|(?:1er|[0-3]?\d) (?i:{_MONTHS}) (?:19|20)\d\d"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d"
    r"|[0-3]\d [01]\d (?:19|20)\d\d)(?!\d)"
)
_LETTER = "[A-ZÉÈÀ]"
_NO_LETTER_BEFORE = r"(?<![^\W\d_])(?<![^\W\d_]\.)"
_DOTTED = rf"{_NO_LETTER_BEFORE}{_LETTER}\. ?-?{_LETTER}\.(?: ?-?{_LETTER}\.)?(?!{_LETTER})"
_BARE = rf"{_NO_LETTER_BEFORE}{_LETTER} ?-?{_LETTER}(?![^\W\d_]|\.?{_LETTER}\.)"
_ANY = (
    rf"{_NO_LETTER_BEFORE}{_LETTER}\.? ?-?{_LETTER}(?:\.? ?-?{_LETTER})?(?![^\W\d_]|\.{_LETTER})\.?"
)
_SAID = rf"(?i:\binitiales?)[ :]{{0,3}}(?P<initials>{_ANY})"
_BORN = r"(?i:\bn[ée](?:e|\(e\)|·e)?\b|\bnaissance\b|\bddn\b)[^\n\d]{0,12}"

_BORN_ON = re.compile(rf"{_BORN}$")
_SAID_BEFORE = re.compile(rf"{_SAID}[^\n\d]{{0,25}}$")
_NAMED_BEFORE = (
    re.compile(rf"(?P<initials>{_DOTTED})[ ,(:;\u2013\u2014-]{{0,4}}$"),
    re.compile(rf"(?P<initials>{_BARE}) ?[,(:;\u2013\u2014][ (]{{0,2}}$"),
    _SAID_BEFORE,
)
_NAMED_AFTER = re.compile(rf"[ ,.(:;\n\u2013\u2014-]{{0,5}}{_SAID}")
_NAMED_AFTER_BIRTH = re.compile(rf"[ ,(:;\n\u2013\u2014-]{{1,5}}(?P<initials>{_DOTTED}|{_BARE})")
_INITIALS = re.compile(rf"(?P<initials>{_ANY})")
_FAR = 60
"""Characters before a date in which initials are looked for."""
_FROM_INITIALS_TO_BORN = re.compile(r"[^\n]{0,25}\n?[^\n]{0,12}")

_SHORT = re.compile(r"BO|CI|CR|CT|DM|DP|EI|EU|FR|IM|IV|JO|LP|NC|PO|PV|SC|TA|UE|UI|UK|US|VS")
_LONG = re.compile(
    r"A[AI][CP]|ADN|AMM|ARN|ATU|AVK|BNP|BPM|CHU|CI[PS]|CNR|CP[CKP]|CRP|DCI|DFG|ECG|EEG|EIG|EMA|ETP"
    r"|FDA|GHS|HAS|HTA|INN|INR|IRM|KOL|LDL|MHRA|NFS|OMS|PCR|PGR|PUI|RAS|RCP|SMR|TSH|UNC|VGM|VIH"
)
"""What stands before a date in a report without being a person's initials."""
_OFTEN = re.compile(
    r"AC|AG|AP|BE|BU|CA|CH|CV|DC|DE|EC|ES|FA|FC|FV|GB|GR|HB|HR|IC|ID|IR|IT|LI|NL|NS|PA|PQ|PT|QT|RR"
    r"|RX|SA|TC|TG|TP|VO|VR"
)
"""As often a measure, a country or a form as a person: not a person's beside a recent day."""
_RECENT, _TO_COME = 2000, 40
_SIGNED = re.compile(
    r"(?i:\b(?:par|auteurs?|r[ée]dig[ée]e?s?|r[ée]dact(?:eur|rice)|relue?s?|relecture|valid[ée]e?s?"
    r"|sign[ée]e?s?|visas?|dre?|pr|docteur|professeur|[ée]valuat(?:eur|rice)|et al))\b[ .,:]{0,3}"
    r"(?:le )?$"
)
"""Words before the initials of who wrote, not of a patient."""
_SURNAME = re.compile(r"(?<![^\W\d_])(?P<name>[A-ZÉÈ][a-zàâçéèêëîïôûü]{2,25}),? $")
_NO_SURNAME = frozenset(
    {
        "Avec", "Bébé", "Cas", "Chez", "Enfant", "Femme", "Fille", "Homme", "Madame", "Malade",
        "Mlle", "Mme", "Monsieur", "Nourrisson", "Nouveau", "Observation", "Patient", "Patiente",
        "Pour", "Sujet",
    }
)  # fmt: skip


def births_in(text: str) -> Iterator[Span]:
    """Places of initials with a date of birth, from the first to the last of both, in order."""
    end = -1
    for match in _DAY.finditer(text):
        span = _around(text, match.start(), match.end())
        if span is not None and span[0] >= end:
            yield span
            end = span[1]


def _around(text: str, start: int, end: int) -> Span | None:
    """The place of a day and of the initials beside it; ``None`` without initials."""
    born = _BORN_ON.search(text, max(0, start - _FAR), start)
    for first in _before(text, start, born):
        return first, end
    named = _NAMED_AFTER.match(text, end)
    if named is None and born is not None:
        named = _NAMED_AFTER_BIRTH.match(text, end)
        if named is not None and _is_acronym(named):
            named = None  # « né le 12/03/1956, IRM normale »
    if named is None:
        return None
    return born.start() if born else start, named.end()


def _before(text: str, start: int, born: re.Match[str] | None) -> Iterator[int]:
    """Where initials start that belong to the day at ``start``."""
    window = max(0, start - _FAR)
    if born is not None:
        for match in _INITIALS.finditer(text, window, born.start()):
            near = _FROM_INITIALS_TO_BORN.fullmatch(text, match.end(), born.start())
            if near and not _LONG.fullmatch(_letters(match)):
                yield match.start()
    for pattern in _NAMED_BEFORE:
        found = pattern.search(text, window, start)
        if found and (pattern is _SAID_BEFORE or _is_a_patient(text, found, start)):
            yield found.start()


def _is_a_patient(text: str, named: re.Match[str], start: int) -> bool:
    """Whether what looks like initials before the day at ``start`` can be a patient's.

    Not an acronym, nor who signed; beside a recent day, nor a measure (« GB : 12/03/2020 ») or an
    author's (« Martin J.P., 12/03/2020 »).
    """
    before = max(0, named.start() - _FAR)
    if _is_acronym(named) or _SIGNED.search(text, before, named.start()):
        return False
    day = _DAY.match(text, start)
    if day is None or _year(day.group()) < _RECENT:
        return True
    label = "." not in named["initials"] and text[named.end("initials") : start].strip() in {
        ":",
        "(",
    }
    surname = _SURNAME.search(text, before, named.start())
    author = surname is not None and surname["name"] not in _NO_SURNAME
    return not (label or author or _OFTEN.fullmatch(_letters(named)))


def _year(day: str) -> int:
    """Year of a day; of two digits, the last one that is not to come."""
    whole = re.search(r"(?<!\d)\d{4}(?!\d)", day)
    if whole:
        return int(whole.group())
    short = int(day[-2:])
    return short + (_RECENT if short < _TO_COME else _RECENT - 100)


def _letters(match: re.Match[str]) -> str:
    return re.sub(r"[^A-ZÉÈÀ]", "", match["initials"])


def _is_acronym(match: re.Match[str]) -> bool:
    letters = _letters(match)
    return bool(_SHORT.fullmatch(letters) or _LONG.fullmatch(letters))
