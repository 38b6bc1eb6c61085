"""Masks likely patient data at the places that the verdict recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from msgspec import structs

from mappings.report.model import Answer
from triage.patient_data.free_text import placed, with_texts
from triage.verdict.model import Assessment, Mark


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


def marked(assessment: Assessment, field: str) -> bool:
    """Whether a field holds likely patient data anywhere, in a cell of its rows too."""
    return any(mark.field == field for one in assessment.warnings for mark in one.marks)


def without_patients(answer: Answer, marks: Sequence[Mark], *, mask: str) -> Answer:
    """Return the answer with a mask in each place; as it is where nothing is marked."""
    value = answer.value
    if not marks or value is None:
        return answer
    texts = tuple(
        "".join(_masked(text, _within(marks, start, len(text)), mask))
        for start, text in placed(value)
    )
    return structs.replace(answer, value=with_texts(value, texts)) if texts else answer


def _within(marks: Sequence[Mark], start: int, length: int) -> Sequence[Mark]:
    """The marks of one of an answer's texts, counted from where it starts."""
    return [
        replace(one, start=one.start - start, end=one.end - start)
        for one in marks
        if start <= one.start < start + length
    ]


def _masked(text: str, marks: Sequence[Mark], mask: str) -> Iterator[str]:
    end = 0
    for mark in marks:
        if mark.start >= end:  # else it lies in the one before
            yield text[end : mark.start]
            yield mask
        end = max(end, mark.end)
    yield text[end:]
