"""How cells look: a few styles, each registered once in a workbook and then named by its number."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell, WriteOnlyCell
from openpyxl.cell.rich_text import CellRichText
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import looks_like_formula, runs
from exports.sheets.columns import Format

FONT = "Calibri"
BLUE = "000091"
PALE = "E3E3FD"
GREY = "666666"
LINE = "DDDDDD"

HEADER_FONT = Font(name=FONT, size=10, bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor=BLUE)
FILLED_FILL = PatternFill("solid", fgColor="18753C")
"""Header of the columns that evaluators fill in."""
HEADER_ALIGNMENT = Alignment(horizontal="center", vertical="top", wrap_text=True)
"""At the top: the button of the filter stands below."""
THIN = Border(bottom=Side(style="thin", color=LINE))

STATUS_COLOURS = {
    "Complet": ("C6EFCE", "006100"),
    "À compléter": ("FFEB9C", "7F5F00"),
    "À préciser": ("FCE4D6", "8A3B00"),
    "Hors champ": ("E0E0E0", "404040"),
    "Clos": ("DDEBF7", "1F4E79"),
}
PRIORITY_COLOURS = {
    "P1": ("FFC7CE", "9C0006"),
    "P2": ("FCE4D6", "8A3B00"),
    "P3": ("FFF2CC", "7F6000"),
}
VERDICT_COLOURS = {
    "absent": ("FFC7CE", "9C0006"),
    "invalide": ("FCE4D6", "8A3B00"),
    "insuffisant": ("FFF2CC", "7F6000"),
}
"""Background and letters of what a cell says, by its text."""

_NUMBER_FORMATS: Mapping[Format, str] = {
    "texte": "@",
    "centre": "@",
    "entier": "#,##0",
    "numero": "0",
    "decimal": "General",  # a fixed pattern would leave « 6, » of a whole number
    "pourcent": '0"\u00a0%"',
    "date": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
    "lien": "0",
}
_HORIZONTAL: Mapping[Format, str] = {
    "texte": "left",
    "centre": "center",
    "entier": "right",
    "numero": "right",
    "decimal": "right",
    "pourcent": "center",
    "date": "center",
    "moment": "center",
    "lien": "center",
}
_WRAPPED = frozenset({"texte", "centre"})


@dataclass(frozen=True, slots=True)
class StyleIds:
    """Numbers of the cell styles in one workbook.

    Attributes:
        plain: Number by format.
        quoted: The same with the quote prefix, for text that looks like a formula.
    """

    plain: Mapping[Format, int]
    quoted: Mapping[Format, int]


def number_format(shape: Format) -> str:
    """Excel's number format of a column format."""
    return _NUMBER_FORMATS[shape]


def register(workbook: Workbook) -> StyleIds:
    """Register the styles of table cells in the workbook and return their numbers."""
    shapes = tuple(_NUMBER_FORMATS)
    return StyleIds(
        plain={shape: _styled(workbook, shape, quoted=False) for shape in shapes},
        quoted={shape: _styled(workbook, shape, quoted=True) for shape in shapes},
    )


def dress(cell: Cell | MergedCell, shape: Format, *, quoted: bool) -> None:
    """Give a cell the look of a column format."""
    link = shape == "lien"
    cell.font = Font(
        name=FONT, size=10, color="0000EE" if link else None, underline="single" if link else None
    )
    cell.number_format = _NUMBER_FORMATS[shape]
    cell.alignment = Alignment(
        horizontal=_HORIZONTAL[shape],
        vertical="top",
        wrap_text=shape in _WRAPPED,
        indent=1 if _HORIZONTAL[shape] == "left" else 0,  # else two columns read as one
    )
    cell.border = THIN
    cell.quotePrefix = quoted


_LOOKS: WeakKeyDictionary[Any, dict[tuple[str, bool], Any]] = WeakKeyDictionary()


def alike(cell: Cell | MergedCell, name: str, dress: Callable[[Cell | MergedCell], None]) -> None:
    """Give a cell the look of the first cell of its workbook that was dressed under this name.

    openpyxl takes as long to find a style again as to write the cell.
    """
    dressed: Any = cell  # the stub does not know of its style
    known = _LOOKS.setdefault(dressed.parent.parent, {})
    key = (name, bool(dressed.quotePrefix))
    if key in known:
        dressed._style = copy(known[key])  # noqa: SLF001
    else:
        dress(cell)
        known[key] = copy(dressed._style)  # noqa: SLF001


def set_text(sheet: Worksheet, where: tuple[int, int], *, text: str) -> None:
    """Put a safe text in a cell: never a formula, never an escape that Excel would decode."""
    cell = sheet.cell(row=where[0], column=where[1])
    pieces = runs(text)
    cell.value = CellRichText(*pieces) if len(pieces) > 1 else text
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True


def _styled(workbook: Workbook, shape: Format, *, quoted: bool) -> int:
    cell = WriteOnlyCell(workbook.worksheets[0])
    dress(cell, shape, quoted=quoted)
    return int(cell.style_id)
