"""The digest of a workbook: equal when a new one would say the same to its readers."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from exports.rows_put_aside import RowsPutAside, parts_of, row_digest

if TYPE_CHECKING:
    from exports.sheets.tables import Table

MADE = "11"
"""Raise it with a release that makes other workbooks of the same tables: else none would be
replaced until its content moves."""


def content_digest(said: object, tables: "Mapping[str, Table]") -> str:
    """Return the SHA-256 of all that a workbook says.

    What decides what leaves the agency is a part of it by what leaves, and by the versions of the
    data files that `À propos` names.

    Args:
        said: All but the tables: of values whose ``repr`` tells them apart.
        tables: The tables.
    """
    digest = sha256(_digest((MADE, said)))
    for table in tables.values():
        head = (table.sheet, table.name, table.columns, table.printed, table.above, table.lines)
        digest.update(_digest((head, len(table.rows))))
        for part in parts_of(table.rows):
            if isinstance(part, RowsPutAside):
                digest.update(part.digests)
            else:
                for row in part:
                    digest.update(row_digest(row))
    return digest.hexdigest()


def digest_of_all(digests: Mapping[str, str], *more: str) -> str:
    """Return one digest of several files, by name."""
    return sha256(repr((sorted(digests.items()), more)).encode()).hexdigest()


def _digest(value: object) -> bytes:
    return sha256(repr(value).encode("utf-8", "surrogatepass")).digest()
