"""Rows of tables put aside as they are written: what many dossiers say is never held at once."""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, TypeAlias
from weakref import finalize
from xml.parsers.expat import ExpatError

from exports.cells import Content
from exports.rows_put_aside import Deflated, Row, RowsPutAside, row_digest
from exports.sheets.tables import Table
from exports.xlsx.parts import deflated
from exports.xlsx.row_writer import Head, heads_of, row_xml

if TYPE_CHECKING:
    from exports.xlsx.styles import StyleIds

_DIGEST = 32
"""Bytes of a digest."""
_AT_ONCE = 1 << 18
"""Bytes that are read at once."""
_SHARED = 1 << 20
"""Bytes, or a row more, that are deflated at once for many workbooks."""


RowWritten: TypeAlias = tuple[Content, Row, bytes, bytes]
"""A row: its first cell, its cells in the columns of links, its digest
(:func:`exports.rows_put_aside.row_digest`), and it as it is written."""


class SheetApart:
    """Where the rows of a sheet are put, in a file without a name: it goes with its process."""

    def __init__(self, folder: Path) -> None:
        """Put them in a folder, made if it is missing."""
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115 (see the next line)
        finalize(self, _let_go, self._file)
        self._written = 0
        self._ends = array("Q", [0])
        self._digests = bytearray()
        self._firsts: list[Content] = []
        self._leading: list[Row] = []
        self._shared: dict[int, tuple[int, Deflated | None]] = {}

    def put(self, rows: Iterable[RowWritten]) -> None:
        """Put rows after the others."""
        end = self._ends[-1]
        for first, leading, digest, xml in rows:
            self._file.write(xml)
            end += len(xml)
            self._ends.append(end)
            self._digests += digest
            self._firsts.append(first)
            self._leading.append(leading)

    def __len__(self) -> int:
        """How many rows were put."""
        return len(self._firsts)

    def first(self, at: int) -> Content:
        """The first cell of a row."""
        return self._firsts[at]

    def leading(self, at: int) -> Row:
        """Its cells in the columns of links."""
        return self._leading[at]

    def digests(self, start: int, stop: int) -> bytes:
        """The digests of some rows, one after the other."""
        return bytes(memoryview(self._digests)[_DIGEST * start : _DIGEST * stop])

    def share(self, start: int) -> None:
        """Have all rows from one on deflated once, for the workbooks that have them in turn."""
        while start < len(self):
            stop = bisect_left(self._ends, self._ends[start] + _SHARED, hi=len(self))
            self._shared[start] = stop, None
            start = stop

    def written(self, start: int, stop: int) -> Iterator[bytes | Deflated]:
        """Some rows as they were put, several at once."""
        starts = sorted(self._shared)
        for at in starts[bisect_left(starts, start) :]:
            end, known = self._shared[at]
            if end > stop:
                break
            yield from self._read(start, at)
            if known is None:
                known = deflated(self._read(at, end))
                self._shared[at] = end, known
            yield known
            start = end
        yield from self._read(start, stop)

    def _read(self, start: int, stop: int) -> Iterator[bytes]:
        at, end = self._ends[start], self._ends[stop]
        if self._written < end:
            self._file.flush()
            self._written = self._ends[-1]
        for begins in range(at, end, _AT_ONCE):
            yield os.pread(self._file.fileno(), min(_AT_ONCE, end - begins), begins)

    def each(self, start: int, stop: int) -> Iterator[bytes]:
        """Each of some rows as it was put."""
        found = memoryview(b"".join(self._read(start, stop)))
        places = (at - self._ends[start] for at in self._ends[start : stop + 1])
        yield from (bytes(found[one:other]) for one, other in pairwise(places))


class RowsApart:
    """Where the rows of an audience are put, a file for each sheet."""

    def __init__(self, folder: Path) -> None:
        """Put them in a folder once there are some."""
        self._folder = folder
        self._sheets: dict[str, SheetApart] = {}
        self._heads: dict[str, tuple[list[Head], list[int]]] = {}
        self._styles: StyleIds | None = None

    def keep(self, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
        """Put rows of a table aside; where one cannot be written they stay: its workbooks tell."""
        if not rows:
            return ()
        heads, leading = self._of(table)
        try:
            written = [row_xml(heads, cells, table=table) for cells in rows]
        except ExpatError:
            return rows
        kept = [
            (cells[0], tuple(cells[at] for at in leading), row_digest(cells), xml)
            for cells, xml in zip(rows, written, strict=True)
        ]
        return self.put(table.sheet, kept)

    def put(self, sheet: str, rows: Iterable[RowWritten]) -> RowsPutAside:
        """Put rows aside that were written already."""
        place = self._sheets.get(sheet)
        if place is None:
            place = self._sheets[sheet] = SheetApart(self._folder)
        start = len(place)
        place.put(rows)
        return RowsPutAside(place, start, len(place))

    def together(self, sheet: str, parts: Sequence[RowsPutAside]) -> Sequence[RowsPutAside]:
        """Put rows of a sheet again, one after the other, for many workbooks."""
        place, moved = self._sheets[sheet], list[RowsPutAside]()
        begins = len(place)
        for part in parts:
            start, digests = len(place), part.digests
            each = (digests[at : at + _DIGEST] for at in range(0, len(digests), _DIGEST))
            firsts = (first for (first,) in part)
            place.put(zip(firsts, part.leading, each, part.each, strict=True))
            moved.append(RowsPutAside(place, start, len(place)))
        place.share(begins)
        return moved

    def _of(self, table: Table) -> tuple[list[Head], list[int]]:
        """How the rows of a sheet are written, and its columns of links: for all rows once."""
        if table.sheet not in self._heads:
            if self._styles is None:
                from openpyxl import Workbook  # it takes long to import

                from exports.xlsx.styles import register

                self._styles = register(Workbook())  # every workbook numbers them alike
            leading = [at for at, one in enumerate(table.columns) if one.format == "lien"]
            self._heads[table.sheet] = heads_of(table, styles=self._styles), leading
        return self._heads[table.sheet]


def _let_go(file: IO[bytes]) -> None:
    """Close the file, also where the disk was full: that was told when it was met."""
    with suppress(OSError):
        file.close()
