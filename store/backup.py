"""A copy of the embedded database, taken while others read and write it."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from store.engine import database_file, make_engine
from store.errors import DiskFull, StoreDamaged, StoreError, StoreUnreachable


class BackupElsewhere(StoreError):  # noqa: N818 (named by what to do next)
    """PostgreSQL has its own tools, which do it better."""

    default = (
        "Une base PostgreSQL se sauvegarde avec ses outils : pg_dump --format=custom"
        " --file=unc.dump « adresse de la base » (docs/exploitation.md)."
    )


def backup(address: str, *, to: Path) -> None:
    """Copy a SQLite database to a file that appears once it is whole and sound.

    Args:
        address: The database.
        to: The copy, not there yet; only its owner can read it.

    Raises:
        BackupElsewhere: The database is PostgreSQL's.
        StoreError: It cannot be copied; nothing is left of the copy.
    """
    engine = make_engine(address)
    source = database_file(engine)
    engine.dispose()
    if source is None:
        raise BackupElsewhere
    if not source.exists():
        raise StoreUnreachable
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


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # a single file, to be carried away
            if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreDamaged
    except sqlite3.Error as error:
        raise _meaning(error) from error


def _meaning(error: sqlite3.Error) -> StoreError:
    match error.sqlite_errorcode & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull("Le disque de la sauvegarde est plein : libérez de la place.")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return StoreDamaged()
        case _:
            return StoreUnreachable()
