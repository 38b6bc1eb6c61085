"""Takes dossiers, columns, rows and counts out of what was published before.

A set that has one loses its name first, so that nobody finds it any more; then it is made again
without them and has its name again, or is gone. A set without its name is one that is to be made
again: whatever is killed, the next run finds it. What was followed is written down last.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from exports.cells import paris
from exports.published.editions import sweep_editions
from exports.published.folders import beside, discard, flush, sweep, write_file
from exports.published.former import Former, masked_of, noted, withdrawn_of
from exports.published.listing import RETIRED, Gone, places
from exports.published.manifest import (
    CURRENT,
    MANIFEST,
    ON_REQUEST,
    PublishedExport,
    exported,
    manifest_text,
    read_manifest,
    sha256,
)
from exports.sheets.withheld.columns import WithheldColumns
from exports.xlsx.former_tables import numbers_in
from exports.xlsx.without_rows import Trimmed, without_dossiers
from french.text import SEMICOLON, agreed
from french.time import day_in_words
from mappings.schema.model import Audience

_AGENCY = "agence.xlsx"
_DAMAGED = (BadZipFile, ValueError, KeyError, IndexError)


@dataclass(slots=True)
class Withdrawn:
    """What was done to the sets.

    Attributes:
        remade: Folders that were made again without some dossiers.
        removed: Folders and files that are gone, for they could not be.
    """

    remade: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def earlier_sets(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Every set that was published before and is kept, the current one apart."""
    for place in places(root):
        for folder in place.iterdir() if place.is_dir() else ():
            if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
                continue
            one = exported(folder, demarche=demarche)
            if one is not None and one.kind != CURRENT:
                yield one


def may_hold(export: PublishedExport, gone: Gone) -> bool:
    """Whether a set may have one of these dossiers; what cannot be read may."""
    try:
        for told in export.manifest.get("files", ()):
            name = str(told["name"])
            if name.endswith(".parquet") or gone[_audience(told)] & _numbers(export.folder / name):
                return True
    except (*_DAMAGED, OSError):
        return True
    return False


def may_show(export: PublishedExport, withheld: WithheldColumns) -> bool:
    """Whether a set shows the network what it may read no more; unreadable, it may."""
    wanted = _Wanted(_NOBODY, withheld, export.manifest)
    try:
        return any(
            wanted.trimmed(export.folder, told, at=None) is not None
            for told in export.manifest.get("files", ())
            if _audience(told) == "reseau"
        )
    except (*_DAMAGED, OSError):
        return True


def foreseen(
    export: PublishedExport, *, gone: Gone, withheld: WithheldColumns, done: Withdrawn
) -> None:
    """Say what :func:`remake` would do with a set, without doing it.

    Args:
        export: The set, under its name.
        gone: The dossiers that it is not to have.
        withheld: Columns that the network may read no more.
        done: Where it is told.
    """
    manifest, folder = export.manifest, export.folder
    files, before = manifest.get("files", ()), len(done.removed)
    wanted = _Wanted(gone, withheld, manifest)
    for told in files:
        try:
            wanted.trimmed(folder, told, at=None)
        except (*_DAMAGED, FileNotFoundError):
            done.removed.append(str(folder / str(told["name"])))
    if wanted.moved or len(done.removed) > before:
        names = {str(one["name"]) for one in files} | {MANIFEST}
        done.removed += [
            str(folder / one.name) for one in folder.iterdir() if one.name not in names
        ]
    if wanted.moved:
        done.remade.append(str(folder))


def retire(export: PublishedExport) -> Path:
    """Take its name from a set: from then on nobody finds it."""
    folder = export.folder
    aside = folder.with_name(f"{RETIRED}{folder.name}")
    if aside.exists():
        discard(aside)
    folder.rename(aside)
    flush(folder.parent)
    return aside


def sweep_sets(root: Path) -> None:
    """Remove what was left unfinished in every place. The caller holds the folder."""
    sweep_editions(root)
    sweep(root / ON_REQUEST)


def remake(
    aside: Path,
    *,
    gone: Callable[[PublishedExport], Gone],
    at: datetime,
    done: Withdrawn,
    withheld: WithheldColumns | None = None,
) -> None:
    """Make a set again without some dossiers, under its name; what cannot be is removed.

    A file that somebody saved over is not ours any more: it stays if it names none of them, else
    it is removed, as is what lies beside the files of the manifest.

    Args:
        aside: The set, without its name.
        gone: The dossiers that a set is not to have.
        at: Now (aware).
        done: Where it is told what was done.
        withheld: Columns that the network may read no more.
    """
    place = aside.with_name(aside.name.removeprefix(RETIRED))
    manifest = read_manifest(aside)
    if manifest is None or place.exists():  # killed while the former was removed
        discard(aside)
        return
    numbers = gone(PublishedExport(aside, (), manifest))
    wanted = _Wanted(numbers, withheld, manifest)
    files = list[dict[str, Any]]()
    with beside(aside.parent) as made:
        for told in manifest.get("files", ()):
            name = str(told["name"])
            try:
                files.append(_put(aside, made, told, wanted=wanted, at=at))
            except (*_DAMAGED, FileNotFoundError):
                (made / name).unlink(missing_ok=True)
                done.removed.append(str(place / name))
        names = {str(one["name"]) for one in manifest.get("files", ())} | {MANIFEST}
        done.removed += [str(place / one.name) for one in aside.iterdir() if one.name not in names]
        if files:
            _keep(made, manifest, files, wanted=wanted, at=at)
            made.rename(place)
            flush(place.parent)
        else:
            shutil.rmtree(made)
    if wanted.moved:
        done.remade.append(str(place))
    discard(aside)


def without(
    export: PublishedExport,
    name: str,
    *,
    gone: Gone,
    withheld: WithheldColumns,
    at: datetime,
) -> Trimmed | None:
    """A file of a set as it stays beside new ones; ``None`` where it has nothing of what is gone.

    Args:
        export: The set.
        name: Name of the file.
        gone: The dossiers that it is not to have.
        withheld: Columns that the network may read no more.
        at: Now (aware).

    Raises:
        ValueError: It has some of them, and is not ours any more, or cannot be made again.
    """
    told = next(one for one in export.manifest["files"] if one["name"] == name)
    return _Wanted(gone, withheld, export.manifest).trimmed(export.folder, told, at=at)


def told_on(at: datetime, count: int, columns: Iterable[str] = ()) -> str:
    """How many dossiers a file was made again without, which columns it shows no more, and when."""
    said = list[str]()
    if count:
        why = "(effacé, retiré de la démarche ou devenu confidentiel)"
        if count > 1:
            why = "(effacés, retirés de la démarche ou devenus confidentiels)"
        said.append(f"{agreed(count, 'dossier retiré')} {why}")
    if named := ", ".join(f"«\u00a0{one}\u00a0»" for one in sorted({*columns})):
        said.append(f"ce qui n’est plus diffusé est masqué ({named})")
    return f"le {day_in_words(paris(at).date())}\u00a0: {SEMICOLON.join(said)}."


_NOBODY: Gone = {"agence": frozenset(), "reseau": frozenset()}


class _Wanted:
    """What the files of a set are to be without, and what each is known to be without.

    Attributes:
        without: Dossiers that each file is without.
        masked: Columns that are masked in each.
        reworded: Columns of which some cells are.
        moved: Whether one of them changed.
    """

    def __init__(
        self, gone: Gone, withheld: WithheldColumns | None, manifest: Mapping[str, Any]
    ) -> None:
        self._gone, self._withheld, self._then = gone, withheld, noted(manifest)
        self.without = dict(withdrawn_of(manifest))
        self.masked = masked_of(manifest)
        self.reworded = masked_of(manifest, what="reworded")
        self.moved = False

    def trimmed(
        self, folder: Path, told: Mapping[str, Any], *, at: datetime | None
    ) -> Trimmed | None:
        """A file without them; ``None`` where it stays as it is.

        Raises:
            ValueError: It has some of them, and is not ours any more, or cannot be made again.
        """
        name, audience = str(told["name"]), _audience(told)
        numbers, content = self._gone[audience], (folder / name).read_bytes()
        withheld = self._withheld if audience == "reseau" else None
        known = self.masked.get(name, frozenset())
        if not name.endswith(".xlsx") or sha256(content) != told["sha256"]:
            shown = withheld and Former(name, content, self._then).shows(withheld, known)
            if shown or (numbers and numbers & _numbers(folder / name)):
                raise ValueError(name)
            return None
        before = self.without.get(name, frozenset())
        cells = self.reworded.get(name, frozenset())
        made = without_dossiers(
            content,
            numbers,
            told=lambda found, now: (
                told_on(at, len(before | found), {one for _, one in now | cells}) if at else ""
            ),
            withheld=withheld,
            known=known,
            then=self._then,
        )
        if made is not None:
            self.without[name] = before | made.removed
            self.masked[name] = known | made.masked
            self.reworded[name] = cells | made.reworded
            self.moved = True
        return made

    def rules(self) -> Mapping[str, Any]:
        """The rules that the set is under from now on, as its manifest notes them."""
        now = self._withheld.cells.rules.followed(self._then) if self._withheld else self._then
        return now.model_dump(mode="json") if now else {}

    def remade(self, at: datetime) -> Mapping[str, Any]:
        """What its manifest says of this."""
        columns = {"masked": self.masked, "reworded": self.reworded}
        return {
            "at": at.isoformat(),
            "without": {name: sorted(numbers) for name, numbers in self.without.items()},
        } | {
            what: {name: sorted(places) for name, places in of.items() if places}
            for what, of in columns.items()
        }


def _put(
    aside: Path, made: Path, told: Mapping[str, Any], *, wanted: _Wanted, at: datetime
) -> dict[str, Any]:
    """Put a file of a set in the new one, without the dossiers; what its manifest says of it.

    Raises:
        ValueError: It has some of them, and is not ours any more.
    """
    name = str(told["name"])
    trimmed = wanted.trimmed(aside, told, at=at)
    if trimmed is not None:
        write_file(made / name, trimmed.content)
        return {
            **told,
            "sha256": sha256(trimmed.content),
            "bytes": len(trimmed.content),
            "rows": {**told.get("rows", {}), **trimmed.rows},
        }
    try:
        os.link(aside / name, made / name)
    except OSError:
        shutil.copyfile(aside / name, made / name)
    return dict(told)


def _keep(
    made: Path,
    manifest: Mapping[str, Any],
    files: Iterable[Mapping[str, Any]],
    *,
    wanted: _Wanted,
    at: datetime,
) -> None:
    before, without = withdrawn_of(manifest), wanted.without
    left = without.get(_AGENCY, frozenset()) - before.get(_AGENCY, frozenset())
    dossiers = max(0, int(manifest.get("dossiers", 0)) - len(left))
    told = {**manifest, "dossiers": dossiers, "files": list(files), "rules": wanted.rules()}
    if wanted.moved:
        told["remade"] = wanted.remade(at)
    write_file(made / MANIFEST, manifest_text(told).encode())
    flush(made)


def _numbers(file: Path) -> frozenset[int]:
    """Every number that a file says, a table in Parquet apart: its numbers cannot be told."""
    if file.suffix == ".csv":
        return frozenset(map(int, re.findall(r"\d+", file.read_text("utf-8"))))
    return numbers_in(file.read_bytes())


def _audience(told: Mapping[str, Any]) -> Audience:
    return "agence" if told.get("audience") == "agence" else "reseau"
