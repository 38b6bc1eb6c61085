"""A table of past years that a person filled in, read cell by cell."""

from collections.abc import Iterator, Mapping, Sequence

from exports.returned.book import Book, Cell
from exports.returned.package import Package, unreadable
from exports.returned.reader import BROKEN, not_a_text, read_sheet, top_of
from triage.registre.years.past_columns import SHEETS, PastSheet
from triage.registre.years.past_years import PastCell, PastRow


def read_past_years(
    content: bytes,
) -> tuple[Mapping[str, Sequence[PastRow]], tuple[str, ...]]:
    """Rows of each sheet, and why the table cannot be read, each with its cell.

    Raises:
        UnreadableWorkbookError: It is no workbook, or a damaged one.
    """
    try:
        return _read(content)
    except BROKEN as error:
        raise unreadable(error) from error


def _read(content: bytes) -> tuple[Mapping[str, Sequence[PastRow]], tuple[str, ...]]:
    book, problems = Book(Package(content)), list[str]()
    rows: dict[str, Sequence[PastRow]] = {}
    for sheet in SHEETS:
        if sheet.name in book.parts:
            rows[sheet.name] = tuple(_rows(book, sheet, problems))
        elif sheet is SHEETS[0]:
            problems.append(
                f"la feuille « {sheet.name} » manque : partez de « unc registre template »"
            )
    return rows, tuple(problems)


def _rows(book: Book, spec: PastSheet, problems: list[str]) -> Iterator[PastRow]:
    sheet = read_sheet(book, spec.name)
    top = top_of(sheet, spec.columns[0].name)
    places: dict[str, int] = {}
    for at, cell in sheet.rows.get(top, {}).items():
        places.setdefault(cell.text.strip(), at)
    lacking = [one.name for one in spec.columns if one.name not in places]
    if lacking:
        told = ", ".join(f"« {one} »" for one in lacking)
        problems.append(
            f"{spec.name}, ligne {top} : il manque la colonne {told} ; rendez-lui son nom"
        )
        return
    for row in sorted(one for one in sheet.rows if one > top):
        cells: dict[str, PastCell] = {}
        for column in spec.columns:
            at = places[column.name]
            cell = sheet.rows[row].get(at) or Cell("")
            if why := not_a_text(cell):
                problems.append(f"{sheet.at(row, at)} : {why}")
            cells[column.key] = PastCell(cell.ways, sheet.at(row, at))
        if any(one.ways[0].strip() for one in cells.values()):
            yield cells
