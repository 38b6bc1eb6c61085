"""The sheet of a table without its rows, made by openpyxl once a process for all workbooks.

What differs from one workbook to another is put in it again: numbers of rows, of styles and of
formats, what stands around the printed pages, the sentence over the headers. The bytes are those
that openpyxl writes: a test compares them.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.xml.functions import tostring

from exports.cells import Content, looks_like_formula, runs
from exports.sheets.tables import Column, Table
from exports.xlsx.print_setup import Margins, set_up_page
from exports.xlsx.sheet_layout import above_height, last_row, lay_out_sheet

_LAST: Final = 918_273
"""Stands for the last row of a table: no width or height has it."""
_ABOVE: Final = "Une phrase tient lieu de toutes"
_SLOTS: Final = re.compile(
    rb"(?P<last>(?<=[A-Z])%d\b)" % _LAST
    + rb'|(?<= s=")(?P<style>\d+)(?=")'
    + rb'|(?<= dxfId=")(?P<format>\d+)(?=")'
    + rb"|(?P<around><headerFooter>.*?</headerFooter>)"
    + rb'|(?<=<row r="1" ht=")(?P<height>[^"]*)(?=" customHeight="1"><c r="A1"[^>]*><is><t>%b<)'
    % _ABOVE.encode()
    + rb"|(?P<above>%b)" % _ABOVE.encode()
)
_ONE_CELL: Final = re.compile(
    rb'(<(?:dataValidation|conditionalFormatting) sqref=")([A-Z]+\d+):\2(?=")'
)
"""An area of one cell, where openpyxl names the cell alone."""
_PARTS: Final = {
    "fontId": "_fonts",
    "fillId": "_fills",
    "borderId": "_borders",
    "protectionId": "_protections",
    "alignmentId": "_alignments",
}
"""What a cell's style names by number, and where a workbook keeps it."""
_AROUND: Final = Margins(title="Titre", dated="Date", audience="Lecteurs")


@dataclass(frozen=True, slots=True)
class SheetTemplate:
    """The sheet of a table, with slots.

    Attributes:
        pieces: Its XML, each piece with the name of the slot that follows and what stood there.
        definition: XML of its table.
        looks: Fonts, fills… of its cells, by name of the list of a workbook that keeps them.
        styles: Styles of its cells: numbers in ``looks`` by name of part, and in a new workbook.
        formats: Conditional formats.
    """

    pieces: tuple[tuple[bytes, str, bytes], ...]
    definition: bytes
    looks: dict[str, tuple[Any, ...]]
    styles: tuple[StyleArray, ...]
    formats: tuple[Any, ...]

    def register(self, workbook: Workbook) -> None:
        """Add to a workbook what its cells look like, as filling a sheet does."""
        for name, looks in self.looks.items():
            for one in looks:
                getattr(workbook, name).add(one)

    def sheet(self, table: Table, workbook: Any, *, around: bytes) -> bytes:
        """XML of the sheet of a table that has it.

        Args:
            table: The table.
            workbook: Where it is; the styles of its cells are added there.
            around: What stands around its pages, see :func:`exports.xlsx.print_setup.around_xml`.
        """
        own = {
            "last": str(last_row(table)).encode(),
            "around": around,
            "height": f"{above_height(table):g}".encode() if table.above else b"",
            "above": escape(table.above).encode("ascii", "xmlcharrefreplace"),
            "": b"",
        }
        numbers = {
            "style": [b"0", *(b"%d" % self._style(one, workbook) for one in self.styles)],
            "format": [b"%d" % _format(one, workbook) for one in self.formats],
        }
        xml = b"".join(
            text + (numbers[slot][int(stood)] if slot in numbers else own[slot])
            for text, slot, stood in self.pieces
        )
        return xml if len(table.rows) > 1 else _ONE_CELL.sub(rb"\1\2", xml)

    def table(self, table: Table, *, number: int) -> bytes:
        """XML of a table that has it, the one of this number in its workbook."""
        last, place = str(last_row(table)).encode(), b'<table id="%d"' % number
        return self.definition.replace(b"%d" % _LAST, last).replace(b'<table id="1"', place, 1)

    def _style(self, style: StyleArray, workbook: Any) -> int:
        """Number of a style in a workbook."""
        own = StyleArray(style)
        for part, name in _PARTS.items():
            if number := getattr(style, part):
                look = self.looks[name][number - 1]
                setattr(own, part, getattr(workbook, name).add(look))
        return int(workbook._cell_styles.add(own))  # noqa: SLF001


def sheet_template(table: Table, *, mask: str) -> SheetTemplate:
    """The sheet of a table, see :func:`exports.xlsx.sheet_layout.lay_out_sheet`; made once."""
    told = table.above
    plain = len(runs(told)) == 1 and told == told.strip() and "\r" not in told
    above = _ABOVE if told and plain and not looks_like_formula(told) else told
    return _made(table.columns, table.name, table.printed, above, mask)


@lru_cache(maxsize=256)
def _made(
    columns: tuple[Column, ...], name: str, printed: int, above: str, mask: str
) -> SheetTemplate:
    header = 2 if above else 1
    rows = cast("Sequence[tuple[Content, ...]]", range(_LAST - header))
    table = Table(
        sheet="Feuille", name=name, columns=columns, rows=rows, printed=printed, above=above
    )
    workbook, into = Workbook(), io.BytesIO()
    sheet, scratch = workbook.worksheets[0], cast("Any", workbook)
    bare = {one: len(getattr(scratch, one)) for one in _PARTS.values()}
    set_up_page(sheet, _AROUND)
    lay_out_sheet(sheet, table, mask=mask)
    WorksheetWriter(sheet, out=into).write()
    definition = sheet.tables[name]
    definition.id = 1
    looks = {one: tuple(getattr(scratch, one)[count:]) for one, count in bare.items()}
    styles = []
    for style in scratch._cell_styles[1:]:  # noqa: SLF001
        own = StyleArray(style)
        for part, one in _PARTS.items():
            setattr(own, part, max(0, getattr(style, part) - bare[one] + 1))
        styles.append(own)
    return SheetTemplate(
        pieces=_pieces(into.getvalue()),
        definition=tostring(definition.to_tree()),
        looks=looks,
        styles=tuple(styles),
        formats=tuple(map(_alone, scratch._differential_styles.styles)),  # noqa: SLF001
    )


def _pieces(xml: bytes) -> tuple[tuple[bytes, str, bytes], ...]:
    pieces, at = [], 0
    for found in _SLOTS.finditer(xml):
        pieces.append((xml[at : found.start()], found.lastgroup or "", found[0]))
        at = found.end()
    return (*pieces, (xml[at:], "", b""))


_FORMATS: list[Any] = []
"""Every conditional format of a template: two that are equal are the same."""


def _alone(format_: Any) -> Any:
    for one in _FORMATS:
        if one == format_:
            return one
    _FORMATS.append(format_)
    return format_


def _format(format_: Any, workbook: Any) -> int:
    """Number of a conditional format in a workbook."""
    known = workbook._differential_styles.styles  # noqa: SLF001
    for number, one in enumerate(known):
        if one is format_:
            return number
    known.append(format_)
    return len(known) - 1
