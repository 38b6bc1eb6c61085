"""Gather: what changed on the démarche goes into the store, page by page."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from clients.demarche import DossierPage
from flows.retention import is_over, kept_since
from flows.services import Connected, now
from flows.summary import Summary
from mappings.content import content_hash, fingerprint
from mappings.dossier import RawDossier
from store.absences import Deletion
from store.pages import DossierRow

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any démarche. A first poll asks for updates too, for its cursor and watermark to be those
of the later ones: without ``updatedSince`` DS sorts by date of deposit."""


def poll(services: Connected, summary: Summary) -> None:
    """Read what was updated since the watermark, less the overlap, and what left.

    The watermark moves with each page in the same transaction, so that a run killed at any time
    goes on from there.

    Raises:
        DsError: DS refused, or did not answer.
        StoreError: The page was not kept.
    """
    known = services.store.demarches.state(services.demarche)
    overlap = timedelta(minutes=services.settings.overlap_minutes)
    since = known.watermark - overlap if known.watermark else BEGINNING
    published = _read_pages(services, summary, since=since)
    if published != known.active_revision_id:
        _follow_publication(services, summary, again=known.active_revision_id is not None)
    _follow_deletions(services, summary, since=known.deletions_since)
    services.store.demarches.save(services.demarche, last_polled_at=now())
    summary.quarantined = {one.number for one in services.store.quarantine.list(services.demarche)}


def row_of(raw: RawDossier) -> DossierRow:
    """A dossier as the store keeps it."""
    return DossierRow(
        number=raw["number"],
        dossier_id=raw["id"],
        raw=raw,
        content_hash=content_hash(raw),
        fingerprint=fingerprint(raw),
        state=raw["state"],
        revision_id=raw["demarche"]["revision"]["id"],
        groupe_id=raw["groupeInstructeur"]["id"],
        modified_at=datetime.fromisoformat(raw["dateDerniereModification"]),
        deposited_at=datetime.fromisoformat(raw["dateDepot"]),
    )


def _read_pages(services: Connected, summary: Summary, *, since: datetime) -> str:
    """Store every page updated since then; return the id of the published revision."""
    watermark = services.store.demarches.state(services.demarche).watermark
    published = ""
    for page in services.reader.pages(services.demarche, updated_since=since):
        rows = [row_of(raw) for raw in page.dossiers]
        seen = [row.modified_at for row in rows]
        watermark = max([watermark, *seen] if watermark else seen, default=None)
        _keep(services, summary, page, rows=rows, watermark=watermark)
        services.tell("Lecture de la démarche", len(summary.seen), None)
        published = page.active_revision_id
    return published


def _keep(
    services: Connected,
    summary: Summary,
    page: DossierPage,
    *,
    rows: list[DossierRow],
    watermark: datetime | None,
) -> None:
    store, seen_at = services.store, now()
    since = kept_since(services)
    to_keep = [row for row in rows if not is_over(row.raw, since)]
    aside = {one.number for one in store.quarantine.list(services.demarche)}
    with store.transaction() as memory:
        counts = memory.dossiers.save_page(
            services.demarche, to_keep, watermark=watermark, seen_at=seen_at
        )
        for broken in page.broken:
            memory.quarantine.record(
                services.demarche, broken.number, reason=broken.reason, at=seen_at
            )
        healed = aside & {row.number for row in rows}
        if healed:
            memory.quarantine.release(services.demarche, healed)
    summary.seen |= {row.number for row in rows}
    summary.created |= set(counts.created)
    summary.updated |= set(counts.updated) - summary.created
    summary.unchanged = summary.seen - summary.created - summary.updated


def _follow_publication(services: Connected, summary: Summary, *, again: bool) -> None:
    """Keep the form as it is now; read every dossier again when a new revision was published.

    Publishing moves open dossiers to the new revision without touching their dates. The revision
    is remembered last: a run killed in between reads them again.
    """
    refresh_form(services)
    if again:
        _read_pages(services, summary, since=BEGINNING)
    info = services.reader.demarche(services.demarche)
    services.store.demarches.save(services.demarche, active_revision_id=info.active_revision_id)


def refresh_form(services: Connected) -> None:
    """Read the démarche's title, revisions, labels and groupes into the store."""
    info = services.reader.demarche(services.demarche)
    for raw in info.revisions:
        services.store.demarches.save_revision(
            services.demarche, raw["id"], descriptors=raw, at=now()
        )
    services.store.demarches.save(
        services.demarche,
        title=info.title,
        labels=dict(info.labels),
        groupes=[
            {
                "id": groupe.id,
                "label": groupe.label,
                "instructeurs": [
                    {"id": member.id, "email": member.email} for member in groupe.instructeurs
                ],
            }
            for groupe in info.groupes
        ],
    )


def _follow_deletions(services: Connected, summary: Summary, *, since: datetime | None) -> None:
    """Take hidden dossiers out of the exports, and erase those that were purged."""
    overlap = timedelta(minutes=services.settings.overlap_minutes)
    left = services.reader.deletions(services.demarche, since=since - overlap if since else None)
    store = services.store
    hidden = store.absences.mark_pending(
        services.demarche, {one.number: one.deleted_at for one in left.pending}
    )
    buried = {stone.number for stone in store.absences.tombstones(services.demarche)}
    gone = [one for one in left.deleted if one.number not in buried]
    store.absences.purge(
        services.demarche,
        [Deletion(one.number, one.deleted_at, one.reason) for one in gone],
        at=now(),
    )
    summary.deleted |= set(hidden) | {one.number for one in gone}
    latest = _latest(one.deleted_at for one in (*left.pending, *left.deleted))
    if latest and latest != since:
        store.demarches.save(services.demarche, deletions_since=latest)


def _latest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)
