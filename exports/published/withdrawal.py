"""Takes dossiers out of what was published before: editions, dated exports, files on request.

A set that has one loses its name first, so that nobody finds it any more; then it is made again
without them and has its name again, or is gone. A set without its name is one that is to be made
again: whatever is killed, the next run finds it. What was followed is written down last.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeAlias
from zipfile import BadZipFile

from exports.cells import paris
from exports.published.editions import EDITIONS, Kind, sweep_editions
from exports.published.folders import UNFINISHED, beside, discard, flush, sweep, write_file
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
from exports.xlsx.without_rows import numbers_in, without_dossiers
from french.text import agreed
from french.time import day_in_words
from mappings.schema.model import Audience

_RETIRED = ".retiree-"
_FOLLOWED = ".retraits"
_AGENCY = "agence.xlsx"
_DAMAGED = (BadZipFile, ValueError, KeyError, IndexError)

Gone: TypeAlias = Mapping[Audience, AbstractSet[int]]
"""Dossiers that an audience is to read no more."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the published sets are known to be without.

    Attributes:
        gone: Dossiers that were taken out of all that each audience may fetch.
        sequence: Publication up to which it was looked at what is masked since.
    """

    gone: Mapping[Audience, frozenset[int]]
    sequence: int = 0

    @classmethod
    def read(cls, root: Path, *, demarche: int) -> Self | None:
        """What is written down in the folder of the exports; ``None`` before the first time."""
        try:
            told = json.loads(_file(root, demarche).read_text("utf-8"))
            return cls(
                {"agence": frozenset(told["agence"]), "reseau": frozenset(told["reseau"])},
                int(told["sequence"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, root: Path, *, demarche: int) -> None:
        """Write it down in one step."""
        told = {name: sorted(numbers) for name, numbers in self.gone.items()}
        file = _file(root, demarche)
        new = file.with_name(f"{UNFINISHED}{file.name}")
        write_file(new, json.dumps({**told, "sequence": self.sequence}).encode())
        new.replace(file)
        flush(root)


@dataclass(slots=True)
class Withdrawn:
    """What was done to the sets.

    Attributes:
        remade: Folders that were made again without some dossiers.
        removed: Folders and files that are gone, for they could not be.
    """

    remade: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def retired(root: Path, *, demarche: int) -> tuple[Path, ...]:
    """Sets that lost their name, and are still to be made again."""
    return tuple(
        folder
        for place in _places(root)
        for folder in sorted(place.glob(f"{_RETIRED}*"))
        if (read_manifest(folder) or {}).get("demarche") in {demarche, None}
    )


def earlier_sets(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Every set that was published before and is kept, the current one apart."""
    for place in _places(root):
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


def retire(export: PublishedExport) -> Path:
    """Take its name from a set: from then on nobody finds it."""
    folder = export.folder
    aside = folder.with_name(f"{_RETIRED}{folder.name}")
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
    aside: Path, *, gone: Callable[[PublishedExport], Gone], at: datetime, done: Withdrawn
) -> None:
    """Make a set again without some dossiers, under its name; what cannot be is removed.

    A file that somebody saved over is not ours any more: it stays if it names none of them, else
    it is removed, as is what lies beside the files of the manifest.

    Args:
        aside: The set, without its name.
        gone: The dossiers that a set is not to have.
        at: Now (aware).
        done: Where it is told what was done.
    """
    place = aside.with_name(aside.name.removeprefix(_RETIRED))
    manifest = read_manifest(aside)
    if manifest is None or place.exists():  # killed while the former was removed
        discard(aside)
        return
    numbers = gone(PublishedExport(aside, (), manifest))
    former = withdrawn_of(manifest)
    files, without = list[dict[str, Any]](), dict(former)
    with beside(aside.parent) as made:
        for told in manifest.get("files", ()):
            name = str(told["name"])
            try:
                files.append(_put(aside, made, told, gone=numbers, without=without, at=at))
            except (*_DAMAGED, FileNotFoundError):
                (made / name).unlink(missing_ok=True)
                done.removed.append(str(place / name))
        names = {str(one["name"]) for one in manifest.get("files", ())} | {MANIFEST}
        done.removed += [str(place / one.name) for one in aside.iterdir() if one.name not in names]
        if files:
            _keep(made, manifest, files, without=without, at=at)
            made.rename(place)
            flush(place.parent)
        else:
            shutil.rmtree(made)
    if without != former:
        done.remade.append(str(place))
    discard(aside)


def withdrawn_of(manifest: Mapping[str, Any]) -> Mapping[str, frozenset[int]]:
    """Dossiers that each file of a set was made again without, by name of file."""
    told = manifest.get("remade", {}).get("without", {})
    return {str(name): frozenset(numbers) for name, numbers in told.items()}


def told_on(at: datetime, count: int) -> str:
    """How many dossiers a file was made again without, and when."""
    why = "(effacé, retiré de la démarche ou devenu confidentiel)"
    if count > 1:
        why = "(effacés, retirés de la démarche ou devenus confidentiels)"
    return f"le {day_in_words(paris(at).date())}\u00a0: {agreed(count, 'dossier retiré')} {why}."


def _put(
    aside: Path,
    made: Path,
    told: Mapping[str, Any],
    *,
    gone: Gone,
    without: dict[str, frozenset[int]],
    at: datetime,
) -> dict[str, Any]:
    """Put a file of a set in the new one, without the dossiers; what its manifest says of it.

    Raises:
        ValueError: It has some of them, and is not ours any more.
    """
    name, numbers = str(told["name"]), gone[_audience(told)]
    content = (aside / name).read_bytes()
    if not name.endswith(".xlsx") or sha256(content) != told["sha256"]:
        if numbers & _numbers(aside / name):
            raise ValueError(name)
    elif numbers:
        before = without.get(name, frozenset())
        trimmed = without_dossiers(
            content, numbers, told=lambda found: told_on(at, len(before | found))
        )
        if trimmed is not None:
            without[name] = before | trimmed.removed
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
    without: Mapping[str, AbstractSet[int]],
    at: datetime,
) -> None:
    before = withdrawn_of(manifest)
    left = without.get(_AGENCY, frozenset()) - before.get(_AGENCY, frozenset())
    dossiers = max(0, int(manifest.get("dossiers", 0)) - len(left))
    told = {**manifest, "dossiers": dossiers, "files": list(files)}
    if without != before:
        listed = {name: sorted(numbers) for name, numbers in without.items()}
        told["remade"] = {"at": at.isoformat(), "without": listed}
    write_file(made / MANIFEST, manifest_text(told).encode())
    flush(made)


def _numbers(file: Path) -> frozenset[int]:
    """Every number that a file says, a table in Parquet apart: its numbers cannot be told."""
    if file.suffix == ".csv":
        return frozenset(map(int, re.findall(r"\d+", file.read_text("utf-8"))))
    return numbers_in(file.read_bytes())


def _audience(told: Mapping[str, Any]) -> Audience:
    return "agence" if told.get("audience") == "agence" else "reseau"


def _places(root: Path) -> tuple[Path, ...]:
    return (root, *(root / EDITIONS / kind for kind in Kind), root / ON_REQUEST)


def _file(root: Path, demarche: int) -> Path:
    return root / f"{_FOLLOWED}-{demarche}.json"
