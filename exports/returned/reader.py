"""A workbook that came back: which one it is, and what evaluators wrote in it.

Rows are known by their number and columns by their header, so sorting, filtering, hiding and moving
change nothing. What cannot be taken for sure is refused, with its cell.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from exports.errors import UnreadableWorkbookError
from exports.identity import IDENTITY, Identity, parse_identity
from exports.returned.typed_text import typed_text
from exports.sheets.columns import ColumnsFile
from exports.sheets.computed import COMMENT, JUDGEMENT
from french.text import normalise_label

_KEY = "dossier"
_READ = (_KEY, JUDGEMENT, COMMENT)
_SHOWN = 60
_CALCULATED: Final = frozenset({"f", "e"})
"""Types of a cell that holds a formula, or what one failed to give. A formula has no value where
nothing worked it out: read as blank, it would erase the opinion that was there."""
_LOGICAL: Final = {"=TRUE()": True, "=FALSE()": False}
"""How LibreOffice saves VRAI and FAUX."""
_DAMAGED: Final = (InvalidFileException, BadZipFile, KeyError, ValueError, SyntaxError, EOFError)
"""What openpyxl raises on a file that is not what it says."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the evaluators' cells of a row.

    Attributes:
        number: Dossier.
        judgement: Choice in the list, as the list spells it; blank where there is none.
        comment: Free text.
        cells: Where both stand, for messages.
    """

    number: int
    judgement: str
    comment: str
    cells: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned workbook.

    Attributes:
        identity: Which one it is; ``None`` when it is none of ours.
        rows: What was written, one row a dossier.
        problems: What cannot be taken, each with its cell, in French.
    """

    identity: Identity | None
    rows: tuple[Written, ...]
    problems: tuple[str, ...]


def read_returned(content: bytes, columns: ColumnsFile) -> Returned:
    """Read a returned workbook.

    Raises:
        UnreadableWorkbookError: It is no workbook.
    """
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot keep of a sheet is of no use here, and nothing staff can act on.
            warnings.simplefilter("ignore", UserWarning)
            return _read(content, columns)
    except _DAMAGED as error:
        raise UnreadableWorkbookError(
            "Ce n'est pas un classeur Excel (.xlsx) que l'on peut lire : enregistrez-le dans ce"
            " format, puis recommencez."
        ) from error


def _read(content: bytes, columns: ColumnsFile) -> Returned:
    book = load_workbook(BytesIO(content), read_only=True)  # formulas as such, not their values
    try:
        about, sheet = columns.of_kind("a_propos").name, columns.dossiers_sheet
        identity = _identity(_lines(book, about)) if about in book.sheetnames else None
        if identity is None:
            return Returned(None, (), ())
        if sheet.name not in book.sheetnames:
            return Returned(identity, (), (f"la feuille « {sheet.name} » manque",))
        headers = {one.computed: one.name for one in sheet.columns if one.computed in _READ}
        reader = _Reader(sheet.name, headers, columns.opinions)
        rows = tuple(reader.rows(_lines(book, sheet.name)))
        return Returned(identity, rows, tuple(reader.problems))
    finally:
        book.close()


def _lines(book: Any, name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows of a sheet with their numbers, whatever the file says of its size."""
    sheet = book[name]
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(), start=1)


def _identity(lines: Iterator[tuple[int, Sequence[Any]]]) -> Identity | None:
    for _, cells in lines:
        if len(cells) > 1 and cells[0].value == IDENTITY:
            return parse_identity(str(cells[1].value))
    return None


class _Reader:
    """Reads the evaluators' columns of a sheet, and notes what it cannot take."""

    def __init__(self, sheet: str, headers: Mapping[str, str], opinions: Sequence[str]) -> None:
        self.problems: list[str] = []
        self._sheet = sheet
        self._headers = headers
        self._opinions = {normalise_label(one): one for one in opinions}

    def rows(self, lines: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Written]:
        places = self._places([cell.value for cell in next(lines, (1, ()))[1]])
        if places is None:
            return
        seen: dict[int, Written] = {}
        for line, cells in lines:
            row = self._row(line, [_at(cells, places[name]) for name in _READ], places)
            if row is None:
                continue
            first = seen.get(row.number)
            if first is None:
                seen[row.number] = row
            elif (first.judgement, first.comment) != (row.judgement, row.comment):
                self.problems.append(
                    f"{row.cells} : le dossier {row.number} a déjà une autre ligne ({first.cells})"
                    " qui dit autre chose"
                )
        yield from seen.values()

    def _places(self, header: Sequence[Any]) -> dict[str, int] | None:
        places = {}
        for name in _READ:
            found = [at for at, title in enumerate(header) if title == self._headers[name]]
            if len(found) != 1:
                lacks = "manque" if not found else "est là plusieurs fois"
                self.problems.append(
                    f"{self._sheet}, ligne 1 : la colonne « {self._headers[name]} » {lacks}"
                )
            places[name] = found[0] if found else -1
        return None if self.problems else places

    def _row(self, line: int, found: Sequence[Any], places: Mapping[str, int]) -> Written | None:
        where = {
            name: f"{self._sheet}!{get_column_letter(places[name] + 1)}{line}" for name in _READ
        }
        calculated = [name for name, cell in zip(_READ, found, strict=True) if _is_calculated(cell)]
        for name in calculated:
            remedy = "le numéro" if name == _KEY else "le texte"
            self.problems.append(
                f"{where[name]} : formule ou erreur de calcul ; écrivez {remedy} lui-même"
            )
        if calculated:
            return None
        key, judgement, comment = (_text(cell) for cell in found)
        if not (key.isascii() and key.isdigit()):
            if judgement or comment or key:
                self.problems.append(
                    f"{where[_KEY]} : « {key[:_SHOWN]} » n'est pas un numéro de dossier"
                )
            return None
        spelled = self._opinions.get(normalise_label(judgement), "") if judgement else ""
        if judgement and not spelled:
            self.problems.append(
                f"{where[JUDGEMENT]} : « {judgement[:_SHOWN]} » n'est pas dans la liste"
                f" ({', '.join(self._opinions.values())})"
            )
        cells = f"{where[JUDGEMENT]} et {where[COMMENT]}"
        return Written(int(key), spelled, comment, cells)


def _at(cells: Sequence[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else None


def _is_calculated(cell: Any) -> bool:
    return (
        cell is not None
        and cell.data_type in _CALCULATED
        and not (isinstance(cell.value, str) and cell.value in _LOGICAL)
    )


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return typed_text(_LOGICAL[cell.value] if cell.data_type == "f" else cell.value)
