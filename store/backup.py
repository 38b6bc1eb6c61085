"""A copy of the embedded database, taken while others read and write it."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from store.engine import database_file, make_engine, sqlite_file
from store.errors import DiskFull, StoreDamaged, StoreError, StoreUnreachable


class BackupElsewhere(StoreError):  # noqa: N818 (named by what to do next)
    """PostgreSQL has its own tools, which do it better."""

    default = (
        "Une base PostgreSQL se sauvegarde avec ses outils : pg_dump --format=custom"
        " --file=unc.dump « adresse de la base » (docs/exploitation.md)."
    )


class NotThisBackupFile(StoreError):  # noqa: N818
    """A backup is a file of its own: nothing is written over."""


def backup(address: str, *, to: Path) -> None:
    """Copy a SQLite database to a file that appears once it is whole and sound.

    Args:
        address: The database.
        to: The copy, not there yet; only its owner can read it.

    Raises:
        BackupElsewhere: The database is PostgreSQL's.
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
        _copy(source, beside)
        os.replace(beside, to)  # noqa: PTH105 (atomic, and over nothing)
    except OSError as error:
        raise StoreUnreachable(
            f"La sauvegarde ne peut pas être écrite dans {to.parent}."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _source(address: str) -> Path:
    """The file of a SQLite database, which is there."""
    named = sqlite_file(address)
    if named is not None and not os.path.exists(named):  # noqa: PTH110 (False when unreadable)
        raise StoreUnreachable(
            f"Aucune base encore : {named} n'existe pas (UNC_HOME, ou UNC_DATABASE_URL si elle est"
            " donnée). Lancez unc run."
        )
    engine = make_engine(address)
    source = database_file(engine)
    engine.dispose()
    if source is None:
        raise BackupElsewhere
    return source


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # a single file, to be carried away
            if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreDamaged.of(source)
    except sqlite3.Error as error:
        raise _meaning(error, source) from error


def _meaning(error: sqlite3.Error, source: Path) -> StoreError:
    match error.sqlite_errorcode & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull("Le disque de la sauvegarde est plein : libérez de la place.")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return StoreDamaged.of(source)
        case _:
            return StoreUnreachable.of(source)
