"""The blank table of past years: a sheet for each part, the choices of each list, what to write."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from exports.xlsx.styles import HEADER_ALIGNMENT, HEADER_FILL, HEADER_FONT
from french.text import typographic
from triage.registre.lists import Lists
from triage.registre.years.past_columns import SHEETS, PastSheet

_HOW = "Mode d’emploi"
_LISTS = "Listes"
_ROWS = 1_000
_WIDTHS = {"date": 16, "choice": 26, "text": 34}
_INTRODUCTION = """\
Une ligne par situation dans « Situations » ; ses mesures et ses signaux dans les feuilles qui \
suivent, par sa référence.
« unc registre import FICHIER --by NOM --dry-run » dit ce qui serait importé, et nomme chaque \
cellule à corriger. Tout est importé, ou rien ; une ligne déjà importée ne l’est pas deux fois.
Aucune donnée de patient, nulle part."""


def past_years_template(lists: Lists) -> bytes:
    """The table, blank, as .xlsx."""
    book, into = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name in (_HOW, *(one.name for one in SHEETS), _LISTS):
        book.create_sheet(name)
    book[_LISTS].sheet_state = "hidden"
    for sheet in SHEETS:
        _sheet(book, sheet, lists)
    _how(book)
    book.save(into)
    return into.getvalue()


def _sheet(book: Workbook, spec: PastSheet, lists: Lists) -> None:
    sheet = book[spec.name]
    for place, column in enumerate(spec.columns, start=1):
        cell = sheet.cell(row=1, column=place, value=column.name)
        cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, HEADER_ALIGNMENT
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS[column.kind]
        area = f"{letter}2:{letter}{_ROWS}"
        if column.kind == "date":
            sheet.column_dimensions[letter].number_format = "dd/mm/yyyy"
        options = column.options(lists)
        if options:
            rule = DataValidation(type="list", formula1=_listed(book, options), allow_blank=True)
            rule.add(area)
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "B2"


def _listed(book: Workbook, options: Sequence[str]) -> str:
    """Where the choices of a list stand: Excel holds a long one in cells only."""
    sheet = book[_LISTS]
    place = sheet.max_column + 1
    for row, text in enumerate(options, start=1):
        sheet.cell(row=row, column=place, value=text)
    letter = get_column_letter(place)
    return f"={_LISTS}!${letter}$1:${letter}${len(options)}"


def _how(book: Workbook) -> None:
    sheet = book[_HOW]
    for line in _INTRODUCTION.splitlines():
        sheet.append([typographic(line)])
    sheet.append([])
    sheet.append(["Feuille", "Colonne", "À écrire", "Toujours"])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    for spec in SHEETS:
        for column in spec.columns:
            needed = "oui" if column.needed else ""
            sheet.append([spec.name, column.name, typographic(column.meaning), needed])
    for letter, width in (("A", 16), ("B", 26), ("C", 60), ("D", 10)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=5):
        row[2].alignment = Alignment(wrap_text=True, vertical="top")
