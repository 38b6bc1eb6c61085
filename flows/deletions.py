"""Follows what left the démarche: hidden dossiers may come back, purged ones are erased."""

from datetime import datetime, timedelta

from flows.erasure import erase
from flows.keeping import read_again
from flows.services import Connected, now
from flows.summary import Summary
from store.absences import Deletion


def follow_deletions(services: Connected, summary: Summary, *, since: datetime | None) -> None:
    """Take hidden dossiers out of what is read, bring back those restored, erase those purged.

    The lists are read from the oldest deletion that is still pending here: a dossier that they do
    not show any more came back, whether its own date moved or not.

    Args:
        services: What the run works with.
        summary: Where they are counted.
        since: Latest deletion that was followed; ``None``: all are.

    Raises:
        DsError: DS refused, or did not answer.
        StoreError: The database failed.
    """
    store, demarche = services.store, services.demarche
    lost = store.absences.lost(demarche)
    waiting = {n: day for n, day in store.absences.pending(demarche).items() if n not in lost}
    left = services.reader.deletions(demarche, since=_from(services, since, waiting))
    hidden = store.absences.mark_pending(
        demarche, {one.number: one.deleted_at for one in left.pending}
    )
    told_before = store.absences.list(demarche, numbers=[one.number for one in left.deleted])
    buried = {one.number for one in told_before if one.erased_at}
    gone = [
        Deletion(one.number, one.deleted_at, one.reason)
        for one in left.deleted
        if one.number not in buried
    ]
    summary.deleted |= {*hidden, *erase(services, gone)}
    told = {one.number for one in (*left.pending, *left.deleted)}
    if back := waiting.keys() - told:
        mark_lost(services, summary, read_again(services, summary, back))
    latest = max((one.deleted_at for one in (*left.pending, *left.deleted)), default=None)
    if latest is not None and (since is None or latest > since):
        store.demarches.save(demarche, deletions_since=latest)


def mark_lost(services: Connected, summary: Summary, numbers: frozenset[int]) -> None:
    """Take dossiers that no list shows out of what is read, until reconciliation finds them."""
    if numbers:
        services.store.absences.mark_lost(services.demarche, sorted(numbers), at=now())
        summary.deleted |= numbers


def _from(
    services: Connected, since: datetime | None, waiting: dict[int, datetime]
) -> datetime | None:
    if since is None:
        return None
    overlap = timedelta(minutes=services.settings.overlap_minutes)
    return min([since - overlap, *waiting.values()])
