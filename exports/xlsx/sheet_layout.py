"""A sheet of a table without its rows: header, filters, frozen panes, formats, print set-up."""

from copy import copy
from itertools import accumulate
from math import ceil

from openpyxl.formatting.rule import DataBar, FormatObject, Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import MAX_UNITS
from exports.sheets.tables import Column, Table
from exports.xlsx.styles import (
    BLUE,
    FILLED_FILL,
    FONT,
    GREY,
    HEADER_ALIGNMENT,
    HEADER_FILL,
    HEADER_FONT,
    PRIORITY_COLOURS,
    STATUS_COLOURS,
    VERDICT_COLOURS,
    set_text,
)

_PROMPT = 255
"""Characters of a message beside a cell, as Excel wants."""
_BOLD = 1.1
"""Width of a bold letter of 11 points, in digits."""
_HEADER_LINES, _HEADER_LINE, _BUTTON = 2, 13.5, 3
"""Lines of a header, points of each, and characters of the filter's button, which stands in its
lower right corner: beside the second line."""
_ZOOM = 85
_PRINTED_WIDTH = 158
"""Characters across A4 in landscape, at 7 points even where letters are wider than Excel's."""
_COLOURED = {
    "Statut": STATUS_COLOURS,
    "Priorité": PRIORITY_COLOURS,
    "Verdict": VERDICT_COLOURS,
}


def lay_out_sheet(sheet: Worksheet, table: Table, *, mask: str) -> None:
    """Fill a new sheet with everything of a table but its rows."""
    top = table.header_row
    for place, column in enumerate(table.columns, start=1):
        set_text(sheet, (top, place), text=column.name)
        cell = sheet.cell(row=top, column=place)
        if place == 1:
            cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, HEADER_ALIGNMENT
        else:  # openpyxl takes as long to find a style again as to write the cell
            style = sheet.cell(row=top, column=1)._style  # type: ignore[union-attr]  # noqa: SLF001
            cell._style = copy(style)  # type: ignore[union-attr]  # noqa: SLF001
        sheet.column_dimensions[get_column_letter(place)].width = _shown_width(column)
    sheet.row_dimensions[top].height = _HEADER_LINES * _HEADER_LINE + 3
    if table.above:
        _fill_above(sheet, table)
    sheet.freeze_panes = f"B{first_row(table)}"
    sheet.sheet_view.zoomScale = _ZOOM
    sheet.sheet_view.showGridLines = False
    _add_table(sheet, table)
    _add_filled(sheet, table)
    _add_notes(sheet, table)
    _add_formats(sheet, table, mask=mask)
    sheet.print_area = f"A1:{printed_corner(table)}"
    sheet.print_title_rows = f"1:{top}"


def above_height(table: Table) -> float:
    """Points of the sentence over the headers, across what is printed."""
    across = sum(_shown_width(one) for one in table.columns[: printed_columns(table)])
    return 7 + 15 * ceil(_BOLD * len(table.above) / across)


def _fill_above(sheet: Worksheet, table: Table) -> None:
    """Put the sentence over the headers, across what is printed, on as many lines as it takes."""
    set_text(sheet, (1, 1), text=table.above)
    sheet["A1"].font = Font(name=FONT, size=11, bold=True, color=BLUE)
    sheet["A1"].alignment = Alignment(vertical="center", wrap_text=True)
    sheet.row_dimensions[1].height = above_height(table)
    last = printed_columns(table)
    if last > 1:
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=last)


def _shown_width(column: Column) -> float:
    """Its width, or what its header needs in bold: on a line, or on two with the button beside."""
    words = [1.15 * len(word) + 1 for word in column.name.split()]
    lines = [(sum(words[:at]), sum(words[at:])) for at in range(1, len(words) + 1)]
    needed = min((max(one, two and two + 2 * _BUTTON) for one, two in lines), default=0.0)
    return max(column.width, needed) + 0.7


def printed_columns(table: Table) -> int:
    """How many of the first columns are printed: as many as fit on a page in letters to be read."""
    widths = accumulate(_shown_width(one) for one in table.columns[: table.printed])
    return max(1, sum(1 for width in widths if width <= _PRINTED_WIDTH))


def printed_corner(table: Table) -> str:
    """The last cell of what is printed, as Excel names one that stays: « $M$213 »."""
    return f"${get_column_letter(printed_columns(table))}${last_row(table)}"


def first_row(table: Table) -> int:
    """Return the first row of a table, under its headers."""
    return table.header_row + 1


def last_row(table: Table) -> int:
    """Return the last row of a table: one blank row where it has none, as Excel wants."""
    return max(first_row(table), table.header_row + len(table.rows))


def _add_table(sheet: Worksheet, table: Table) -> None:
    ref = f"A{table.header_row}:{get_column_letter(len(table.columns))}{last_row(table)}"
    excel = ExcelTable(displayName=table.name, name=table.name, ref=ref)
    excel.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    excel.autoFilter = AutoFilter(ref=ref)
    excel.tableColumns = [
        TableColumn(id=place, name=column.name) for place, column in enumerate(table.columns, 1)
    ]
    sheet.add_table(excel)


def _add_filled(sheet: Worksheet, table: Table) -> None:
    """Show which columns are for evaluators, and what they may choose there."""
    for place, column in enumerate(table.columns, start=1):
        if not column.filled:
            continue
        letter = get_column_letter(place)
        sheet[f"{letter}{table.header_row}"].fill = FILLED_FILL
        area = f"{letter}{first_row(table)}:{letter}{last_row(table)}"
        listed = bool(column.choices)
        rule = DataValidation(
            type="list" if listed else "textLength",
            operator=None if listed else "lessThanOrEqual",
            formula1=f'"{",".join(column.choices)}"' if listed else str(MAX_UNITS),
            allow_blank=True,
            showErrorMessage=True,
            showInputMessage=True,
            errorTitle=column.name[:32],
            error="Choisissez un avis de la liste." if listed else "Ce texte est trop long.",
            promptTitle=column.name[:32],
            prompt="À choisir dans la liste." if listed else "À remplir librement.",
        )
        rule.add(area)
        sheet.add_data_validation(rule)


def _add_notes(sheet: Worksheet, table: Table) -> None:
    """Show what a column means by its header, when it is chosen."""
    for place, column in enumerate(table.columns, start=1):
        if column.note:
            note = DataValidation(
                showInputMessage=True,
                promptTitle=column.name[:32],
                prompt=_fitting(column.note),
            )
            note.add(f"{get_column_letter(place)}{table.header_row}")
            sheet.add_data_validation(note)


def _fitting(note: str) -> str:
    """As many whole lines of a note as Excel shows."""
    while len(note) > _PROMPT and "\n" in note:
        note = note.rpartition("\n")[0]
    return note[:_PROMPT]


def _add_formats(sheet: Worksheet, table: Table, *, mask: str) -> None:
    end = last_row(table)
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        area = f"{letter}{first_row(table)}:{letter}{end}"
        for word, (fill, ink) in _COLOURED.get(column.name, {}).items():
            rule = Rule(type="cellIs", operator="equal", formula=[f'"{word}"'])
            rule.dxf = DifferentialStyle(
                fill=PatternFill("solid", bgColor=fill), font=Font(color=ink, bold=True)
            )
            sheet.conditional_formatting.add(area, rule)
        if column.format == "pourcent":
            ends = [FormatObject(type="num", val=0), FormatObject(type="num", val=100)]
            bar = Rule(
                type="dataBar",
                dataBar=DataBar(cfvo=ends, color="8585F6", minLength=0, maxLength=100),
            )
            sheet.conditional_formatting.add(area, bar)
    whole = f"A{first_row(table)}:{get_column_letter(len(table.columns))}{end}"
    quoted = mask.replace('"', '""')
    grey = Rule(type="expression", formula=[f'A{first_row(table)}="{quoted}"'])
    grey.dxf = DifferentialStyle(font=Font(color=GREY, italic=True))
    sheet.conditional_formatting.add(whole, grey)
