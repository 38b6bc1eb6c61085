"""A workbook of ours without some dossiers, or columns: these go, and what was worked out of them.

It is taken apart as :mod:`exports.xlsx.package` wrote it: texts are inline, so that a row that is
gone leaves nothing behind. What cannot be read so is refused, never half done.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from html import unescape  # also of « &#160; », which lxml writes where it is installed
from xml.sax.saxutils import escape

from exports.identity import IDENTITY
from exports.sheets.tables import COUNTED
from exports.sheets.withheld_columns import Cut, Place, WithheldColumns
from exports.xlsx.about_sheet import Section
from exports.xlsx.former_tables import (
    CELL,
    DIGITS,
    ROW,
    SHEET,
    TAG,
    Sheet,
    columns_of,
    parts_of,
    rels_of,
    tables_of,
    texts_of,
)
from exports.xlsx.package import write_part
from french.text import agreed, typographic

_CELL_AT = re.compile(r'(<(?:row r="|c r="[A-Z]+))\d+')
_OUR_ID = re.compile(r"[A-Z]{3}-\d+")
_LINK = re.compile(r'<hyperlink ref="([A-Z]+)(\d+)" r:id="([^"]+)"/>')
_RELATED = re.compile(r'<Relationship Id="(link\d+)"[^>]*/>')
_LINKS = re.compile(r"<hyperlinks\b[^>]*>.*?</hyperlinks>", re.DOTALL)
_DRAWING = re.compile(r"<drawing\b[^>]*/>")
_AREA = re.compile(
    r'(<definedName name="_xlnm.Print_Area" localSheetId="(\d+)">[^<]*\$)\d+(?=</definedName>)'
)
_STYLE = re.compile(r'<c r="([AB])\d+" s="(\d+)"')
_STYLED = re.compile(r'^<c [^>]*?s="(\d+)"')
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
        masked: Columns whose cells are masked now: sheet, header.
    """

    content: bytes
    removed: frozenset[int]
    rows: Mapping[str, int]
    masked: frozenset[Place] = frozenset()


def without_dossiers(
    content: bytes,
    numbers: AbstractSet[int],
    *,
    told: Callable[[AbstractSet[int]], str],
    withheld: WithheldColumns | None = None,
    known: AbstractSet[Place] = frozenset(),
) -> Trimmed | None:
    """Take dossiers out of a workbook that we wrote; ``None`` where it has none of them.

    Its rows go, and with them all that was worked out of several dossiers (figures, situations,
    counts): by subtraction it would tell what it said.

    Args:
        content: The workbook.
        numbers: Dossiers.
        told: What it says of this, in `À propos` and in place of its figures: given which went.
        withheld: Columns that its readers may read no more: masked likewise.
        known: Columns that were masked in it before.

    Raises:
        ValueError: It is no workbook of ours.
    """
    parts = parts_of(content)
    sheets = tables_of(parts)
    masked = frozenset[Place]()
    if withheld is not None:
        masked = _masks(parts, sheets, withheld, known)
        numbers = numbers | _by_state(parts, sheets, withheld)
    for part, sheet in sheets.items():
        _cut(parts[part].decode(), sheet, numbers)
    removed = frozenset(number for one in sheets.values() for number in one.removed)
    if not (removed or masked):
        return None
    made = dict(_rewritten(parts, sheets, told(removed)))
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as target:
        for name, xml in made.items():
            write_part(target, name, chunks=iter((xml,)))
    rows = {one.name: len(one.kept) for one in sheets.values()}
    return Trimmed(into.getvalue(), removed, rows, masked)


def _masks(
    parts: Mapping[str, bytes],
    sheets: Mapping[str, Sheet],
    withheld: WithheldColumns,
    known: AbstractSet[Place],
) -> frozenset[Place]:
    """Say to each sheet what goes from it; the columns that were not masked before."""
    columns = columns_of(parts, sheets)
    found = withheld.found(columns)
    if not found - known:
        return frozenset()
    cuts = withheld.cuts(columns, found)
    for one in sheets.values():
        one.cut, one.mask = cuts.get(one.name, Cut()), withheld.mask
    return found - known


def _by_state(
    parts: Mapping[str, bytes], sheets: Mapping[str, Sheet], withheld: WithheldColumns
) -> set[int]:
    """Dossiers with a row in a state that keeps it at the agency now."""
    gone: set[int] = set()
    for name, header, shown in withheld.states:
        for part, sheet in sheets.items():
            for row in ROW.finditer(parts[part].decode()) if sheet.name == name else ():
                state = texts_of(row[0], sheet.headers).get(header, "")
                if int(row[1]) > sheet.top and state and state not in shown:
                    gone |= _named(row[0], sheet.columns)
    return gone


def _cut(text: str, sheet: Sheet, numbers: AbstractSet[int]) -> None:
    """Sort the rows of a table into those that stay and those that go."""
    letters = {letter for letter, name in sheet.headers.items() if name in sheet.cut.columns}
    for found in ROW.finditer(text):
        if int(found[1]) <= sheet.top:
            continue
        if named := numbers & _named(found[0], sheet.columns):
            sheet.removed |= named
        elif not (sheet.of_several or _OF_FIGURES.search(found[0]) or _is_cut(found[0], sheet)):
            sheet.kept.append((int(found[1]), _masked(found[0], letters, sheet.mask)))


def _is_cut(row: str, sheet: Sheet) -> bool:
    cut = sheet.cut
    return cut.whole or (
        bool(cut.header)
        and typographic(texts_of(row, sheet.headers).get(cut.header, "")) in cut.texts
    )


def _masked(row: str, letters: AbstractSet[str], mask: str) -> str:
    """A row with the mask in some of its columns, blank ones too: what was blank is not told."""
    if not letters:
        return row
    opening = row[: row.index(">") + 1].replace("/>", ">")
    place = int(ROW.match(row)[1])  # type: ignore[index]
    cells = {one[1]: one[0] for one in CELL.finditer(row)}
    for letter in letters:
        style = _STYLED.search(cells.get(letter, ""))
        cells[letter] = _cell(f"{letter}{place}", mask, style[1] if style else "0")
    ordered = sorted(cells, key=lambda one: (len(one), one))
    return f"{opening}{''.join(cells[one] for one in ordered)}</row>"


def _named(row: str, columns: AbstractSet[str]) -> set[int]:
    """The dossiers that a row is of: what stands in these columns."""
    cells = [one[2] for one in CELL.finditer(row) if one[1] in columns and one[2]]
    texts = (_OUR_ID.sub(" ", TAG.sub(" ", cell)) for cell in cells)
    return {int(one) for text in texts for one in DIGITS.findall(text)}


def _rewritten(
    parts: Mapping[str, bytes], sheets: Mapping[str, Sheet], told: str
) -> Iterator[tuple[str, bytes]]:
    links = {rels_of(part): _moved_links(parts[part].decode(), one) for part, one in sheets.items()}
    tables = {one.table: one for one in sheets.values()}
    for name, part in parts.items():
        if name.startswith(_CHARTS):
            continue
        text = part.decode()
        if name in sheets:
            text = _rows_left(text, sheets[name], links[rels_of(name)])
        elif SHEET.fullmatch(name):
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


def _moved_links(text: str, sheet: Sheet) -> Sequence[tuple[str, str]]:
    """Cells of the links that stay, where they stand now, with their ids."""
    places = {was: now for now, (was, _) in enumerate(sheet.kept, start=sheet.top + 1)}
    found = _LINK.finditer(text)
    shown = (one for one in found if sheet.headers.get(one[1]) not in sheet.cut.columns)
    return [(f"{one[1]}{places[int(one[2])]}", one[3]) for one in shown if int(one[2]) in places]


def _linked(text: str, kept: AbstractSet[str]) -> str:
    return _RELATED.sub(lambda found: found[0] if found[1] in kept else "", text)


def _rows_left(text: str, sheet: Sheet, links: Sequence[tuple[str, str]]) -> str:
    head, opened, rest = text.partition("<sheetData>")
    body, closed, tail = rest.partition("</sheetData>")
    if not (opened and closed):
        raise ValueError("not a sheet of ours")
    above = "".join(one[0] for one in ROW.finditer(body) if int(one[1]) <= sheet.top)
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


def _shorter(text: str, sheet: Sheet) -> str:
    return re.sub(rf'(ref="A{sheet.top}:[A-Z]+){sheet.end}"', rf'\g<1>{sheet.last}"', text)


def _printed(text: str, sheets: Mapping[str, Sheet]) -> str:
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
    above = "".join(one[0] for one in ROW.finditer(body) if int(one[1]) < _BELOW_TITLE)
    if IDENTITY in body:
        styles = dict(_STYLE.findall(body))  # those of its last line
        title = "".join(one[0] for one in ROW.finditer(body) if int(one[1]) == 1)
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
    for row in ROW.finditer(body):
        name = _name_of(row[0])
        section = _SECTIONS.get(name, section)
        if section not in {None, Section.COUNTED} or name == IDENTITY:
            yield row[0]


def _name_of(row: str) -> str:
    found = CELL.search(row)
    return unescape(TAG.sub("", found[2] or "")) if found else ""


def _numbered(rows: Iterable[str], *, first: int) -> Iterator[str]:
    yield from (_CELL_AT.sub(rf"\g<1>{now}", row) for now, row in enumerate(rows, start=first))


def _cell(place: str, text: str, style: str) -> str:
    shown = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{shown}</c>'
