"""The snapshot that pages read: taken at the start, again in the background when data changes."""

import logging
from collections.abc import Callable
from threading import Lock, Thread
from time import monotonic

from exports.model import ExportContext
from mappings.schema.model import Audience
from portal.dossiers.snapshot import Snapshot, Taken, take
from portal.source import Source

LOOK_EVERY = 5.0
"""Seconds between two looks at the store."""

_log = logging.getLogger("unc.portal")


class SnapshotLibrary:
    """The present snapshot of each audience. Safe in several threads.

    While a new one is made, readers have the one before: a page of a single dossier is always
    read from the store.
    """

    def __init__(self, source: Source, *, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._clock = clock
        self._turn = Lock()
        self._looked = clock()
        self._stamp = source.stamp()
        self._taken: Taken = take(source)

    def snapshot(self, audience: Audience) -> Snapshot:
        """What an audience may read of all dossiers."""
        if self._clock() - self._looked >= LOOK_EVERY and self._turn.acquire(blocking=False):
            self._looked = self._clock()
            Thread(target=self._refresh, name="unc-portal-refresh", daemon=True).start()
        return self._taken.by_audience[audience]

    @property
    def context(self) -> ExportContext:
        """The circumstances of that snapshot."""
        return self._taken.context

    def _refresh(self) -> None:
        try:
            stamp = self._source.stamp()
            if stamp != self._stamp:
                self._taken = take(self._source)
                self._stamp = stamp
        except Exception as error:  # noqa: BLE001
            # Told without its text, which may quote a dossier. The next look tries again;
            # meanwhile pages show what was read before.
            _log.warning("Les dossiers n'ont pas pu être relus (%s)", type(error).__name__)
        finally:
            self._turn.release()
