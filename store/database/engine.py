"""The connection: SQLite beside us or PostgreSQL by URL, behaving alike."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from store.database.errors import (
    BadDatabaseUrl,
    StoreDamaged,
    StoreLocked,
    StoreUnreachable,
    Unstorable,
    translated,
)

BUSY_SECONDS = 30
"""How long we wait for another program that writes."""
_AT_ONCE = 50
"""Connections at once: each thread of the portal has its own, and some need another beside it."""

_WRITES = "unc_writes"


class Scope(Protocol):
    """Where an operation gets its connection: a transaction of its own, or a shared one."""

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection for reading."""

    def write(self) -> AbstractContextManager[Connection]:
        """Open a transaction: all of it is kept, or none."""

    def erased(self) -> None:
        """Say that data was erased, for its traces to go too."""


class EachItsOwn:
    """A scope in which every operation is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = database_file(engine)
        self._writer = engine.execution_options(**{_WRITES: True})
        self._turn = Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading."""
        with translated(self._file), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction: committed at the end, rolled back on any error.

        Threads of a process that write to a file wait for each other here, in turn: SQLite would
        have each of them look again now and then, and one that is always late give up.
        """
        with self._in_turn(), translated(self._file), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreLocked.of(self._file)
        try:
            yield
        finally:
            self._turn.release()

    def erased(self) -> None:
        """Empty SQLite's journal, which holds what was written of late."""
        if self._engine.dialect.name != "sqlite":
            return
        with translated(self._file), self._engine.connect() as connection:
            cursor = connection.connection.cursor()  # outside of any transaction
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()


class Shared:
    """A scope in which every operation joins one transaction, which its opener ends.

    Attributes:
        has_erased: Whether an operation erased data.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.has_erased = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give the shared connection."""
        yield self._connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the shared connection."""
        yield self._connection

    def erased(self) -> None:
        """Note it: traces can only go once the transaction is kept."""
        self.has_erased = True


def make_engine(address: str) -> Engine:
    """Engine of a database, with its folder made. Nothing is connected yet for PostgreSQL.

    Args:
        address: ``sqlite:///path`` or ``postgresql://user@host/base``.

    Raises:
        BadDatabaseUrl: The address is not one of those.
        StoreUnreachable: The folder of the SQLite file cannot be made.
    """
    url = _parsed(address)
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        return _sqlite(url)
    if backend in {"postgresql", "postgres"}:
        try:
            return _postgresql(url.set(drivername="postgresql+psycopg"))
        except ArgumentError:  # its query is looked at here
            raise BadDatabaseUrl from None
    raise BadDatabaseUrl


def sqlite_file(address: str) -> Path | None:
    """The SQLite file that an address names, made or not; ``None`` for PostgreSQL.

    Raises:
        BadDatabaseUrl: It is no address at all.
    """
    url = _parsed(address)
    is_file = url.drivername.partition("+")[0] == "sqlite" and url.database
    return Path(url.database) if is_file and url.database else None


def _parsed(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl from None  # the cause quotes the address


def database_file(engine: Engine) -> Path | None:
    """The SQLite file, or ``None`` for PostgreSQL."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(engine.url.database)


def place_of(engine: Engine) -> str:
    """Which database it is, for people: its file, or its address without password nor options."""
    file, url = database_file(engine), engine.url
    if file is not None:
        return f"{file} (UNC_HOME, ou UNC_DATABASE_URL si elle est donnée)"
    where = {name: value for name, value in url.query.items() if name in {"host", "port"}}
    return f"{without_password(url.set(query=where))} (UNC_DATABASE_URL)"


def without_password(url: URL) -> str:
    """The address of a PostgreSQL database, as its own tools take it; ``URL.set`` sets no None."""
    shown = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    )
    return shown.render_as_string()


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise BadDatabaseUrl  # what is remembered must outlive the process
    if url.query or url.host:
        raise BadDatabaseUrl  # they would be passed over
    file = Path(url.database).absolute()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable.of(file) from error
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite", database=str(file)),
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
        max_overflow=_AT_ONCE,
    )

    @event.listens_for(engine, "do_connect")
    def keep_private(*_: object) -> None:
        # It holds personal data: a new file is for its owner. SQLite says what is wrong if not.
        with suppress(OSError):
            file.touch(mode=0o600)

    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _tell_unstorable)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    for attempt in Retrying(
        retry=retry_if_exception(_is_busy),
        stop=stop_after_delay(BUSY_SECONDS),
        wait=wait_random(0, 0.1),
        reraise=True,
    ):
        # Of a new file SQLite refuses this at once, whatever the timeout, to all but one of those
        # who ask for it together.
        with attempt:
            connection.execute("PRAGMA journal_mode=WAL").close()
    for pragma in (
        # A reply must be known as intended before it is sent, even if the power fails.
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is erased is overwritten: a purge leaves nothing to find in the file.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _is_busy(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the rest of an extended code says how


def _tell_unstorable(context: ExceptionContext) -> None:
    # Drivers refuse an integer above 64 bits and a lone surrogate with errors of Python's.
    if isinstance(context.original_exception, OverflowError | UnicodeEncodeError):
        raise Unstorable from context.original_exception


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the write lock at once: it never fails half-way for having read first.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    asked: dict[str, Any] = {
        "connect_timeout": 10,
        "application_name": "passerelle-unc",
        "keepalives_idle": 60,  # the connection that holds the run's lock is long silent
        "options": f"-c lock_timeout={BUSY_SECONDS}s",
    }
    engine = create_engine(
        url,
        connect_args={name: value for name, value in asked.items() if name not in url.query},
        pool_pre_ping=True,
        hide_parameters=True,
        max_overflow=_AT_ONCE,
    )
    event.listen(engine, "handle_error", _tell_unstorable)
    return engine


_FAILED_READS = (
    "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
)
"""Pages that PostgreSQL found damaged since its statistics began, when it keeps checksums."""


def require_sound(scope: Scope) -> None:
    """Read all of an embedded database, and ask PostgreSQL what it found in its own.

    Raises:
        StoreDamaged: A page, a row or an index is not what it must be.
    """
    with scope.read() as connection:
        if not _is_sound(connection):
            raise StoreDamaged.of(database_file(connection.engine))


def _is_sound(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok"
    return not connection.exec_driver_sql(_FAILED_READS).scalar()
