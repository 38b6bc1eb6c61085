"""Gather: what changed on the démarche goes into the store, page by page.

Why it is done so: docs/decisions/0004-synchronisation.md.
"""

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from clients.errors import DsUnavailable
from clients.reading.demarche import DossierPage
from clients.transport import Retry
from steps.read.attachments import fetch_attachments
from steps.read.comparing import differs
from steps.read.deletions import follow_deletions
from steps.read.demarche_info import StoredDemarche
from steps.read.keeping import keep, modified_at, read_again, tell_quarantine
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any démarche. A first poll asks for updates too, for its cursor and watermark to be those
of the later ones: without ``updatedSince`` DS sorts by date of deposit."""

CLOCKS = timedelta(minutes=10)
"""How far apart the clocks of DS and ours may be. DS gives dates by the second, and a dossier may
change again in the second that it was read in; not what it dates this long before the last poll."""

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
    since: datetime | None = known.watermark - overlap if known.watermark else BEGINNING
    if since and known.watermark and known.last_polled_at:
        settled = known.watermark <= known.last_polled_at - CLOCKS
        since = reading.moved_since(since) if settled else since
    if since is not None:
        reading.updated_since(since)
    reading.follow_publication()
    reading.follow_labels()
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
        self._labels: Mapping[str, str] | None = None
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

    def moved_since(self, since: datetime) -> datetime | None:
        """Date from which whole dossiers must be read; ``None`` when each is as it is kept.

        They are listed without their answers, in order of that date, up to the first that moved.
        """
        services, summary = self._services, self._summary
        aside = services.store.quarantine.numbers(services.demarche)
        for page in services.reader.listing(services.demarche, updated_since=since):
            if page.broken:
                return since
            numbers = {raw["number"] for raw in page.dossiers}
            kept = services.store.dossiers.iterate(services.demarche, numbers=numbers, pending=True)
            held = {one.number: one for one in kept}
            for at, raw in enumerate(page.dossiers):
                number = raw["number"]
                if number in aside or differs(raw, held.get(number)):
                    return _earliest(page, at, otherwise=since)
                summary.seen.add(number)
            summary.unchanged = summary.seen - summary.created - summary.updated
            self._published = page.active_revision_id or self._published
            self._labels = page.labels
        return None

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
        self._labels = page.labels
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

    def follow_labels(self) -> None:
        """Keep the labels that the démarche has now: to make or delete one publishes nothing."""
        demarches, demarche = self._services.store.demarches, self._services.demarche
        kept = demarches.state(demarche).labels
        if None not in (kept, self._labels) and kept != self._labels:
            demarches.save(demarche, labels=dict(self._labels or {}))

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


def _earliest(page: DossierPage, at: int, *, otherwise: datetime) -> datetime:
    """Date from which dossiers of a page, and all that come after it, are read.

    The cursor bounds it: a dossier that seems later than its place must not hide those after it.
    """
    if page.reached is None:
        return otherwise
    dates = [modified_at(raw) for raw in page.dossiers[at:]]
    return max(otherwise, min(page.reached, *dates))


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
