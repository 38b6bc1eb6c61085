"""Rows of tables put aside as they are written: what many dossiers say is never held at once."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING
from weakref import finalize
from xml.parsers.expat import ExpatError

from exports.cells import Content
from exports.rows_put_aside import Row, RowPutAside, row_digest
from exports.sheets.tables import Table
from exports.xlsx.row_writer import Head, heads_of, row_xml

if TYPE_CHECKING:
    from exports.xlsx.styles import StyleIds


class RowsApart:
    """Where the rows of an audience are put, in a file without a name: it goes with its process."""

    def __init__(self, folder: Path) -> None:
        """Put them in a folder, made if it is missing, once there are some."""
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._end, self._written = 0, 0
        self._heads: dict[str, tuple[list[Head], list[int]]] = {}
        self._styles: StyleIds | None = None

    def keep(self, table: Table, cells: Row) -> Row:
        """Put a row of a table aside; one that cannot be written stays: its workbooks tell so."""
        heads, leading = self._of(table)
        try:
            xml = row_xml(heads, cells, table=table)
        except ExpatError:
            return cells
        return self.put(cells[0], tuple(cells[at] for at in leading), row_digest(cells), xml)

    def put(self, first: Content, leading: Row, digest: bytes, xml: bytes) -> RowPutAside:
        """Put a row aside that was written already, see :class:`RowPutAside`."""
        if self._file is None:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 (see the next line)
            finalize(self, _let_go, self._file)
        self._file.write(xml)
        place = (self._end, len(xml))
        self._end += len(xml)
        return RowPutAside(first, leading, digest, self, *place)

    def read(self, at: int, size: int) -> bytes:
        """What was put somewhere."""
        assert self._file is not None  # noqa: S101 (something was put there)
        if self._written < at + size:
            self._file.flush()
            self._written = self._end
        return os.pread(self._file.fileno(), size, at)

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
