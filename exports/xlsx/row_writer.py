"""Rows of a table straight into a sheet's XML, as openpyxl 3.1 lays it out (pinned).

Text is an inline string, so no text is ever taken for a formula or a number. A text that holds
``_xHHHH_`` is cut in two runs there, because Excel decodes that sequence inside one run.
Rows and cells do not say where they are: each follows the one before (ECMA-376, 18.3.1.4 and
18.3.1.73: ``r`` is optional), and all cells of a row are written. So a row is the same text in
every workbook that has it, wherever it stands there.
A property test holds the cells equal to those of openpyxl's own interface.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Final, TypeAlias
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape

from exports.cells import MAX_LINKS, MAX_UNITS, Content, Link, looks_like_formula, runs, safe_value
from exports.excel_names import column_letter
from exports.rows_put_aside import Deflated, RowsPutAside, parts_of
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table

if TYPE_CHECKING:  # openpyxl takes long to import, and a run that makes no workbook needs none
    from exports.xlsx.styles import StyleIds

DAY_ZERO: Final = date(1899, 12, 30)
_TEXT_SHAPES: Final = frozenset({"texte", "centre"})
_NUMBER_SHAPES: Final = frozenset({"entier", "numero", "decimal", "pourcent", "lien"})
_CAREFUL: Final = re.compile(
    "^[=+\\-@\\s]|\\s$|[&<>\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]|_x"
)
_KEPT: Final = frozenset({str, date, datetime})
_MOST_KEPT: Final = 1024
_SHORT: Final = 200
_CHUNK: Final = 256
_LINE: Final = 12.75
"""Points of a line of text of 10 points."""
_MOST_LINES: Final = 4
_MOST_PRINTED: Final = 30
"""Excel stops at 409 points."""
_LETTER, _CAPITAL, _ALL_CAPITALS = 0.88, 0.2, 0.9
"""Width of a letter of 10 points, and what a capital has more, in digits of 11 points; a text that
is shorter than this part of a column has one line whatever its letters."""
_CAPITALS: Final = re.compile("[A-ZÀ-Þ]")
_BROKEN: Final = 2.5
"""What is left blank at the end of a line of a long text, for lines break between words."""

Head: TypeAlias = tuple[dict[Content, str], Callable[[Content], str]]


def shape_of(column: Column, value: object) -> Format:
    """Return the format that a value takes in a column: its own where the column's does not fit."""
    match value:
        case str():
            return column.format if column.format in _TEXT_SHAPES else "texte"
        case datetime():
            return column.format if column.format in {"date", "moment"} else "moment"
        case date():
            return "date"
        case Decimal():
            return column.format if column.format in {"decimal", "pourcent"} else "decimal"
        case int():
            return column.format if column.format in _NUMBER_SHAPES else "entier"
        case _:
            return column.format


def cell_value(column: Column, content: Content) -> str | int | Decimal | date | datetime | None:
    """Return what a cell of this column holds: safe, and without hours in a column of dates."""
    value = safe_value(content)
    if isinstance(value, datetime) and column.format == "date":
        return value.date()
    return value


def row_height(
    columns: Sequence[Column], cells: Sequence[Content], *, printed: int, most: int = 0
) -> float:
    """Return a height that shows the printed columns whole, and most of the others.

    Args:
        columns: The columns.
        cells: What stands in each.
        printed: How many of them are printed.
        most: Lines of a row at most, by the printed columns alone; 0 for as many as it takes.
    """
    lines, shown = 1, printed if most else len(columns)
    columns, cells = columns[:shown], cells[:shown]
    for place, (column, content) in enumerate(zip(columns, cells, strict=True)):
        wide = column.width - 1.0
        if type(content) is str and (len(content) > _ALL_CAPITALS * wide or "\n" in content):
            high = most or (_MOST_PRINTED if place < printed else _MOST_LINES)
            if high > lines:
                needed = sum([_lines(line, wide) for line in content[:4000].split("\n")])
                lines = max(lines, min(needed, high))
    return lines * _LINE + (0 if most else 2)


def _lines(text: str, wide: float) -> int:
    """How many lines a text takes in a column, so many digits of 11 points wide."""
    took = _width(text)
    if took <= wide:
        return 1
    if len(text) > _SHORT:
        return ceil(took / max(wide - _BROKEN, _BROKEN))
    lines, left = 1, wide
    for word in text.split(" "):
        needed = _width(word)
        if needed > left:
            lines, left = lines + 1 + int(needed // wide), wide
        left -= needed % wide + _LETTER
    return lines


def _width(text: str) -> float:
    return _LETTER * len(text) + _CAPITAL * len(_CAPITALS.findall(text))


def require_xml(text: str | bytes) -> None:
    """Refuse what is no well-formed XML.

    Raises:
        ExpatError: It is none.
    """
    ParserCreate().Parse(text, True)


def checked_xml(head: bytes, each: Iterator[str], tail: bytes) -> Iterator[bytes]:
    """Yield some elements between what opens and what closes them, many at a time.

    Raises:
        ExpatError: The whole is no well-formed XML.
    """
    parser = ParserCreate()
    parser.Parse(head, False)
    yield head
    while some := "".join(islice(each, _CHUNK)).encode():
        parser.Parse(some, False)
        yield some
    parser.Parse(tail, True)
    yield tail


def rows_xml(table: Table, *, styles: "StyleIds") -> Iterator[bytes | Deflated]:
    """Yield the ``<row>`` elements of a table, many at a time.

    Raises:
        ExpatError: A row is no well-formed XML: each is looked at when it is written.
    """
    heads = heads_of(table, styles=styles)
    for part in parts_of(table.rows):
        if isinstance(part, RowsPutAside):
            yield from part.written
        else:
            rows = iter(part)  # they may be drawn as they are read
            while chunk := [row_xml(heads, row, table=table) for row in islice(rows, _CHUNK)]:
                yield b"".join(chunk)


def heads_of(table: Table, *, styles: "StyleIds") -> list[Head]:
    """How the cells of each column are written.

    What was written for a text or a date is kept for the column's next cells: most columns have
    few different answers.
    """
    return [({}, _encoder(column, styles)) for column in table.columns]


def row_xml(heads: Sequence[Head], cells: Sequence[Content], *, table: Table) -> bytes:
    """The element of a row.

    Raises:
        ExpatError: It is no well-formed XML.
    """
    height = row_height(table.columns, cells, printed=table.printed, most=table.lines)
    parts = [f'<row ht="{height:g}" customHeight="1">']
    for (seen, encode), content in zip(heads, cells, strict=True):
        written = seen.get(content)
        if written is None:
            written = encode(content)
            if type(content) in _KEPT and len(seen) < _MOST_KEPT and len(written) < _SHORT:
                seen[content] = written
        parts.append(written)
    parts.append("</row>")
    whole = "".join(parts).encode()  # a text with one « ’ » takes twice as much memory
    require_xml(whole)
    return whole


def links(table: Table, *, first_row: int) -> Iterator[tuple[str, int, str]]:
    """Yield the column, the row and the address of the links in the columns of links.

    They are as many as Excel keeps, at most; read anew each time, for they are never held.
    """
    return islice(_links(table, first_row=first_row), MAX_LINKS)


def _links(table: Table, *, first_row: int) -> Iterator[tuple[str, int, str]]:
    places = [place for place, column in enumerate(table.columns) if column.format == "lien"]
    letters = [column_letter(place + 1) for place in places]
    number = first_row - 1
    for part in parts_of(table.rows) if places else ():
        aside = part.leading if isinstance(part, RowsPutAside) else None
        for shown in aside or ([cells[one] for one in places] for cells in part):
            number += 1
            for letter, content in zip(letters, shown, strict=True):
                if isinstance(content, Link):
                    yield letter, number, content.url


def serial(moment: date) -> str:
    """Return Excel's number for a date or a naive datetime."""
    if isinstance(moment, datetime):
        days = (moment.date() - DAY_ZERO).days
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return repr(days + seconds / 86_400) if seconds else str(days)
    return str((moment - DAY_ZERO).days)


def _encoder(column: Column, styles: "StyleIds") -> Callable[[Content], str]:
    """Return a function that writes a cell of this column."""
    plain: Mapping[Format, int] = styles.plain
    shape = shape_of(column, "")
    simple = f'<c s="{plain[shape]}" t="inlineStr"><is><t>'
    blank = f'<c s="{plain[column.format]}"/>'

    def encode(content: Content) -> str:
        if type(content) is str and len(content) < MAX_UNITS // 2 and not _CAREFUL.search(content):
            return f"{simple}{content}</t></is></c>" if content else blank
        value = cell_value(column, content)
        match value:
            case None:
                return blank
            case str():
                style = (styles.quoted if looks_like_formula(value) else plain)[shape]
                return f'<c s="{style}" t="inlineStr"><is>{_runs_xml(value)}</is></c>'
            case date():
                return f'<c s="{plain[shape_of(column, value)]}"><v>{serial(value)}</v></c>'
            case _:
                return f'<c s="{plain[shape_of(column, value)]}"><v>{value}</v></c>'

    return encode


def _runs_xml(text: str) -> str:
    pieces = runs(text)
    if len(pieces) == 1:
        return f'<t xml:space="preserve">{escape(text)}</t>'
    return "".join(f'<r><t xml:space="preserve">{escape(piece)}</t></r>' for piece in pieces)
