"""What publishing asks of the disk: one at a time, written to last, and told in French."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor

from datafiles.refusals import refusal
from exports.errors import ExportFolderError, WorkbookCheckError

UNFINISHED = ".en-cours-"
_LOCK = ".verrou"
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:xlsx|csv|parquet)")


def require_name(name: str) -> None:
    """Refuse a name that could leave its folder."""
    if not _FILE.fullmatch(name):
        raise ValueError(f"not a name for an exported file: {name!r}")


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the folder: one publisher at a time; the lock of a killed one ends with it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("a") as lock:
        lock_descriptor(lock.fileno())
        yield


def is_held(root: Path) -> bool:
    """Whether a publisher holds the folder."""
    try:
        with (root / _LOCK).open("a") as lock:
            return not lock_descriptor(lock.fileno(), blocking=False)
    except FileNotFoundError:
        return False


@contextmanager
def beside(place: Path, *, prefix: str = UNFINISHED) -> Iterator[Path]:
    """A folder in which to make what will stand in a place; gone unless it was moved there."""
    place.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    made.chmod(0o750)
    try:
        yield made
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def sweep(place: Path) -> None:
    """Remove what a killed publisher left unfinished. The caller holds the folder."""
    for left in place.glob(f"{UNFINISHED}*"):
        if left.is_symlink() or left.is_file():
            left.unlink()
        else:
            shutil.rmtree(left)


def discard(folder: Path) -> None:
    """Remove a folder. It loses its name first: killed on the way, :func:`sweep` does the rest."""
    left = folder.with_name(f"{UNFINISHED}{folder.name.removeprefix(UNFINISHED)}")
    if folder != left:
        if left.exists():
            shutil.rmtree(left)
        folder.rename(left)
    shutil.rmtree(left)


def write_file(path: Path, content: bytes) -> None:
    """Write a file to the disk itself, and look whether it is there.

    Raises:
        WorkbookCheckError: The disk holds something else.
    """
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if path.read_bytes() != content:
        raise WorkbookCheckError(
            f"{path.name} n'est pas sur le disque tel qu'il a été écrit : rien n'est publié, les"
            " exports précédents restent en place."
        )


def flush(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def disk_told(root: Path) -> Iterator[None]:
    """Turn a refusal of the disk into one sentence for staff; temporary files count too.

    Raises:
        ExportFolderError: What is refused, and that the earlier exports are there.
    """
    try:
        yield
    except OSError as error:
        reason = refusal(error)
        raise ExportFolderError(
            f"Impossible d'écrire les exports dans {root} (UNC_EXPORT_DIR) : {reason}. Les exports "
            "précédents restent en place."
        ) from error
