"""A copy of the database, taken while others read and write it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL

from store.database.engine import database_file, make_engine, sqlite_file, without_password
from store.database.errors import DiskFull, StoreDamaged, StoreError, StoreUnreachable


class NoBackupTool(StoreError):  # noqa: N818 (named by what to do next)
    """PostgreSQL has its own tool, which is not here."""

    default = (
        "pg_dump manque sur cette machine, qui sauvegarde une base PostgreSQL : installez"
        " postgresql-client, de la version du serveur ou plus récente."
    )


class NotThisBackupFile(StoreError):  # noqa: N818
    """A backup is a file of its own: nothing is written over."""


def backup(address: str, *, to: Path) -> None:
    """Copy a database to a file that appears once it is whole and sound.

    SQLite: another such file. PostgreSQL: what ``pg_restore`` reads.

    Args:
        address: The database.
        to: The copy, not there yet; only its owner can read it.

    Raises:
        NoBackupTool: The database is PostgreSQL's, and its tool is not here.
        NotThisBackupFile: Something is already where the copy would be.
        StoreError: It cannot be copied; nothing is left of the copy.
    """
    source = _source(address)
    if to.is_dir():
        raise NotThisBackupFile(f"{to} est un dossier : donnez un fichier.")
    if to.exists():
        raise NotThisBackupFile(f"{to} existe déjà : donnez un autre nom à la sauvegarde.")
    beside = to.with_name(f".{to.name}.en-cours")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        beside.touch(mode=0o600)
        if isinstance(source, Path):
            _copy(source, beside)
        else:
            _dump(source, beside)
        os.replace(beside, to)  # noqa: PTH105 (atomic, and over nothing)
    except OSError as error:
        raise StoreUnreachable(
            f"La sauvegarde ne peut pas être écrite dans {to.parent}."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _source(address: str) -> Path | URL:
    """The file of a SQLite database, which is there; the address of one of PostgreSQL."""
    named = sqlite_file(address)
    if named is not None and not os.path.exists(named):  # noqa: PTH110 (False when unreadable)
        raise StoreUnreachable(
            f"Aucune base encore : {named} n'existe pas (UNC_HOME, ou UNC_DATABASE_URL si elle est"
            " donnée). Lancez unc run."
        )
    engine = make_engine(address)
    source = database_file(engine)
    engine.dispose()
    return source or engine.url


def _dump(url: URL, target: Path) -> None:
    program, reader = shutil.which("pg_dump"), shutil.which("pg_restore")
    if program is None or reader is None:
        raise NoBackupTool
    # Arguments are seen by every account of the machine: the password goes apart.
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    for command in (
        [
            program,
            "--format=custom",
            "--no-password",
            f"--file={target}",
            f"--dbname={without_password(url)}",
        ],
        [reader, "--list", str(target)],
    ):
        done = subprocess.run(  # noqa: S603
            command, check=False, env={**os.environ, **password}, capture_output=True
        )
        if done.returncode:
            raise StoreUnreachable(
                f"La base PostgreSQL n'a pas été sauvegardée : {Path(command[0]).name} a fini avec"
                f" le code {done.returncode}. Vérifiez UNC_DATABASE_URL, la place sur le disque, et"
                " que postgresql-client n'est pas plus ancien que le serveur."
            )


def _copy(source: Path, target: Path) -> None:
    # As an address, so that « # », « ? » or « % » in a path is not taken for a part of it.
    address = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)) as here,
            closing(sqlite3.connect(target, isolation_level=None)) as there,
        ):
            here.execute("BEGIN")  # what is counted and what is copied is of the same moment
            rows = _rows(here)
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # a single file, to be carried away
            if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreDamaged.of(source)
            if _rows(there) != rows:
                raise StoreDamaged(
                    f"La copie de {source} n'a pas les lignes de la base : recommencez, sur un"
                    " autre disque s'il le faut."
                )
    except sqlite3.Error as error:
        raise _meaning(error, source) from error
    if not rows:
        raise StoreDamaged(
            f"La base {source} est vide : rien n'est à sauvegarder. Vérifiez UNC_HOME (ou"
            " UNC_DATABASE_URL, si elle est donnée), ou restaurez une sauvegarde."
        )


def _rows(base: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    count = 'SELECT count(*) FROM "{}"'
    return {name: int(base.execute(count.format(name)).fetchone()[0]) for (name,) in names}


def _meaning(error: sqlite3.Error, source: Path) -> StoreError:
    match error.sqlite_errorcode & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull("Le disque de la sauvegarde est plein : libérez de la place.")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return StoreDamaged.of(source)
        case _:
            return StoreUnreachable.of(source)
