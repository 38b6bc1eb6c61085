"""Workbooks that were published, so that the same data is not published twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from store.database import jsontext
from store.database.engine import Scope
from store.database.tables import published_exports


@dataclass(frozen=True, slots=True)
class Published:
    """One published export.

    Attributes:
        kind: What was published (``all``, ``agence``, ``crpv-<code>`` …), as its publisher says.
        folder: Folder that holds it.
        published_at: When it appeared (UTC).
        checksum: Checksum of the data that it was made from.
        manifest: Its manifest.
    """

    kind: str
    folder: str
    published_at: datetime
    checksum: str
    manifest: Any


class Exports:
    """Published exports of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, demarche: int, published: Published) -> None:
        """Remember an export that was published."""
        values = {
            "demarche": demarche,
            "kind": published.kind,
            "folder": published.folder,
            "published_at": published.published_at,
            "checksum": published.checksum,
            "manifest": jsontext.dump(published.manifest),
        }
        with self._scope.write() as connection:
            connection.execute(insert(published_exports).values(values))

    def last(self, demarche: int, *, kind: str) -> Published | None:
        """Latest export of a kind; ``None`` when there is none."""
        return next(iter(self.list(demarche, kind=kind, limit=1)), None)

    def list(
        self, demarche: int, *, kind: str | None = None, limit: int | None = None
    ) -> tuple[Published, ...]:
        """Exports, the latest first; of one kind or of all."""
        columns = [published_exports.c[name] for name in Published.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche)
        if kind is not None:
            query = query.filter_by(kind=kind)
        query = query.order_by(published_exports.c.id.desc()).limit(limit)
        with self._scope.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(
            Published(**{**row, "manifest": jsontext.load(row["manifest"])}) for row in found
        )
