"""What looks like patient data in a dossier, and what people say of it. No run ever undoes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mappings.report.model import Answer, AnswerState, Report
from steps.read.retention import Keeping
from steps.wiring.case_files import CaseFiles
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, now
from store.repository import StoreMemory
from store.staff.visits import Event, Visit, passage_line
from triage.patient_data.finders import passage_code
from triage.patient_data.free_text import placed
from triage.verdict.model import Mark

_NONE = Answer(AnswerState.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that is masked outside of the agency, unless a person said that it need not be.

    Attributes:
        code: What a person names it by.
        kind: What it looks like, in French.
        field: Title of the field, in French.
        text: The passage: for the agency's eyes only.
        said_by: Who said that it is no patient's; blank while it is masked.
    """

    code: str
    kind: str
    field: str
    text: str
    said_by: str = ""


def passages(services: Services, number: int) -> tuple[Passage, ...]:
    """What looks like patient data in a dossier, in the texts that may leave the agency.

    Raises:
        RequestError: The dossier is not in store.
    """
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        raise RequestError(f"Le dossier {number} n'a pas été lu : lancez « unc sync ».")
    case = replace(CaseFiles.read(services), cleared={}).of(stored)
    known = Keeping.of(services).knows
    verdict = case.verdict(case.rules, fingerprint=stored.fingerprint, known=known)
    said = {
        one.code: one.said_by for one in services.store.not_patients.of(services.demarche, number)
    }
    fields = services.form.mapping.fields
    found = {}
    for warning in verdict.warnings:
        for mark in warning.marks:
            text = _text(case.report, mark)
            code = passage_code(number, text)
            found[code, mark] = Passage(
                code, warning.text, fields[mark.field].title, text, said.get(code, "")
            )
    return tuple(found.values())


def clear(services: Services, number: int, codes: Sequence[str], *, who: str) -> None:
    """Keep that passages are no patient's: they leave with the next publication.

    Raises:
        RequestError: The dossier has no such passage.
    """
    _check(services, number, codes)

    def write(kept: StoreMemory) -> None:
        kept.not_patients.add(services.demarche, number, codes, who=who, at=now())
        for line in _lines(number, codes, who=who, event="not a patient"):
            kept.visits.record(services.demarche, line)

    services.store.together(write)


def restore(services: Services, number: int, codes: Sequence[str], *, who: str) -> None:
    """Take it back: the passages are masked again, and the dossier waits for that.

    Raises:
        RequestError: The dossier has no such passage.
    """
    _check(services, number, codes)

    def write(kept: StoreMemory) -> None:
        kept.not_patients.remove(services.demarche, number, codes)
        for line in _lines(number, codes, who=who, event="a patient again"):
            kept.visits.record(services.demarche, line)

    services.store.together(write)


def _check(services: Services, number: int, codes: Sequence[str]) -> None:
    known = {one.code for one in passages(services, number)}
    strangers = [one for one in codes if one not in known]
    if strangers or not codes:
        raise RequestError(
            f"Le dossier {number} n'a pas de passage {', '.join(strangers) or 'sans code'} : voir"
            f" « unc patients show {number} »."
        )


def _lines(number: int, codes: Sequence[str], *, who: str, event: Event) -> Iterator[Visit]:
    yield from (Visit(now(), who, event, file=passage_line(number, one)) for one in codes)


def _text(report: Report, mark: Mark) -> str:
    """What stands at a mark."""
    answer = report.fields[mark.field]
    if mark.row and isinstance(answer.value, tuple):
        row = answer.value[mark.row - 1]
        answer = row.get(mark.column, _NONE) if isinstance(row, dict) else _NONE
    if answer.value is None:
        return ""
    for at, text in placed(answer.value):
        if at <= mark.start < at + len(text):
            return text[mark.start - at : mark.end - at]
    return ""
