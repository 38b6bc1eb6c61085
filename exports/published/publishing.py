"""Publishing: written beside, opened again, then there in one rename. What was there stays.

The newest export is the one whose manifest has the highest sequence. Names and dates are for
people: the clock goes back every October, and may once have been a year ahead.
"""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import lock_descriptor

from datafiles.refusals import refusal
from exports.cells import paris
from exports.errors import ExportFolderError, WorkbookCheckError
from exports.published.checking import check_workbook
from exports.published.manifest import (
    MANIFEST,
    ExportFacts,
    file_facts,
    manifest,
    manifest_text,
    read_manifest,
    sequence_of,
)

_UNFINISHED = ".en-cours-"
_LOCK = ".verrou"
_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4}(?:-(\d+))?")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:xlsx|csv|parquet)")
_MOST_SAME_MINUTE = 100
ON_REQUEST = "sur-demande"
"""Folder, beside the published exports, of those that somebody asked for."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to publish: who it is for, its bytes, and its rows by name of sheet.

    Rows are counted in a workbook itself.
    """

    audience: str
    content: bytes
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublishedExport:
    """An export that people can fetch.

    Attributes:
        folder: Absolute path of its folder.
        paths: Absolute paths of its files, the manifest apart.
        manifest: What its manifest says.
    """

    folder: Path
    paths: tuple[Path, ...]
    manifest: Mapping[str, Any]


def publish(
    root: Path,
    files: Mapping[str, ExportFile],
    *,
    facts: ExportFacts,
    at: datetime,
    aside: list[str] | None = None,
) -> PublishedExport | None:
    """Publish files, by name, in a new folder named by the minute.

    Args:
        root: Folder of the exports (``UNC_EXPORT_DIR``), made if it is missing.
        files: What to publish, by name of file.
        facts: What the manifest says of the data.
        at: Now (aware).
        aside: Where workbooks that do not open again are named, and left out; without it one of
            them stops all.

    Returns:
        What was published; ``None`` when the last export has the same data and the same files.

    Raises:
        ExportFolderError: The folder cannot be written.
        WorkbookCheckError: A workbook does not open again, or none does.
    """
    for name in files:
        if not _FILE.fullmatch(name):
            raise ValueError(f"not a name for an exported file: {name!r}")
    with disk_told(root), _alone(root):
        sweep(root)
        files = _opened(files, aside)
        if _same(latest(root, demarche=facts.demarche), files, facts=facts):
            return None
        return _publish(root, files, facts=facts, at=at)


def latest(root: Path, *, demarche: int) -> PublishedExport | None:
    """Return the newest export of a démarche that has a manifest and all its files."""
    return next(published(root, demarche=demarche), None)


def published(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Yield the exports of a démarche that have a manifest and all their files, newest first."""
    for folder in reversed(_folders(root)):
        content = read_manifest(folder)
        if content is None or content.get("demarche") != demarche:
            continue
        paths = tuple(folder / str(file["name"]) for file in content.get("files", ()))
        if all(path.is_file() for path in paths):
            yield PublishedExport(folder.absolute(), tuple(p.absolute() for p in paths), content)


def sweep(root: Path) -> None:
    """Remove what a killed run left unfinished. The caller holds the folder's lock."""
    for folder in root.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(folder)


def remove_old(root: Path, *, before: datetime, at: datetime) -> tuple[Path, ...]:
    """Remove the exports published before a moment; the newest of each démarche always stays.

    So do those made on request, of which none stays.

    Args:
        root: Folder of the exports.
        before: The moment.
        at: Now: what is dated later was dated by a clock that was ahead.
    """
    with disk_told(root), _alone(root):
        removed = old_ones(root, before=before, at=at)
        for folder in removed:
            shutil.rmtree(folder)
    return removed


def old_ones(
    root: Path, *, before: datetime, at: datetime, newest_stays: bool = True
) -> tuple[Path, ...]:
    """What :func:`remove_old` removes.

    Args:
        root: Folder of the exports.
        before: The moment.
        at: Now.
        newest_stays: Whether the newest is still that once it is done: nothing is published before.
    """
    newest = {
        one.folder
        for demarche in {int(content["demarche"]) for _, content, _ in _dated(root, now=at)}
        if newest_stays and (one := latest(root, demarche=demarche))
    }
    return tuple(
        folder
        for place in (root, root / ON_REQUEST)
        for folder, _, appeared in reversed(_dated(place, now=at))
        if appeared < before and folder.absolute() not in newest
    )


def left_out(name: str, why: str) -> str:
    """What is told of a workbook that could not be made while the others were."""
    return f"{name} : ce classeur n'a pas pu être fait et manque à cet export. {why}"


def _opened(files: Mapping[str, ExportFile], aside: list[str] | None) -> dict[str, ExportFile]:
    """The files, each workbook with its rows; those that do not open again are left out."""
    kept = {}
    for name, file in files.items():
        if not name.endswith(".xlsx"):
            kept[name] = file
            continue
        try:
            kept[name] = replace(file, rows=check_workbook(name, file.content))
        except WorkbookCheckError as error:
            if aside is None:
                raise
            aside.append(left_out(name, str(error)))
    if not kept:
        raise WorkbookCheckError(
            "Aucun classeur n'a pu être fait : rien n'est publié, les exports précédents restent en"
            " place."
        )
    return kept


def _dated(root: Path, *, now: datetime) -> list[tuple[Path, Mapping[str, Any], datetime]]:
    """Exports with their manifests, newest first, and when each appeared.

    One that a clock dated in the future appeared no later than the one that came after it.
    """
    found: list[tuple[Path, Mapping[str, Any], datetime]] = []
    for folder in reversed(_folders(root)):
        content = read_manifest(folder)
        if content is None:
            continue
        at = datetime.fromisoformat(str(content["published_at"]))
        if at > now:
            at = found[-1][2] if found else now
        found.append((folder, content, at))
    return found


def _publish(
    root: Path, files: Mapping[str, ExportFile], *, facts: ExportFacts, at: datetime
) -> PublishedExport:
    beside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root))
    try:
        sequence = 1 + max((sequence_of(read_manifest(one)) for one in _folders(root)), default=0)
        content = _fill(beside, files, facts=facts, at=at, sequence=sequence)
        beside.chmod(0o750)
        folder = _rename(beside, root, at=at)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    _flush(root)
    paths = tuple((folder / name).absolute() for name in files)
    return PublishedExport(folder.absolute(), paths, content)


def _fill(
    beside: Path,
    files: Mapping[str, ExportFile],
    *,
    facts: ExportFacts,
    at: datetime,
    sequence: int,
) -> dict[str, Any]:
    told = []
    for name, file in files.items():
        _write(beside / name, file.content)
        written = (beside / name).read_bytes()
        if written != file.content:
            raise WorkbookCheckError(
                f"{name} n'est pas sur le disque tel qu'il a été écrit : rien n'est publié, les"
                " exports précédents restent en place."
            )
        told.append(file_facts(name, written, audience=file.audience, rows=file.rows))
    content = manifest(facts, told, at=at, sequence=sequence)
    _write(beside / MANIFEST, manifest_text(content).encode())
    _flush(beside)
    return content


def _rename(beside: Path, root: Path, *, at: datetime) -> Path:
    """Give the folder its name; a second export within the minute gets ``-2``, then ``-3``."""
    stamp = f"{paris(at):%Y-%m-%d-%H%M}"
    for count in range(1, _MOST_SAME_MINUTE):
        folder = root / (stamp if count == 1 else f"{stamp}-{count}")
        if folder.exists():
            continue
        try:
            beside.rename(folder)
        except OSError as error:
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                continue
            raise
        return folder
    raise ExportFolderError(
        f"{_MOST_SAME_MINUTE} exports dans la même minute sous {root} : attendez une minute."
    )


def _same(
    last: PublishedExport | None, files: Mapping[str, ExportFile], *, facts: ExportFacts
) -> bool:
    return (
        last is not None
        and last.manifest.get("checksum") == facts.checksum
        and {path.name for path in last.paths} == set(files)
    )


def _folders(root: Path) -> list[Path]:
    """Folders of exports, oldest first: by sequence, then, where it is not counted, by name."""
    found = [
        (
            sequence_of(read_manifest(folder)),
            folder.name[:15],
            int(match.group(1) or 1),
            folder,
        )
        for folder in (root.iterdir() if root.is_dir() else ())
        if (match := _FOLDER.fullmatch(folder.name)) and folder.is_dir()
    ]
    return [folder for *_, folder in sorted(found)]


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _flush(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the folder: one run at a time; the lock of a killed run ends with it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("a") as lock:
        lock_descriptor(lock.fileno())
        yield


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
