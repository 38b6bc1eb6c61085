"""The parts of a workbook without the rows of its tables, as openpyxl 3.1 writes them (pinned).

No part goes through a file: openpyxl writes each sheet to one, and reads it again.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, cast
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import Relationship, RelationshipList, get_rels_path
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedNameDict
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import tostring

from exports.sheets.tables import Table
from exports.xlsx.sheet_layout import printed_corner
from exports.xlsx.sheet_template import SheetTemplate

_relationship: Callable[..., Relationship] = Relationship
"""The stub asks more than there is to tell."""
_rels_path: Callable[[str], str] = get_rels_path


class _Parts(dict[str, bytes]):
    """What openpyxl takes for an archive."""

    def writestr(self, name: str, part: bytes | str) -> None:
        self[name] = part if isinstance(part, bytes) else part.encode()

    def namelist(self) -> list[str]:
        return list(self)


def add_sheet(workbook: Any, table: Table) -> None:
    """Add the sheet of a table whose template is known to a workbook."""
    workbook._sheets.append(_TableSheet(workbook, table))  # noqa: SLF001


class _TableSheet(Worksheet):
    """A sheet of which openpyxl asks its name and what of it is printed, no more."""

    def __init__(self, workbook: Workbook, table: Table) -> None:
        self._parent = workbook
        self.title = table.sheet
        self.sheet_state = "visible"
        self.defined_names = DefinedNameDict()
        self.auto_filter = AutoFilter()
        quoted = quote_sheetname(table.sheet)
        self._area = f"{quoted}!$A$1:{printed_corner(table)}"
        self._titles = f"{quoted}!$1:${table.header_row}"

    @property  # type: ignore[misc]  # openpyxl's may be set
    def print_area(self) -> str:
        return self._area

    @property
    def print_titles(self) -> str:
        return self._titles


def template_parts(
    workbook: Workbook,
    tables: Mapping[str, Table],
    *,
    templates: Mapping[str, SheetTemplate],
    around: bytes,
) -> dict[str, bytes]:
    """Every part of a workbook by name, in order.

    Args:
        workbook: Its sheets; those whose template is known were each added by :func:`add_sheet`.
        tables: Its tables, by name of sheet.
        templates: The templates that are known, by name of sheet.
        around: What stands around the pages of these, as XML.
    """
    parts = _Parts()
    writer = _Writer(workbook, cast("ZipFile", parts))
    writer.known = {name: (tables[name], template) for name, template in templates.items()}
    writer.around = around
    writer.write_data()
    return parts


class _Writer(ExcelWriter):
    """Openpyxl's own, but for the sheets of tables whose template is known."""

    known: Mapping[str, tuple[Table, SheetTemplate]]
    around: bytes
    _archive: _Parts
    _tables: list[Any]
    _write_drawing: Callable[[SpreadsheetDrawing], None]

    def _write_worksheets(self) -> None:
        sheets: list[Any] = self.workbook.worksheets
        for number, sheet in enumerate(sheets, start=1):
            sheet._id = number  # noqa: SLF001
            rels = self._known(sheet) if sheet.title in self.known else self._by_openpyxl(sheet)
            if rels:
                self._archive.writestr(_rels_path(sheet.path)[1:], tostring(rels.to_tree()))

    def _known(self, sheet: Any) -> RelationshipList:
        table, template = self.known[sheet.title]
        part = template.sheet(table, self.workbook, around=self.around)
        self._archive.writestr(sheet.path[1:], part)
        self.manifest.append(sheet)
        rels, place = RelationshipList(), self._next_table()
        self._archive.writestr(place.path[1:], template.table(table, number=place.id))
        rels.append(_relationship(type="table", Target=place.path))
        return rels

    def _by_openpyxl(self, sheet: Any) -> RelationshipList:
        sheet._drawing, into = SpreadsheetDrawing(), io.BytesIO()  # noqa: SLF001
        sheet._drawing.charts = sheet._charts  # noqa: SLF001
        writer: Any = WorksheetWriter(sheet, out=into)  # the stub knows no part of it
        writer.write()
        self._archive.writestr(sheet.path[1:], into.getvalue())
        self.manifest.append(sheet)
        rels: RelationshipList = writer._rels  # noqa: SLF001
        if sheet._drawing:  # noqa: SLF001
            self._write_drawing(sheet._drawing)  # noqa: SLF001
            for one in rels:
                if "drawing" in one.Type:
                    one.Target = sheet._drawing.path  # noqa: SLF001
        for table in sheet.tables.values():
            table.id = self._next_table().id
            table._write(self._archive)  # noqa: SLF001
            rels.get(table._rel_id).Target = table.path  # noqa: SLF001
        return rels

    def _next_table(self) -> ExcelTable:
        """The next table of the workbook: its number, and its place among the parts."""
        number = len(self._tables) + 1
        place = ExcelTable(id=number, displayName=f"t{number}", ref="A1:A2")
        self._tables.append(place)
        self.manifest.append(place)
        return place
