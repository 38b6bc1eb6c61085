"""One run at a time for each démarche, with a lock that a killed process lets go of by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from store.engine import database_file
from store.errors import AlreadyRunning, StoreUnreachable, translated

ADVISORY_CLASS = 0x554E43
"""First half of our advisory locks' key in PostgreSQL ("UNC"); the second is the démarche."""


@contextmanager
def run_lock(engine: Engine, demarche: int) -> Iterator[None]:
    """Hold a démarche for the time of a run.

    Raises:
        AlreadyRunning: Another process, or another part of this one, holds it.
        StoreUnreachable: The lock itself cannot be had.
    """
    file = database_file(engine)
    taken = _in_postgresql(engine, demarche) if file is None else _beside(file, demarche)
    with taken:
        yield


@contextmanager
def _in_postgresql(engine: Engine, demarche: int) -> Iterator[None]:
    # A session's lock: the server lets go of it when the connection is gone. Outside of a
    # transaction, so that a long run does not keep the server from vacuuming.
    key = {"class": ADVISORY_CLASS, "demarche": demarche}
    with translated():
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        with translated():
            take = text("SELECT pg_try_advisory_lock(:class, :demarche)")
            taken = connection.scalar(take, key)
        if not taken:
            raise AlreadyRunning(demarche)
        try:
            yield
        finally:
            # Closing it for good lets go of the lock, even where the server is not there to ask.
            connection.invalidate()


@contextmanager
def _beside(file: Path, demarche: int) -> Iterator[None]:
    # An exclusive transaction on a file of its own: the system lets go of it with the process,
    # on every platform, and neither readers nor writers of the database are held up.
    with closing(_exclusive(file.with_name(f"{file.name}.run-{demarche}"), demarche)):
        yield


def _exclusive(place: Path, demarche: int) -> sqlite3.Connection:
    try:
        # Closed by whichever thread ends the run.
        connection = sqlite3.connect(
            place, timeout=0, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreUnreachable.of(place) from error
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise AlreadyRunning(demarche) from error
        raise StoreUnreachable.of(place) from error
    return connection
