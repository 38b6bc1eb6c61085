"""A workbook handed out, what a person did to it, and what is said of it when it comes back."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.model import ExportedDossier, Opinion
from exports.published.workbook_set import WorkbookSet
from exports.returned.doubts import doubts
from exports.returned.elsewhere import elsewhere
from exports.returned.merging import Held, Merge, Spread, merge, uncover
from exports.returned.reader import read_returned
from exports.returned.reference import ComparedRows, HandedOutRows, of_book
from exports.sheets.columns import ColumnsFile
from mappings.dossier.model import Company
from tests.exports.conftest import COLUMNS, POLICY, answered, context, entry


def _light() -> ColumnsFile:
    """A few sheets and columns: what comes back is judged by them as by all."""
    dossiers = COLUMNS.dossiers_sheet
    columns = [one for one in dossiers.columns if one.not_for != "agence"][:16]
    few = dossiers.model_copy(update={"columns": tuple(columns), "first": {}, "rest": False})
    kept = {"Dictionnaire", "Mesures", "À propos"}
    sheets = (few, *(one for one in COLUMNS.sheets if one.name in kept))
    return COLUMNS.model_copy(update={"sheets": sheets})


LIGHT = _light()
NUMBERS = tuple(range(101, 113))
GIVEN: Mapping[int, Held] = {
    103: ("À surveiller", "récidive à Lyon"),
    106: ("", "voir le RCP"),
    109: ("Mesure proposée", "lettre aux prescripteurs"),
}
"""What evaluators had given before the workbook was handed out."""
At = Mapping[str, int]
Edit = Callable[[Worksheet, At], None]


def made(entries: Sequence[ExportedDossier], **changes: Any) -> bytes:
    """The agency's workbook of these dossiers."""
    return WorkbookSet(entries, context(**changes), LIGHT, POLICY).workbook("agence")


@cache
def handed_out(*, given: bool = True) -> bytes:
    held = GIVEN if given else {}
    return made(
        [
            entry(
                number,
                fields={
                    "titre": answered(f"Usage constaté numéro {number}"),
                    "siret": answered(Company(f"12345678200{number}", f"Laboratoires {number}")),
                    "usage_constate": answered(f"récit {number}"),
                },
                deposited_at=datetime(2026, 2, 113 - number, 10, tzinfo=UTC),  # the latest first
                verdict={"priority": f"P{(number - 101) // 4 + 1}"},  # rows are in this order
                opinions={"agence": Opinion("Agence", *held[number])} if number in held else {},
            )
            for number in NUMBERS
        ],
        opinions_until={"agence": 5},
    )


@dataclass(frozen=True)
class Said:
    """What is said of a workbook that came back."""

    merge: Merge
    doubts: tuple[str, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        return (*self.merge.remarks, *self.remarks)

    @property
    def written(self) -> dict[int, Held]:
        return {one.number: one.after for one in self.merge.changes}


@cache
def _reference(*, given: bool) -> HandedOutRows:
    """The same workbook, read before anybody touched it."""
    reference = of_book(read_returned(handed_out(given=given), LIGHT))
    assert reference is not None
    return reference


def said(back: bytes, *, given: bool = True, spread: Spread | None = None) -> Said:
    """What reading, comparing and merging say of it, when nothing was written since."""
    held = GIVEN if given else {}
    returned = read_returned(back, LIGHT)
    assert returned.table is not None
    compared = ComparedRows(returned.table, _reference(given=given))
    rows = uncover(returned.rows, returned.coverings, present=held, carried=held, spread=spread)
    merged = merge(rows.rows, carried=held, present=held, known=NUMBERS)
    return Said(
        merge=merged,
        doubts=doubts(compared, held),
        problems=(*returned.problems, *rows.problems, *merged.problems),
        remarks=(*rows.remarks, *returned.remarks, *elsewhere(compared)),
    )


def edited(edit: Callable[[Workbook], None] | None = None, *, given: bool = True) -> bytes:
    """The workbook as openpyxl saves it after an edit of all of it."""
    return _untouched(given=given) if edit is None else _saved(edit, given=given)


@cache
def _untouched(*, given: bool) -> bytes:
    return _saved(lambda _: None, given=given)


def _saved(edit: Callable[[Workbook], None], *, given: bool) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(handed_out(given=given)))
    edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def on_dossiers(edit: Edit) -> Callable[[Workbook], None]:
    """An edit of the sheet of dossiers, which is given the column of each header."""

    def change(book: Workbook) -> None:
        sheet = book["Dossiers"]
        edit(sheet, {str(cell.value): int(cell.column or 0) for cell in sheet[1]})

    return change


def comments(texts: Mapping[int, str]) -> Edit:
    """Comments typed in front of dossiers."""

    def edit(sheet: Worksheet, at: At) -> None:
        for row in range(2, sheet.max_row + 1):
            number = int(str(sheet.cell(row=row, column=at["Dossier"]).value))
            if number in texts:
                sheet.cell(row=row, column=at["Commentaire"]).value = texts[number]

    return edit


def sort_alone(sheet: Worksheet, column: int, *, reverse: bool = False) -> None:
    """Sort a column without the others, blanks last, as a spreadsheet does."""
    rows = range(2, sheet.max_row + 1)
    values = [sheet.cell(row=row, column=column).value for row in rows]
    kept = sorted((one for one in values if one is not None), key=str, reverse=reverse)
    for row, value in zip(rows, [*kept, *[None] * len(values)], strict=False):
        sheet.cell(row=row, column=column).value = value


def sort_rows(sheet: Worksheet, column: int) -> None:
    """Sort whole rows by a column, blanks last."""
    width = range(1, sheet.max_column + 1)
    rows = [
        [sheet.cell(row=row, column=at).value for at in width]
        for row in range(2, sheet.max_row + 1)
    ]
    rows.sort(key=lambda cells: (cells[column - 1] is None, str(cells[column - 1])))
    for row, cells in enumerate(rows, start=2):
        for at, value in zip(width, cells, strict=True):
            sheet.cell(row=row, column=at).value = value
