"""Verdicts on dossiers that are due, and the replies planned for them, kept in one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
from pydantic import TypeAdapter

from mappings.dossier.model import Dossier
from mappings.dossier.revision import Revision
from mappings.medicines.facts import to_look_at
from mappings.report.model import Report
from steps.judge.earlier import Earlier
from steps.judge.reply_plans import Planner, Remembered, corrections_of, written_with
from steps.judge.situations import differs_from, place_reports, titles_of
from steps.judge.verdicts_due import basis, situation_of
from steps.read.retention import is_number
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.failures import apart
from steps.wiring.public_data.reference import matcher_of, with_remarks
from steps.wiring.services import Services
from steps.wiring.summary import Summary
from store.database.errors import Unstorable
from store.dossiers.models import LightRow, StoredDossier
from store.outbox.plans import DuePlan
from store.repository import StoreMemory
from store.verdicts.assessments import AssessmentRow
from store.verdicts.facts import CountedFacts
from triage.replies.decision import decide, held_by_person
from triage.replies.inputs import Typed
from triage.replies.points import typed_at_fault
from triage.situations.propose import titled
from triage.verdict.model import Assessment

MOST_MADE = 2_000
"""Dossiers read once for their description and their verdict, kept without champs until they are
planned for; those beyond are read again."""

ASSESSMENT: TypeAdapter[Assessment] = TypeAdapter(Assessment)


@dataclass(frozen=True, slots=True)
class VerdictMade:
    """What planning needs of a dossier whose verdict is due.

    Attributes:
        content_hash: Of what was read.
        dossier: The dossier, without its champs.
        revision: Revision of the form that it follows.
        verdict: Its verdict, to be kept with its plan.
        assessment: The same, as planning takes it.
        typed: What was typed where something is wrong.
        unmapped: Champs of its report that are not mapped, as JSON text; ``None`` when they were
            counted with an earlier plan.
    """

    content_hash: str
    dossier: Dossier
    revision: Revision | None
    verdict: AssessmentRow
    assessment: Assessment
    typed: Typed
    unmapped: str | None


@dataclass(slots=True)
class Verdicts:
    """Makes and keeps what is due; arguments are what it rests on, read once.

    Attributes:
        services: Store and data files.
        summary: Counts what is done.
        at: The present moment.
        earlier: What is known of the dossiers that others name.
        unreadable: Dossiers in quarantine.
        files: What dossiers are read and judged by.
        reference: Version of the medicines reference, or blank.
        planner: Plans replies.
        under: Hash of what every verdict and plan rests on.
    """

    services: Services
    summary: Summary
    at: datetime
    earlier: Earlier
    unreadable: frozenset[int]
    files: CaseFiles
    reference: str
    planner: Planner
    under: str
    _made: dict[int, VerdictMade] = field(default_factory=dict)

    def describe(self, numbers: Collection[int], *, to_assess: Collection[int]) -> bool:
        """Describe what moved, and assess it by the way: a dossier is decoded and mapped once.

        Args:
            numbers: Dossiers of which something moved.
            to_assess: Those of them whose verdict is due.

        Returns:
            Whether some report has another situation now.
        """

        def on_read(stored: StoredDossier, case: CaseFile) -> None:
            # What names an earlier dossier is compared with it, once both are described.
            alone = case.earlier is None
            if alone and stored.number in to_assess and len(self._made) < MOST_MADE:
                self._made[stored.number] = self._make(stored, case)

        told = self.summary.set_aside
        return place_reports(self.services, self.files, told=told, numbers=numbers, on_read=on_read)

    def keep(self, due: Sequence[tuple[LightRow, bool]]) -> None:
        """Judge dossiers together; one whose verdict cannot be stored is set aside and named.

        Args:
            due: Dossiers, and whether to assess them, else only to plan.
        """
        try:
            self._judge(due)
        except Unstorable as error:
            if len(due) > 1:
                for one in due:
                    self.keep([one])
                return
            number = due[0][0].number
            store, demarche = self.services.store, self.services.demarche
            store.quarantine.record(demarche, number, reason=str(error), at=self.at)
            self.summary.quarantined.add(number)

    def _judge(self, due: Sequence[tuple[LightRow, bool]]) -> None:
        """Assess and plan for some dossiers, and keep both or neither."""
        numbers = [row.number for row, _ in due]
        store, demarche = self.services.store, self.services.demarche
        remembered = self.planner.remember(numbers)
        titles = titles_of(self.services, numbers)
        judged: list[tuple[LightRow, VerdictMade, bool]] = []
        plans: list[DuePlan] = []
        for row, made, new in self._all_made(due):
            with apart(self.summary.set_aside, row.number, "évalué"):
                if row.number not in self.unreadable:
                    plans.append(
                        self._plan(
                            row, made, remembered=remembered, title=titles.get(row.number, "")
                        )
                    )
                judged.append((row, made, new))
        verdicts = [made.verdict for _, made, new in judged if new]
        planned = {plan.number: plan for plan in plans}
        counted = [self._counted(made, remembered, planned) for _, made, _ in judged]
        corrections = [
            correction
            for row, made, _ in judged
            if row.number in planned
            for correction in corrections_of(made.dossier)
        ]

        def write(kept: StoreMemory) -> None:
            kept.rule_texts.keep(self.services.form.rule_texts if verdicts else (), at=self.at)
            kept.assessments.save(demarche, verdicts, at=self.at)
            kept.outbox.save_plans(demarche, plans, at=self.at)
            kept.corrections.save(demarche, corrections)
            kept.facts.count(demarche, counted)
            kept.facts.settle(demarche, sorted(planned), under=self.under)

        store.together(write)
        self.summary.assessed |= {verdict.number for verdict in verdicts}

    def _all_made(
        self, due: Sequence[tuple[LightRow, bool]]
    ) -> Iterator[tuple[LightRow, VerdictMade, bool]]:
        """What planning needs of each, and whether its verdict is new; read where it must be."""
        left: dict[int, tuple[LightRow, bool]] = {}
        for row, verdict_due in due:
            made = self._made.pop(row.number, None)
            if made is not None and verdict_due and made.content_hash == row.content_hash:
                yield row, made, True
            else:
                left[row.number] = (row, verdict_due)
        store, demarche = self.services.store, self.services.demarche
        for stored in store.dossiers.iterate(demarche, numbers=left):
            row, verdict_due = left[stored.number]
            with apart(self.summary.set_aside, stored.number, "évalué"):
                yield row, *self._read(stored, row, verdict_due=verdict_due)

    def _read(
        self, stored: StoredDossier, row: LightRow, *, verdict_due: bool
    ) -> tuple[VerdictMade, bool]:
        case, verdict = self.files.of(stored), stored.assessment
        if verdict is None or verdict_due:
            return self._make(stored, case), True
        assessment = ASSESSMENT.validate_json(verdict.detail)
        return VerdictMade(
            content_hash=stored.content_hash,
            dossier=case.dossier,
            revision=case.revision,
            verdict=verdict,
            assessment=assessment,
            typed=typed_at_fault(assessment, case.report),
            unmapped=_unmapped(case.report) if row.status is None else None,
        ), False

    def _make(self, stored: StoredDossier, case: CaseFile) -> VerdictMade:
        assessment = self._assessed(stored, case)
        earlier = case.earlier
        return VerdictMade(
            content_hash=stored.content_hash,
            dossier=replace(case.dossier, champs=()),
            revision=case.revision,
            verdict=AssessmentRow(
                number=stored.number,
                fingerprint=assessment.fingerprint,
                basis=basis(case.rules, self.files, number=stored.number, reference=self.reference),
                earlier_number=earlier if is_number(earlier) else None,
                assessed_at=self.at,
                detail=ASSESSMENT.dump_json(assessment).decode(),
            ),
            assessment=assessment,
            typed=typed_at_fault(assessment, case.report),
            unmapped=_unmapped(case.report),
        )

    def _assessed(self, stored: StoredDossier, case: CaseFile) -> Assessment:
        mapping = self.files.mapping
        matcher = matcher_of(self.services.inputs.home)
        assessment = case.verdict(
            case.rules,
            fingerprint=stored.fingerprint,
            known=self.earlier.exists,
            differs=differs_from(self.services, stored.number, case.earlier),
        )
        remarks = to_look_at(case.report, mapping=mapping, matcher=matcher)
        return with_remarks(assessment, remarks, mapping=mapping)

    def _plan(
        self, row: LightRow, made: VerdictMade, *, remembered: Remembered, title: str
    ) -> DuePlan:
        situation = situation_of(self.services, row)
        judged = self.planner.judged(
            made.dossier,
            made.revision,
            assessment=made.assessment,
            assessed_at=made.verdict.assessed_at,
            typed=made.typed,
            situation=titled(situation, title),
        )
        return self.planner.plan(
            row, judged, verdict=made.verdict, remembered=remembered, situation=situation
        )

    def _counted(
        self, made: VerdictMade, remembered: Remembered, planned: Mapping[int, DuePlan]
    ) -> CountedFacts:
        """What is counted of a dossier: the decision in force, by what is ours and what is not."""
        number = made.dossier.number
        written = written_with(remembered, planned.get(number), number=number)
        held = held_by_person(made.dossier, written, mapping=self.files.mapping)
        decision = decide(made.assessment, held)
        return CountedFacts(number, decision.shown, decision.priority, made.unmapped)


def _unmapped(report: Report) -> str:
    """Champs of a report that are not mapped, as JSON text; those of rows once."""
    found = sorted({(one.champ_id, one.label) for one in report.unmapped})
    return orjson.dumps(found).decode()
