"""Decide: find what is to be judged, and the replies that are due, and have them made."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from steps.judge.case_files import case_files
from steps.judge.earlier import Earlier
from steps.judge.reply_plans import Planner
from steps.judge.verdicts_due import basis, is_verdict_due, matching_versions, situation_of
from steps.wiring.case_files import CaseFiles
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.database.statements import in_chunks
from store.dossiers.models import LightRow

if TYPE_CHECKING:
    from steps.judge.verdicts import Verdicts

CHUNK = 200
"""Dossiers judged in one transaction: bounds memory, and what a kill makes to be done again."""


def judge(services: Services, summary: Summary) -> None:
    """Assess every dossier whose verdict is out of date, and plan the replies that are due.

    Nothing is planned for a dossier in quarantine: what it says now cannot be read.

    Raises:
        StoreError: Nothing of the current chunk was kept; earlier chunks are.
    """
    judge_everything(services, summary)


def judge_everything(services: Services, summary: Summary) -> "Judging":
    """Judge, until no report names a dossier that reading had missed.

    Returns:
        What was looked at last, to judge again what moves since.

    Raises:
        StoreError: Nothing of the current chunk was kept; earlier chunks are.
    """
    judging = Judging(services, summary)
    judging.judge()
    return judge_everything(services, summary) if judging.earlier.found else judging


def _held(services: Services) -> set[tuple[int, str]]:
    """Annotations that persons hold, with the dossier of each."""
    found = services.store.outbox.conflicts(services.demarche)
    return {(one.number, one.annotation) for one in found}


@dataclass(slots=True)
class Judging:
    """What is read once before dossiers are judged.

    A dossier is looked at when something moved since it was last, or when what all of them are
    judged by did: the store tells which by an index, and reads no other.
    """

    services: Services
    summary: Summary
    at: datetime = field(default_factory=now)
    earlier: Earlier = field(init=False)
    unreadable: frozenset[int] = frozenset()
    files: CaseFiles = field(init=False)
    reference: str = ""
    planner: Planner = field(init=False)
    _under: str = field(init=False)
    _making: "Verdicts | None" = None

    def __post_init__(self) -> None:
        """Read what every verdict and plan rests on."""
        store, demarche = self.services.store, self.services.demarche
        self.earlier = Earlier(self.services, self.summary)
        self.unreadable = store.quarantine.numbers(demarche)
        self.files = case_files(self.services)
        self.reference = version_of(self.services.inputs.home)
        self.planner = Planner(self.services, at=self.at)
        bases = sorted(
            basis(rules, self.files, number=None, reference=self.reference)
            for rules in self.files.rulesets
        )
        versions = matching_versions(self.services)
        self._under = self.planner.settled_under(*bases, versions)

    def judge(self, *, only: Collection[int] | None = None) -> None:
        """Describe, assess and plan for all that is due, a chunk at a time.

        Args:
            only: Dossiers that moved since the last time, to look at no other.

        Raises:
            StoreError: Nothing of the current chunk was kept; earlier chunks are.
        """
        held, summary = _held(self.services), self.summary
        done = 0
        looked = self._placed() if only is None else only
        for chunk in in_chunks(self._due(looked), size=CHUNK):
            self._verdicts.keep(chunk)
            done += len(chunk)
            self.services.tell("Évaluation", done, None)
        present = _held(self.services)
        summary.conflicts = {number for number, _ in present}
        summary.newly_held |= {number for number, _ in present - held}
        summary.missing_labels |= self.planner.missing_labels
        summary.form_drift = self.planner.form_drift

    def _unsettled(self) -> tuple[int, ...]:
        facts = self.services.store.facts
        return facts.unsettled(self.services.demarche, under=self._under, at=self.at)

    def _placed(self) -> tuple[int, ...]:
        """Describe what moved.

        Returns:
            Dossiers to look at, those whose situation is another now among them.
        """
        numbers = self._unsettled()
        if not numbers:
            return ()
        lights = self.services.store.dossiers.light_rows(self.services.demarche, numbers=numbers)
        to_assess = {row.number for row in lights if self._verdict_due(row)}
        moved = self._verdicts.describe(numbers, to_assess=to_assess)
        return self._unsettled() if moved else numbers

    def _due(self, numbers: Collection[int]) -> Iterator[tuple[LightRow, bool]]:
        """Dossiers to judge, and whether to assess them (else only to plan), content unread.

        Of those that were looked at and to which nothing is due, that is remembered.
        """
        demarche, facts = self.services.demarche, self.services.store.facts
        for chunk in in_chunks(numbers):
            settled = set(chunk)
            for row in self.services.store.dossiers.light_rows(demarche, numbers=chunk):
                verdict_due = self._verdict_due(row)
                if row.number in self.unreadable:
                    settled.discard(row.number)  # nothing is planned for it yet
                    if verdict_due:
                        yield row, verdict_due
                elif verdict_due or self.planner.is_due(
                    row, situation=situation_of(self.services, row)
                ):
                    settled.discard(row.number)
                    yield row, verdict_due
            facts.settle(demarche, sorted(settled), under=self._under)

    def _verdict_due(self, row: LightRow) -> bool:
        exists = self.earlier.known(row.earlier_number)
        return is_verdict_due(row, self.files, earlier_exists=exists, reference=self.reference)

    def _plan_due(self, row: LightRow) -> bool:
        return self.planner.is_due(row, situation=situation_of(self.services, row))

    @property
    def _verdicts(self) -> "Verdicts":
        if self._making is None:
            from steps.judge.verdicts import Verdicts  # all that judges: only where some is due

            self._making = Verdicts(
                services=self.services,
                summary=self.summary,
                at=self.at,
                earlier=self.earlier,
                unreadable=self.unreadable,
                files=self.files,
                reference=self.reference,
                planner=self.planner,
                under=self._under,
            )
        return self._making
