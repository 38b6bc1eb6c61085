"""Decide: verdicts on what changed, and the replies that are due, in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from pydantic import TypeAdapter

from mappings.medicines.facts import to_look_at
from steps.judge.earlier import Earlier
from steps.judge.planning import Planner, Remembered, corrections_of
from steps.judge.situations import differs_from, place_reports
from steps.read.retention import is_number
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.failures import apart
from steps.wiring.reference import matcher_of, version_of, with_remarks
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.database.errors import Unstorable
from store.dossiers.models import LightRow, StoredDossier
from store.outbox.corrections import Correction
from store.outbox.plans import DuePlan
from store.verdicts.assessments import AssessmentRow
from triage.rules.model import RuleSet
from triage.verdict.assess import JUDGED, is_judged, verdict_fingerprint
from triage.verdict.model import Assessment

CHUNK = 200
"""Dossiers judged in one transaction: bounds memory, and what a kill makes to be done again."""

_REFERENCE = "bdpm-"

ASSESSMENT: TypeAdapter[Assessment] = TypeAdapter(Assessment)
Item = TypeVar("Item")


def judge(services: Services, summary: Summary) -> None:
    """Assess every dossier whose verdict is out of date, and plan the replies that are due.

    Nothing is planned for a dossier in quarantine: what it says now cannot be read.

    Raises:
        StoreError: Nothing of the current chunk was kept; earlier chunks are.
    """
    judge_everything(services, summary)


def judge_everything(services: Services, summary: Summary) -> "Bench":
    """Judge, until no report names a dossier that reading had missed.

    Returns:
        What was looked at last, to judge again what moves since.

    Raises:
        StoreError: Nothing of the current chunk was kept; earlier chunks are.
    """
    bench = Bench(services, summary)
    bench.judge()
    return judge_everything(services, summary) if bench.earlier.found else bench


def _held(services: Services) -> set[tuple[int, str]]:
    """Annotations that persons hold, with the dossier of each."""
    found = services.store.outbox.conflicts(services.demarche)
    return {(one.number, one.annotation) for one in found}


@dataclass(slots=True)
class Bench:
    """What is read once before dossiers are judged."""

    services: Services
    summary: Summary
    at: datetime = field(default_factory=now)
    earlier: Earlier = field(init=False)
    unreadable: frozenset[int] = frozenset()
    files: CaseFiles = field(init=False)
    reference: str = ""
    situations: Mapping[int, str] = field(default_factory=dict)
    planner: Planner = field(init=False)

    def __post_init__(self) -> None:
        """Read what every verdict and plan rests on."""
        store, demarche = self.services.store, self.services.demarche
        self.earlier = Earlier(self.services, self.summary)
        self.unreadable = store.quarantine.numbers(demarche)
        self.files = CaseFiles.read(self.services)
        self.reference = version_of(self.services.inputs.home)
        self.situations = place_reports(self.services, self.files, told=self.summary.set_aside)
        self.planner = Planner(self.services, at=self.at)

    def judge(self, *, only: Collection[int] | None = None) -> None:
        """Assess and plan for all that is due, a chunk at a time.

        Args:
            only: Dossiers that moved since the last time, to look at no other.

        Raises:
            StoreError: Nothing of the current chunk was kept; earlier chunks are.
        """
        held, summary = _held(self.services), self.summary
        done = 0
        for chunk in _chunks(self._due(only)):
            self._judge_or_set_aside(chunk)
            done += len(chunk)
            self.services.tell("Évaluation", done, None)
        present = _held(self.services)
        summary.conflicts = {number for number, _ in present}
        summary.newly_held |= {number for number, _ in present - held}
        summary.missing_labels |= self.planner.missing_labels
        summary.form_drift = self.planner.form_drift

    def _due(self, numbers: Collection[int] | None) -> Iterator[tuple[int, bool]]:
        """Dossiers to look at, and whether to assess them (else only to plan), content unread."""
        demarche = self.services.demarche
        for row in self.services.store.dossiers.light_rows(demarche, numbers=numbers):
            verdict_due = self._verdict_due(row)
            situation = self.situations.get(row.number, "")
            if verdict_due or (
                row.number not in self.unreadable and self.planner.is_due(row, situation=situation)
            ):
                yield row.number, verdict_due

    def _verdict_due(self, row: LightRow) -> bool:
        wanted = verdict_fingerprint(
            row.fingerprint, earlier_exists=self.earlier.known(row.earlier_number)
        )
        present = (row.assessed_fingerprint, row.assessed_basis)
        return present != (wanted, self._basis(self.files.rules_of(row.deposited_at)))

    def _basis(self, rules: RuleSet) -> str:
        return basis(rules, self.files, reference=self.reference)

    def _judge_or_set_aside(self, due: Sequence[tuple[int, bool]]) -> None:
        """Judge dossiers together; one whose verdict cannot be stored is set aside and named."""
        try:
            self._judge(due)
        except Unstorable as error:
            if len(due) > 1:
                for one in due:
                    self._judge_or_set_aside([one])
                return
            ((number, _),) = due
            store, demarche = self.services.store, self.services.demarche
            store.quarantine.record(demarche, number, reason=str(error), at=self.at)
            self.summary.quarantined.add(number)

    def _judge(self, due: Sequence[tuple[int, bool]]) -> None:
        """Assess and plan for some dossiers, and keep both or neither."""
        numbers = [number for number, _ in due]
        to_assess = {number for number, verdict_due in due if verdict_due}
        store, demarche = self.services.store, self.services.demarche
        remembered = self.planner.remember(numbers)
        verdicts: list[AssessmentRow] = []
        plans: list[DuePlan] = []
        corrections: list[Correction] = []
        for stored in store.dossiers.iterate(demarche, numbers=numbers):
            with apart(self.summary.set_aside, stored.number, "évalué"):
                case, verdict = self.files.of(stored), stored.assessment
                if verdict is None or stored.number in to_assess:
                    verdict = self._assess(stored, case)
                if stored.number not in self.unreadable:
                    plan = self._plan(stored, case, verdict=verdict, remembered=remembered)
                    corrections += corrections_of(case.dossier)
                    plans.append(plan)
                if verdict is not stored.assessment:
                    verdicts.append(verdict)
        with store.transaction() as kept:
            kept.rule_texts.keep(self.services.form.rule_texts if verdicts else (), at=self.at)
            kept.assessments.save(demarche, verdicts, at=self.at)
            kept.outbox.save_plans(demarche, plans, at=self.at)
            kept.corrections.save(demarche, corrections)
        self.summary.assessed |= {verdict.number for verdict in verdicts}

    def _plan(
        self,
        stored: StoredDossier,
        case: CaseFile,
        *,
        verdict: AssessmentRow,
        remembered: Remembered,
    ) -> DuePlan:
        judged = self.planner.judged(
            case.dossier,
            case.revision,
            assessment=ASSESSMENT.validate_json(verdict.detail),
            assessed_at=verdict.assessed_at,
            situation=self.situations.get(stored.number, ""),
        )
        return self.planner.plan(stored, judged, verdict=verdict, remembered=remembered)

    def _assess(self, stored: StoredDossier, case: CaseFile) -> AssessmentRow:
        mapping, earlier = self.files.mapping, case.earlier
        matcher = matcher_of(self.services.inputs.home)
        assessment = case.verdict(
            case.rules,
            fingerprint=stored.fingerprint,
            known=self.earlier.exists,
            differs=differs_from(self.services, stored.number, earlier),
        )
        remarks = to_look_at(case.report, mapping=mapping, matcher=matcher)
        assessment = with_remarks(assessment, remarks, mapping=mapping)
        return AssessmentRow(
            number=stored.number,
            fingerprint=assessment.fingerprint,
            basis=self._basis(case.rules),
            earlier_number=earlier if is_number(earlier) else None,
            assessed_at=self.at,
            detail=ASSESSMENT.dump_json(assessment).decode(),
        )


def basis(rules: RuleSet, files: CaseFiles, *, reference: str) -> str:
    """Versions that a verdict rests on: rule-set, mapping, our code, medicines reference if any.

    What the form does not ask while nobody said so is a part of it, when there is any.
    Bases that were kept before the code was a part of them have none: nothing may count on it.
    """
    mapping, unasked = files.mapping, sorted(files.all_unasked(rules))
    parts = (
        f"{rules.version}-{rules.digest}",
        f"{mapping.version}-{mapping.digest}",
        f"code-{JUDGED}",
        *([f"unasked-{sha256(' '.join(unasked).encode()).hexdigest()[:12]}"] if unasked else []),
    )
    return "/".join((*parts, f"{_REFERENCE}{reference}") if reference else parts)


def is_current(stored: StoredDossier, files: CaseFiles) -> bool:
    """Whether a dossier's verdict is of what its report says now, by the present files and code.

    What it marks in texts is true of no other report. The medicines reference marks nothing: to
    load another one must not keep every dossier at the agency until it is judged again.
    """
    verdict = stored.assessment
    if verdict is None or not is_judged(stored.fingerprint, verdict.fingerprint):
        return False
    wanted = basis(files.rules_of(stored.deposited_at), files, reference="")
    return verdict.basis == wanted or verdict.basis.startswith(f"{wanted}/{_REFERENCE}")


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
