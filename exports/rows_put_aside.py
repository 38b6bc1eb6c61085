"""Rows of tables: their cells, or what is left at hand of those that were put aside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any, Protocol, TypeAlias

from exports.cells import Content

Row: TypeAlias = Sequence[Content]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Deflated:
    """Bytes that many files have, deflated once: they may follow any others.

    They stand alone: it refers to nothing before it, and nothing after refers to it.

    Attributes:
        content: They, deflated, to the end of a byte.
        size: How many they are.
        checksum: Their CRC-32.
    """

    content: bytes
    size: int
    checksum: int


class WrittenRows(Protocol):
    """The rows of a sheet, put one after the other as they are written."""

    def first(self, at: int) -> Content:
        """The first cell of a row."""

    def leading(self, at: int) -> Row:
        """Its cells in the columns of links."""

    def digests(self, start: int, stop: int) -> bytes:
        """What :func:`row_digest` says of some rows, one after the other."""

    def written(self, start: int, stop: int) -> Iterator[bytes | Deflated]:
        """Some rows as they are written, several at once."""

    def each(self, start: int, stop: int) -> Iterator[bytes]:
        """Each of some rows as it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class RowsPutAside(Sequence[Row]):
    """Rows of a sheet that follow one another where they were put: their first cell is at hand.

    Attributes:
        place: Where they were put.
        start: The first.
        stop: The one after the last.
    """

    place: WrittenRows
    start: int
    stop: int

    def __getitem__(self, at: Any) -> Any:
        """What is at hand of a row, by its place among these."""
        return (self.place.first(range(self.start, self.stop)[at]),)

    def __len__(self) -> int:
        """How many rows."""
        return self.stop - self.start

    def __iter__(self) -> Iterator[Row]:
        """What is at hand of each."""
        return ((self.place.first(at),) for at in range(self.start, self.stop))

    @property
    def leading(self) -> Iterator[Row]:
        """The cells of each in the columns of links."""
        return map(self.place.leading, range(self.start, self.stop))

    @property
    def digests(self) -> bytes:
        """The digest of each, one after the other."""
        return self.place.digests(self.start, self.stop)

    @property
    def written(self) -> Iterator[bytes | Deflated]:
        """They as they are written, several at once."""
        return self.place.written(self.start, self.stop)

    @property
    def each(self) -> Iterator[bytes]:
        """Each as it is written."""
        return self.place.each(self.start, self.stop)


@dataclass(frozen=True, slots=True, eq=False)
class RowsInTurn(Sequence[Row]):
    """Rows of a table in several parts, of which some were put aside.

    Attributes:
        parts: In order.
        total: How many rows there are in all.
    """

    parts: tuple[Sequence[Row], ...]
    total: int

    def __getitem__(self, at: Any) -> Any:
        """A row by its place."""
        return [*self][at]

    def __len__(self) -> int:
        """How many rows there are in all."""
        return self.total

    def __iter__(self) -> Iterator[Row]:
        """Each row."""
        return chain.from_iterable(self.parts)


def in_turn(found: Sequence[Sequence[Row]]) -> Sequence[Row]:
    """Rows one part after the other: those that follow one another where they were put are one."""
    parts: list[Sequence[Row]] = []
    start = stop = 0
    place: WrittenRows | None = None
    for one in found:
        if not isinstance(one, RowsPutAside):
            if one:
                parts.append(one)
                place = None
        elif one.place is place and one.start == stop:
            stop = one.stop
            parts[-1] = RowsPutAside(place, start, stop)
        elif one.stop > one.start:
            place, start, stop = one.place, one.start, one.stop
            parts.append(one)
    if any(isinstance(one, RowsPutAside) for one in parts):
        return RowsInTurn(tuple(parts), sum(map(len, parts)))
    return tuple(row for one in parts for row in one)


def parts_of(rows: Sequence[Row]) -> tuple[Sequence[Row], ...]:
    """The parts of the rows of a table: rows that were put aside, or cells."""
    return rows.parts if isinstance(rows, RowsInTurn) else (rows,)


def row_digest(cells: Row) -> bytes:
    """SHA-256 of the cells of a row."""
    return sha256(repr(cells).encode("utf-8", "surrogatepass")).digest()
