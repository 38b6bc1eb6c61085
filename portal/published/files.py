"""The published workbooks, as a person may see and fetch them."""

import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from exports.cells import paris
from exports.published.editions import EditionKind, told_of
from exports.published.former import withdrawn_of
from exports.published.listing import published, stamp
from exports.published.manifest import CURRENT, PublishedExport
from portal.people.roles import Role, centre_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:xlsx|csv|parquet)")
_ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class FetchableFile:
    """One published file.

    Attributes:
        id: Stands in the address of the file. It cannot be guessed, and gives no right by itself.
        version: Which publication handed it out, for the journal: ``courant/43``,
            ``hebdomadaire/2026-S48``.
        told: The same for people.
        name: Name of the file.
        audience: Who it is for, as the manifest says.
        sha256: Its checksum.
        size: In bytes.
        dossiers: How many it holds, where the manifest tells.
        without: How many dossiers it was made again without, since it was published.
        sequence: Place of the publication that made it; 0 of before they were counted so.
        stamp: Tells its copies apart among what a person keeps.
        path: Where it is.
    """

    id: str
    version: str
    told: str
    name: str
    audience: str
    sha256: str
    size: int
    dossiers: int | None
    without: int
    sequence: int
    stamp: str
    path: Path

    @property
    def author(self) -> str:
        """Whose workbook it is."""
        return self.name.partition(".")[0]

    @property
    def centre(self) -> str:
        """Code of the centre that it is for, or an empty text."""
        return centre_of(self.audience)

    @property
    def save_as(self) -> str:
        """Name under which a person keeps it: dated, so that two never replace each other."""
        return f"unc-{self.stamp}-{self.name}"


@dataclass(frozen=True, slots=True)
class FetchableExport:
    """One published export, with the files that its reader may fetch.

    Attributes:
        kind: ``courant``, the kind of an edition, or blank for an export of before there were any.
        version: Of its files that it made itself, see :class:`FetchableFile`.
        told: Which one it is, for people.
        sequence: Its place among the others.
        published_at: When it appeared.
        dossiers: How many dossiers the agency reads in it.
        period: First and last day of deposit.
        ruleset: Version of the rules.
        files: What may be fetched.
    """

    kind: str
    version: str
    told: str
    sequence: int
    published_at: datetime
    dossiers: int
    period: tuple[str, str] | None
    ruleset: str
    files: tuple[FetchableFile, ...]

    @property
    def is_current(self) -> bool:
        """Whether it is kept up to date."""
        return self.kind == CURRENT

    @property
    def is_edition(self) -> bool:
        """Whether people name it by its week, its month or its title."""
        return self.kind in set(EditionKind)

    def file(self, name: str) -> FetchableFile | None:
        """The file of a name."""
        return next((file for file in self.files if file.name == name), None)


class FetchableFiles:
    """Published exports of one démarche; read again when the folder of exports changes."""

    def __init__(self, root: Path, *, demarche: int, secret: str) -> None:
        self._root = root
        self._demarche = demarche
        self._key = sha256(f"file ids\0{secret}".encode()).digest()
        self._read: tuple[tuple[int, ...], tuple[FetchableExport, ...]] = ((), ())

    def for_role(self, role: Role) -> tuple[FetchableExport, ...]:
        """Exports that hold a file which the role may fetch: current, editions, older ones."""
        mine = (
            replace(
                export, files=tuple(file for file in export.files if role.may_fetch(file.audience))
            )
            for export in self._all()
        )
        return tuple(export for export in mine if export.files)

    def file(self, file_id: str) -> FetchableFile | None:
        """The file of an id, whoever it is for: the caller asks the role."""
        return next(
            (
                file
                for export in self._all()
                for file in export.files
                if hmac.compare_digest(file.id.encode(), file_id.encode())
            ),
            None,
        )

    def _all(self) -> tuple[FetchableExport, ...]:
        try:
            moved = stamp(self._root)
        except OSError:
            return ()
        if moved != self._read[0]:
            found = published(self._root, demarche=self._demarche)
            self._read = (moved, tuple(map(self._export, found)))
        return self._read[1]

    def _export(self, one: PublishedExport) -> FetchableExport:
        told, period = one.manifest, one.manifest.get("period")
        files = (self._file(one, dict(file)) for file in told.get("files", ()))
        return FetchableExport(
            kind=one.kind,
            version=_version(one, one.sequence),
            told=_told(one),
            sequence=one.sequence,
            published_at=one.published_at,
            dossiers=int(told.get("dossiers", 0)),
            period=(str(period[0]), str(period[1])) if period else None,
            ruleset=str(told.get("ruleset", "")),
            files=tuple(file for file in files if file is not None),
        )

    def _file(self, export: PublishedExport, told: dict[str, Any]) -> FetchableFile | None:
        """One file of a manifest; ``None`` where it names what we never publish."""
        name, path = str(told.get("name")), export.folder / str(told.get("name"))
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            return None
        rows, sequence = told.get("rows") or {}, int(told.get("sequence", 0))
        dossiers = rows.get("Dossiers")
        where = export.folder.relative_to(self._root.absolute()) / name
        current = export.kind == CURRENT
        day = f"{paris(export.published_at):%Y-%m-%d-%H%M}"
        return FetchableFile(
            id=hmac.new(self._key, str(where).encode(), sha256).hexdigest()[:_ID_LENGTH],
            version=_version(export, sequence),
            told=_told(export),
            name=name,
            audience=str(told.get("audience", "")),
            sha256=str(told.get("sha256", "")),
            size=int(told.get("bytes", 0)),
            dossiers=None if dossiers is None else int(dossiers),
            without=len(withdrawn_of(export.manifest).get(name, ())),
            sequence=sequence,
            stamp=day if current else export.folder.name,
            path=path,
        )


def _version(export: PublishedExport, sequence: int) -> str:
    if export.kind == CURRENT:
        return f"{CURRENT}/{sequence}"
    return f"{export.kind}/{export.folder.name}" if export.kind else export.folder.name


def _told(export: PublishedExport) -> str:
    if export.kind == CURRENT:
        return "classeur courant"
    return told_of(export) if export.kind in set(EditionKind) else f"export {export.folder.name}"
