"""Keeps what was read of dossiers: content, history, quarantine and watermark, all or nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from clients.demarche import BrokenDossier
from clients.errors import DsNotFound, DsServerError, DsTimeout
from clients.transport import Retry
from flows.retention import Keeping
from flows.services import Connected, now
from flows.summary import Summary
from mappings.content import hashes
from mappings.dossier import RawDossier
from store.pages import DossierRow, PageCounts


def row_of(raw: RawDossier) -> DossierRow:
    """A dossier as the store keeps it."""
    hashed = hashes(raw)
    return DossierRow(
        number=raw["number"],
        dossier_id=raw["id"],
        raw=raw,
        content_hash=hashed.content,
        fingerprint=hashed.fingerprint,
        state=raw["state"],
        revision_id=raw["demarche"]["revision"]["id"],
        groupe_id=raw["groupeInstructeur"]["id"],
        modified_at=modified_at(raw),
        deposited_at=datetime.fromisoformat(raw["dateDepot"]),
    )


def modified_at(raw: RawDossier) -> datetime:
    """Update date of a dossier: a hint, never a proof."""
    return datetime.fromisoformat(raw["dateDerniereModification"])


def keep(
    services: Connected,
    summary: Summary,
    *,
    dossiers: Sequence[RawDossier],
    broken: Sequence[BrokenDossier] = (),
    watermark: datetime | None = None,
    first_revision: str | None = None,
) -> PageCounts:
    """Keep dossiers that were read together, and count them.

    Args:
        services: What the run works with.
        summary: Where they are counted.
        dossiers: What was read. Those that are here are kept up to date until a purge erases them;
            the others are passed over when they are not to be kept.
        broken: What DS could not serve; those of ``dossiers`` leave quarantine.
        watermark: Update date up to which the démarche is now read, if it moves.
        first_revision: Published revision, on the first page of all.

    Raises:
        LockLost: Another run may read the démarche; nothing of it was kept.
        StoreError: Nothing of it was kept.
    """
    store, demarche, at = services.store, services.demarche, now()
    store.require_alone(demarche)
    read = {raw["number"] for raw in dossiers}
    keeping, here = Keeping.of(services, read), store.dossiers.held(demarche, read)
    rows = [row_of(raw) for raw in dossiers if raw["number"] in here or keeping.keeps(raw)]
    left_out = read - {row.number for row in rows}
    healed = read & {one.number for one in store.quarantine.list(demarche)}
    with store.transaction() as memory:
        counts = memory.dossiers.save_page(demarche, rows, watermark=watermark, seen_at=at)
        for one in broken:
            memory.quarantine.record(demarche, one.number, reason=one.reason, at=at)
        memory.absences.pass_over(demarche, left_out, at=at)
        if healed:
            memory.quarantine.release(demarche, healed)
        if first_revision is not None:
            memory.demarches.save(demarche, active_revision_id=first_revision)
    summary.seen |= read
    summary.created |= set(counts.created)
    summary.updated |= set(counts.updated) - summary.created
    summary.restored |= set(counts.restored)
    summary.unchanged = summary.seen - summary.created - summary.updated
    return counts


def read_again(
    services: Connected, summary: Summary, numbers: Iterable[int], *, retry: Retry = Retry.SPLIT
) -> frozenset[int]:
    """Read dossiers one by one, whatever page they are on; set aside those that DS cannot serve.

    Args:
        services: What the run works with.
        summary: Where they are counted.
        numbers: Which ones.
        retry: How much to insist on each.

    Returns:
        Those that DS does not show.
    """
    absent: set[int] = set()
    for number in sorted(numbers):
        try:
            raw = services.reader.dossier(number, retry=retry)
        except DsNotFound:
            absent.add(number)
        except (DsTimeout, DsServerError) as error:
            reason = str(error)
            services.store.quarantine.record(services.demarche, number, reason=reason, at=now())
        else:
            keep(services, summary, dossiers=[raw])
    return frozenset(absent)
