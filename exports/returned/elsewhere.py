"""Words of a returned workbook that no opinion takes: each is told with its cell. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from exports.identity import IDENTITY
from exports.returned.book import Cell, Sheet
from exports.returned.reader import ReturnedRow, not_taken, read_sheet
from exports.returned.reference import ComparedRows, squeezed

_DIGITS = re.compile(r"\d+")


def elsewhere(compared: ComparedRows, *, answers: tuple[str, int] | None = None) -> Iterator[str]:
    """Yield what stands elsewhere than in the evaluators' cells, and was not handed out.

    Args:
        compared: What came back, beside what was handed out.
        answers: A sheet and its column that are read as answers to questions.
    """
    table, reference = compared.table, compared.reference
    if reference.exact:
        yield from _corrected(compared)
        yield from _strangers(compared)
    yield from _added(compared)
    returned = table.book
    for name in returned.parts:
        known = reference.book if reference.book and name in reference.book.parts else None
        sheet, ours = read_sheet(returned, name), read_sheet(known, name) if known else None
        yield from _notes(sheet, ours)
        if answers and ours and sheet.name == answers[0]:
            sheet, ours = (_without(one, answers[1]) for one in (sheet, ours))
        if sheet.name != table.sheet.name:
            if ours is not None:
                yield from _new_words(sheet, ours)
            elif sheet.name not in reference.sheets:
                yield from _whole(sheet)


def _without(sheet: Sheet, column: int) -> Sheet:
    """A sheet without one of its columns."""
    rows = {
        row: {at: cell for at, cell in cells.items() if at != column}
        for row, cells in sheet.rows.items()
    }
    return replace(sheet, rows=rows)


def _corrected(compared: ComparedRows) -> Iterator[str]:
    found: dict[str, list[ReturnedRow]] = defaultdict(list)
    for name, line in compared.corrected():
        found[name].append(line)
    for name, lines in found.items():
        at = compared.columns[name]
        cells = ((compared.table.at(one, at), one.cells.get(at) or Cell("")) for one in lines)
        yield f"{not_taken(cells)} (colonne « {name} », que les avis seuls ne changent pas)"


def _strangers(compared: ComparedRows) -> Iterator[str]:
    """Rows of no dossier of the workbook, on which no opinion is given."""
    table = compared.table
    for line in table.lines:
        if line.number not in compared.reference.rows and not any(
            one in line.cells for one in table.filled[1:]
        ):
            cells = ((table.at(line, at), line.cells[at]) for at in sorted(line.cells))
            yield f"{not_taken(cells)} (ligne {line.row}, qui n'est pas celle d'un dossier)"


def _added(compared: ComparedRows) -> Iterator[str]:
    """Columns that the workbook did not have."""
    table = compared.table
    ours = {*compared.columns.values(), *table.filled}
    found: dict[int, list[tuple[str, Cell]]] = defaultdict(list)
    numbered = {line.row for line in table.lines} | {table.top}
    for row in sorted(numbered):
        for at, cell in sorted(table.sheet.rows.get(row, {}).items()):
            if at not in ours:
                found[at].append((table.sheet.at(row, at), cell))
    for cells in found.values():
        yield f"{not_taken(iter(cells))} (colonne ajoutée)"


def _notes(sheet: Sheet, ours: Sheet | None) -> Iterator[str]:
    known = Counter(squeezed(text) for _, text in ours.notes) if ours else Counter()
    for where, text in sheet.notes:
        if squeezed(text) and not known[squeezed(text)]:
            place = f"{sheet.name}!{where} (note)" if where else f"{sheet.name} (zone de texte)"
            yield not_taken(iter([(place, Cell(text))]))
        known[squeezed(text)] -= known[squeezed(text)] > 0


def _whole(sheet: Sheet) -> Iterator[str]:
    cells = [
        (sheet.at(row, at), sheet.rows[row][at])
        for row in sorted(sheet.rows)
        for at in sorted(sheet.rows[row])
    ]
    if cells:
        yield f"{not_taken(iter(cells))} (feuille ajoutée)"


def _new_words(sheet: Sheet, ours: Sheet) -> Iterator[str]:
    """Words that the sheet did not have, or has more often: sorting and moving make none.

    When the data was read is no word: two copies of a workbook that says the same differ in it.
    """
    dated = any(cell.text == IDENTITY for cells in ours.rows.values() for cell in cells.values())
    more = _words(sheet.rows)
    more.subtract(_words(ours.rows))
    found: list[tuple[str, Cell]] = []
    for row in sorted(sheet.rows):
        for at, cell in sorted(sheet.rows[row].items()):
            word = squeezed(cell.text)
            there = ours.rows.get(row, {}).get(at)
            unmoved = there is not None and (
                word in map(squeezed, there.ways)
                or (dated and _DIGITS.sub("", word) == _DIGITS.sub("", squeezed(there.text)))
            )
            if not cell.calculated and more[word] > 0 and not unmoved:
                more[word] -= 1
                found.append((sheet.at(row, at), cell))
    if found:
        yield not_taken(iter(found))


def _words(rows: Mapping[int, Mapping[int, Cell]]) -> Counter[str]:
    return Counter(squeezed(cell.text) for cells in rows.values() for cell in cells.values())
