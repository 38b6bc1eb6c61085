"""Keeps what was read of dossiers: content, history, quarantine and watermark, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from itertools import chain

from clients.errors import TO_ISOLATE, DsGateway, DsNotFound, DsUnavailable
from clients.reading.demarche import BrokenDossier
from clients.transport import Retry
from mappings.dossier.content import hashes
from mappings.dossier.days_of_answers import DaysOfAnswers
from mappings.dossier.model import RawDossier
from mappings.schema.model import FormMapping
from steps.read.retention import Keeping
from steps.wiring.observed import days_of_answers
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.database.errors import Unstorable
from store.dossiers.pages import DossierRow, PageCounts
from store.repository import StoreMemory


def row_of(raw: RawDossier, *, mapping: FormMapping, days: DaysOfAnswers) -> DossierRow:
    """A dossier as the store keeps it; what the mapping reads of it is part of its fingerprint."""
    hashed = hashes(raw, facts=mapping.facts, days=days)
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
        broken: What DS could not serve, or not whole; other ``dossiers`` leave quarantine.
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
    mapping, days = services.form.mapping, days_of_answers(services)
    rows = [
        row_of(raw, mapping=mapping, days=days)
        for raw in dossiers
        if raw["number"] in here or keeping.keeps(raw)
    ]
    left_out = read - {row.number for row in rows}
    named = {one.number: one.reason for one in broken if one.number is not None}
    aside = store.quarantine.numbers(demarche)

    def save(rows: Sequence[DossierRow], named: Mapping[int, str]) -> PageCounts:
        def write(memory: StoreMemory) -> PageCounts:
            counts = memory.dossiers.save_page(demarche, rows, watermark=watermark, seen_at=at)
            for number, reason in named.items():
                memory.quarantine.record(demarche, number, reason=reason, at=at)
            memory.absences.pass_over(demarche, left_out, at=at)
            if healed := aside & (read - named.keys()):
                memory.quarantine.release(demarche, healed)
            if first_revision is not None:
                memory.demarches.save(demarche, active_revision_id=first_revision)
            return counts

        return store.together(write)

    try:
        counts = save(rows, named)
    except Unstorable:
        counts, refused = _apart(services, rows, at=at)
        save((), {**named, **refused})
    summary.set_aside += [
        f"Un dossier dont DS ne dit pas le numéro a été passé : {one.reason} Le rapprochement"
        " (« unc reconcile ») le reprendra quand DS le servira."
        for one in broken
        if one.number is None
    ]
    summary.seen |= read
    summary.created |= set(counts.created)
    summary.updated |= set(counts.updated) - summary.created
    summary.restored |= set(counts.restored)
    summary.unchanged = summary.seen - summary.created - summary.updated
    return counts


def _apart(
    services: Connected, rows: Sequence[DossierRow], *, at: datetime
) -> tuple[PageCounts, dict[int, str]]:
    """Keep each dossier of a page alone: one that no column holds is refused, not the page."""
    kept: list[PageCounts] = []
    refused: dict[int, str] = {}
    for row in rows:
        try:
            kept.append(
                services.store.dossiers.save_page(
                    services.demarche, [row], watermark=None, seen_at=at
                )
            )
        except Unstorable as error:
            refused[row.number] = str(error)
    together = (chain.from_iterable(counts) for counts in zip(*map(astuple, kept), strict=True))
    return PageCounts(*map(tuple, together)), refused


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
            served = services.reader.served(number, retry=retry)
        except DsNotFound:
            absent.add(number)
        except (*TO_ISOLATE, DsGateway) as error:
            reason = str(error)
            services.store.quarantine.record(services.demarche, number, reason=reason, at=now())
        except DsUnavailable as error:
            summary.set_aside.append(
                f"Des dossiers à relire un par un ne l'ont pas été : {error} Le prochain passage"
                " les reprend."
            )
            break
        else:
            lacking = served.lacking
            aside = [BrokenDossier(number=number, reason=lacking)] if lacking else []
            keep(services, summary, dossiers=[served.raw], broken=aside)
    return frozenset(absent)


def tell_quarantine(services: Connected, summary: Summary) -> None:
    """Say which dossiers are set aside now, and what of each DS does not serve."""
    aside = services.store.quarantine.list(services.demarche)
    summary.quarantined = {one.number for one in aside}
    summary.set_aside += [f"Dossier {one.number} : {one.reason}" for one in aside]
