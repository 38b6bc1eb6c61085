"""Copies of a sandbox's whole folder: its state, and whatever was made of it there."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sandbox.common.errors import Refusal

FOLDER = "instantanes"
_STAGED, _CLEARED = ".retour", ".retour-vide"  # to be put back: before, after the rest is gone
_NAME = re.compile(r"\w[\w-]{0,39}")
_BESIDE = ("-wal", "-shm", "-journal", ".lock")


def names(home: Path) -> list[str]:
    """Return the names of the copies that are kept."""
    folder = home / FOLDER
    return sorted(
        one.name for one in (folder.iterdir() if folder.is_dir() else ()) if one.name[0] != "."
    )


def keep(home: Path, name: str) -> None:
    """Copy the folder under a name, in the place of an earlier copy of that name.

    Raises:
        Refusal: the name is none that a folder can have everywhere.
    """
    if not _NAME.fullmatch(name):
        raise Refusal(
            f"« {name} » ne nomme pas un instantané : lettres, chiffres et tirets, 40 au plus."
        )
    making = home / FOLDER / f".{name}"
    shutil.rmtree(making, ignore_errors=True)
    _copy(home, making)
    shutil.rmtree(home / FOLDER / name, ignore_errors=True)
    making.rename(home / FOLDER / name)


def check(home: Path, name: str) -> None:
    """Pass if a copy has that name.

    Raises:
        Refusal: none has.
    """
    if name not in names(home):
        kept = ", ".join(names(home)) or "aucun"
        raise Refusal(f"Aucun instantané ne s’appelle « {name} ». Instantanés gardés : {kept}.")


def bring_back(home: Path, name: str) -> None:
    """Put the folder back as it was when it was copied; nobody may have its files open.

    Raises:
        Refusal: no copy has that name.
    """
    check(home, name)
    making = home / FOLDER / ".copie"
    shutil.rmtree(making, ignore_errors=True)
    _copy(home / FOLDER / name, making)
    making.rename(home / FOLDER / _STAGED)
    finish(home)


def finish(home: Path) -> None:
    """End a return that was cut short, at whatever moment; nothing to do where none was."""
    staged, cleared = home / FOLDER / _STAGED, home / FOLDER / _CLEARED
    if staged.is_dir():
        erase(home)
        staged.rename(cleared)
    if cleared.is_dir():
        for one in list(cleared.iterdir()):
            one.rename(home / one.name)
        cleared.rmdir()


def erase(home: Path) -> None:
    """Remove everything of the folder but the copies; nobody may have its files open."""
    for one in home.iterdir() if home.is_dir() else ():
        if one.name != FOLDER:
            _remove(one)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for one in source.iterdir():
        if one.name == FOLDER or one.name.endswith(_BESIDE):
            continue
        if one.is_dir():
            shutil.copytree(one, target / one.name, symlinks=True)
        elif one.suffix == ".sqlite":
            with (
                closing(sqlite3.connect(one)) as old,
                closing(sqlite3.connect(target / one.name)) as new,
            ):
                old.backup(new)
        else:
            shutil.copy2(one, target / one.name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
