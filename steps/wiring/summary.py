"""What a run did: counts and dossier numbers, never content."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from mappings.drift.model import Drift

_NOT_COUNTED = frozenset(
    {
        "refused",
        "still_refused",
        "unknown",
        "set_aside",
        "form_notes",
        "newly_held",
        "missing_labels",
        "restored",
        "deletions_read",
        "unfetched",
        "drift",
        "form_drift",
        "told_before",
        "remade",
        "withdrawn",
    }
)
"""Told in other ways than as a count of ``unc run``."""


OUTCOMES: Mapping[str, str] = {
    "completed": "terminé",
    "with errors": "terminé, à regarder",
    "failed": "échoué",
    "interrupted": "interrompu",
    "killed": "tué",
    "running": "en cours",
}
"""How a run ended, or that it did not, as people read it."""

COUNTS: Mapping[str, str] = {
    "seen": "Dossiers lus",
    "created": "Nouveaux",
    "updated": "Modifiés",
    "unchanged": "Inchangés",
    "deleted": "Supprimés",
    "quarantined": "En quarantaine",
    "assessed": "Évalués",
    "annotated": "Annotés",
    "labelled": "Étiquetés",
    "messages": "Messages envoyés",
    "conflicts": "Tenus par une personne",
    "requests": "Requêtes à DS",
}
"""Counts of a run as the head of a line names them, in the order in which they are shown."""


@dataclass(slots=True)
class Summary:
    """Counts of one run. Sets hold dossier numbers; ``json`` gives the contract of ``unc run``.

    Attributes:
        seen: Dossiers read, the overlap included.
        created: New in the store.
        updated: Changed.
        unchanged: Read again, the same.
        deleted: Left the démarche in this run.
        restored: Back after a deletion that was pending.
        deletions_read: Whether DS gave whole lists of what left the démarche: a dossier that it
            does not find, and that they do not name, does not exist.
        quarantined: Set aside now, because DS cannot serve them.
        unfetched: With an attachment that could not be downloaded.
        drift: What reconciliation repaired, because polling had missed it.
        assessed: Given a verdict in this run.
        annotated: With at least one annotation written.
        labelled: With a label added or removed.
        messages: Messages sent, correction requests included.
        conflicts: With an annotation that a human holds, now: a normal act, no trouble.
        newly_held: Those of them where one was not held before this run.
        refused: What DS refused in this run: dossier and reason in French.
        still_refused: With a reply that DS refused, in this run or before, and that is still due.
        unknown: Dossiers with a reply whose answer was lost.
        set_aside: What else could not be done while the rest went on (a list, a page, a workbook, a
            part of an answer): one French sentence each, with its place and what to do.
        form_drift: Differences between the form and its mapping, worst first.
        missing_labels: Labels that are wanted and that the démarche does not have.
        requests: HTTP requests to DS, retries included.
        workbooks: Absolute paths of the workbooks that this run replaced or published.
        remade: Folders of the editions that were made again without dossiers that left.
        withdrawn: Files and folders that were published and are removed, for the same reason.
        told_before: When each trouble that the runs before told was first told, by its key
            (`steps.wiring.troubles`).
    """

    seen: set[int] = field(default_factory=set)
    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    unchanged: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    restored: set[int] = field(default_factory=set)
    deletions_read: bool = False
    quarantined: set[int] = field(default_factory=set)
    unfetched: set[int] = field(default_factory=set)
    drift: set[int] = field(default_factory=set)
    assessed: set[int] = field(default_factory=set)
    annotated: set[int] = field(default_factory=set)
    labelled: set[int] = field(default_factory=set)
    messages: int = 0
    conflicts: set[int] = field(default_factory=set)
    newly_held: set[int] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)
    still_refused: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    set_aside: list[str] = field(default_factory=list)
    form_notes: list[str] = field(default_factory=list)
    form_drift: tuple[Drift, ...] = ()
    missing_labels: set[str] = field(default_factory=set)
    requests: int = 0
    workbooks: list[str] = field(default_factory=list)
    remade: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    told_before: Mapping[str, datetime] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The summary as counts: ``seen`` … ``requests`` are numbers, ``workbooks`` are paths."""
        counted = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if spec.name in _NOT_COUNTED:
                continue
            counted[spec.name] = len(value) if isinstance(value, set) else value
        return counted

    def needs_a_human(self) -> bool:
        """Whether something failed or was refused: exit code 1."""
        return bool(
            self.quarantined
            or self.unfetched
            or self.refused
            or self.still_refused
            or self.unknown
            or self.set_aside
            or any(one.blocks for one in self.form_drift)
        )

    def nothing_done(self) -> bool:
        """Whether the run found nothing to do."""
        return not (
            self.created
            or self.updated
            or self.deleted
            or self.restored
            or self.assessed
            or self.annotated
            or self.labelled
            or self.messages
            or self.workbooks
            or self.remade
            or self.withdrawn
        )
