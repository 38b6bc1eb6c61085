"""All that people can fetch: the current workbooks, the editions, and what came before them.

And what of it was taken out, or is still to be.
"""

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from exports.published.current import current
from exports.published.editions import EDITIONS, EditionKind, editions
from exports.published.folders import UNFINISHED, flush, write_file
from exports.published.manifest import ON_REQUEST, PublishedExport, read_manifest
from exports.published.publishing import dated
from mappings.schema.model import Audience

RETIRED = ".retiree-"
"""Beginning of the name of a set that lost its own."""
_FOLLOWED = ".retraits"

Gone: TypeAlias = Mapping[Audience, AbstractSet[int]]
"""Dossiers that an audience is to read no more."""


def published(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Yield the exports of a démarche: the current one, editions by kind, then older layouts."""
    there = current(root, demarche=demarche)
    if there is not None:
        yield there
    for kind in EditionKind:
        yield from editions(root, kind, demarche=demarche)
    yield from dated(root, demarche=demarche)


def latest(root: Path, *, demarche: int) -> PublishedExport | None:
    """The current workbooks; before the first ones, what was published last."""
    return next(published(root, demarche=demarche), None)


def last_sequence(root: Path, *, demarche: int) -> int:
    """Highest place of a publication that is there; 0 without any."""
    return max((one.sequence for one in published(root, demarche=demarche)), default=0)


def sequences(root: Path, *, demarche: int) -> frozenset[int]:
    """Places of all publications whose files are there."""
    return frozenset(
        place
        for one in published(root, demarche=demarche)
        for place in (one.sequence, *(file.get("sequence", 0) for file in one.manifest["files"]))
    )


def stamp(root: Path) -> tuple[int, ...]:
    """Moves whenever something is published or removed."""
    places = (root, *(root / EDITIONS / kind for kind in EditionKind))
    return tuple(place.stat().st_mtime_ns if place.is_dir() else 0 for place in places)


@dataclass(frozen=True, slots=True)
class ClearedSets:
    """What the published sets are known to be without.

    Attributes:
        gone: Dossiers that were taken out of all that each audience may fetch.
        sequence: Publication up to which it was looked at what is masked since.
        columns: Version of what the network may not read of columns, rows and cells; blank where
            something was handed out since under another.
    """

    gone: Mapping[Audience, frozenset[int]]
    sequence: int = 0
    columns: str = ""

    @classmethod
    def read(cls, root: Path, *, demarche: int) -> Self | None:
        """What is written down in the folder of the exports; ``None`` before the first time."""
        try:
            told = json.loads(_file(root, demarche).read_text("utf-8"))
            return cls(
                {"agence": frozenset(told["agence"]), "reseau": frozenset(told["reseau"])},
                int(told["sequence"]),
                str(told.get("columns", "")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, root: Path, *, demarche: int) -> None:
        """Write it down in one step."""
        told: dict[str, Any] = {name: sorted(numbers) for name, numbers in self.gone.items()}
        file = _file(root, demarche)
        new = file.with_name(f"{UNFINISHED}{file.name}")
        write_file(
            new, json.dumps({**told, "sequence": self.sequence, "columns": self.columns}).encode()
        )
        new.replace(file)
        flush(root)


def retired(root: Path, *, demarche: int) -> tuple[Path, ...]:
    """Sets that lost their name, and are still to be made again."""
    return tuple(
        folder
        for place in places(root)
        for folder in sorted(place.glob(f"{RETIRED}*"))
        if (read_manifest(folder) or {}).get("demarche") in {demarche, None}
    )


def places(root: Path) -> tuple[Path, ...]:
    """Every folder that holds sets."""
    return (root, *(root / EDITIONS / kind for kind in EditionKind), root / ON_REQUEST)


def _file(root: Path, demarche: int) -> Path:
    return root / f"{_FOLLOWED}-{demarche}.json"
