"""A workbook as a person reads it, whatever program saved it: cells, what was merged, notes.

Names of elements are read whatever their namespace, so Strict Open XML reads as the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from exports.cells import typed_text, unescaped
from exports.returned.format_parts import general
from exports.returned.moments import moment_of
from exports.returned.number_format import BUILT_IN, GENERAL, is_moment, shown, shown_text
from exports.returned.package import Package, PartError, local, missing_text
from french.text import typographic

Area: TypeAlias = tuple[int, int, int, int]
"""First column and row, last column and row."""
_LOGICAL: Final = {"TRUE()": "VRAI", "FALSE()": "FAUX"}
"""How LibreOffice saves VRAI and FAUX."""
_TRUE: Final = frozenset({"1", "true", "on"})
_SHEET_PARTS: Final = frozenset({"row", "mergeCell", "sortState"})
_LAST_COLUMN: Final = 16_384


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds.

    Attributes:
        text: As a person reads it there.
        others: Other ways to write the same value: without its format, with its hour.
        calculated: Whether it is a formula, or what one failed to give.
        doubtful: Whether it is a number whose format is lost, so that nobody knows what it shows.
    """

    text: str
    others: tuple[str, ...] = ()
    calculated: bool = False
    doubtful: bool = False

    @property
    def ways(self) -> tuple[str, ...]:
        """All ways to write its value."""
        return (self.text, *self.others)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet.

    Attributes:
        name: Of its tab.
        rows: Cells that hold something, by row then column.
        merged: Cells that are one.
        sorted: Cells that were sorted together, as the program that did it noted.
        notes: Notes, threads and text boxes: where, and what they say.
    """

    name: str
    rows: Mapping[int, Mapping[int, Cell]] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    sorted: tuple[Area, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def at(self, row: int, column: int) -> str:
        """Reference of a cell, with its sheet."""
        return f"{self.name}!{get_column_letter(column)}{row}"

    def range(self, area: Area) -> str:
        """Reference of several cells, with their sheet."""
        left, top, right, bottom = area
        return f"{self.at(top, left)}:{get_column_letter(right)}{bottom}"


@dataclass(frozen=True)
class Book:
    """A workbook; a sheet is read when it is asked for.

    Raises:
        UnreadableWorkbookError: It is none that can be read; so do all that read of it.
        PartError: A part that is needed is no XML.
    """

    package: Package

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """Name of the part of each sheet, in the order of the tabs."""
        related = self.package.relations(self._main)
        found = {}
        for sheet in self._elements(self._main, "sheet"):
            key = next(
                (value for name, value in sheet.items() if name[:1] == "{" and local(name) == "id"),
                "",
            )
            found[typographic(unescaped(sheet.get("name", "")))] = related.get(key, ("", ""))[1]
        return found

    def sheet(self, name: str) -> Sheet:
        """A sheet, read anew each time."""
        part = self.parts[name]
        rows: dict[int, dict[int, Cell]] = {}
        line = 0
        merged: list[Area] = []
        ordered: list[Area] = []
        for element in self.package.elements(part, ends=_SHEET_PARTS):
            match local(element.tag):
                case "row":
                    line = int(element.get("r") or line + 1)
                    cells = dict(self._cells(element, line, name))
                    if cells:
                        rows[line] = cells
                case "mergeCell":
                    merged.extend(_areas(element.get("ref", "")))
                case _:
                    if element.get("columnSort", "") not in _TRUE:
                        ordered.extend(_areas(element.get("ref", "")))
        notes = []
        for kind, target in dict.fromkeys(self.package.relations(part).values()):
            if kind == "table":
                for element in self._elements(target, "sortState"):
                    ordered.extend(_areas(element.get("ref", "")))
            elif kind in {"comments", "threadedComment", "drawing"}:
                notes.append((kind, target))
        return Sheet(name, rows, tuple(merged), tuple(ordered), tuple(self._notes(notes)))

    @cached_property
    def _main(self) -> str:
        found = [
            target
            for kind, target in self.package.relations("").values()
            if kind == "officeDocument" and self.package.holds(target)
        ]
        main = found[0] if found else "xl/workbook.xml"
        if not self.package.holds(main):
            raise PartError(main)
        return main

    @cached_property
    def _since_1904(self) -> bool:
        return any(
            one.get("date1904", "") in _TRUE for one in self._elements(self._main, "workbookPr")
        )

    @cached_property
    def _texts(self) -> Sequence[str]:
        return [_text_of(one) for part in self._related("sharedStrings") for one in self._si(part)]

    def _si(self, part: str) -> Iterator[Element]:
        return self.package.elements(part, ends=frozenset({"si"}))

    @cached_property
    def _formats(self) -> Sequence[str] | None:
        """Number format of each style; ``None`` where the part that tells them is damaged."""
        codes: dict[int, str] = dict(BUILT_IN)
        styles: list[int] = []
        try:
            for part in self._related("styles"):
                for one in self.package.elements(part, ends=frozenset({"numFmts", "cellXfs"})):
                    for inner in one:
                        if local(one.tag) == "cellXfs":
                            styles.append(int(inner.get("numFmtId") or 0))
                        else:
                            codes[int(inner.get("numFmtId") or 0)] = inner.get("formatCode", "")
        except (PartError, ValueError):
            return None
        return [codes.get(one, GENERAL) for one in styles] or [GENERAL]

    def _related(self, kind: str) -> list[str]:
        related = self.package.relations(self._main).values()
        return [part for one, part in dict.fromkeys(related) if one == kind]  # each read once

    def _elements(self, part: str, name: str) -> Iterator[Element]:
        return self.package.elements(part, ends=frozenset({name}))

    def _cells(self, row: Element, line: int, sheet: str) -> Iterator[tuple[int, Cell]]:
        place = 0
        for element in row:
            if local(element.tag) == "c":
                place = _column(element.get("r"), after=place)
                cell = self._cell(element, (sheet, place, line))
                if cell is not None:
                    yield place, cell

    def _cell(self, element: Element, where: tuple[str, int, int]) -> Cell | None:
        parts = {local(one.tag): one for one in element}
        kind, value = element.get("t", "n"), parts["v"].text or "" if "v" in parts else ""
        formula = parts.get("f")
        if formula is not None and (formula.text or "").lstrip("=") in _LOGICAL:
            return Cell(_LOGICAL[(formula.text or "").lstrip("=")])
        calculated = formula is not None or kind == "e"
        style = int(element.get("s") or 0)
        code = self._formats[style] if self._formats and style < len(self._formats) else None
        match kind:
            case "s" if value:
                cell = self._shared(value.strip(), code, where)
            case "inlineStr":
                cell = _worded(_text_of(parts["is"]) if "is" in parts else "", code)
            case "str":
                cell = _worded(unescaped(value), code)
            case "b" if value:
                cell = Cell("VRAI" if value.strip() in _TRUE else "FAUX")
            case "d" if value:
                cell = self._dated(value.strip(), code)
            case "n" if value.strip():
                cell = self._numbered(value.strip(), code)
            case _:
                cell = Cell(value.strip())
        if calculated:
            return Cell(cell.text, cell.others, calculated=True)
        return cell if cell.text else None

    def _shared(self, value: str, code: str | None, where: tuple[str, int, int]) -> Cell:
        place = int(value) if value.isascii() and value.isdigit() else -1
        if not 0 <= place < len(self._texts):
            sheet, column, row = where
            raise missing_text(f"{sheet}!{get_column_letter(column)}{row}")
        return _worded(self._texts[place], code)

    def _dated(self, value: str, code: str | None) -> Cell:
        """A day in the form of Strict Open XML."""
        try:
            moment = datetime.fromisoformat(value.removesuffix("Z"))
        except ValueError:
            return Cell(value)
        past = moment.replace(tzinfo=None) - datetime(1899, 12, 30)  # noqa: DTZ001
        days = Decimal(past.days) + Decimal(past.seconds) / 86_400
        day = code if code and is_moment(code) else "dd/mm/yyyy hh:mm"
        return Cell(shown(days, day), (value, f"{moment:%d/%m/%Y %H:%M}"))

    def _numbered(self, value: str, code: str | None) -> Cell:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return Cell(value)
        if not number.is_finite() or abs(number.adjusted()) > 330:  # noqa: PLR2004
            return Cell(value)
        plain = general(number)
        if code is None:
            return Cell(plain, doubtful=True)
        if code in {GENERAL, "@", "0"} and number == number.to_integral_value():
            return Cell(plain)
        if not is_moment(code):
            return Cell(shown(number, code), (plain,))
        moment = moment_of(number, since_1904=self._since_1904)
        told = f"{moment:%d/%m/%Y %H:%M}" if moment else plain
        return Cell(shown(number, code, since_1904=self._since_1904), (plain, told))

    def _notes(self, parts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        told: set[str] = set()
        for kind, part in sorted(parts, reverse=True):  # a thread is also written as a note
            if kind == "drawing":
                for one in self._elements(part, "txBody"):
                    yield "", "\n".join(filter(None, map(_text_of, one)))
                continue
            for one in self._elements(part, "comment" if kind == "comments" else "threadedComment"):
                where = one.get("ref", "")
                if kind == "comments" and where in told:
                    continue
                told.add(where)
                words = (_text_of(inner) for inner in one if local(inner.tag) == "text")
                yield where, "\n".join(words)


def _worded(text: str, code: str | None) -> Cell:
    typed = typed_text(text)
    return Cell(shown_text(typed, code), (typed,)) if code and '"' in code else Cell(typed)


def _text_of(element: Element) -> str:
    """A text in one piece or several, without how its characters are said (``rPh``)."""
    words: list[str] = []
    for one in element:
        match local(one.tag):
            case "t":
                words.append(unescaped(one.text or ""))
            case "rPh":
                pass
            case _:
                words.append(_text_of(one))
    return "".join(words) if words else unescaped(element.text or "") if len(element) == 0 else ""


def _column(reference: str | None, *, after: int) -> int:
    if not reference:
        return after + 1
    return column_index_from_string(reference.rstrip("0123456789"))


def _areas(references: str) -> Iterator[Area]:
    for one in references.split():
        try:
            left, top, right, bottom = range_boundaries(one.replace("$", ""))
        except ValueError:
            continue
        yield left or 1, top or 1, right or _LAST_COLUMN, bottom or 2**20
