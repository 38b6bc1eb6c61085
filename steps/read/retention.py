"""How long declared data is kept here after the end of a dossier's handling."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeGuard

from exports.published.editions import EditionKind, old_editions, remove_old_editions
from exports.published.listing import sequences
from exports.published.publishing import old_ones, remove_old
from french.time import PARIS
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


def months_before(moment: datetime, months: int) -> datetime:
    """The same day, in Paris, that many months earlier; the last of a shorter month."""
    here = moment.astimezone(PARIS)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    for day in range(here.day, 0, -1):
        try:
            return here.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


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


def old_workbooks(services: Services) -> tuple[str, ...]:
    """What :func:`remove_old_workbooks` would remove."""
    publishing, at = services.inputs.publishing, now()
    root = publishing.folder
    if not root.is_dir():
        return ()
    old = (
        *old_ones(root, before=at - publishing.retention, at=at),
        *old_editions(root, before=_editions_before(services, at), at=at),
    )
    return tuple(map(str, old))


def _editions_before(services: Services, at: datetime) -> dict[EditionKind, datetime]:
    """Editions published before are kept no longer, by kind."""
    months = services.inputs.publishing.editions
    return {EditionKind(kind): months_before(at, count) for kind, count in months.items()}


def remove_old_workbooks(services: Services) -> tuple[str, ...]:
    """Remove what was handed out and is kept no longer: files, and what they showed.

    The current workbooks and the newest edition of each kind stay.

    Raises:
        ExportFolderError: The folder cannot be written.
    """
    publishing, demarche = services.inputs.publishing, services.demarche
    root, at = publishing.folder, now()
    if not root.is_dir():
        return ()
    recent = at - publishing.retention
    removed = (
        *remove_old(root, before=recent, at=at),
        *remove_old_editions(root, before=_editions_before(services, at), at=at),
    )
    there = sequences(root, demarche=demarche)
    services.store.handed_out.prune(demarche, keep=there, before=recent)
    return tuple(str(folder) for folder in removed)
