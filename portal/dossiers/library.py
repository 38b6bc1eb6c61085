"""The lists of the portal: lines kept in the store, made again in the background as dossiers move.

No page waits for it: one that is asked for meanwhile shows the lines that are there.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Event, Lock, Thread
from time import monotonic

from exports.model import ExportContext, ExportedDossier
from exports.sheets.to_treat import Circumstances, News
from french.text import fold
from mappings.schema.model import Audience
from portal.dossiers.figures import CountedDossiers, Indicators, SituationFigures, counted_of
from portal.dossiers.lines import lines_of, words_of
from portal.dossiers.search import PER_PAGE, DossierSearch, Found, SearchChoices, query_of
from portal.dossiers.waiting import Queue, Reader, Whose, queue_of
from portal.source import Source
from store.staff.lines import DossierLine, LineQuery

LOOK_EVERY = 5.0
"""Seconds between two looks at the store, at least."""
REST = 20
"""How many times as long as a look took the next one waits: looking stays a small part."""
MOST = 100_000
"""Lines of a search that is handed out as a file."""
CHUNK = 50
"""Dossiers whose lines are made at a time: between two, pages are answered."""

_log = logging.getLogger("unc.portal")


class _ClosedError(Exception):
    """The server stops: what is being looked at is left as it is."""


class Library:
    """What lists and counts show. Safe in several threads."""

    def __init__(self, source: Source, *, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._clock = clock
        self._turn = Lock()
        self._next = clock()
        self._context: ExportContext | None = None
        self._figures: CountedDossiers | None = None
        self._sections: Mapping[str, str] | None = None
        self._news: dict[str, tuple[int, News]] = {}
        self._counted = ""
        self._asked = Event()
        self._over = Event()
        self.left = 0

    def find(self, whose: Whose, wanted: DossierSearch, *, since: datetime | None = None) -> Found:
        """The page that was asked for, or the last one.

        Args:
            whose: Who asks.
            wanted: What they ask for.
            since: Their former visit, where it is known.
        """
        self.look()
        lines, demarche = self._source.store.lines, self._source.demarche
        query = query_of(whose, wanted, since=since)
        total = lines.count(demarche, query)
        pages = max(1, -(-total // PER_PAGE))
        page = min(wanted.page, pages)
        first = (page - 1) * PER_PAGE
        down = wanted.down
        shown: tuple[DossierLine, ...] = ()
        if total:
            shown = lines.page(
                demarche, query, order=wanted.tri, down=down, first=first, size=PER_PAGE
            )
        return Found(lines=shown, total=total, page=page, pages=pages)

    def all(
        self, whose: Whose, wanted: DossierSearch, *, since: datetime | None = None
    ) -> tuple[DossierLine, ...]:
        """All that was asked for, whatever the page."""
        query = query_of(whose, wanted, since=since)
        return self._source.store.lines.page(
            self._source.demarche, query, order=wanted.tri, down=wanted.down, first=0, size=MOST
        )

    def count(self, audience: Audience) -> int:
        """How many dossiers an audience may read."""
        return self._source.store.lines.count(self._source.demarche, LineQuery(audience))

    def choices(self, audience: Audience) -> SearchChoices:
        """What the form offers: values that the audience may see."""

        def values(name: str) -> tuple[str, ...]:
            return self._source.store.lines.distinct(self._source.demarche, audience, name)

        parts = {part.strip() for one in values("substance") for part in one.split(";")}
        return SearchChoices(
            statuses=values("status"),
            priorities=values("priority"),
            substances=tuple(sorted((part for part in parts if part), key=fold)),
            situations=values("situation"),
        )

    def indicators(self, author: str) -> Indicators | None:
        """What a reader may count, as it was last worked out; ``None`` until it first was.

        Args:
            author: Whose workbook it is that counts the same.
        """
        self._asked.set()
        self.look()
        if self._figures is None:
            return None
        return self._figures.indicators.get(author, Indicators((), ()))

    def situations(self, audience: Audience) -> SituationFigures | None:
        """What an audience may count of situations, likewise."""
        self._asked.set()
        self.look()
        return None if self._figures is None else self._figures.situations[audience]

    def queue(self, whose: Whose, *, number: int = 0) -> Queue:
        """All dossiers that wait for a person now, or the one of a number."""
        self._asked.set()
        self.look()
        source, store = self._source, self._source.store
        around = Circumstances(self.news(whose.author), self._rising(whose.author))
        reader = Reader(
            centre=whose.centre,
            words=words_of(source.columns, whose.audience),
            judged=store.opinions.judged(source.demarche, whose.author),
            seen=store.seen.marks(source.demarche, whose.account),
        )
        lines = store.lines.waiting(
            source.demarche, LineQuery(whose.audience, centre=whose.centre, number=number)
        )
        return queue_of(lines, reader, around)

    def lines_of(self, audience: Audience, numbers: Sequence[int]) -> Mapping[int, DossierLine]:
        """Lines of some dossiers, by number."""
        return self._source.store.lines.of(self._source.demarche, audience, numbers)

    def news(self, author: str) -> News:
        """What is new to an author since the last weekly edition; read once a publication."""
        after = self._source.store.handed_out.last_sequence(self._source.demarche)
        known = self._news.get(author)
        if known is None or known[0] != after:
            known = (after, self._source.news(author))
            self._news[author] = known
        return known[1]

    def _rising(self, author: str) -> frozenset[str]:
        known = self._figures and self._figures.indicators.get(author)
        return known.rising if known else frozenset()

    @property
    def sections(self) -> Mapping[str, str]:
        """Heading of the form of each champ; read again as the circumstances are."""
        if self._sections is None:
            self._sections = self._source.sections()
        return self._sections

    @property
    def context(self) -> ExportContext:
        """The circumstances of every page."""
        if self._context is None:
            self._context = self._source.circumstances()
        return self._context

    def look(self) -> None:
        """Look at the store in the background, when that is due."""
        if self._clock() >= self._next and self._turn.acquire(blocking=False):
            Thread(target=self._looked, name="unc-portal-refresh", daemon=True).start()

    def refresh(self) -> None:
        """Make the lines of what moved, and the figures that were asked for; waits until done."""
        with self._turn:
            self._refresh()

    def close(self) -> None:
        """Look no more; a look that has begun ends at the next dossier, and is taken up later."""
        self._over.set()
        self._turn.acquire()  # and never let go of

    def _looked(self) -> None:
        begun = self._clock()
        try:
            self._refresh()
        except Exception as error:  # noqa: BLE001
            # Told without its text, which may quote a dossier. The next look tries again;
            # meanwhile pages show what was read before.
            _log.warning("Les dossiers n'ont pas pu être relus (%s)", type(error).__name__)
        finally:
            now = self._clock()
            self._next = now + max(LOOK_EVERY, REST * (now - begun))
            self._turn.release()

    def _refresh(self) -> None:
        with suppress(_ClosedError):
            self._look_through(replace(self._source, entries=self._entries))

    def _entries(self, numbers: Iterable[int] | None) -> Iterator[ExportedDossier]:
        """Those of the source, until it is over: hours of work must not hold a server that stops.

        Raises:
            _ClosedError: It is.
        """
        for one in self._source.entries(numbers):
            if self._over.is_set():
                raise _ClosedError
            yield one

    def _look_through(self, source: Source) -> None:
        lines = source.store.lines
        wanted, made = source.stamps(), lines.stamps(source.demarche)
        lines.forget(source.demarche, sorted(made.keys() - wanted.keys()))
        stale = sorted((n for n, stamp in wanted.items() if made.get(n) != stamp), reverse=True)
        if stale or self._context is None:
            self._context, self._sections = source.circumstances(), None
        for start in range(0, len(stale), CHUNK):
            self.left = len(stale) - start
            chunk = stale[start : start + CHUNK]
            entries = tuple(source.entries(chunk))
            found = tuple(lines_of(source, entries, self.context))
            lines.save(source.demarche, {number: wanted[number] for number in chunk}, found)
        self.left = 0
        if self._asked.is_set() and (stamp := source.stamp()) != self._counted:
            self._asked.clear()
            self._figures = counted_of(source)
            self._counted = stamp
