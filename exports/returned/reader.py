"""A workbook that came back: which one it is, and what evaluators wrote in it.

Rows are known by their number and columns by their header, so sorting, filtering, hiding and moving
change nothing. What cannot be taken for sure is refused, with its cell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from exports.identity import IDENTITY, WorkbookIdentity, parse_identity
from exports.returned.book import Book, Cell, Sheet
from exports.returned.package import Package, PartError, unreadable
from exports.sheets.columns import ColumnsFile
from exports.sheets.computed import COMMENT, JUDGEMENT
from french.text import normalise_label, typographic

KEY: Final = "dossier"
WRITTEN: Final = (JUDGEMENT, COMMENT)
_READ: Final = (KEY, *WRITTEN)
_REMADE: Final = "rendez-le-lui, ou copiez les avis dans le classeur publié"
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:\s[0-9]{3})+")
"""Digits as people group them, with any space."""
_SHOWN: Final = 60
_MOST_ABOVE: Final = 10
_MOST_CELLS: Final = 6
_A_ROW: Final = 4
"""Cells beside the evaluators' by which a row is that of a dossier, its number apart."""
BROKEN: Final = (PartError, ValueError, KeyError, IndexError, RecursionError)
"""What reading a damaged workbook raises."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the evaluators' cells of a row.

    Attributes:
        number: Dossier.
        judgement: Choice in the list, as the list spells it; blank where there is none; ``None``
            where the cell is covered by another, and says nothing.
        comment: Free text, likewise.
        cells: Where both stand, for messages.
        below: Whether the row is under the table, and may be a total.
    """

    number: int
    judgement: str | None
    comment: str | None
    cells: str
    below: bool = False


@dataclass(frozen=True, slots=True)
class Covering:
    """Evaluators' cells of several rows made one.

    Attributes:
        cells: Where.
        part: 0 of the opinion, 1 of the comment.
        first: Dossier of the row whose cell is shown.
            0 where that cell is none of this column.
        covered: Dossiers of the rows whose cells are not shown, and the text that each still holds:
            LibreOffice keeps it where it is asked to, Excel never does.
    """

    cells: str
    part: int
    first: int
    covered: Mapping[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class ReturnedRow:
    """A row of the sheet of dossiers that has a number.

    Attributes:
        row: Where.
        number: Dossier.
        cells: What stands in it, by column.
        below: Whether it is under the table and has little of a dossier, as a total has.
    """

    row: int
    number: int
    cells: Mapping[int, Cell]
    below: bool = False


@dataclass(frozen=True, slots=True)
class DossierTable:
    """The sheet of dossiers, for what is compared.

    Attributes:
        book: The whole workbook.
        sheet: The sheet.
        top: Row of the headers.
        places: Column of each header.
        filled: Columns of the key, of the opinion and of the comment.
        lines: Rows that have a number, from the top down.
        opinions: What each choice of the list is, as it may be typed.
    """

    book: Book
    sheet: Sheet
    top: int
    places: Mapping[str, int]
    filled: tuple[int, int, int]
    lines: tuple[ReturnedRow, ...]
    opinions: Mapping[str, str]

    def text(self, line: ReturnedRow, column: int) -> str:
        """What a person reads in a cell of a row."""
        cell = line.cells.get(column)
        return cell.text if cell else ""

    def at(self, line: ReturnedRow, column: int) -> str:
        """Where that cell is."""
        return self.sheet.at(line.row, column)


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned workbook.

    Attributes:
        identity: Which one it is; ``None`` when it is none of ours.
        rows: What was written, one row a dossier.
        problems: What cannot be taken, each with its cell, in French.
        remarks: What is not taken and holds nothing up, likewise.
        coverings: Evaluators' cells that were made one.
        table: The sheet of dossiers; ``None`` where it, or one of its columns, is not there.
    """

    identity: WorkbookIdentity | None
    rows: tuple[Written, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    coverings: tuple[Covering, ...] = ()
    table: DossierTable | None = None


def read_returned(content: bytes, columns: ColumnsFile) -> Returned:
    """Read a returned workbook.

    Raises:
        UnreadableWorkbookError: It is no workbook, or its author must save it otherwise.
    """
    try:
        return _read(Book(Package(content)), columns)
    except BROKEN as error:
        raise unreadable(error) from error


def read_sheet(book: Book, name: str) -> Sheet:
    """Read a sheet of a workbook that was read.

    Raises:
        UnreadableWorkbookError: It is damaged.
    """
    try:
        return book.sheet(name)
    except BROKEN as error:
        raise unreadable(error) from error


def _read(book: Book, columns: ColumnsFile) -> Returned:
    about, name = columns.of_kind("a_propos").name, columns.dossiers_sheet.name
    identity = _identity(book.sheet(about)) if about in book.parts else None
    if identity is None:
        return Returned(None)
    if name not in book.parts:
        why = f"La feuille « {name} » manque ou a un autre nom : {_REMADE}"
        return Returned(identity, problems=(why,))
    sheet = book.sheet(name)
    headers = {one.computed: one.name for one in columns.dossiers_sheet.columns}
    top = top_of(sheet, headers[KEY])
    header = {column: typographic(cell.text) for column, cell in sheet.rows.get(top, {}).items()}
    filled, problems = _filled(sheet, header, [headers[one] for one in _READ], top=top)
    if problems:
        return Returned(identity, problems=tuple(problems))
    spelled = {normalise_label(one): one for one in columns.opinions}
    return _Reader(sheet, header, filled, spelled).read(identity, book, top=top)


def top_of(sheet: Sheet, key: str) -> int:
    """Row of the headers: the first, unless a person put others over them."""
    for row, cells in list(sheet.rows.items())[:_MOST_ABOVE]:
        if any(typographic(one.text) == key for one in cells.values()):
            return row
    return 1


def _identity(sheet: Sheet) -> WorkbookIdentity | None:
    for cells in sheet.rows.values():
        line = [cells[at].text for at in sorted(cells)]
        if line[0] == IDENTITY and len(line) > 1:
            return parse_identity(line[1])
    return None


def _filled(
    sheet: Sheet, header: Mapping[int, str], names: Sequence[str], *, top: int
) -> tuple[tuple[int, int, int], list[str]]:
    """Columns of the key, the opinion and the comment, or why they are not known."""
    places, problems = [], []
    for name in names:
        found = [at for at, title in header.items() if title == name]
        if len(found) != 1:
            lacks = (
                "est là plusieurs fois : gardez la sienne, donnez un autre nom aux autres"
                if found
                else f"manque ou a un autre nom : {_REMADE}"
            )
            problems.append(f"{sheet.name}, ligne {top} : la colonne « {name} » {lacks}")
        places.append(found[0] if found else 0)
    return (places[0], places[1], places[2]), problems


class _Reader:
    """Reads the sheet of dossiers, and notes what it cannot take."""

    def __init__(
        self,
        sheet: Sheet,
        header: Mapping[int, str],
        filled: tuple[int, int, int],
        opinions: Mapping[str, str],
    ) -> None:
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self._sheet = sheet
        self._header = header
        self._filled = filled
        self._opinions = opinions
        self._covered = {
            (row, column): area
            for area in sheet.merged
            for row in range(area[1], min(area[3], max(sheet.rows)) + 1)
            for column in filled
            if area[0] <= column <= area[2] and (row, column) != (area[1], area[0])
        }

    def read(self, identity: WorkbookIdentity, book: Book, *, top: int) -> Returned:
        """All that it says, under the row of its headers."""
        lines, rest = [], []
        for row in sorted(self._sheet.rows):
            cells = self._sheet.rows[row]
            number = _number(cells.get(self._filled[0]))
            if row > top and number is not None:
                lines.append(ReturnedRow(row, number, cells))
            elif row != top:
                rest.append(row)
        last = max((one.row for one in lines if self._is_dossier(one.cells)), default=0)
        lines = [replace(one, below=one.row > last > 0) for one in lines]
        totals = [one.row for one in lines if one.below and not self._may_be_taken(one)]
        lines = [one for one in lines if one.row not in totals]
        for row in sorted([*rest, *totals]):
            self._without_number(row, inside=top < row < last)
        rows = tuple(self._rows(lines))
        coverings = tuple(self._coverings(lines))
        places = {name: at for at, name in reversed(list(self._header.items()))}
        return Returned(
            identity=identity,
            rows=rows,
            problems=tuple(self.problems),
            remarks=tuple(self.remarks),
            coverings=coverings,
            table=DossierTable(
                book, self._sheet, top, places, self._filled, tuple(lines), self._opinions
            ),
        )

    def _rows(self, lines: Sequence[ReturnedRow]) -> Iterator[Written]:
        seen: dict[int, Written] = {}
        for line in lines:
            row = self._row(line)
            if row is None:
                continue
            first = seen.get(row.number)
            if first is None:
                seen[row.number] = row
            elif (first.judgement, first.comment) != (row.judgement, row.comment):
                self.problems.append(
                    f"{row.cells} : le dossier {row.number} a déjà une autre ligne ({first.cells})"
                    " qui dit autre chose ; gardez la bonne"
                )
        yield from seen.values()

    def _row(self, line: ReturnedRow) -> Written | None:
        _, judged, told = self._filled
        found = [line.cells.get(one) for one in (judged, told)]
        refused = False
        for column, cell in zip((judged, told), found, strict=True):
            if why := not_a_text(cell):
                refused = True
                self.problems.append(f"{self._sheet.at(line.row, column)} : {why}")
        if refused:
            return None
        judgement, comment = (
            None if (line.row, column) in self._covered else cell.text if cell else ""
            for column, cell in zip((judged, told), found, strict=True)
        )
        if judgement:
            spelled = self._opinions.get(normalise_label(judgement), "")
            if not spelled:
                self.problems.append(
                    f"{self._sheet.at(line.row, judged)} : « {judgement[:_SHOWN]} » n'est pas dans"
                    f" la liste ; choisissez-y : {', '.join(self._opinions.values())}"
                )
            judgement = spelled
        cells = f"{self._sheet.at(line.row, judged)} et {self._sheet.at(line.row, told)}"
        return Written(line.number, judgement, comment, cells, line.below)

    def _without_number(self, row: int, *, inside: bool) -> None:
        """A row without a number: one of a dossier is refused, anything else is told."""
        cells = self._sheet.rows[row]
        key = cells.get(self._filled[0])
        opinion = any(one in cells for one in self._filled[1:])
        if (opinion and inside) or self._is_dossier(cells):
            where = self._sheet.at(row, self._filled[0])
            if key is not None and key.calculated:
                told = "formule ou erreur de calcul ; écrivez le numéro lui-même"
            elif (row, self._filled[0]) in self._covered:
                told = "cellules fusionnées ; défusionnez-les et écrivez le numéro de la ligne"
            else:
                said = f"« {key.text[:_SHOWN]} » n'est pas" if key else "il n'y a pas ici"
                told = f"{said} un numéro de dossier ; remettez celui de la ligne"
            self.problems.append(f"{where} : {told}")
            return
        self.remarks.append(
            f"{not_taken((self._sheet.at(row, at), cells[at]) for at in sorted(cells))}"
            f" (ligne {row}, qui n'est pas celle d'un dossier)"
        )

    def _may_be_taken(self, line: ReturnedRow) -> bool:
        """Whether the evaluators' cells of a row hold what they may."""
        found = [line.cells.get(one) for one in self._filled[1:]]
        opinion = normalise_label(found[0].text) if found[0] else ""
        return not any(map(not_a_text, found)) and (not opinion or opinion in self._opinions)

    def _is_dossier(self, cells: Mapping[int, Cell]) -> bool:
        """Whether a row looks like that of a dossier, whatever its number."""
        others = [
            at
            for at, one in cells.items()
            if at in self._header and at not in self._filled and not one.calculated
        ]
        known = len(self._header) - len(self._filled)
        return len(others) >= max(1, min(_A_ROW, known - 1))

    def _coverings(self, lines: Sequence[ReturnedRow]) -> Iterator[Covering]:
        """Evaluators' cells made one, by the first row of each; other cells made one are told."""
        for area in self._sheet.merged:
            touched = [at for at, one in enumerate(self._filled[1:]) if area[0] <= one <= area[2]]
            where = self._sheet.range(area)
            inside = [one for one in lines if area[1] <= one.row <= area[3]]
            for part in touched:
                column = self._filled[1 + part]
                shown = column == area[0] and bool(inside) and inside[0].row == area[1]
                hidden = {one.number: self._hidden(one, part) for one in inside[shown:]}
                if hidden or shown:
                    yield Covering(where, part, inside[0].number if shown else 0, hidden)
            if not touched:
                self.remarks.append(
                    f"{where} : cellules fusionnées ; elles ne disent rien d'un avis"
                )

    def _hidden(self, line: ReturnedRow, part: int) -> str:
        """What a cell that is covered still holds."""
        cell = line.cells.get(self._filled[1 + part])
        text = cell.text if cell else ""
        return self._opinions.get(normalise_label(text), text) if part == 0 else text


def not_a_text(cell: Cell | None) -> str:
    """Why what a cell holds cannot be taken as words; blank where it can, or holds nothing."""
    if cell is None or not (cell.calculated or cell.doubtful):
        return ""
    why = (
        "formule ou erreur de calcul"
        if cell.calculated
        else "on ne sait plus comment ce nombre s'affiche (mise en forme abîmée)"
    )
    return f"{why} ; écrivez le texte lui-même"


def not_taken(found: Iterator[tuple[str, Cell]]) -> str:
    """Where words stand that are not taken, and the words."""
    cells = list(found)
    first = "\u00a0; ".join(f"« {_short(cell.text)} »" for _, cell in cells[:_MOST_CELLS])
    return f"{places([where for where, _ in cells])} : lu ailleurs, non repris : {first}"


def places(found: Sequence[str]) -> str:
    """Several cells of a sheet, the first with its sheet."""
    first, *others = found[:_MOST_CELLS]
    told = ", ".join([first, *(one.rpartition("!")[2] for one in others)])
    more = len(found) - _MOST_CELLS
    return f"{told} et {more} autre{'s' if more > 1 else ''}" if more > 0 else told


def _short(text: str) -> str:
    line = " ".join(text.split()) or "rien"
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _number(cell: Cell | None) -> int | None:
    """The number of a dossier, however its cell shows it."""
    if cell is None or cell.calculated or len(cell.others) > 1:  # a day is none
        return None
    key = (cell.others or (cell.text,))[0].strip()
    if _GROUPED.fullmatch(key):
        key = "".join(key.split())
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 18 else None  # noqa: PLR2004
