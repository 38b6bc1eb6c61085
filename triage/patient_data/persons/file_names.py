"""Names of people in that of a document about them: « CR hospitalisation MAILLOT Denis.pdf »."""

import re
from collections.abc import Iterator, Sequence

from triage.patient_data.persons.kinds import (
    PROFESSIONS,
    bare_word,
    is_acronym,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    tells_a_medicine,
)
from triage.patient_data.words import WORDS, any_of, folded

Span = tuple[int, int]

_FILE = re.compile(
    r"(?<![\w./-])(?P<name>[^\n/\\;:,()«»\"|.]{3,90}(?:\.[^\n/\\;:,()«»\"|. ]{1,25}){0,6}?)"
    r"(?:\.| (?=(?:pdf|docx|jpe?g)(?!\w)))"
    r"(?i:pdf|docx?|odt|rtf|txt|jpe?g|png|tiff?|heic|xlsx?|csv|msg|eml|zip|dcm|hpr|hl7|xml|json|heif|webp|bmp|pages|odg|mp4|mp3|wav|m4a)(?!\w)"
)
_OF_A_PATIENT = re.compile(
    rf"(?<![^\W\d_])(?:{any_of(WORDS.documents)}|{any_of(WORDS.patients)})(?![^\W\d_])"
)
_BIRTH = re.compile(
    r"(?<!\d)(?:[0-3]\d ?[._-]?[01]\d[._-]?(?:19|20)\d\d|(?:19[2-9]|20[0-2])\d[01]\d[0-3]\d)(?!\d)"
)
_AND_BIRTH = re.compile(rf"[ _.-]{{1,3}}(?:{_BIRTH.pattern}|19\d\d(?!\d))")
_APART = re.compile(r"[ _.-]{1,3}")
_SHORT = 4
_WORDS = folded(WORDS.small_words)
_DOCUMENTS = folded(tuple(word for one in WORDS.documents for word in one.split()))
STEMS = (" pdf", " docx", " jp", ".pdf", ".doc", ".odt", ".rtf", ".txt", ".jp", ".png", ".tif",
         ".heic", ".xls", ".csv",
         ".msg", ".eml", ".zip", ".dcm",
         ".h", ".xml", ".json", ".webp", ".bmp", ".mp", ".wav", ".m4a")  # fmt: skip


def file_names_in(text: str) -> Iterator[Span]:
    """Places of names, and of births and numbers beside them, in names of files."""
    for match in _FILE.finditer(text):
        yield from _names(text, *match.span("name"))


_TOKEN = re.compile(r"[^\W\d_]{1,40}(?:['’][^\W\d_]{1,40})?|\d{1,40}")
_PARTICLES = folded(WORDS.particles)
_CIVIL = folded(WORDS.civilities)
_RECORD = re.compile(
    r"(?i:ipp|nip|nda|iep|dossier|patient)[ _.:-]{0,2}(?P<value>[A-Z]?\d{6,12})(?!\d)"
)


def _names(text: str, start: int, end: int) -> Iterator[Span]:
    name = text[start:end]
    told = _OF_A_PATIENT.search(name.replace("_", " ")) or _BIRTH.search(name)
    for match in _RECORD.finditer(text, start, end):
        yield match.span("value")
    run: list[re.Match[str]] = []
    civil = False
    for word in (*_TOKEN.finditer(text, start, end), None):
        if word is not None and _goes_on(text, word, run, civil=civil):
            run.append(word)
            continue
        while run and bare_word(run[-1].group()) in _PARTICLES:
            run.pop()
        words = [one.group() for one in run]
        if words and _is_somebody(words, told=told is not None, civil=civil):
            birth = _AND_BIRTH.match(text, run[-1].end(), end)
            yield run[0].start(), birth.end() if birth else run[-1].end()
        civil = word is not None and bare_word(word.group()) in _CIVIL
        run = [word] if word is not None and _may_be(word.group(), [], civil=civil) else []


def _goes_on(text: str, word: re.Match[str], run: Sequence[re.Match[str]], *, civil: bool) -> bool:
    """Whether a word stands just behind those of a name, and may be one of it."""
    beside = not run or _APART.fullmatch(text, run[-1].end(), word.start()) is not None
    return beside and _may_be(word.group(), run, civil=civil)


def _may_be(word: str, run: Sequence[re.Match[str]], *, civil: bool) -> bool:
    """Whether a word of the name of a file may be a part of somebody's."""
    bare = bare_word(word)
    if word.isdigit() or bare in _DOCUMENTS or bare in PROFESSIONS:
        return False
    if len(word) == 2 and bare not in _WORDS and bare not in _PARTICLES:  # noqa: PLR2004
        return not word.isupper() or bool(run)
    if bare in _PARTICLES or len(word) == 1:
        return bool(run) or (bare in _PARTICLES and len(word) > 1)
    if is_of_another((word,)) or tells_a_medicine((word,)) or is_acronym(word):
        return False
    shouted = word.isupper() and len(word) > _SHORT
    if is_first_name(bare) or is_strange(word) or civil or shouted:
        return True
    return bool(run) and word[0].isupper() and is_first_name(bare_word(run[-1].group()))


def _is_somebody(words: Sequence[str], *, told: bool, civil: bool) -> bool:
    long = [one for one in words if len(one) > 1 and bare_word(one) not in _PARTICLES]
    if not long or is_of_another(long):
        return False
    first = any(is_first_name(bare_word(one)) for one in long)
    if civil or len(long) > 1:
        return civil or first or (told and any(map(is_strange, long)))
    return told and (len(words) > 1 or is_usual(long[0]) or len(long[0]) > _SHORT)
