"""What is asked of a declarant, answer by answer: the question, the row, what was typed there."""

import re
from collections.abc import Iterable, Sequence

from mappings.report.display import show
from mappings.report.model import Answer, Report
from triage.replies.inputs import JudgedDossier, Typed
from triage.replies.text_samples import Point
from triage.verdict.completeness import rows_of
from triage.verdict.model import Assessment, Fault, ItemResult, Verdict

_LONGEST_QUOTE = 60
_FIGURES = re.compile(r"\d+")
_AT_FAULT = (Verdict.MISSING, Verdict.INVALID)


def requested_items(assessment: Assessment) -> list[ItemResult]:
    """The items that block and that a declarant can mend.

    While scope is open, none: only its questions are asked. What the form does not ask, or was
    answered to other words than are read, is for a person to decide.
    """
    if assessment.unanswered_scope:
        return []
    return [one for one in assessment.items if one.blocking and one.can_be_asked]


def requested(judged: JudgedDossier) -> list[Point]:
    """What keeps the report from being complete."""
    items = requested_items(judged.assessment)
    return list(_points(judged, items, of=_AT_FAULT))


def remarks(judged: JudgedDossier) -> list[Point]:
    """What says too little, or is wrong, and keeps nothing from being complete."""
    if judged.assessment.unanswered_scope:
        return []
    items = judged.assessment.items
    beside = [one for one in items if not one.blocking]
    weak = [one for one in items if one.blocking]
    return [
        *_points(judged, beside, of=(Verdict.INVALID, Verdict.INSUFFICIENT)),
        *_points(judged, weak, of=(Verdict.INSUFFICIENT,)),
    ]


def _points(
    judged: JudgedDossier, items: Iterable[ItemResult], *, of: Sequence[Verdict]
) -> Iterable[Point]:
    for item in items:
        for fault in item.faults:
            if fault.verdict in of and fault.asked:
                typed = judged.typed.get(_place(fault), "")
                yield Point(
                    name=item.name,
                    section=item.section,
                    question=judged.labels.get(fault.field, ""),
                    row=fault.row_name,
                    typed=typed,
                    reason=fault.reason.rstrip("."),
                    expected=_clause(_left_to_say(fault.expected, fault.reason)),
                    says_nothing=bool(typed) and fault.verdict is Verdict.MISSING,
                )


def _left_to_say(expected: str, reason: str) -> str:
    """What is expected, without a first clause whose figures the reason gave already."""
    first, mark, rest = expected.partition(" ; ")
    figures = set(_FIGURES.findall(first))
    return rest if mark and figures and figures <= set(_FIGURES.findall(reason)) else expected


def _clause(sentence: str) -> str:
    """A sentence as it is said within another: « Le RCP. », « L'AMM. » but not « SIRET. »."""
    text = sentence.strip().rstrip(".")
    word = text[1:2].islower() or text[1:2] in {"'", "’"}
    return text[0].lower() + text[1:] if text[:1].isupper() and word else text


def typed_at_fault(assessment: Assessment, report: Report) -> Typed:
    """What was typed where something is wrong, on one line, by repetition, row and field.

    Nothing of a file, of ticked boxes, of a long text, nor of what may be a patient's.
    """
    faults = [fault for item in assessment.items for fault in item.faults]
    typed = {_place(fault): _line(report, fault) for fault in faults}
    marked = {
        (mark.field if mark.column else "", mark.row, mark.column or mark.field)
        for one in assessment.warnings
        for mark in one.marks
    }
    return {place: line for place, line in typed.items() if line and place not in marked}


def _place(fault: Fault) -> tuple[str, int, str]:
    return fault.rows, fault.row, fault.field


def _line(report: Report, fault: Fault) -> str:
    """What was typed; of this field only, whatever the rule compares it with."""
    answer = _answer(report, fault)
    if answer is None or isinstance(answer.value, bool | tuple):
        return ""
    if isinstance(answer.value, int):  # as it was typed, without spaces between thousands
        text = str(answer.value)
    else:
        text = show(answer.value) if answer.value is not None else answer.raw
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else ""


def _answer(report: Report, fault: Fault) -> Answer | None:
    if not fault.rows:
        return report.fields.get(fault.field)
    rows = rows_of(report.fields[fault.rows]) if fault.row else ()
    return rows[fault.row - 1].get(fault.field) if len(rows) >= fault.row > 0 else None
