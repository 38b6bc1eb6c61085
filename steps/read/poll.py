"""Gather: what changed on the démarche goes into the store, page by page.

Why it is done so: docs/decisions/0004-synchronisation.md.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from clients.errors import DsUnavailable
from clients.reading.demarche import DossierPage
from clients.transport import Retry
from steps.read.attachments import fetch_attachments
from steps.read.deletions import follow_deletions
from steps.read.demarche_info import StoredDemarche
from steps.read.keeping import keep, modified_at, read_again, tell_quarantine
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any démarche. A first poll asks for updates too, for its cursor and watermark to be those
of the later ones: without ``updatedSince`` DS sorts by date of deposit."""

OPEN_STATES = ("en_construction", "en_instruction")
"""States of the dossiers that a publication moves to the new revision."""


def poll(services: Connected, summary: Summary) -> None:
    """Bring the store to the present state of the démarche.

    The watermark moves with each page in the same transaction, so that a run killed at any time
    goes on from there. When nothing changed: a request for dossiers, one for deletions, no write.

    Raises:
        DsError: DS refused, or served no page at all; what was read is kept.
        StoreError: The page was not kept.
    """
    known = services.store.demarches.state(services.demarche)
    reading = _Reading(services, summary)
    overlap = services.inputs.reading.overlap
    reading.updated_since(known.watermark - overlap if known.watermark else BEGINNING)
    reading.follow_publication()
    follow_deletions(services, summary, since=known.deletions_since)
    reading.retry_quarantined()
    fetch_attachments(services, summary)
    tell_quarantine(services, summary)


def read_everything(services: Connected, summary: Summary) -> None:
    """Read every dossier again, as a first poll does."""
    _Reading(services, summary).updated_since(BEGINNING)


class _Reading:
    """The pages of one poll, and what they tell."""

    def __init__(self, services: Connected, summary: Summary) -> None:
        known = services.store.demarches.state(services.demarche)
        self._services = services
        self._summary = summary
        self._watermark = known.watermark
        self._followed = known.active_revision_id
        self._published = known.active_revision_id
        self._description = StoredDemarche(services, summary)
        self._broken: set[int | None] = set()

    def updated_since(self, since: datetime, *, state: str | None = None) -> bool:
        """Keep every page updated since then, and say whether that was all of them.

        Raises:
            DsUnavailable: DS served no page at all in this run.
        """
        try:
            for page in self._pages(since, state=state):
                self._keep(page)
        except DsUnavailable as error:
            if not self._summary.seen:
                raise
            self._summary.set_aside.append(
                f"La lecture de la démarche s'est arrêtée en route : {error} Le prochain passage"
                " reprend là."
            )
            return False
        return True

    def _keep(self, page: DossierPage) -> None:
        self._description.follow(page)
        self._watermark = _read_up_to(page, self._watermark)
        first = page.active_revision_id if self._followed is None else None
        keep(
            self._services,
            self._summary,
            dossiers=page.dossiers,
            broken=page.broken,
            watermark=self._watermark,
            first_revision=first,
        )
        self._followed = self._followed or first
        self._published = page.active_revision_id or self._published
        self._broken |= {one.number for one in page.broken}
        self._services.tell("Lecture de la démarche", len(self._summary.seen), None)

    def follow_publication(self) -> None:
        """Read open dossiers again when a revision was published since they were last read.

        Publishing moves them to it without touching their dates. The revision is remembered last:
        a run killed in between reads them again, as does one that sees a still newer revision.
        """
        published = self._published
        if published == self._followed:
            return
        if not all(self.updated_since(BEGINNING, state=state) for state in OPEN_STATES):
            return
        services = self._services
        services.store.demarches.save(services.demarche, active_revision_id=published)

    def retry_quarantined(self) -> None:
        """Ask once for each dossier set aside (its page may be long past); let go of those gone.

        Of those that were never here, it is remembered that they existed.
        """
        services = self._services
        absences, demarche = services.store.absences, services.demarche
        aside = {one.number for one in services.store.quarantine.list(demarche)}
        left = read_again(services, self._summary, aside - self._broken, retry=Retry.ONCE)
        if left:
            services.store.quarantine.release(demarche, left)
            absences.mark_lost(demarche, absences.unheard_of(demarche, left), at=now())

    def _pages(self, since: datetime, *, state: str | None) -> Iterator[DossierPage]:
        services = self._services
        pages = services.reader.pages(services.demarche, updated_since=since, state=state)
        return one_ahead(pages)


def _read_up_to(page: DossierPage, before: datetime | None) -> datetime | None:
    """Update date up to which the démarche is read once a page is kept.

    Pages are in order of it: no dossier of one can be later than its last cursor says, and one that
    seems so must not hide what comes after. Past broken dossiers the cursor alone tells.
    """
    dates = [modified_at(raw) for raw in page.dossiers]
    if page.reached is not None:
        dates = [min(date, page.reached) for date in dates]
        if page.broken and None not in {one.number for one in page.broken}:
            dates.append(page.reached)
    if before is not None:
        dates.append(before)
    return max(dates, default=None)


Item = TypeVar("Item")


def one_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield the same items, each next one being made meanwhile in a thread; never more than one.

    What making an item raises is raised when its turn comes. When the reader stops, the item under
    way is waited for and dropped.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="page") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
