"""Texts without what looks like data of a patient: the verdict marked the places."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mappings.report import Answer
from triage.assessment import Assessment, Mark


def marks_of(
    assessment: Assessment, field: str, *, row: int = 0, column: str = ""
) -> tuple[Mark, ...]:
    """Places of likely patient data in one text, in order."""
    found = (
        mark
        for warning in assessment.warnings
        for mark in warning.marks
        if (mark.field, mark.row, mark.column) == (field, row, column)
    )
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def without_patients(answer: Answer, marks: Sequence[Mark], *, mask: str) -> Answer:
    """Return the answer with a mask in each place; as it is where nothing is marked."""
    if not marks:
        return answer
    value = answer.value
    if isinstance(value, tuple):  # a list that an older revision asked as free text
        return replace(answer, value=tuple("".join(_masked(str(v), marks, mask)) for v in value))
    return replace(answer, value="".join(_masked(str(value), marks, mask)))


def _masked(text: str, marks: Sequence[Mark], mask: str) -> Iterator[str]:
    end = 0
    for mark in marks:
        if mark.start >= end:  # else it lies in the one before
            yield text[end : mark.start]
            yield mask
        end = max(end, mark.end)
    yield text[end:]
