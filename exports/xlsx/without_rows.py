"""A workbook of ours without some dossiers: their rows go, and what was worked out of them.

It is taken apart as :mod:`exports.xlsx.package` wrote it: texts are inline, so that a row that is
gone leaves nothing behind. What cannot be read so is refused, never half done.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from html import unescape  # also of « &#160; », which lxml writes where it is installed
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from exports.identity import IDENTITY
from exports.sheets.tables import COUNTED
from exports.xlsx.about_sheet import Section
from exports.xlsx.package import write_part
from french.text import agreed, typographic

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_CELL_AT = re.compile(r'(<(?:row r="|c r="[A-Z]+))\d+')
_CELL = re.compile(r'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_COLUMN = re.compile(r'<tableColumn id="(\d+)" name="Dossier(s?)"')
_OF_SITUATIONS = re.compile(r'<tableColumn id="\d+" name="Situation"')
"""A table of the register that names situations and no dossier: who read one by a dossier that is
gone may read it no more."""
_DIGITS = re.compile(r"(?<!\d)\d{1,18}(?!\d)")
_OUR_ID = re.compile(r"[A-Z]{3}-\d+")
_LINK = re.compile(r'<hyperlink ref="([A-Z]+)(\d+)" r:id="([^"]+)"/>')
_RELATED = re.compile(r'<Relationship Id="(link\d+)"[^>]*/>')
_LINKS = re.compile(r"<hyperlinks\b[^>]*>.*?</hyperlinks>", re.DOTALL)
_DRAWING = re.compile(r"<drawing\b[^>]*/>")
_TABLE = re.compile(r'Target="/(xl/tables/table\d+\.xml)"')
_REFERENCE = re.compile(r'(<table [^>]*?ref="A)(\d+)(:[A-Z]+)(\d+)"')
_NAMES = re.compile(r'<sheet (?:[^>]*? )?name="([^"]*)"')
_AREA = re.compile(
    r'(<definedName name="_xlnm.Print_Area" localSheetId="(\d+)">[^<]*\$)\d+(?=</definedName>)'
)
_STYLE = re.compile(r'<c r="([AB])\d+" s="(\d+)"')
_BELOW_TITLE = 3
_SENTENCE = re.compile(r"(<t[^>]*>)([^<]*)(?=</t>)")
"""A text over the headers of a table."""
_OF_FIGURES = re.compile(r'<c r="A\d+"[^>]*><is><t[^>]*>(?:Synthèse|Formulaire)</t></is></c>')
"""Rows of `Dictionnaire` that say which figures there were, and of how many dossiers."""
_SECTIONS = {str(one): one for one in Section}
_REMADE = "Refaite"
_COUNTS_GONE = typographic(
    "Ce qui est compté sur plusieurs dossiers (cette page, « Situations ») est retiré avec, et ce"
    " que le registre dit de situations."
)
_CHARTS = ("xl/drawings/", "xl/charts/")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A workbook without some dossiers.

    Attributes:
        content: The file.
        removed: Dossiers that it had, of those that were asked for.
        rows: Rows that each table has left, by name of sheet.
    """

    content: bytes
    removed: frozenset[int]
    rows: Mapping[str, int]


@dataclass(slots=True)
class _Sheet:
    """A sheet of a table: its rows that stay, and where they stood."""

    place: int
    name: str
    table: str
    of_several: bool
    columns: AbstractSet[str]
    top: int
    end: int
    kept: list[tuple[int, str]] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        """Its last row: one blank row where none is left, as Excel wants."""
        return max(self.top + 1, self.top + len(self.kept))


def without_dossiers(
    content: bytes, numbers: AbstractSet[int], *, told: Callable[[AbstractSet[int]], str]
) -> Trimmed | None:
    """Take dossiers out of a workbook that we wrote; ``None`` where it has none of them.

    Its rows go, and with them all that was worked out of several dossiers (figures, situations,
    counts): by subtraction it would tell what it said.

    Args:
        content: The workbook.
        numbers: Dossiers.
        told: What it says of this, in `À propos` and in place of its figures: given which went.

    Raises:
        ValueError: It is no workbook of ours.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = _NAMES.findall(parts["xl/workbook.xml"].decode())
    sheets: dict[str, _Sheet] = {}
    for part, xml in parts.items():
        if (found := _SHEET.fullmatch(part)) and (table := _table_of(parts, part)):
            place = int(found[1])
            name = unescape(names[place - 1])
            sheet = _Sheet(place, name, table, *_head(parts[table].decode()))
            sheets[part] = _cut(xml.decode(), sheet, numbers)
    removed = frozenset(number for one in sheets.values() for number in one.removed)
    if not removed:
        return None
    made = dict(_rewritten(parts, sheets, told(removed)))
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as target:
        for name, xml in made.items():
            write_part(target, name, chunks=iter((xml,)))
    rows = {one.name: len(one.kept) for one in sheets.values()}
    return Trimmed(into.getvalue(), removed, rows)


def numbers_in(content: bytes) -> frozenset[int]:
    """Every number that a workbook says anywhere, whoever saved it: those of dossiers are among.

    Raises:
        BadZipFile: It is no workbook.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = [
            archive.read(one).decode("utf-8", "replace")
            for one in archive.namelist()
            if one.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))
        ]
    return frozenset(int(one) for text in texts for one in _DIGITS.findall(_TAG.sub(" ", text)))


def _table_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """The part of the table of a sheet, or nothing."""
    found = _TABLE.search(parts.get(_rels(sheet), b"").decode())
    return found[1] if found else ""


def _head(table: str) -> tuple[bool, AbstractSet[str], int, int]:
    """Whether its rows are of several; columns that name dossiers; its first and last rows."""
    found = _REFERENCE.search(table)
    if found is None:
        raise ValueError("not a table of ours")
    named = {get_column_letter(int(one)): several for one, several in _COLUMN.findall(table)}
    several = any(named.values()) or (not named and _OF_SITUATIONS.search(table) is not None)
    return several, named.keys() or {"A"}, int(found[2]), int(found[4])


def _cut(text: str, sheet: _Sheet, numbers: AbstractSet[int]) -> _Sheet:
    """Sort the rows of a table into those that stay and those that go."""
    for found in _ROW.finditer(text):
        if int(found[1]) <= sheet.top:
            continue
        if named := numbers & _named(found[0], sheet.columns):
            sheet.removed |= named
        elif not (sheet.of_several or _OF_FIGURES.search(found[0])):
            sheet.kept.append((int(found[1]), found[0]))
    return sheet


def _named(row: str, columns: AbstractSet[str]) -> set[int]:
    """The dossiers that a row is of: what stands in these columns."""
    cells = [one[2] for one in _CELL.finditer(row) if one[1] in columns and one[2]]
    texts = (_OUR_ID.sub(" ", _TAG.sub(" ", cell)) for cell in cells)
    return {int(one) for text in texts for one in _DIGITS.findall(text)}


def _rewritten(
    parts: Mapping[str, bytes], sheets: Mapping[str, _Sheet], told: str
) -> Iterator[tuple[str, bytes]]:
    links = {_rels(part): _moved_links(parts[part].decode(), one) for part, one in sheets.items()}
    tables = {one.table: one for one in sheets.values()}
    for name, part in parts.items():
        if name.startswith(_CHARTS):
            continue
        text = part.decode()
        if name in sheets:
            text = _rows_left(text, sheets[name], links[_rels(name)])
        elif _SHEET.fullmatch(name):
            text = _told(text, told)
        elif name in tables:
            text = _shorter(text, tables[name])
        elif name in links:
            text = _linked(text, {one for _, one in links[name]})
        elif name.startswith("xl/worksheets/_rels/"):
            text = re.sub(r'<Relationship [^>]*/relationships/drawing"[^>]*/>', "", text)
        elif name == "[Content_Types].xml":
            text = re.sub(r'<Override PartName="/xl/(?:drawings|charts)/[^>]*/>', "", text)
        elif name == "xl/workbook.xml":
            text = _printed(text, sheets)
        yield name, text.encode()


def _rels(sheet: str) -> str:
    return sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"


def _moved_links(text: str, sheet: _Sheet) -> Sequence[tuple[str, str]]:
    """Cells of the links that stay, where they stand now, with their ids."""
    places = {was: now for now, (was, _) in enumerate(sheet.kept, start=sheet.top + 1)}
    found = _LINK.finditer(text)
    return [(f"{one[1]}{places[int(one[2])]}", one[3]) for one in found if int(one[2]) in places]


def _linked(text: str, kept: AbstractSet[str]) -> str:
    return _RELATED.sub(lambda found: found[0] if found[1] in kept else "", text)


def _rows_left(text: str, sheet: _Sheet, links: Sequence[tuple[str, str]]) -> str:
    head, opened, rest = text.partition("<sheetData>")
    body, closed, tail = rest.partition("</sheetData>")
    if not (opened and closed):
        raise ValueError("not a sheet of ours")
    above = "".join(one[0] for one in _ROW.finditer(body) if int(one[1]) <= sheet.top)
    above = _SENTENCE.sub(lambda one: one[1] + _still_said(one[2], left=len(sheet.kept)), above)
    rows = "".join(_numbered((row for _, row in sheet.kept), first=sheet.top + 1))
    ends = re.compile(rf'((?:sqref|ref)="[A-Z]+\d+:[A-Z]+){sheet.end}"')
    head, tail = (ends.sub(rf'\g<1>{sheet.last}"', one) for one in (head, tail))
    cells = "".join(f'<hyperlink ref="{cell}" r:id="{one}"/>' for cell, one in links)
    opening = re.search(r"<hyperlinks\b[^>]*>", tail)
    put = f"{opening[0]}{cells}</hyperlinks>" if opening and cells else ""
    tail = _LINKS.sub(lambda _: put, tail)
    return f"{head}{opened}{above}{rows}{closed}{tail}"


def _still_said(sentence: str, *, left: int) -> str:
    """What is over the headers without what it counted: the rows that are left, in its place."""
    about, counts, _ = unescape(sentence).partition(COUNTED)
    return escape(f"{about}{COUNTED}{agreed(left, 'ligne')}") if counts else sentence


def _shorter(text: str, sheet: _Sheet) -> str:
    return re.sub(rf'(ref="A{sheet.top}:[A-Z]+){sheet.end}"', rf'\g<1>{sheet.last}"', text)


def _printed(text: str, sheets: Mapping[str, _Sheet]) -> str:
    ends = {one.place - 1: one.last for one in sheets.values()}
    return _AREA.sub(
        lambda found: f"{found[1]}{ends[int(found[2])]}" if int(found[2]) in ends else found[0],
        text,
    )


def _told(text: str, told: str) -> str:
    """A sheet that is no table: `À propos` says one line more, others lose what they count."""
    head, opened, rest = text.partition("<sheetData>")
    body, closed, tail = rest.partition("</sheetData>")
    if not (opened and closed):
        raise ValueError("not a sheet of ours")
    above = "".join(one[0] for one in _ROW.finditer(body) if int(one[1]) < _BELOW_TITLE)
    if IDENTITY in body:
        styles = dict(_STYLE.findall(body))  # those of its last line
        title = "".join(one[0] for one in _ROW.finditer(body) if int(one[1]) == 1)
        below = "".join(_numbered(_still_true(body), first=_BELOW_TITLE))
        line = _cell("A2", _REMADE, styles.get("A", "0")) + _cell("B2", told, styles.get("B", "0"))
        return f'{head}{opened}{title}<row r="2">{line}</row>{below}{closed}{tail}'
    small = re.search(r'<c r="A2" s="(\d+)"', body)
    line = _cell("A4", f"{_REMADE} {told} {_COUNTS_GONE}", small[1] if small else "0")
    tail = _DRAWING.sub("", tail)
    return f'{head}{opened}{above}<row r="4">{line}</row>{closed}{tail}'


def _still_true(body: str) -> Iterator[str]:
    """Lines of `À propos` that were not worked out of the dossiers: of its other sections.

    What stands under no heading, as in a workbook of an older version, is taken to be; its identity
    stays, by which it is known when it comes back.
    """
    section = None
    for row in _ROW.finditer(body):
        name = _name_of(row[0])
        section = _SECTIONS.get(name, section)
        if section not in {None, Section.COUNTED} or name == IDENTITY:
            yield row[0]


def _name_of(row: str) -> str:
    found = _CELL.search(row)
    return unescape(_TAG.sub("", found[2] or "")) if found else ""


def _numbered(rows: Iterable[str], *, first: int) -> Iterator[str]:
    yield from (_CELL_AT.sub(rf"\g<1>{now}", row) for now, row in enumerate(rows, start=first))


def _cell(place: str, text: str, style: str) -> str:
    shown = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{shown}</c>'
