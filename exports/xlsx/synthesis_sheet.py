"""The sheet `Synthèse`: key figures, small tables, and a native chart beside each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from openpyxl.cell import Cell, MergedCell
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import Safe, safe_value
from exports.sheets.columns import Format
from exports.sheets.figures import Block, Figure, Synthesis
from exports.xlsx.styles import BLUE, FONT, GREY, PALE, THIN, alike, number_format, set_text

_WIDTHS = (46, 13, 8, 8, 8, 14)
_CHART_COLUMN, _LAST_COLUMN = "H", "N"
"""Charts lie over these columns, whatever the width of a character: the last one is a margin."""
_CHART_COLUMN_WIDTH, _MARGIN = 9.14, 2
_CHART_ROWS = 16
_TOP = 4
"""Row under the title."""
_ROW, _TALL_ROW, _NOTE_LINE = 15, 28, 12
_BELOW = 25_400
"""The frame of a chart is that far under its row (2 points): it would be drawn on two pages."""
_SCALE = 72
"""In percent: texts of 10 points print at 7.2, and the columns fit across A4 in landscape even
where a program has wider letters than Excel. Fixed, for Excel passes over page breaks where it is
asked to fit the pages."""
_PAGE_HEIGHT = 680
"""Points of rows that a page holds at this scale."""


@dataclass(frozen=True, slots=True)
class Headings:
    """What stands at the top of the sheet."""

    title: str
    subtitle: str


def fill_synthesis(sheet: Worksheet, synthesis: Synthesis, *, headings: Headings) -> None:
    """Fill the sheet with the figures of a workbook."""
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["G"].width = 3
    for column in range(column_index_from_string(_CHART_COLUMN), _last_column() + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _CHART_COLUMN_WIDTH
    sheet.column_dimensions[_LAST_COLUMN].width = _MARGIN
    set_text(sheet, (1, 1), text=headings.title)
    sheet["A1"].font = Font(name=FONT, size=18, bold=True, color=BLUE)
    sheet.row_dimensions[1].height = _TALL_ROW
    set_text(sheet, (2, 1), text=headings.subtitle)
    sheet["A2"].font = Font(name=FONT, size=10, color=GREY)
    row = _heading(sheet, _TOP, text="Chiffres clés")
    for figure in synthesis.figures:
        _figure(sheet, row, figure=figure)
        row += 1
    last = _blocks(sheet, row + 1, blocks=synthesis.blocks)
    for number in range(2, last + 1):
        if sheet.row_dimensions[number].height is None:
            sheet.row_dimensions[number].height = _ROW
    sheet.print_area = f"A1:{_LAST_COLUMN}{last}"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
    sheet.page_setup.scale = _SCALE


def _blocks(sheet: Worksheet, row: int, *, blocks: Sequence[Block]) -> int:
    """Put the tables below each other and their charts beside, none over two pages; the last row.

    The charts begin beside the key figures, so that a screen shows some at once.
    """
    chart_row, first = _TOP, 1
    for block in blocks:
        needed = len(block.lines) + 1 + ceil(_note_height(block.note) / _ROW)
        if max(row + needed, chart_row + _CHART_ROWS - 2) > _page_end(sheet, first):
            row = chart_row = first = max(row, chart_row)
            sheet.row_breaks.append(Break(id=row - 1))
        row = _block(sheet, row, block=block, chart_row=chart_row) + 1
        chart_row += _CHART_ROWS if block.lines else 0
    return max(row, chart_row) - 1


def _page_end(sheet: Worksheet, first: int) -> int:
    """The last row of the page that begins with a row."""
    row, room = first, float(_PAGE_HEIGHT)
    while (room := room - (sheet.row_dimensions[row].height or _ROW)) >= 0:
        row += 1
    return row - 1


def alternatives(synthesis: Synthesis) -> tuple[str, ...]:
    """What each chart says, in the order in which they are drawn."""
    return tuple(block.told for block in synthesis.blocks if block.lines)


def _last_column() -> int:
    return column_index_from_string(_LAST_COLUMN)


def _heading(sheet: Worksheet, row: int, *, text: str) -> int:
    set_text(sheet, (row, 1), text=text)
    for place in range(1, len(_WIDTHS) + 1):
        alike(sheet.cell(row=row, column=place), "titre", _title)
    return row + 1


def _title(cell: Cell | MergedCell) -> None:
    cell.fill = PatternFill("solid", fgColor=BLUE)
    cell.font = Font(name=FONT, size=11, bold=True, color="FFFFFF")


def _figure(sheet: Worksheet, row: int, *, figure: Figure) -> None:
    set_text(sheet, (row, 1), text=figure.name)
    alike(sheet.cell(row=row, column=1), "nom d'un chiffre", _figure_name)
    if len(figure.name) > _WIDTHS[0]:
        sheet.row_dimensions[row].height = _TALL_ROW
    value = safe_value(figure.value)
    _put(sheet, (row, 2), value="—" if value is None else value, shape=figure.format)
    look = f"chiffre {figure.format}, texte {value is None or isinstance(value, str)}"
    alike(sheet.cell(row=row, column=2), look, _figure_value)


def _figure_name(cell: Cell | MergedCell) -> None:
    cell.border = THIN
    cell.font = Font(name=FONT, size=10)
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _figure_value(cell: Cell | MergedCell) -> None:
    cell.font = Font(name=FONT, size=11, bold=True, color=BLUE)
    cell.border = THIN
    cell.alignment = Alignment(horizontal="right", vertical="center")


def _block(sheet: Worksheet, row: int, *, block: Block, chart_row: int) -> int:
    start = _heading(sheet, row, text=block.title)
    for place, header in enumerate(block.headers, start=1):
        set_text(sheet, (start, place), text=header)
        header_of = partial(_header, side=_side(place))
        alike(sheet.cell(row=start, column=place), f"en-tête {_side(place)}", header_of)
    for offset, line in enumerate(block.lines, start=1):
        for place, value in enumerate(line, start=1):
            _put(sheet, (start + offset, place), value=value, shape="entier")
            named = f"ligne {_side(place)}, texte {isinstance(value, str)}"
            alike(sheet.cell(row=start + offset, column=place), named, _underlined)
    if block.lines:
        _chart(sheet, start, block=block, chart_row=chart_row)
    after = start + len(block.lines) + 1
    if block.note:
        _note(sheet, after, text=block.note)
    return after + bool(block.note)


def _note(sheet: Worksheet, row: int, *, text: str) -> None:
    """Under a table, across it, on as many lines as it takes."""
    set_text(sheet, (row, 1), text=text)
    sheet.cell(row=row, column=1).font = Font(name=FONT, size=9, italic=True, color=GREY)
    sheet.cell(row=row, column=1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_WIDTHS))
    sheet.row_dimensions[row].height = _note_height(text)


def _note_height(text: str) -> float:
    return 3 + _NOTE_LINE * ceil(len(text) / sum(_WIDTHS)) if text else 0


def _side(place: int) -> str:
    return "left" if place == 1 else "right"


def _header(cell: Cell | MergedCell, *, side: str) -> None:
    cell.font = Font(name=FONT, size=10, bold=True)
    cell.fill = PatternFill("solid", fgColor=PALE)
    cell.alignment = Alignment(horizontal=side)


def _underlined(cell: Cell | MergedCell) -> None:
    cell.border = THIN


def _put(sheet: Worksheet, where: tuple[int, int], *, value: Safe, shape: Format) -> None:
    cell, is_text = sheet.cell(row=where[0], column=where[1]), isinstance(value, str)
    if is_text:
        set_text(sheet, where, text=str(safe_value(value) or ""))
    else:
        sheet.cell(row=where[0], column=where[1], value=value)
    side = _side(where[1]) if is_text else "right"
    look = partial(_plain, side=side, shape=None if is_text else shape)
    alike(cell, f"valeur {side} {None if is_text else shape}", look)


def _plain(cell: Cell | MergedCell, *, side: str, shape: Format | None) -> None:
    cell.font = Font(name=FONT, size=10)
    if shape is not None:
        cell.number_format = number_format(shape)
    cell.alignment = Alignment(horizontal=side)


def _chart(sheet: Worksheet, start: int, *, block: Block, chart_row: int) -> None:
    chart = BarChart()
    chart.type = block.bars
    title = title_maker(block.title)
    title.overlay = False  # else Excel draws it over the bars
    chart.title = title
    chart.style = 2
    series = len(block.headers) - 1
    end = start + len(block.lines)
    names = _texts(Reference(sheet, min_col=1, min_row=start + 1, max_row=end), block.names)
    for place in range(1, series + 1):
        one = Series(idx=place - 1, order=place - 1)
        header = Reference(sheet, min_col=place + 1, min_row=start)
        one.tx = SeriesLabel(strRef=_texts(header, (block.headers[place],)))
        one.cat = AxDataSource(strRef=names)
        counts = Reference(sheet, min_col=place + 1, min_row=start + 1, max_row=end)
        one.val = NumDataSource(numRef=_numbers(counts, [line[place] for line in block.lines]))
        one.graphicalProperties = GraphicalProperties(solidFill=block.colours[place - 1])
        chart.series.append(one)
    if series > 1:
        chart.grouping, chart.overlap = "stacked", 100
        chart.legend.position = "b"
    else:
        chart.legend = None
        chart.dataLabels = DataLabelList(
            showVal=True,
            showSerName=False,
            showCatName=False,
            showLegendKey=False,
            showPercent=False,
        )
    _axes(chart, lying=block.bars == "bar")
    first, last = column_index_from_string(_CHART_COLUMN), _last_column()
    chart.anchor = TwoCellAnchor(  # type: ignore[assignment]  # the stub knows cells alone
        editAs="oneCell",
        _from=AnchorMarker(col=first - 1, row=chart_row - 1, rowOff=_BELOW),
        to=AnchorMarker(col=last - 1, row=chart_row + _CHART_ROWS - 2),
    )
    sheet.add_chart(chart)


def _texts(cells: Reference, texts: Sequence[str]) -> StrRef:
    """Cells with what they hold: readers that look nothing up have it to draw."""
    points = [StrVal(idx=at, v=text) for at, text in enumerate(texts)]
    return StrRef(f=str(cells), strCache=StrData(ptCount=len(points), pt=points))


def _numbers(cells: Reference, values: Sequence[str | int]) -> NumRef:
    points = [NumVal(idx=at, v=value) for at, value in enumerate(values)]
    return NumRef(
        f=str(cells), numCache=NumData(formatCode="#,##0", ptCount=len(points), pt=points)
    )


def _axes(chart: BarChart, *, lying: bool) -> None:
    chart.gapWidth = 60
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.numFmt = "#,##0"
    line = LineProperties(solidFill="E5E5E5")
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=line))
    chart.y_axis.scaling.min = 0
    chart.x_axis.tickLblPos = "low"
    if lying:
        chart.x_axis.scaling.orientation = "maxMin"
        chart.y_axis.crosses = "max"
