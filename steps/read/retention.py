"""How long declared data is kept here after the end of a dossier's handling."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeGuard

from french.time import months_before
from mappings.dossier.model import RawDossier
from mappings.dossier.shape import LARGEST_NUMBER
from steps.read.attachments import sweep_attachments
from steps.read.erasure import erase
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion

ENDED = frozenset({"accepte", "refuse", "sans_suite"})
"""States in which DS shows a dossier as handled (« traité »)."""

REASON = "conservation"
"""Reason of the tombstones of dossiers that DS still has, and that are not kept here any more."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """The one answer on what is kept here, what is erased, and which numbers are known to exist.

    Attributes:
        since: Dossiers handled before this moment are not kept; ``None``: kept for as long as DS
            does.
        purged: When a purge erased each of the dossiers that this was made for, by number.
        denied: Numbers of which DS said that the démarche has no such dossier.
    """

    since: datetime | None
    purged: Mapping[int, datetime]
    denied: frozenset[int]

    @classmethod
    def of(cls, services: Services, numbers: Collection[int] = ()) -> Self:
        """The answer for these dossiers, by what is set and remembered now."""
        months, absences = services.inputs.reading.retention_months, services.store.absences
        return cls(
            since=None if months is None else months_before(now(), months),
            purged=absences.erased(services.demarche, numbers, reason=REASON),
            denied=absences.denied(services.demarche),
        )

    def keeps(self, raw: RawDossier) -> bool:
        """Whether a dossier that DS shows, and that is not here, is to be kept.

        Not past its retention, nor what a purge erased, whatever the retention is now: it comes
        back when it was opened again since.
        """
        return not (self.erases(raw) or _handled_before(raw, self.purged.get(raw["number"])))

    def erases(self, raw: RawDossier) -> bool:
        """Whether a dossier that is here is to be kept no longer."""
        return _handled_before(raw, self.since)

    def knows(self, number: object) -> bool:
        """Whether a number may be that of a dossier of the démarche.

        Only DS can say that it is not. What was erased here, hidden, lost, set aside or never kept
        existed, and nothing that happens here changes that.
        """
        return is_number(number) and number not in self.denied


def is_number(value: object) -> TypeGuard[int]:
    """Whether a value can be the number of a dossier: DS's API has no larger ones."""
    return type(value) is int and 0 < value <= LARGEST_NUMBER


def _handled_before(raw: RawDossier, moment: datetime | None) -> bool:
    handled = raw.get("dateTraitement")
    if moment is None or raw["state"] not in ENDED or not handled:
        return False
    try:
        return datetime.fromisoformat(handled) < moment
    except (TypeError, ValueError):  # kept by an older version: nothing says that it is over
        return False


def purge(services: Services, summary: Summary) -> None:
    """Erase what is not to be kept any more; a tombstone stays, so that it is not read again.

    Raises:
        StoreError: Nothing was erased.
    """
    at, numbers = now(), over(services)
    erase(services, [Deletion(number=number, deleted_at=at, reason=REASON) for number in numbers])
    summary.deleted |= set(numbers)
    sweep_attachments(services, summary)


def over(services: Services) -> list[int]:
    """Numbers of the dossiers that are here and are to be kept no longer."""
    keeping, store, demarche = Keeping.of(services), services.store, services.demarche
    ended = [row.number for row in store.dossiers.light_rows(demarche) if row.state in ENDED]
    ended += list(store.absences.pending(demarche))
    found = store.dossiers.iterate(demarche, numbers=ended, pending=True)
    return [one.number for one in found if keeping.erases(one.raw)]
