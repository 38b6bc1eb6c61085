"""What a returned workbook is compared with: the rows of dossiers as they were handed out. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from exports.returned.book import Book, Cell
from exports.returned.reader import DossierTable, Returned, ReturnedRow

Rows = Mapping[int, Mapping[str, str]]
_NAMESAKES = 50
"""A value that more dossiers have tells none of them."""


@dataclass(frozen=True)
class HandedOutRows:
    """What was handed out, or what would be now where that is not known any more.

    Attributes:
        rows: What a person read in each cell, by dossier and header, but in the evaluators'.
        order: Dossiers from the top down.
        exact: Whether this is what was handed out: a difference is then a change of the reader's.
        sheets: Names of its sheets.
        book: The very workbook, where it is still there.
    """

    rows: Rows
    order: Sequence[int]
    exact: bool
    sheets: frozenset[str]
    book: Book | None = None

    @cached_property
    def headers(self) -> frozenset[str]:
        """Columns that it has."""
        return frozenset(name for cells in self.rows.values() for name in cells)

    @cached_property
    def rank(self) -> Mapping[int, int]:
        """Place of each dossier."""
        return {number: at for at, number in enumerate(self.order)}

    def holders(self, header: str, cell: Cell) -> Sequence[int]:
        """Dossiers that have the value of a cell in a column."""
        known = self._index.get(header, {})  # a column in which nothing was handed out
        return next((known[one] for one in map(squeezed, cell.ways) if one in known), ())

    @cached_property
    def _index(self) -> Mapping[str, Mapping[str, Sequence[int]]]:
        found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, cells in self.rows.items():
            for name, text in cells.items():
                if text:
                    found[name][squeezed(text)].append(number)
        return {name: dict(values) for name, values in found.items()}


@dataclass(frozen=True)
class ComparedRows:
    """The rows of a returned workbook beside those that were handed out.

    Attributes:
        table: What came back.
        reference: What was handed out.
        columns: Column of each header that both have, but the evaluators'.
    """

    table: DossierTable
    reference: HandedOutRows

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Columns that both have, but the evaluators', by header."""
        known = self.reference.headers
        filled = set(self.table.filled)
        places = self.table.places
        return {name: at for name, at in places.items() if name in known and at not in filled}

    @cached_property
    def differing(self) -> Mapping[ReturnedRow, Sequence[str]]:
        """Headers of the cells of each row that are not as they were handed out."""
        found = {}
        for line in self.table.lines:
            cells = self.reference.rows.get(line.number)
            if cells:
                wrong = [
                    name
                    for name, at in self.columns.items()
                    if not same(line.cells.get(at), cells.get(name, ""))
                    and (line.row, at) not in self._merged
                ]
                if wrong:
                    found[line] = wrong
        return found

    @cached_property
    def displaced(self) -> Mapping[ReturnedRow, int]:
        """Rows whose cells are those of another dossier than their number says, and which."""
        found = {}
        for line, wrong in self.differing.items():
            votes: Counter[int] = Counter()
            for name in wrong:
                cell = line.cells.get(self.columns[name])
                holders = self.reference.holders(name, cell) if cell else ()
                if len(holders) <= _NAMESAKES:
                    votes.update(holders)
            own = len(self.columns) - len(wrong)
            best = max(
                ((self._alike(line, number), number) for number, _ in votes.most_common(5)),
                default=(0, 0),
            )
            if best[0] > own:
                found[line] = best[1]
        return found

    @cached_property
    def torn(self) -> Mapping[str, Sequence[ReturnedRow]]:
        """Columns whose cells moved from row to row without the others: where."""
        wrong: dict[str, list[ReturnedRow]] = defaultdict(list)
        for line, names in self.differing.items():
            if line not in self.displaced:
                for name in names:
                    wrong[name].append(line)
        return {name: lines for name, lines in wrong.items() if self._moved(name, lines)}

    def corrected(self) -> Iterator[tuple[str, ReturnedRow]]:
        """Cells that a person changed: column and row."""
        for line, names in self.differing.items():
            if line not in self.displaced:
                for name in names:
                    if name not in self.torn:
                        yield name, line

    def cell(self, line: ReturnedRow, header: str) -> Cell | None:
        """A cell of a row."""
        return line.cells.get(self.columns[header])

    @cached_property
    def _merged(self) -> frozenset[tuple[int, int]]:
        """Cells that others cover: they show nothing of their own."""
        last = max(self.table.sheet.rows, default=0)
        return frozenset(
            (row, column)
            for left, top, right, bottom in self.table.sheet.merged
            for row in range(top, min(bottom, last) + 1)
            for column in self.columns.values()
            if left <= column <= right and (row, column) != (top, left)
        )

    def _alike(self, line: ReturnedRow, number: int) -> int:
        cells = self.reference.rows.get(number, {})
        return sum(
            same(line.cells.get(at), cells.get(name, "")) for name, at in self.columns.items()
        )

    def _moved(self, name: str, lines: Sequence[ReturnedRow]) -> bool:
        """Whether values of a column stand in rows of others: its own, or of few who have them."""
        at = self.columns[name]
        own = 0
        for line in lines:
            cell = line.cells.get(at)
            holders = self.reference.holders(name, cell) if cell else ()
            own += len(holders) == 1
        if own > 1:
            return True
        here = Counter(squeezed(self.table.text(line, at)) for line in lines)
        there = Counter(squeezed(self.reference.rows[one.number].get(name, "")) for one in lines)
        return len(lines) > 2 and here == there  # noqa: PLR2004


def same(cell: Cell | None, text: str) -> bool:
    """Whether a cell says what was handed out, however it writes it."""
    wanted = squeezed(text)
    return not wanted if cell is None else wanted in map(squeezed, cell.ways)


def squeezed(text: str) -> str:
    """A text as it is compared: without blanks, which programs and versions write otherwise.

    Apostrophes are one likewise: spreadsheets curl those that people type.
    """
    return "".join(text.split()).replace("’", "'")


def of_book(handed_out: Returned) -> HandedOutRows | None:
    """The workbook that was handed out, read as the one that came back."""
    table = handed_out.table
    if table is None:
        return None
    rows = {
        line.number: {
            name: table.text(line, at)
            for name, at in table.places.items()
            if at not in table.filled
        }
        for line in table.lines
    }
    sheets = frozenset(table.book.parts)
    return HandedOutRows(rows, tuple(rows), exact=True, sheets=sheets, book=table.book)
