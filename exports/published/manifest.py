"""The manifest of a published export: what is in the folder, from which data, for whom."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.cells import paris

if TYPE_CHECKING:
    from exports.model import ExportContext, ExportedDossier
    from exports.readers.policy import Policy

MANIFEST = "manifest.json"
ON_REQUEST, CURRENT = "sur-demande", "courant"
"""Folders, under that of the exports, of what somebody asked for, and of what is kept current."""


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What a manifest says of the data. Texts as they stand in the file; dates are ISO 8601.

    Attributes:
        demarche: Number of the démarche.
        checksum: Of all that the files say.
        dossiers: How many dossiers they hold.
        period: First and last day of deposit, Paris.
        watermark: Up to which change DS was read.
        read_at: When it was last read.
        ruleset: Version of the rule-set.
        mapping: Version and digest of the mapping.
        software: Version of the software.
        filters: What the export was restricted to.
        kind: ``courant``, ``sur-demande``, or the kind of an edition.
        name: Number of an edition: ``2026-S48``, ``2026-11``, ``3``.
        title: What a person called it.
        rules: What of single cells and rows was withheld outside the agency, see
            :attr:`exports.readers.policy.Policy.note`.
    """

    demarche: int
    checksum: str
    dossiers: int
    period: tuple[str, str] | None
    watermark: str
    read_at: str
    ruleset: str
    mapping: str
    software: str
    filters: str
    kind: str = ON_REQUEST
    name: str = ""
    title: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a manifest says of one file.

    Attributes:
        name: Its name.
        audience: Who it is for.
        sha256: Of its bytes.
        bytes: Its size.
        rows: Rows of each table, by name of sheet.
        digest: Of its own content, whatever moves with each reading left out.
        sequence: Place of the publication that made it, among those of the démarche.
    """

    name: str
    audience: str
    sha256: str
    bytes: int
    rows: Mapping[str, int]
    digest: str = ""
    sequence: int = 0


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

    @property
    def kind(self) -> str:
        """See :class:`ExportFacts`; blank for an export of before there were kinds."""
        return str(self.manifest.get("kind", ""))

    @property
    def sequence(self) -> int:
        """See :func:`sequence_of`."""
        return sequence_of(self.manifest)

    @property
    def published_at(self) -> datetime:
        """When it appeared (aware), as the clock said."""
        return datetime.fromisoformat(str(self.manifest["published_at"]))

    @property
    def intact(self) -> bool:
        """Whether every file is there in its size: quick, for it is asked by each run."""
        told = self.manifest.get("files", ())
        sizes = {path: path.stat().st_size for path in self.paths if path.is_file()}
        return [sizes.get(self.folder / one["name"]) for one in told] == [
            one["bytes"] for one in told
        ]

    def unmoved(self, name: str, digest: str) -> FileFacts | None:
        """What is said of a file whose content would be the same, if it is as it was published."""
        told = next((one for one in self.manifest["files"] if one["name"] == name), None)
        if told is None or told.get("digest") != digest:
            return None
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        return FileFacts(**told) if sha256(content) == told["sha256"] else None


def export_facts(
    entries: "Sequence[ExportedDossier]",
    context: "ExportContext",
    *,
    checksum: str,
    policy: "Policy | None" = None,
) -> ExportFacts:
    """Return what a manifest says of these dossiers, and of the policy they were handed under."""
    days = sorted(paris(entry.summary.deposited_at).date().isoformat() for entry in entries)
    return ExportFacts(
        demarche=context.demarche,
        checksum=checksum,
        dossiers=len(entries),
        period=(days[0], days[-1]) if days else None,
        watermark=context.watermark.isoformat(),
        read_at=context.read_at.isoformat(),
        ruleset=context.ruleset,
        mapping=f"{context.mapping.form} {context.mapping.version} {context.mapping.digest}",
        software=context.software,
        filters=context.filters,
        rules=policy.note if policy else {},
    )


def sha256(content: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def manifest(
    facts: ExportFacts, files: Sequence[FileFacts], *, at: datetime, sequence: int
) -> dict[str, Any]:
    """Return the whole manifest as it is written in JSON.

    Args:
        facts: What it says of the data.
        files: What it says of each file.
        at: When it appears, for people: a clock may go back.
        sequence: Place of the export among those of the démarche, which tells the newest; of those
            on request, among themselves.
    """
    return {
        "format": 2,
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
    """Place of an export among others; 0 for one made before they were counted."""
    place = (content or {}).get("sequence", 0)
    return place if isinstance(place, int) else 0


def exported(folder: Path, *, demarche: int) -> PublishedExport | None:
    """The export of a folder; ``None`` where it has no manifest, or that of another démarche."""
    content = read_manifest(folder)
    if content is None or content.get("demarche") != demarche:
        return None
    folder = folder.absolute()
    paths = tuple(folder / str(file["name"]) for file in content.get("files", ()))
    return PublishedExport(folder, paths, content)


def own_place(place: Path, *, demarche: int) -> Path:
    """Where a démarche has a folder of this name: several may share one folder of exports."""
    content = read_manifest(place)
    if content is None or content.get("demarche") == demarche:
        return place
    return place.with_name(f"{place.name}-{demarche}")
