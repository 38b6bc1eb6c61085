"""Masks likely patient data at the places that the verdict recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from msgspec import structs

from mappings.dossier.model import Attachment
from mappings.report.model import Answer, Value
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


def typed_marks(name: str, answer: Answer) -> tuple[Mark, ...]:
    """Places of likely patient data in an answer that no verdict is about, in order."""
    from triage.patient_data.finders import found_in  # its patterns take long to compile

    return tuple(
        Mark(name, start=at + start, end=at + end)
        for at, text in (() if answer.value is None else placed(answer.value))
        for start, end in sorted(span for _, span in found_in(text))
    )


def marked(assessment: Assessment, field: str) -> bool:
    """Whether a field holds likely patient data anywhere, in a cell of its rows too."""
    return any(mark.field == field for one in assessment.warnings for mark in one.marks)


def without_patients(answer: Answer, marks: Sequence[Mark], *, mask: str) -> Answer:
    """Return the answer with a mask in each place; as it is where nothing is marked.

    The name of a file that is marked anywhere is masked whole, but for its extension.
    """
    value = answer.value
    if not marks or value is None:
        return answer
    if isinstance(value, tuple) and value and isinstance(value[0], Attachment):
        return structs.replace(answer, value=_files(value, marks, mask))
    texts = tuple(
        "".join(_masked(text, _within(marks, start, len(text)), mask))
        for start, text in placed(value)
    )
    return structs.replace(answer, value=with_texts(value, texts)) if texts else answer


def _files(value: Value, marks: Sequence[Mark], mask: str) -> tuple[Attachment, ...]:
    files = [one for one in value if isinstance(one, Attachment)] if type(value) is tuple else []
    return tuple(
        structs.replace(one, filename=f"{mask}{PurePosixPath(one.filename).suffix}")
        if _within(marks, start, len(text))
        else one
        for one, (start, text) in zip(files, placed(value), strict=True)
    )


def _within(marks: Sequence[Mark], start: int, length: int) -> Sequence[Mark]:
    """The marks of one of an answer's texts, counted from where it starts."""
    return [
        replace(one, start=one.start - start, end=one.end - start)
        for one in marks
        if start <= one.start < start + length
    ]


def passages(marks: Sequence[Mark]) -> int:
    """How many masks stand in one text: those of a mark that lies in the one before are one."""
    count = end = 0
    for mark in marks:
        count += mark.start >= end
        end = max(end, mark.end)
    return count


def _masked(text: str, marks: Sequence[Mark], mask: str) -> Iterator[str]:
    end = 0
    for mark in marks:
        if mark.start >= end:  # else it lies in the one before
            yield text[end : mark.start]
            yield mask
        end = max(end, mark.end)
    yield text[end:]
