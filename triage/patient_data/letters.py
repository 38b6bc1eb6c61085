"""Letters that stand for a name, beside an age, a birth or a word for who it is."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from french.text import fold
from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.births import SIGNED, days_in, is_old
from triage.patient_data.persons.around import tells_of_one
from triage.patient_data.words import WORDS, any_of, folded

Span = tuple[int, int]

_SEPARATED = (
    r"[A-ZÉÈÀ](?:(?:\.{1,3}[ -]{0,2}|[-/_·*' ])(?:(?:d[eu]|l[ea]|van|von|el|ben) )?[A-ZÉÈÀ]){1,3}"
    r"(?![^\W\d_])\.{0,3}"
)
_LETTERS = re.compile(
    rf"(?<![\w])(?<!\w['’.@/-])(?P<initials>{_SEPARATED}|[A-ZÉÈ]{{2,4}})(?![\w'’@]|[.-]\w)"
)
_BEFORE = any_of((*WORDS.patients, *WORDS.children, *WORDS.civilities, *WORDS.before_initials))
_TOLD_BEFORE = re.compile(
    rf"(?<![^\W_])(?<!\d ){_BEFORE}(?:[ .]{{0,2}}(?:n° ?)?\d{{1,3}}(?!\d))?"
    rf"(?:[ ,.:;=(\[\"«/|#-]{{1,4}}{any_of(WORDS.to_initials)}?){{1,3}}$"
)
_AGE_AFTER = re.compile(
    rf"[^\w]{{0,4}}(?:\(?(?:[FHM]|{any_of(WORDS.sexes)})\)?[^\w]{{1,4}})?"
    r"(?:(?i:[âa]g[ée]e?(?: de)?|n[ée]e?(?: le| en)?|ddn|dn|dob|born)[ :=]{0,3})?"
)
_NUMBERED = re.compile(r"[ :]{1,3}(?:n°|nº|N°|no?\b|num)")
"""« dossier DS n° 24000142 » is one of the démarche."""
_SAID = re.compile(r"(?<!\w)(?i:initiales?|initials)(?!\w)")
_NONE = frozenset(WORDS.no_initials)
_WORDS = folded((*WORDS.grammar, *WORDS.units))
_LONG = frozenset(WORDS.acronyms_long)
_SHORT = frozenset(WORDS.acronyms_short)
_OFTEN = frozenset(WORDS.acronyms_often)
_BEGINNINGS = frozenset({"", ".", "\n", ";", ":", "-", "(", "/", "|", "«"})
_FAR, _AFTER, _NEAR, _SIGNS = 60, 40, 6, " ,;:()/|-\n"
_PAIR, _THREE, _MOST = 2, 3, 4


def letters_in(text: str) -> Iterator[Span]:
    """Places of such letters; an acronym, or a word, is none."""
    births = birth_days_in(text)
    days = (one for one in days_in(text) if one in births or is_old(text[slice(*one)]))
    marks = sorted((*ages_in(text), *days))
    if not marks and not tells_of_one(text):
        return
    for said in _SAID.finditer(text):
        for one in _LETTERS.finditer(text, said.end(), said.end() + 30):
            letters = _of(one)
            near = "." not in text[said.end() : one.start()]
            if near and letters not in _NONE and _PAIR <= len(letters) <= _THREE:
                yield one.span("initials")
    for match in _LETTERS.finditer(text):
        if _are_of_one(text, match, marks):
            yield match.span("initials")


def _of(match: re.Match[str]) -> str:
    return re.sub(r"[^A-ZÉÈÀ]", "", match["initials"])


def _are_of_one(text: str, match: re.Match[str], marks: Sequence[Span]) -> bool:
    start, end = match.span("initials")
    letters = _of(match)
    apart = len(letters) < end - start - (match["initials"][-1] == ".")
    if letters in _NONE | _LONG or not _PAIR <= len(letters) <= _MOST:
        return False
    if not apart and (letters in _SHORT or fold(letters) in _WORDS):
        return False
    if SIGNED.search(text, max(0, start - _FAR), start) or _NUMBERED.match(text, end):
        return False
    aged = _is_aged(text, start, end, marks)
    if _TOLD_BEFORE.search(text, max(0, start - _FAR), start):
        return aged or apart or len(letters) < _MOST
    if not aged or letters in _OFTEN:
        return False
    begins = text[max(0, start - 2) : start].strip(" ") in _BEGINNINGS
    return apart or len(letters) == _PAIR or begins


def _is_aged(text: str, start: int, end: int, marks: Sequence[Span]) -> bool:
    """Whether an age or a birth stands beside."""
    place = bisect_left(marks, (start, end))
    return any(
        (0 <= first - end < _AFTER and _AGE_AFTER.fullmatch(text, end, first))
        or (0 <= start - last < _NEAR and not text[last:start].strip(_SIGNS))
        for first, last in marks[max(0, place - 2) : place + 2]
    )
