"""The manifest of a published export: what is in the folder, from which data, for whom."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from exports.cells import paris
from exports.model import ExportContext, ExportedDossier

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What a manifest says of the data. Texts as they stand in the file; dates are ISO 8601.

    Attributes:
        demarche: Number of the démarche.
        checksum: SHA-256 of the data (:func:`exports.published.checksum.data_checksum`).
        dossiers: How many dossiers the data has.
        period: First and last day of deposit, Paris.
        watermark: Up to when DS was read.
        ruleset: Version of the rule-set.
        mapping: Version and digest of the mapping.
        software: Version of the software.
        filters: What the export was restricted to.
    """

    demarche: int
    checksum: str
    dossiers: int
    period: tuple[str, str] | None
    watermark: str
    ruleset: str
    mapping: str
    software: str
    filters: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a manifest says of one file."""

    name: str
    audience: str
    sha256: str
    bytes: int
    rows: Mapping[str, int]


def export_facts(
    entries: Sequence[ExportedDossier], context: ExportContext, *, checksum: str
) -> ExportFacts:
    """Return what a manifest says of these dossiers."""
    days = sorted(paris(entry.report.deposited_at).date().isoformat() for entry in entries)
    return ExportFacts(
        demarche=context.demarche,
        checksum=checksum,
        dossiers=len(entries),
        period=(days[0], days[-1]) if days else None,
        watermark=context.watermark.isoformat(),
        ruleset=context.ruleset,
        mapping=f"{context.mapping.form} {context.mapping.version} {context.mapping.digest}",
        software=context.software,
        filters=context.filters,
    )


def file_facts(name: str, content: bytes, *, audience: str, rows: Mapping[str, int]) -> FileFacts:
    """Return what a manifest says of a file."""
    return FileFacts(
        name=name,
        audience=audience,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        rows=dict(rows),
    )


def manifest(
    facts: ExportFacts, files: Sequence[FileFacts], *, at: datetime, sequence: int
) -> dict[str, Any]:
    """Return the whole manifest as it is written in JSON.

    Args:
        facts: What it says of the data.
        files: What it says of each file.
        at: When it appears, for people: a clock may go back.
        sequence: Place of the export among those of its folder, which tells the newest.
    """
    return {
        "format": 1,
        "sequence": sequence,
        "published_at": at.isoformat(),
        **asdict(facts),
        "files": [asdict(file) for file in files],
    }


def manifest_text(content: Mapping[str, Any]) -> str:
    """Return the manifest's text."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a folder; ``None`` where there is none that can be read."""
    file = folder / MANIFEST
    try:
        found = file.stat()
        return _read(file, found.st_mtime_ns, found.st_ino)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4_096)  # every manifest is looked at to find the newest; none ever changes
def _read(file: Path, _written: int, _inode: int) -> dict[str, Any] | None:
    content = json.loads(file.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else None


def sequence_of(content: Mapping[str, Any] | None) -> int:
    """Place of an export among those of its folder; 0 for one made before they were counted."""
    place = (content or {}).get("sequence", 0)
    return place if isinstance(place, int) else 0
