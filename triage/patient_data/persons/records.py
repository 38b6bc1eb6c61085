"""Rows about one person, without titles: « KOFFI;Amenan;14/06/1981;F », « JD / 51 ans / F ».

A row with a cell that is an age, or a day, and cells that look like a name or initials beside it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from triage.patient_data.ages import ages_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.persons.kinds import (
    PROFESSIONS,
    bare_word,
    is_acronym,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    looks_like_a_name,
    tells_a_medicine,
)

Span = tuple[int, int]

_SIGNS = (
    *((";", re.compile(";")), ("|", re.compile(r"\|")), ("\t", re.compile("\t"))),
    *(('"', re.compile(r"(?<=\") ?, ?(?=\")")), ("»", re.compile(r"(?<=») ?, ?(?=«)"))),
    *((",", re.compile(r",(?! )")), ("/", re.compile(" / ?")), ("-", re.compile(" - "))),
)
"""What stands between cells, after a character that is there twice at least."""
_PROSE = re.compile(", ")
_SEXED = re.compile(r", (?:[FHM]|(?i:femme|homme))(?=,)")
_CELL = re.compile(
    r"[\s\"«»'(]{0,9}(?:(?i:cas|patiente?|pte?|obs(?:ervation)?\.?)(?: ?n?°? ?\d{1,3})?[ :=]{1,3})?"
    r"(?P<said>.{0,60}?)[\s\"«»')]{0,9}",
    re.DOTALL,
)
_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][^\W\d_]{0,29}\.?(?:[ '-]{1,2}(?:[A-ZÀ-ÖØ-Þ][^\W\d_]{0,29}\.?|d[eu]|la|le)){0,3}"
)
_INITIALS = re.compile(r"[A-ZÉÈ]\.?[ -]?[A-ZÉÈ]\.?(?:[ -]?[A-ZÉÈ]\.?)?")
_SHORT_DAY = re.compile(r"[0-3]\d[01]\d(?:19|20)?\d\d")
_SEX = re.compile(r"[FHM]|(?i:femme|homme|f[ée]minin|masculin|fille|gar[çc]on)")
_A_DIGIT = re.compile(r"\d")
_FEWEST, _MOST = 3, 40
_LONGEST = 60
_ACRONYM = 4
"""Letters of a word in capitals up to which it may stand for a thing."""


def records_in(text: str) -> Iterator[Span]:
    """Places of names, or initials, in the cells of such rows, with the day beside them."""
    start = 0
    for line in text.split("\n"):
        if _A_DIGIT.search(line):
            for sign in _signs_of(line):
                if cells := _cells(line, sign):
                    people = _people(line, cells, prose=sign is _PROSE)
                    yield from ((start + first, start + last) for first, last in people)
        start += len(line) + 1


def _signs_of(line: str) -> Iterator[re.Pattern[str]]:
    """What may stand between the cells of a line."""
    yield from (sign for character, sign in _SIGNS if line.count(character) > 1)
    if _SEXED.search(line):
        yield _PROSE


def _cells(line: str, sign: re.Pattern[str]) -> Sequence[Span]:
    signs = [match.span() for match in sign.finditer(line)]
    if not _FEWEST - 1 <= len(signs) < _MOST:
        return ()
    bounds = zip(
        [0, *(end for _, end in signs)], [*(start for start, _ in signs), len(line)], strict=True
    )
    return [
        match.span("said") if last - first <= _LONGEST else (first, first)
        for first, last in bounds
        if (match := _CELL.fullmatch(line, first, last))
    ]


def _people(line: str, cells: Sequence[Span], *, prose: bool) -> Iterator[Span]:
    said = [line[start:end] for start, end in cells]
    sexed = any(map(_SEX.fullmatch, said))
    for place, cell in enumerate(said):
        day = days_in(cell) == ((0, len(cell)),) or _SHORT_DAY.fullmatch(cell) is not None
        if not day and ages_in(cell) != ((0, len(cell)),):
            continue
        before = [*takewhile(lambda at: _may_be(said[at]), range(place - 1, -1, -1))]
        after = [*takewhile(lambda at: _may_be(said[at]), range(place + 1, len(said)))]
        for beside in (before, after):
            names = [
                at for at in beside if _NAME.fullmatch(said[at]) and not _SEX.fullmatch(said[at])
            ]
            words = [said[at] for at in names]
            if prose and not (sexed and all(_is_odd(one) for one in words)):
                continue  # commas of a sentence
            if _are_names(words):
                yield from (cells[at] for at in names)
                if day:
                    yield cells[place]
        for at in () if prose else before[:2]:
            told = sexed if not day else sexed or (is_old(cell) and not cell.isdigit())
            if told and _INITIALS.fullmatch(said[at]) and not is_acronym(_letters(said[at])):
                yield cells[at]
                if day:
                    yield cells[place]


def _is_odd(cell: str) -> bool:
    return all(is_strange(one) or is_first_name(bare_word(one)) for one in cell.split())


def _may_be(cell: str) -> bool:
    """Whether a cell is one of those that stand between a name and an age."""
    return bool(_NAME.fullmatch(cell) or _INITIALS.fullmatch(cell) or _SEX.fullmatch(cell))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells are a name: one word is a first name or of no list, none is a thing's."""
    words = [one for cell in cells for one in re.split(r"[ .]+", cell) if one]
    long = [one for one in words if len(one) > 2]  # noqa: PLR2004
    if not long or is_of_another(words) or tells_a_medicine(words):
        return False
    if any(is_clinical(one) or is_acronym(one) or bare_word(one) in PROFESSIONS for one in words):
        return False
    if not all(map(looks_like_a_name, long)):
        return False
    long = [one for one in long if not one.isupper() or len(one) > _ACRONYM or is_usual(one)]
    return any(is_strange(one) or is_first_name(bare_word(one)) for one in long)


def _letters(initials: str) -> str:
    return re.sub(r"[^A-ZÉÈ]", "", initials)
