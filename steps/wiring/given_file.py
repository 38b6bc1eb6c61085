"""A file that a person gives a command."""

import errno
from pathlib import Path
from typing import Final

from steps.wiring.failures import RequestError

_UNREADABLE: Final = {
    errno.ENOENT: "il n'y a pas de fichier de ce nom",
    errno.ENOTDIR: "il n'y a pas de fichier de ce nom",
    errno.EISDIR: "c'est un dossier ; donnez le classeur",
    errno.EACCES: "ce compte n'a pas le droit de le lire",
}


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
