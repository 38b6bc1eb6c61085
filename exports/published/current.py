"""The current workbooks: one set, replaced in one step; a file that says the same stays the same.

A set is a folder of its own, and ``courant`` a link to it that is replaced in one step: whoever
reads it, and whatever is killed, finds a whole set. A file whose content did not move is the very
file that was there (a hard link: same bytes, same inode), so that a set costs what moved.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from exports.published.checking import ExportFile, none_left
from exports.published.folders import UNFINISHED, flush, sweep, write_file
from exports.published.manifest import (
    CURRENT,
    MANIFEST,
    ExportFacts,
    FileFacts,
    PublishedExport,
    exported,
    manifest,
    manifest_text,
    own_place,
)
from exports.published.publishing import Carried, put_file

_SET = ".courant-"
_FORMER = ".courant-ancien-"


def carried(there: PublishedExport | None, name: str, *, digest: str) -> Carried | None:
    """The file of the present set that says what a new one would, if it is as it was published."""
    found = there.unmoved(name, digest) if there else None
    return Carried(there.folder / name, found) if there and found else None


def current(root: Path, *, demarche: int) -> PublishedExport | None:
    """The current workbooks of a démarche; ``None`` before the first ones."""
    return exported(own_place(root / CURRENT, demarche=demarche), demarche=demarche)


def replace_current(
    root: Path,
    files: Iterable[tuple[str, ExportFile | Carried]],
    *,
    facts: Callable[[Sequence[FileFacts]], ExportFacts],
    at: datetime,
    sequence: int,
    kept: Callable[[Sequence[FileFacts]], object],
) -> tuple[PublishedExport, tuple[Path, ...]] | None:
    """Put a new set in the place of the current one. The caller holds the folder, and swept it.

    Args:
        root: Folder of the exports.
        files: The files of the set, by name: new ones, and those that stay. Each is written as
            it comes.
        facts: What the manifest says of the data.
        at: Now (aware).
        sequence: Place of the set among the publications of the démarche.
        kept: Called with the new files once they are on the disk, before anybody sees them.

    Returns:
        The set, and those of its files that are new; ``None`` when the present set is the same.

    Raises:
        WorkbookCheckError: There is no file at all.
    """
    made = Path(tempfile.mkdtemp(prefix=_SET, dir=root))
    try:
        made.chmod(0o750)
        told = [put_file(made, name, file, sequence=sequence) for name, file in files]
        if not told:
            raise none_left()
        saying = facts(told)
        place = own_place(root / CURRENT, demarche=saying.demarche)
        there = exported(place, demarche=saying.demarche)
        new = [one for one in told if one.sequence == sequence]
        if not new and there and {one.name for one in told} == {one.name for one in there.paths}:
            return None
        content = manifest(saying, told, at=at, sequence=sequence)
        write_file(made / MANIFEST, manifest_text(content).encode())
        flush(made)
        kept(new)
        _swap(made, place)
    finally:
        sweep_current(root)  # the former set or this one, whichever is not in its place
    place = place.absolute()
    whole = PublishedExport(place, tuple(place / one.name for one in told), content)
    return whole, tuple(place / one.name for one in new)


def sweep_current(root: Path) -> None:
    """Remove the sets that are not in their place; the caller holds the folder.

    Where a publisher was killed between two names, the former set has its name again.
    """
    sweep(root)
    for former in root.glob(f"{_FORMER}*"):
        place = root / former.name.removeprefix(_FORMER).rpartition("-")[0]
        if not place.exists():
            former.rename(place)
    named = {one.readlink().name for one in root.glob(f"{CURRENT}*") if one.is_symlink()}
    for folder in root.glob(f"{_SET}*"):
        if folder.name not in named:
            shutil.rmtree(folder)


def _swap(made: Path, place: Path) -> None:
    """Give a set its name in one step.

    A disk without symbolic links (some network shares) has two steps: :func:`sweep_current` puts
    the former set back where the second was not done.
    """
    link = place.with_name(f"{UNFINISHED}{place.name}")
    try:
        link.symlink_to(made.name)
    except OSError:
        _set_aside(place)
        made.rename(place)
    else:
        if not place.is_symlink():
            _set_aside(place)
        link.replace(place)
    flush(place.parent)


def _set_aside(place: Path) -> None:
    """Take the name from a set that is a folder, not a link to one."""
    if place.exists():
        place.rename(tempfile.mkdtemp(prefix=f"{_FORMER}{place.name}-", dir=place.parent))
