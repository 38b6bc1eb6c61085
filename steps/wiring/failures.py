"""What ends a step, as an operator may read it: nothing of a dossier, an address or a token."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Final

from clients.errors import DsError
from datafiles.file import DataFileError
from exports.errors import ExportError
from settings import ROOT, SettingsError
from store.database.errors import StoreError
from triage.registre.refused import Refused

_UNREADABLE: Final = {
    errno.ENOENT: "il n'y a pas de fichier de ce nom",
    errno.ENOTDIR: "il n'y a pas de fichier de ce nom",
    errno.EISDIR: "c'est un dossier ; donnez le classeur",
    errno.EACCES: "ce compte n'a pas le droit de le lire",
}


class RequestError(Exception):
    """What a person asked for cannot be given; a French sentence says why."""


KNOWN = (
    SettingsError,
    DataFileError,
    DsError,
    StoreError,
    ExportError,
    RequestError,
    Refused,
)
"""Errors whose message is a French sentence for the operator."""


class UnforeseenError(Exception):
    """A defect of ours: only its kind and its place are told, for its text may quote a dossier."""


@contextmanager
def told_without_content() -> Iterator[None]:
    """Let errors through as they may be logged: Prefect logs and stores the whole chain.

    Raises:
        UnforeseenError: In place of anything that is not one of :data:`KNOWN`.
    """
    try:
        yield
    except KNOWN as error:
        error.__cause__ = None
        error.__suppress_context__ = True
        raise
    except Exception as error:  # noqa: BLE001 (told as another error, never swallowed)
        raise UnforeseenError(told(error)) from None


def told(error: Exception) -> str:
    """What may be told of an error: its own sentence when it is one of ours, else its place."""
    if isinstance(error, (*KNOWN, UnforeseenError)):
        return str(error)
    return (
        f"Erreur imprévue ({type(error).__name__}, {_place(error)}). Relancez à la main avec"
        " « unc run --debug » pour la trace, et signalez-la."
    )


@contextmanager
def apart(told: list[str] | None, number: int, done: str) -> Iterator[None]:
    """Keep what goes wrong with one dossier from the others: it is told, and they go on.

    Args:
        told: Where it is told; the journal when there is no such place.
        number: The dossier.
        done: What was being done to it, as a French participle.
    """
    try:
        yield
    except KNOWN:
        raise
    except Exception as error:  # noqa: BLE001 (told, and the run ends with 1)
        sentence = (
            f"Dossier {number} : il n'a pas pu être {done} ({type(error).__name__},"
            f" {_place(error)}) ; les autres le sont. Signalez-le au mainteneur de ce logiciel."
        )
        if told is None:
            logging.getLogger("unc").warning("%s", sentence)
        else:
            told.append(sentence)


def _place(error: Exception) -> str:
    """Last line of ours that the error went through."""
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)]
    last = (ours or list(frames))[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _is_ours(filename: str) -> bool:
    return Path(filename).is_relative_to(ROOT) and "site-packages" not in filename


def content_of(path: Path) -> bytes:
    """What a file holds.

    Raises:
        RequestError: It cannot be read; with why.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = _UNREADABLE.get(error.errno or 0, "le système refuse de le lire")
        raise RequestError(f"{path} ne peut pas être lu : {why}.") from error
