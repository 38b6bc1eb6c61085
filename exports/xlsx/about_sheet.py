"""The sheet `À propos`, filled with its lines (:mod:`exports.xlsx.about_lines`)."""

from collections.abc import Sequence
from functools import partial

from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import safe_text
from exports.xlsx.about_lines import AboutLine, Section
from exports.xlsx.styles import BLUE, FONT, THIN, alike, set_text
from french.text import typographic


def fill_about(sheet: Worksheet, lines: Sequence[AboutLine]) -> None:
    """Fill the sheet."""
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 96
    set_text(sheet, (1, 1), text="À propos de ce classeur")
    sheet["A1"].font = Font(name=FONT, size=16, bold=True, color=BLUE)
    row = 2
    for section in Section:
        of_section = [one for one in lines if one.section is section]
        if of_section:
            row += 1
            set_text(sheet, (row, 1), text=section)
            sheet.cell(row=row, column=1).font = Font(name=FONT, size=11, bold=True, color=BLUE)
            sheet.row_dimensions[row].height = 24
        for line in of_section:
            row += 1
            _fill_line(sheet, row, line)
    sheet.print_area = f"A1:B{row}"


def _line(cell: Cell | MergedCell, *, bold: bool) -> None:
    cell.font = Font(name=FONT, size=10, bold=bold)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = THIN


_NAME, _SAID = partial(_line, bold=True), partial(_line, bold=False)


def _fill_line(sheet: Worksheet, row: int, line: AboutLine) -> None:
    for place, text in enumerate((typographic(line.name), typographic(line.text)), start=1):
        set_text(sheet, (row, place), text=safe_text(text))
        alike(
            sheet.cell(row=row, column=place), f"à propos {place}", _NAME if place == 1 else _SAID
        )
    lines_high = sum(max(1, -(-len(part) // 96)) for part in line.text.split("\n"))
    sheet.row_dimensions[row].height = 15 * min(lines_high, 27)  # Excel stops at 409 points
