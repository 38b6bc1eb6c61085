"""Dossiers as they are handed out, each with its verdict and what the store holds beside."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from exports.model import ExportedDossier
from mappings.medicines.facts import facts_of, medicines_of
from mappings.report.model import Answer, Report, Row
from steps.judge.verdicts import ASSESSMENT
from steps.judge.verdicts_due import is_current
from steps.publish.dossier_additions import DossierAdditions
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services
from store.dossiers.models import StoredDossier
from triage.replies.decision import held_by_person
from triage.replies.messages import asked_since
from triage.verdict.model import Assessment

_Part = TypeVar("_Part", bound=Hashable)
_SHORT = 64
"""Characters of a text that others may have too."""


@dataclass(frozen=True, slots=True)
class HeldDossiers:
    """What dossiers that are held together share: parts that are equal are held once."""

    _parts: dict[Any, Any] = field(default_factory=dict)

    def report(self, report: Report) -> Report:
        """A report without where its answers come from, which no workbook tells."""
        return replace(
            report,
            fields=self._answers(report.fields),
            annotations=self._answers(report.annotations),
        )

    def verdict(self, verdict: Assessment) -> Assessment:
        """A verdict whose items are those of the others that say the same."""
        items = tuple(map(self._once, verdict.items))
        return replace(verdict, items=items)

    def _once(self, part: _Part) -> _Part:
        found: _Part = self._parts.setdefault(part, part)
        return found

    def _answers(self, answers: Row) -> Row:
        return {name: self._answer(one) for name, one in answers.items()}

    def _answer(self, answer: Answer) -> Answer:
        value = answer.value
        if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
            value = tuple(self._answers(row) for row in value)
        bare = Answer(answer.state, value, None, answer.raw, answer.problem)
        # Of numbers, those that are equal may read otherwise: 1, 1.0, True.
        alike = value is None or (type(value) is str and len(value) < _SHORT)
        return self._once(bare) if alike else bare


def entries_of(
    services: Services,
    *,
    numbers: Iterable[int] | None = None,
    told: list[str] | None = None,
    together: bool = False,
) -> Iterator[ExportedDossier]:
    """Every dossier in the store that has a verdict, by number.

    Where their answers come from is told of those that are asked for by number alone.

    Args:
        services: Store and data files.
        numbers: Only those.
        told: Where dossiers that cannot be read again are named; the journal by default.
        together: Whether they are held together, as all of them are.
    """
    files, mapping = CaseFiles.read(services), services.form.mapping
    numbers = None if numbers is None else sorted(set(numbers))
    beside, matcher = DossierAdditions.read(services, numbers), matcher_of(services.inputs.home)
    aside = services.store.quarantine.numbers(services.demarche)
    label = services.form.policy.labels.after_last_request
    held = HeldDossiers() if numbers is None or together else None

    def entry(stored: StoredDossier, case: CaseFile) -> ExportedDossier | None:
        if stored.assessment is None:
            return None
        number, written = stored.number, beside.written.get(stored.number, {})
        found = medicines_of(case.report, mapping=mapping, matcher=matcher)
        verdict = ASSESSMENT.validate_json(stored.assessment.detail)
        return ExportedDossier(
            report=held.report(case.report) if held else case.report,
            assessment=held.verdict(verdict) if held else verdict,
            conflicts=beside.conflicts.get(number, ()),
            held=held_by_person(case.dossier, written, mapping=mapping),
            opinions=beside.opinions.get(number, {}),
            situation=beside.situations.get(number, ""),
            first_checked_at=beside.first_checks.get(number),
            corrected=beside.corrected.get(number, ()),
            medicines=tuple(map(facts_of, found)),
            judged=is_current(stored, files),
            unreadable=number in aside,
            description=beside.descriptions.get(number),
            handed_over=bool(mapping.labels_in([label] if label else [], case.dossier.labels)),
            asked_at=asked_since(case.dossier, beside.messages.get(number, ())),
        )

    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    return files.each(stored, entry, told=told, done="mis dans les classeurs")
