"""Names of people in that of a document about them: « CR hospitalisation MAILLOT Denis.pdf »."""

import re
from collections.abc import Iterator
from itertools import pairwise

from french.text import fold
from triage.patient_data.persons.kinds import is_first_name, is_of_another, is_strange
from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_FILE = re.compile(
    r"(?<![\w./-])(?P<name>[^\n/\\;:,()«»\"|.]{3,90}(?:\.[^\n/\\;:,()«»\"|. ]{1,30}){0,2}?)"
    r"\.(?i:pdf|docx?|odt|rtf|txt|jpe?g|png|tiff?|heic|xlsx?|csv|msg|eml|zip|dcm)(?!\w)"
)
_OF_A_PATIENT = re.compile(
    rf"(?<![^\W\d_])(?:{any_of(WORDS.documents)}|{any_of(WORDS.patients)})(?![^\W\d_])"
)
_BIRTH = re.compile(
    r"(?<!\d)(?:[0-3]\d ?[._-]?[01]\d[._-]?(?:19|20)\d\d|(?:19[2-9]|20[0-2])\d[01]\d[0-3]\d)(?!\d)"
)
_AND_BIRTH = re.compile(rf"[ _.-]{{1,3}}(?:{_BIRTH.pattern}|19\d\d(?!\d))")
_WORD = re.compile(r"[^\W\d_]{2,30}(?:['][^\W\d_]{2,30})?")
_APART = re.compile(r"[ _.-]{1,3}")
_WHOLE = 2
STEMS = (".pdf", ".doc", ".odt", ".rtf", ".txt", ".jp", ".png", ".tif", ".heic", ".xls", ".csv",
         ".msg", ".eml", ".zip", ".dcm")  # fmt: skip


def file_names_in(text: str) -> Iterator[Span]:
    """Places of a first name and a surname, in either order, in names of files."""
    for match in _FILE.finditer(text):
        told = _OF_A_PATIENT.search(match["name"].replace("_", " ")) or _BIRTH.search(match["name"])
        if told:
            yield from _names(text, *match.span("name"))


def _names(text: str, start: int, end: int) -> Iterator[Span]:
    words = list(_WORD.finditer(text, start, end))
    for one, other in pairwise(words):
        if not _APART.fullmatch(text, one.end(), other.start()):
            continue
        pair = (one.group(), other.group())
        first = [is_first_name(fold(word)) for word in pair]
        strange = [is_strange(word) for word in pair]
        shouted = [word.isupper() and len(word) > _WHOLE for word in pair]
        known = all(first) or any(
            one and (odd or (loud and not quiet))
            for one, odd, loud, quiet in zip(
                first, strange[::-1], shouted[::-1], shouted, strict=True
            )
        )
        if known and not is_of_another(pair):
            birth = _AND_BIRTH.match(text, other.end(), end)
            yield one.start(), birth.end() if birth else other.end()
