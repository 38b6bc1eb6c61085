"""Folders named by the minute: what is made on request, and the exports of before the editions.

Each is written beside, opened again, then there in one rename. The newest is the one whose manifest
has the highest sequence. Names and dates are for people: the clock goes back every October, and may
once have been a year ahead.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exports.cells import paris
from exports.errors import ExportFolderError
from exports.published.checking import ExportFile, none_left, sound
from exports.published.folders import (
    alone,
    beside,
    discard,
    disk_told,
    flush,
    require_name,
    sweep,
    write_file,
)
from exports.published.manifest import (
    MANIFEST,
    ON_REQUEST,
    ExportFacts,
    FileFacts,
    PublishedExport,
    exported,
    manifest,
    manifest_text,
    read_manifest,
    sequence_of,
)

_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4}(?:-(\d+))?")
_MOST_SAME_MINUTE = 100


@dataclass(frozen=True, slots=True)
class Carried:
    """A file that is on the disk already: of the present set, or made for the next one."""

    path: Path
    facts: FileFacts


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
        root: Folder of the exports, made if it is missing.
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
        require_name(name)
    with disk_told(root), alone(root):
        sweep(root)
        kept = dict(sound(files.items(), aside))
        if not kept:
            raise none_left()
        if _same(newest_dated(root, demarche=facts.demarche), kept, facts=facts):
            return None
        with beside(root) as made:
            sequence = 1 + max(
                (sequence_of(read_manifest(one)) for one in _folders(root)), default=0
            )
            content = fill(made, kept, facts=facts, at=at, sequence=sequence)
            folder = _rename(made, root, at=at)
        flush(root)
        paths = tuple((folder / name).absolute() for name in kept)
        return PublishedExport(folder.absolute(), paths, content)


def fill(
    folder: Path,
    files: Mapping[str, ExportFile] | Mapping[str, Carried],
    *,
    facts: ExportFacts,
    at: datetime,
    sequence: int,
) -> dict[str, Any]:
    """Write files and their manifest in a folder that nobody sees yet; what the manifest says."""
    told = [put_file(folder, name, file, sequence=sequence) for name, file in files.items()]
    content = manifest(facts, told, at=at, sequence=sequence)
    write_file(folder / MANIFEST, manifest_text(content).encode())
    flush(folder)
    return content


def put_file(made: Path, name: str, file: ExportFile | Carried, *, sequence: int) -> FileFacts:
    """Write a file of a set, or carry it over: the same file, or its bytes where that cannot be."""
    require_name(name)
    if isinstance(file, ExportFile):
        write_file(made / name, file.content)
        return file.facts(name, sequence=sequence)
    try:
        os.link(file.path, made / name)
    except OSError:
        shutil.copyfile(file.path, made / name)
    return file.facts


def newest_dated(root: Path, *, demarche: int) -> PublishedExport | None:
    """Return the newest dated export of a démarche that has a manifest and all its files."""
    return next(dated(root, demarche=demarche), None)


def dated(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Yield the dated exports of a démarche that have all their files, newest first."""
    for folder in reversed(_folders(root)):
        one = exported(folder, demarche=demarche)
        if one is not None and all(path.is_file() for path in one.paths):
            yield one


def remove_old(root: Path, *, before: datetime, at: datetime) -> tuple[Path, ...]:
    """Remove the dated exports published before a moment, and those made on request.

    Args:
        root: Folder of the exports.
        before: The moment.
        at: Now: what is dated later was dated by a clock that was ahead.
    """
    with disk_told(root), alone(root):
        removed = old_ones(root, before=before, at=at)
        for folder in removed:
            discard(folder)
    return removed


def old_ones(root: Path, *, before: datetime, at: datetime) -> tuple[Path, ...]:
    """What :func:`remove_old` removes."""
    return tuple(
        folder
        for place in (root, root / ON_REQUEST)
        for folder, appeared in reversed(_appeared(place, now=at))
        if appeared < before
    )


def appeared(
    exports: list[tuple[Path, Mapping[str, Any]]], *, now: datetime
) -> list[tuple[Path, datetime]]:
    """When each of these exports, newest first, appeared.

    One that a clock dated in the future appeared no later than the one that came after it.
    """
    found: list[tuple[Path, datetime]] = []
    for folder, content in exports:
        at = datetime.fromisoformat(str(content["published_at"]))
        if at > now:
            at = found[-1][1] if found else now
        found.append((folder, at))
    return found


def _appeared(root: Path, *, now: datetime) -> list[tuple[Path, datetime]]:
    known = [(one, read_manifest(one)) for one in reversed(_folders(root))]
    return appeared([(one, content) for one, content in known if content is not None], now=now)


def _rename(made: Path, root: Path, *, at: datetime) -> Path:
    """Give the folder its name; a second export within the minute gets ``-2``, then ``-3``."""
    stamp = f"{paris(at):%Y-%m-%d-%H%M}"
    for count in range(1, _MOST_SAME_MINUTE):
        folder = root / (stamp if count == 1 else f"{stamp}-{count}")
        if folder.exists():
            continue
        try:
            made.rename(folder)
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
