"""The published workbooks, as a person may see and fetch them."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from exports.published.publishing import published
from portal.people.roles import Role, centre_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:xlsx|csv|parquet)")
_ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class FetchableFile:
    """One published file.

    Attributes:
        id: Stands in the address of the file. It cannot be guessed, and gives no right by itself.
        folder: Name of the export's folder.
        name: Name of the file.
        audience: Who it is for, as the manifest says.
        sha256: Its checksum.
        size: In bytes.
        dossiers: How many it holds, where the manifest tells.
        path: Where it is.
    """

    id: str
    folder: str
    name: str
    audience: str
    sha256: str
    size: int
    dossiers: int | None
    path: Path

    @property
    def centre(self) -> str:
        """Code of the centre that it is for, or an empty text."""
        return centre_of(self.audience)

    @property
    def save_as(self) -> str:
        """Name under which a person keeps it: dated, so that two never replace each other."""
        return f"unc-{self.folder}-{self.name}"


@dataclass(frozen=True, slots=True)
class FetchableExport:
    """One published export, with the files that its reader may fetch."""

    folder: str
    published_at: datetime
    dossiers: int
    period: tuple[str, str] | None
    ruleset: str
    files: tuple[FetchableFile, ...]

    def file(self, name: str) -> FetchableFile | None:
        """The file of a name."""
        return next((file for file in self.files if file.name == name), None)


class FetchableFiles:
    """Published exports of one démarche; read again when the folder of exports changes."""

    def __init__(self, root: Path, *, demarche: int, secret: str) -> None:
        self._root = root
        self._demarche = demarche
        self._key = sha256(f"file ids\0{secret}".encode()).digest()
        self._read: tuple[int, tuple[FetchableExport, ...]] = (-1, ())

    def for_role(self, role: Role) -> tuple[FetchableExport, ...]:
        """Exports that hold a file which the role may fetch, the latest first."""
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
            stamp = self._root.stat().st_mtime_ns
        except OSError:
            return ()
        if stamp != self._read[0]:
            found = published(self._root, demarche=self._demarche)
            self._read = (stamp, tuple(self._export(one.folder, one.manifest) for one in found))
        return self._read[1]

    def _export(self, folder: Path, manifest: Mapping[str, Any]) -> FetchableExport:
        period = manifest.get("period")
        files = (self._file(folder, dict(told)) for told in manifest.get("files", ()))
        return FetchableExport(
            folder=folder.name,
            published_at=datetime.fromisoformat(str(manifest["published_at"])),
            dossiers=int(manifest.get("dossiers", 0)),
            period=(str(period[0]), str(period[1])) if period else None,
            ruleset=str(manifest.get("ruleset", "")),
            files=tuple(file for file in files if file is not None),
        )

    def _file(self, folder: Path, told: dict[str, Any]) -> FetchableFile | None:
        """One file of a manifest; ``None`` where it names what we never publish."""
        name, path = str(told.get("name")), folder / str(told.get("name"))
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            return None
        rows = told.get("rows") or {}
        dossiers = rows.get("Dossiers")
        return FetchableFile(
            id=hmac.new(self._key, f"{folder.name}/{name}".encode(), sha256).hexdigest()[
                :_ID_LENGTH
            ],
            folder=folder.name,
            name=name,
            audience=str(told.get("audience", "")),
            sha256=str(told.get("sha256", "")),
            size=int(told.get("bytes", 0)),
            dossiers=None if dossiers is None else int(dossiers),
            path=path,
        )
