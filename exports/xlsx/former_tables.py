"""The tables of a workbook of ours, as :mod:`exports.xlsx.package` wrote them: rows, headers."""

import io
import re
import zipfile
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import unescape

from exports.excel_names import column_letter
from exports.sheets.withheld.cells import Headers, SheetRules
from exports.sheets.withheld.columns import Cut
from french.text import typographic

SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
CELL = re.compile(r'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
_BARE = re.compile(rb"<row (?!r=)")
_BARE_CELL = re.compile(rb"<c (?!r=)")
_ROWS = re.compile(
    rb'<row(?: r="(?P<number>\d+)")?(?P<rest>[^>]*?)(?P<cells>/>|>.*?</row>)', re.DOTALL
)
_COLUMN = re.compile(r'<tableColumn id="(\d+)" name="Dossier(s?)"')
_REFERENCED = re.compile(rb"&#([1-9]\d{2,6});")
_OF_SITUATIONS = re.compile(r'<tableColumn id="\d+" name="Situation"')
"""A table of the register that names situations and no dossier: who read one by a dossier that is
gone may read it no more."""
_HEADER = re.compile(r'<tableColumn id="(\d+)" name="([^"]*)"')
DIGITS = re.compile(r"(?<!\d)\d{1,18}(?!\d)")
_TABLE = re.compile(r'Target="/(xl/tables/table\d+\.xml)"')
_REFERENCE = re.compile(r'(<table [^>]*?ref="A)(\d+)(:[A-Z]+)(\d+)"')
_NAMES = re.compile(r'<sheet\b[^>]*? name="([^"]*)"')


@dataclass(slots=True)
class FormerSheet:
    """A sheet of a table: its rows that stay, and where they stood."""

    place: int
    name: str
    table: str
    of_several: bool
    columns: AbstractSet[str]
    top: int
    end: int
    headers: Mapping[str, str]
    cut: Cut = field(default_factory=Cut)
    mask: str = ""
    rules: SheetRules | None = None
    reworded: set[str] = field(default_factory=set)
    kept: list[tuple[int, str]] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """Its last row: one blank row where none is left, as Excel wants."""
        return max(self.top + 1, self.top + len(self.kept))


def numbers_in(content: bytes) -> frozenset[int]:
    """Every number that a workbook says anywhere, whoever saved it: those of dossiers are among.

    Raises:
        BadZipFile: It is no workbook.
    """
    texts = [
        part.decode("utf-8", "replace")
        for name, part in parts_of(content).items()
        if name.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))
    ]
    return frozenset(int(one) for text in texts for one in DIGITS.findall(TAG.sub(" ", text)))


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook, letters as letters: lxml, where it is there, writes « &#224; ».

    Rows and cells say where they are, see :mod:`exports.xlsx.row_writer`.

    Raises:
        BadZipFile: It is no workbook.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: _with_letters(archive.read(name)) for name in archive.namelist()}
    return {name: _placed(part) if SHEET.fullmatch(name) else part for name, part in parts.items()}


def _with_letters(part: bytes) -> bytes:
    if b"&#" not in part:
        return part
    return _REFERENCED.sub(lambda found: chr(int(found[1])).encode(), part)


def _placed(sheet: bytes) -> bytes:
    """A sheet whose rows and cells all say where they are."""
    if not _BARE.search(sheet):
        return sheet
    number = 0

    def placed(row: re.Match[bytes]) -> bytes:
        nonlocal number
        number = int(row["number"] or number + 1)
        if row["number"]:
            return row[0]
        letters = (column_letter(at).encode() for at in count(1))
        cells = _BARE_CELL.sub(lambda _: b'<c r="%b%d" ' % (next(letters), number), row["cells"])
        return b'<row r="%d"%b%b' % (number, row["rest"], cells)

    return _ROWS.sub(placed, sheet)


def columns_in(content: bytes) -> Headers:
    """Columns of the tables of a workbook, with the origin that its `Dictionnaire` tells.

    Raises:
        BadZipFile: It is no workbook.
        ValueError: It is none of ours.
    """
    parts = parts_of(content)
    return columns_of(parts, tables_of(parts))


def tables_of(parts: Mapping[str, bytes]) -> dict[str, FormerSheet]:
    """Sheets that are tables, by name of part."""
    names = _NAMES.findall(parts["xl/workbook.xml"].decode())
    sheets = {}
    for part in parts:
        if (found := SHEET.fullmatch(part)) and (table := _table_of(parts, part)):
            place = int(found[1])
            name = typographic(_plain(names[place - 1]))
            sheets[part] = FormerSheet(place, name, table, *_head(parts[table].decode()))
    return sheets


def columns_of(parts: Mapping[str, bytes], sheets: Mapping[str, FormerSheet]) -> Headers:
    """Headers of each table, with the origin that `Dictionnaire` tells."""
    origins: dict[tuple[str, str], str] = {}
    for part, sheet in sheets.items():
        if {"Feuille", "Colonne", "Origine"} <= {*sheet.headers.values()}:
            for row in ROW.finditer(parts[part].decode()):
                told = texts_of(row[0], sheet.headers)
                place = typographic(told.get("Feuille", "")), typographic(told.get("Colonne", ""))
                origins[place] = typographic(told.get("Origine", ""))
    return {
        one.name: [(header, origins.get((one.name, header), "")) for header in one.headers.values()]
        for one in sheets.values()
    }


def _table_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """The part of the table of a sheet, or nothing."""
    found = _TABLE.search(parts.get(rels_of(sheet), b"").decode())
    return found[1] if found else ""


def _head(table: str) -> tuple[bool, AbstractSet[str], int, int, Mapping[str, str]]:
    """Whether its rows are of several; columns that name dossiers; its first and last rows.

    Then the headers, by letter.
    """
    found = _REFERENCE.search(table)
    if found is None:
        raise ValueError("not a table of ours")
    named = {column_letter(int(one)): several for one, several in _COLUMN.findall(table)}
    headers = {
        column_letter(int(one)): typographic(_plain(name)) for one, name in _HEADER.findall(table)
    }
    several = any(named.values()) or (not named and _OF_SITUATIONS.search(table) is not None)
    return several, named.keys() or {"A"}, int(found[2]), int(found[4]), headers


def rels_of(sheet: str) -> str:
    """The part that says what a sheet links to."""
    return sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"


def texts_of(row: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Texts of a row, by header."""
    cells = CELL.finditer(row)
    return {
        headers[one[1]]: _plain(TAG.sub("", one[2] or "")) for one in cells if one[1] in headers
    }


def _plain(text: str) -> str:
    return unescape(text, {"&quot;": '"', "&apos;": "'", "&#10;": "\n"})
