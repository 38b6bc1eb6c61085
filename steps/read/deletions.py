"""Follows what left the démarche: hidden dossiers may come back, purged ones are erased."""

from datetime import datetime

from clients.reading.demarche import Deletions
from steps.read.auxiliary import NOT_GIVEN, done_without
from steps.read.erasure import erase
from steps.read.keeping import read_again
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion

_HIDDEN = "La liste des dossiers en cours de suppression"
_PURGED = "La liste des dossiers supprimés"


def follow_deletions(services: Connected, summary: Summary, *, since: datetime | None) -> None:
    """Take hidden dossiers out of what is read, bring back those restored, erase those purged.

    The lists are read from the oldest deletion that is still pending here: a dossier that they do
    not show any more came back, whether its own date moved or not. A list that DS does not give is
    told, and read from the same date by the next run.

    Args:
        services: What the run works with.
        summary: Where they are counted.
        since: Latest deletion that was followed; ``None``: all are.

    Raises:
        DsRefused: DS refused the token.
        StoreError: The database failed.
    """
    store, demarche = services.store, services.demarche
    lost = store.absences.lost(demarche)
    waiting = {n: day for n, day in store.absences.pending(demarche).items() if n not in lost}
    start = _from(services, since, waiting)
    pending, deleted = lists(services, summary, since=start)
    hidden = store.absences.mark_pending(
        demarche, {one.number: one.deleted_at for one in pending.found} if pending else {}
    )
    purged = deleted.found if deleted else ()
    told_before = store.absences.list(demarche, numbers=[one.number for one in purged])
    buried = {one.number for one in told_before if one.erased_at}
    gone = [
        Deletion(one.number, one.deleted_at, one.reason)
        for one in purged
        if one.number not in buried
    ]
    summary.deleted |= {*hidden, *erase(services, gone)}
    if pending is None or deleted is None:
        return
    told = {one.number for one in (*pending.found, *deleted.found)}
    summary.deletions_read = not (pending.odd or deleted.odd)
    if (back := waiting.keys() - told) and summary.deletions_read:
        mark_lost(services, summary, read_again(services, summary, back))
    latest = max((day for day in (pending.until, deleted.until) if day), default=None)
    if latest is not None and (since is None or latest > since):
        store.demarches.save(demarche, deletions_since=latest)


def lists(
    services: Connected, summary: Summary, *, since: datetime | None
) -> tuple[Deletions | None, Deletions | None]:
    """Both lists of what left the démarche, hidden then purged.

    They come together, or each alone when DS does not give both. One that it does not give even
    alone is ``None``, and told.

    Args:
        services: What the run works with.
        summary: Where what is wrong is told.
        since: Date of deletion, itself included; ``None``: all.

    Raises:
        DsRefused: DS refused the token.
    """
    hidden: Deletions | None
    purged: Deletions | None
    try:
        hidden, purged = services.reader.deletions(services.demarche, since=since)
    except NOT_GIVEN:
        hidden = _alone(services, summary, pending=True, since=since)
        purged = _alone(services, summary, pending=False, since=since)
    for read, name in ((hidden, _HIDDEN), (purged, _PURGED)):
        summary.set_aside += [
            f"{name} : {one}. Cette entrée n'est pas suivie." for one in (read.odd if read else ())
        ]
    return hidden, purged


def _alone(
    services: Connected, summary: Summary, *, pending: bool, since: datetime | None
) -> Deletions | None:
    remedy = "le rapprochement (« unc reconcile ») trouve ces dossiers sans elle"
    with done_without(summary, _HIDDEN if pending else _PURGED, remedy=remedy):
        return services.reader.deletions_alone(services.demarche, pending=pending, since=since)
    return None


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
    overlap = services.inputs.reading.overlap
    return min([since - overlap, *waiting.values()])
