"""What of the published sets was taken out of them, or is still to be."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from exports.published.editions import EDITIONS, EditionKind
from exports.published.folders import UNFINISHED, flush, write_file
from exports.published.manifest import ON_REQUEST, read_manifest
from mappings.schema.model import Audience

RETIRED = ".retiree-"
"""Beginning of the name of a set that lost its own."""
_FOLLOWED = ".retraits"

Gone: TypeAlias = Mapping[Audience, AbstractSet[int]]
"""Dossiers that an audience is to read no more."""


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
