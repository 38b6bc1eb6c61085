"""How long declared data is kept here after the end of a dossier's handling."""

from collections.abc import Collection
from datetime import datetime

from exports.publishing import remove_old
from flows.attachments import sweep_attachments
from flows.erasure import erase
from flows.services import Services, now
from flows.summary import Summary
from mappings.clock import PARIS
from mappings.dossier import RawDossier
from store.absences import Deletion

ENDED = frozenset({"accepte", "refuse", "sans_suite"})
"""States in which DS shows a dossier as handled (« traité »)."""

REASON = "conservation"
"""Reason of the tombstones of dossiers that DS still has, and that are not kept here any more."""


def kept_since(services: Services) -> datetime | None:
    """Dossiers handled before this moment are not kept; ``None``: kept for as long as DS does."""
    months = services.settings.retention_months
    return None if months is None else months_before(now(), months)


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


def is_over(raw: RawDossier, since: datetime | None) -> bool:
    """Whether a dossier was handled before the moment from which they are kept."""
    handled = raw.get("dateTraitement")
    if since is None or raw["state"] not in ENDED or not handled:
        return False
    try:
        return datetime.fromisoformat(handled) < since
    except (TypeError, ValueError):  # kept by an older version: nothing says that it is over
        return False


def passed_over(services: Services, dossiers: Collection[RawDossier]) -> frozenset[int]:
    """Numbers of the dossiers that DS shows and that are not to be kept here.

    Those past their retention, and those that a purge erased, whatever the retention is now: one
    comes back when it was opened again since.
    """
    since = kept_since(services)
    numbers = [raw["number"] for raw in dossiers]
    erased = services.store.absences.erased(services.demarche, numbers, reason=REASON)
    return frozenset(
        raw["number"]
        for raw in dossiers
        if is_over(raw, since) or is_over(raw, erased.get(raw["number"]))
    )


def over(services: Services) -> tuple[int, ...]:
    """Numbers of the dossiers in store that are not to be kept any more."""
    since = kept_since(services)
    if since is None:
        return ()
    store, demarche = services.store, services.demarche
    ended = [row.number for row in store.dossiers.light_rows(demarche) if row.state in ENDED]
    ended += list(store.absences.pending(demarche))
    found = store.dossiers.iterate(demarche, numbers=ended, pending=True)
    return tuple(one.number for one in found if is_over(one.raw, since))


def purge(services: Services, summary: Summary) -> None:
    """Erase what is not to be kept any more; a tombstone stays, so that it is not read again.

    Raises:
        StoreError: Nothing was erased.
    """
    numbers = over(services)
    at = now()
    erase(services, [Deletion(number=number, deleted_at=at, reason=REASON) for number in numbers])
    summary.deleted |= set(numbers)
    sweep_attachments(services, summary)


def remove_old_workbooks(services: Services) -> tuple[str, ...]:
    """Remove workbooks older than ``UNC_EXPORT_RETENTION_DAYS``, but the latest.

    Raises:
        ExportFolderError: The folder cannot be written.
    """
    root = services.settings.exports()
    if not root.is_dir():
        return ()
    at = now()
    before = at - services.settings.export_retention()
    return tuple(str(folder) for folder in remove_old(root, before=before, at=at))
