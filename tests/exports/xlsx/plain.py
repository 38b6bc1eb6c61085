"""Rows of a table through openpyxl's own interface: slow, what the product's writer is held to."""

from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import MAX_LINKS, Content, Link
from exports.sheets.tables import Column, Table
from exports.xlsx.row_writer import cell_value, row_height, shape_of
from exports.xlsx.styles import dress, set_text


def write_plain(sheet: Worksheet, table: Table, *, first_row: int) -> None:
    """Write the rows of a table cell by cell."""
    linked = 0
    for number, cells in enumerate(table.rows, start=first_row):
        height = row_height(table.columns, cells, printed=table.printed)
        sheet.row_dimensions[number].height = height
        for place, (column, content) in enumerate(zip(table.columns, cells, strict=True), start=1):
            _write(sheet, (number, place), column=column, content=content)
            if isinstance(content, Link) and column.format == "lien" and linked < MAX_LINKS:
                linked += 1
                sheet.cell(row=number, column=place).hyperlink = content.url


def _write(sheet: Worksheet, where: tuple[int, int], *, column: Column, content: Content) -> None:
    value = cell_value(column, content)
    cell = sheet.cell(row=where[0], column=where[1])
    shape = shape_of(column, value) if value is not None else column.format
    dress(cell, shape, quoted=False)
    if isinstance(value, str):
        set_text(sheet, where, text=value)
    else:
        cell.value = value
