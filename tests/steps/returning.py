"""A person at a centre, who fills a published workbook in."""

from pathlib import Path

import openpyxl

from exports.published.listing import latest
from steps.wiring.services import Services


def published(services: Services, author: str) -> Path:
    found = latest(services.inputs.publishing.folder, demarche=services.demarche)
    assert found is not None
    return found.folder / f"{author}.xlsx"


def fill(path: Path, to: Path, *, judgement: str, comment: str, row: int = 2) -> int:
    """Fill a row in; its dossier."""
    book = openpyxl.load_workbook(path)
    sheet = book["Dossiers"]
    at = {str(cell.value): int(cell.column or 0) for cell in sheet[1]}
    sheet.cell(row=row, column=at["Avis du centre"]).value = judgement
    sheet.cell(row=row, column=at["Commentaire"]).value = comment
    number = sheet.cell(row=row, column=1).value
    book.save(to)
    return int(str(number))
