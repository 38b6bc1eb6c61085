"""Rows of tables: their cells, or what is left at hand of those that were put aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, TypeAlias

from exports.cells import Content

Row: TypeAlias = Sequence[Content]


class WrittenRows(Protocol):
    """Where rows were put, as they are written."""

    def read(self, at: int, size: int) -> bytes:
        """What was put at a place."""


@dataclass(frozen=True, slots=True, eq=False)
class RowPutAside(Sequence[Content]):
    """A row that was put aside: of its cells, the first and those that lead somewhere are at hand.

    Attributes:
        first: Its first cell.
        leading: Its cells in the columns of links.
        digest: See :func:`row_digest`.
        rows: Where it was put.
        at: At which place.
        size: How much of it.
    """

    first: Content
    leading: Row
    digest: bytes
    rows: WrittenRows
    at: int
    size: int

    def __getitem__(self, at: Any) -> Any:
        """A cell that is at hand, by its place."""
        return (self.first,)[at]

    def __len__(self) -> int:
        """How many cells are at hand."""
        return 1

    @property
    def written(self) -> bytes:
        """The row as it is written, without its number."""
        return self.rows.read(self.at, self.size)


def row_digest(cells: Row) -> bytes:
    """SHA-256 of the cells of a row."""
    if isinstance(cells, RowPutAside):
        return cells.digest
    return sha256(repr(cells).encode("utf-8", "surrogatepass")).digest()
