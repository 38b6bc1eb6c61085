"""What the sandbox remembers, in one SQLite file that survives a kill at any moment."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from sandbox.common.errors import ApiError
from sandbox.demarche.cursors import Window
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS demarche (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS company (siret TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob (checksum TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS dossier (
    number INTEGER PRIMARY KEY, demarche INTEGER NOT NULL, revision INTEGER NOT NULL,
    state TEXT NOT NULL, groupe INTEGER NOT NULL, archived INTEGER NOT NULL,
    listed INTEGER NOT NULL, deposited_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    hidden_at INTEGER, version INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_update ON dossier (demarche, listed, updated_at, number);
CREATE INDEX IF NOT EXISTS by_deposit ON dossier (demarche, listed, deposited_at, number);
CREATE INDEX IF NOT EXISTS by_hiding ON dossier (demarche, hidden_at, number)
    WHERE hidden_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deleted (
    number INTEGER PRIMARY KEY, demarche INTEGER NOT NULL, groupe INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, deleted_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS by_deletion ON deleted (demarche, deleted_at, number);
"""
_SAVE = "INSERT OR REPLACE INTO dossier VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"

Where = list[tuple[str, Any]]


class StateFile:
    """The only place that speaks SQL. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        self._demarches: dict[int, Demarche] = {}
        self._companies: dict[str, str] | None = None
        self.epoch = 0
        """Moves whenever something that dossiers are shown with has changed."""

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing of it; a block inside another belongs to the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self.forget()
            raise
        self._db.execute("COMMIT")

    def forget(self) -> None:
        """Drop what is kept in memory of démarches and companies."""
        self._demarches.clear()
        self._companies = None
        self.epoch += 1

    # What is small and read often

    def meta(self, key: str, default: Any = None) -> Any:
        """Return a remembered value."""
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return default if row is None else orjson.loads(row[0])

    def remember(self, key: str, value: Any) -> None:
        """Keep a value under a key."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, orjson.dumps(value)))
        self.epoch += 1

    def next_id(self) -> int:
        """Return a number never given before."""
        number = int(self.meta("sequence", 1000)) + 1
        self._db.execute(
            "INSERT OR REPLACE INTO meta VALUES ('sequence',?)", (orjson.dumps(number),)
        )
        return number

    def numbers(self) -> list[int]:
        """Return the numbers of the démarches."""
        return [row[0] for row in self._db.execute("SELECT number FROM demarche ORDER BY number")]

    def demarche(self, number: int) -> Demarche:
        """Return a démarche.

        Raises:
            ApiError: there is none with that number.
        """
        found = self._demarches.get(number)
        if found is None:
            row = self._db.execute("SELECT body FROM demarche WHERE number=?", (number,)).fetchone()
            if row is None:
                raise ApiError("Demarche not found", "not_found")
            found = self._demarches[number] = Demarche.from_json(orjson.loads(row[0]))
        return found

    def save_demarche(self, demarche: Demarche) -> None:
        """Keep a démarche as it is now."""
        body = orjson.dumps(demarche.as_json())
        self._db.execute("INSERT OR REPLACE INTO demarche VALUES (?,?)", (demarche.number, body))
        self.forget()

    def companies(self) -> dict[str, str]:
        """Return the registry: names of companies by SIRET."""
        if self._companies is None:
            self._companies = dict(self._db.execute("SELECT siret, name FROM company").fetchall())
        return self._companies

    def save_company(self, siret: str, name: str) -> None:
        """Register a company; the first name given to a SIRET stays."""
        if siret not in self.companies():
            self.companies()[siret] = name
            self._db.execute("INSERT OR IGNORE INTO company VALUES (?,?)", (siret, name))
            self.epoch += 1

    def save_blob(self, checksum: str, content: bytes) -> None:
        """Keep the content of a file."""
        self._db.execute("INSERT OR IGNORE INTO blob VALUES (?,?)", (checksum, content))

    def blob(self, checksum: str) -> bytes | None:
        """Return the content of a file."""
        row = self._db.execute("SELECT content FROM blob WHERE checksum=?", (checksum,)).fetchone()
        return None if row is None else bytes(row[0])

    # Dossiers

    def save(self, dossier: DepositedDossier) -> None:
        """Keep a dossier as it is now, as a new version of it."""
        dossier.version += 1
        pending = dossier.pending_deletion
        self._db.execute(
            _SAVE,
            (
                dossier.number,
                dossier.demarche,
                dossier.revision,
                dossier.state,
                dossier.groupe,
                dossier.archived,
                dossier.listed,
                dossier.deposited_at,
                dossier.updated_at,
                pending and pending[0],
                dossier.version,
                orjson.dumps(dossier),
            ),
        )

    def dossier(self, number: int) -> DepositedDossier:
        """Return a dossier, shown or not.

        Raises:
            ApiError: there is none with that number.
        """
        sql = "SELECT body, revision, version FROM dossier WHERE number=?"
        row = self._db.execute(sql, (number,)).fetchone()
        if row is None:
            raise ApiError("Dossier not found", "not_found")
        return _read(row)

    def count(self) -> int:
        """Return how many dossiers there are, shown or not."""
        return int(self._db.execute("SELECT count(*) FROM dossier").fetchone()[0])

    def last_number(self) -> int:
        """Return the highest number ever given to a dossier."""
        sql = (
            "SELECT max(coalesce((SELECT max(number) FROM dossier), 0),"
            " coalesce((SELECT max(number) FROM deleted), 0))"
        )
        return int(self._db.execute(sql).fetchone()[0])

    def page(self, column: str, where: Where, window: Window) -> list[DepositedDossier]:
        """Return at most size + 1 dossiers in the order of ``column``, then of number."""
        sql, values = _keyset("SELECT body, revision, version FROM dossier", column, where, window)
        return [_read(row) for row in self._db.execute(sql, values)]

    def every(self, demarche: int) -> Iterator[DepositedDossier]:
        """Go through all dossiers of a démarche, shown or not."""
        sql = "SELECT body, revision, version FROM dossier WHERE demarche=? ORDER BY number"
        return map(_read, self._db.execute(sql, (demarche,)))

    def deleted_page(self, where: Where, window: Window) -> list[tuple[int, str, str, int]]:
        """Return (number, state, reason, instant) of purged dossiers, oldest first."""
        select = "SELECT number, state, reason, deleted_at FROM deleted"
        sql, values = _keyset(select, "deleted_at", where, window)
        return self._db.execute(sql, values).fetchall()

    def purge(self, dossier: DepositedDossier, reason: str, when: int) -> None:
        """Remove a dossier for good, leaving only the line that says so."""
        line = (dossier.number, dossier.demarche, dossier.groupe, dossier.state, reason, when)
        self._db.execute("INSERT OR REPLACE INTO deleted VALUES (?,?,?,?,?,?)", line)
        self._db.execute("DELETE FROM dossier WHERE number=?", (dossier.number,))

    def move_open_dossiers(self, demarche: int, revision: int) -> int:
        """Move unfinished dossiers to a revision without touching their dates."""
        sql = (
            "UPDATE dossier SET revision=?, version=version+1"
            " WHERE demarche=? AND state IN ('en_construction','en_instruction')"
        )
        return self._db.execute(sql, (revision, demarche)).rowcount


def _read(row: Sequence[Any]) -> DepositedDossier:
    return DepositedDossier(**{**orjson.loads(row[0]), "revision": row[1], "version": row[2]})


def _keyset(select: str, column: str, where: Where, window: Window) -> tuple[str, list[Any]]:
    clauses = [clause for clause, _ in where]
    values = [value for _, value in where]
    for sign, key in ((">", window.after), ("<", window.before)):
        if key is not None:
            clauses.append(f"({column}, number) {sign} (?, ?)")
            values += key
    way = "DESC" if window.backwards else "ASC"
    order = f"ORDER BY {column} {way}, number {way} LIMIT {window.size + 1}"
    return f"{select} WHERE {' AND '.join(clauses)} {order}", values
