"""One run at a time for each démarche, with a lock that a killed process lets go of by itself.

A lock can be lost while its holder lives: the session that holds it ends (a restart of the server,
a pooler, an administrator), or somebody deletes the lock file. So it is asked again before anything
is done that two runs must not both do.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from filelock import lock_descriptor
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from store.database.engine import database_file
from store.database.errors import AlreadyRunning, LockLost, StoreUnreachable, translated

ADVISORY_CLASS = 0x554E43
"""First half of our advisory locks' key in PostgreSQL ("UNC"); the second is the démarche."""

_TAKE = text("SELECT pg_try_advisory_lock(:class, :demarche)")
_LET_GO = text("SELECT pg_advisory_unlock(:class, :demarche)")
# Of this very session: a pooler may have handed us another one, which holds nothing.
_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = :class AND objid = :demarche AND objsubid = 2)"
)


class RunLock(Protocol):
    """The lock of a run that goes on."""

    def check(self) -> None:
        """Make sure that the run is still alone on its démarche.

        Raises:
            LockLost: It may not be.
            StoreUnreachable: The database does not answer at all.
        """


@contextmanager
def run_lock(engine: Engine, demarche: int) -> Iterator[RunLock]:
    """Hold a démarche for the time of a run.

    Raises:
        AlreadyRunning: Another process, or another part of this one, holds it.
        StoreUnreachable: The lock itself cannot be had.
    """
    file = database_file(engine)
    taken = _in_postgresql(engine, demarche) if file is None else _beside(file, demarche)
    with taken as lock:
        yield lock


class _Session:
    """A lock of PostgreSQL: the server lets go of it when the session ends."""

    def __init__(self, engine: Engine, connection: Connection, demarche: int) -> None:
        self._engine = engine
        self._connection = connection
        self._demarche = demarche
        self._lost = False
        self._key = {"class": ADVISORY_CLASS, "demarche": demarche}

    def take(self) -> bool:
        """Take the lock, unless another session holds it."""
        with translated():
            return bool(self._connection.scalar(_TAKE, self._key))

    def check(self) -> None:
        """See :class:`RunLock`."""
        if not self._lost:
            try:
                with translated():
                    self._lost = not self._connection.scalar(_HELD, self._key)
            except StoreUnreachable:
                self._lost = True
                with translated(), self._engine.connect():
                    pass  # the session alone has ended, not the server
        if self._lost:
            raise LockLost(self._demarche)

    def let_go(self) -> None:
        """Let go of the lock at once, where the server is there to ask."""
        if not self._lost:
            with suppress(DBAPIError):
                self._connection.execute(_LET_GO, self._key)


@contextmanager
def _in_postgresql(engine: Engine, demarche: int) -> Iterator[RunLock]:
    # Outside of a transaction, so that a long run does not keep the server from vacuuming.
    with translated():
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        lock = _Session(engine, connection, demarche)
        if not lock.take():
            raise AlreadyRunning(demarche)
        try:
            yield lock
        finally:
            # Asked first, for the next run need not wait until the server sees that we are gone;
            # closing it for good lets go of the lock even where the server is not there to ask.
            lock.let_go()
            connection.invalidate()


class _LockFile:
    """A lock on a file of its own: the system lets go of it with the process."""

    def __init__(self, place: Path, demarche: int) -> None:
        self._place = place
        self._demarche = demarche
        try:
            self.descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnreachable.of(place) from error

    def take(self) -> bool:
        """Take the lock, unless another process holds it, or deleted the file meanwhile."""
        try:
            return lock_descriptor(self.descriptor, blocking=False) and self._is_in_place()
        except OSError as error:
            raise StoreUnreachable.of(self._place) from error

    def check(self) -> None:
        """See :class:`RunLock`."""
        if not self._is_in_place():
            raise LockLost(self._demarche)

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self.descriptor), self._place.stat())
        except OSError:
            return False


@contextmanager
def _beside(file: Path, demarche: int) -> Iterator[RunLock]:
    # Neither readers nor writers of the database are held up.
    lock = _LockFile(file.with_name(f"{file.name}.run-{demarche}"), demarche)
    try:
        if not lock.take():
            raise AlreadyRunning(demarche)
        yield lock
    finally:
        os.close(lock.descriptor)
