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
from exports.readers.policy import PolicyRules
from exports.sheets.tables import COUNTED
from exports.sheets.withheld.cells import Place, SheetRules
from exports.sheets.withheld.columns import Cut, WithheldColumns
from exports.xlsx.about_lines import Section
from exports.xlsx.former_tables import (
    CELL,
    DIGITS,
    ROW,
    SHEET,
    TAG,
    FormerSheet,
    columns_of,
    parts_of,
    rels_of,
    tables_of,
    texts_of,
)
from exports.xlsx.parts import write_part
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
_BOUND = re.compile(
    r"(?P<shown>de 1 à )\d+(?P<as>, affichés «\s(?:&lt;|<)\s)(?P<below>\d+)"
    r"|(?P<cell>«\s(?:&lt;|<)\s)\d+(?P<to>\s» de 1 à )\d+|(?P<but>nombre de cas est sous )\d+"
)
"""What `À propos` and `Dictionnaire` say of the counts that are hidden."""
_CHARTS = ("xl/drawings/", "xl/charts/")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A workbook without some dossiers.

    Attributes:
        content: The file.
        removed: Dossiers that it had, of those that were asked for.
        rows: Rows that each table has left, by name of sheet.
        masked: Columns whose cells are masked now: sheet, header.
        reworded: Columns of which some cells are.
    """

    content: bytes
    removed: frozenset[int]
    rows: Mapping[str, int]
    masked: frozenset[Place] = frozenset()
    reworded: frozenset[Place] = frozenset()


def without_dossiers(
    content: bytes,
    numbers: AbstractSet[int],
    *,
    told: Callable[[AbstractSet[int], AbstractSet[Place]], str],
    withheld: WithheldColumns | None = None,
    known: AbstractSet[Place] = frozenset(),
    then: PolicyRules | None = None,
) -> Trimmed | None:
    """Take dossiers out of a workbook that we wrote; ``None`` where it has none of them.

    Its rows go, and with them all that was worked out of several dossiers (figures, situations,
    counts): by subtraction it would tell what it said.

    Args:
        content: The workbook.
        numbers: Dossiers.
        told: What it says of this, in `À propos` and in place of its figures: given which went, and
            of which columns cells are masked.
        withheld: Columns, rows and cells that its readers may read no more: masked likewise.
        known: Columns that were masked in it before.
        then: The rules that it was published under, where they were noted.

    Raises:
        ValueError: It is no workbook of ours.
    """
    parts = parts_of(content)
    sheets = tables_of(parts)
    masked, reworded, found, summed = *[frozenset[Place]()] * 3, False
    if withheld is not None:
        columns = columns_of(parts, sheets)
        withheld = withheld.since(columns, then=then)
        cells = withheld.cells.of(columns, then=then, masked=known)
        numbers = numbers | _by_rules(parts, sheets, cells)
        found = withheld.found(columns)
        masked = found - known
        reworded = frozenset(
            (one.name, header)
            for one in sheets.values()
            for header in one.reworded
            if (one.name, header) not in found
        )
        rules = withheld.cells.rules
        summed = bool(reworded) or rules.hides_more_counts(then) or _is_lower(parts, sheets, rules)
        if masked or summed:
            cuts = withheld.cuts(columns, found, counts=summed)
            for one in sheets.values():
                one.cut, one.mask = cuts.get(one.name, Cut()), withheld.mask
    for part, sheet in sheets.items():
        _cut(parts[part].decode(), sheet, numbers)
    removed = frozenset(number for one in sheets.values() for number in one.removed)
    if not (removed or masked or summed):
        return None
    made = dict(_rewritten(parts, sheets, told(removed, found | known | reworded)))
    if withheld is not None and summed:
        _say_bound(made, sheets, withheld.cells.rules.small_counts.below)
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as target:
        for name, xml in made.items():
            write_part(target, name, chunks=iter((xml,)))
    rows = {one.name: len(one.kept) for one in sheets.values()}
    return Trimmed(into.getvalue(), removed, rows, masked, reworded)


def _by_rules(
    parts: Mapping[str, bytes], sheets: Mapping[str, FormerSheet], rules: Mapping[str, SheetRules]
) -> set[int]:
    """Dossiers of which a row is kept at the agency now; what is reworded, by sheet."""
    gone: set[int] = set()
    for part, sheet in sheets.items():
        sheet.rules = mine = rules[sheet.name]
        if not mine.looks:
            continue
        for row in ROW.finditer(parts[part].decode()):
            if int(row[1]) <= sheet.top or not CELL.search(row[0]):
                continue
            texts = texts_of(row[0], sheet.headers)
            if mine.keeps_back(texts):
                gone |= _named(row[0], sheet.columns)
            else:
                sheet.reworded |= mine.cells(texts).keys()
    return gone


def _is_lower(
    parts: Mapping[str, bytes], sheets: Mapping[str, FormerSheet], rules: PolicyRules
) -> bool:
    """Whether `À propos` says that larger counts were shown than today."""
    pages = (parts[one].decode() for one in parts if SHEET.fullmatch(one) and one not in sheets)
    bounds = (one["below"] for page in pages for one in _BOUND.finditer(page) if one["below"])
    return any(int(one) < rules.small_counts.below for one in bounds)


def _say_bound(made: dict[str, bytes], sheets: Mapping[str, FormerSheet], below: int) -> None:
    """Have `À propos` and `Dictionnaire` say the bound of today."""
    told = {part for part, one in sheets.items() if "Origine" in one.headers.values()}
    for name in {one for one in made if SHEET.fullmatch(one)} - (sheets.keys() - told):
        made[name] = _BOUND.sub(lambda one: _bound(one, below), made[name].decode()).encode()


def _bound(found: re.Match[str], below: int) -> str:
    if found["shown"]:
        return f"{found['shown']}{below - 1}{found['as']}{below}"
    if found["cell"]:
        return f"{found['cell']}{below}{found['to']}{below - 1}"
    return f"{found['but']}{below}"


def _cut(text: str, sheet: FormerSheet, numbers: AbstractSet[int]) -> None:
    """Sort the rows of a table into those that stay and those that go."""
    letters = {letter for letter, name in sheet.headers.items() if name in sheet.cut.columns}
    for found in ROW.finditer(text):
        if int(found[1]) <= sheet.top:
            continue
        if named := numbers & _named(found[0], sheet.columns):
            sheet.removed |= named
        elif not (sheet.of_several or _OF_FIGURES.search(found[0]) or _is_cut(found[0], sheet)):
            texts = dict.fromkeys(letters, sheet.mask)
            sheet.kept.append(
                (int(found[1]), _worded(found[0], _by_letter(found[0], sheet) | texts))
            )


def _by_letter(row: str, sheet: FormerSheet) -> dict[str, str]:
    """Cells of a row that read otherwise now."""
    if not (sheet.reworded and sheet.rules):
        return {}
    now = sheet.rules.cells(texts_of(row, sheet.headers))
    return {letter: now[name] for letter, name in sheet.headers.items() if name in now}


def _is_cut(row: str, sheet: FormerSheet) -> bool:
    cut = sheet.cut
    return cut.whole or (
        bool(cut.header)
        and typographic(texts_of(row, sheet.headers).get(cut.header, "")) in cut.texts
    )


def _worded(row: str, texts: Mapping[str, str]) -> str:
    """A row with other texts in some of its columns, blank ones too: what was blank is not told."""
    if not texts:
        return row
    opening = row[: row.index(">") + 1].replace("/>", ">")
    place = int(ROW.match(row)[1])  # type: ignore[index]
    cells = {one[1]: one[0] for one in CELL.finditer(row)}
    for letter, text in texts.items():
        style = _STYLED.search(cells.get(letter, ""))
        cells[letter] = _cell(f"{letter}{place}", text, style[1] if style else "0")
    ordered = sorted(cells, key=lambda one: (len(one), one))
    return f"{opening}{''.join(cells[one] for one in ordered)}</row>"


def _named(row: str, columns: AbstractSet[str]) -> set[int]:
    """The dossiers that a row is of: what stands in these columns."""
    cells = [one[2] for one in CELL.finditer(row) if one[1] in columns and one[2]]
    texts = (_OUR_ID.sub(" ", TAG.sub(" ", cell)) for cell in cells)
    return {int(one) for text in texts for one in DIGITS.findall(text)}


def _rewritten(
    parts: Mapping[str, bytes], sheets: Mapping[str, FormerSheet], told: str
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


def _moved_links(text: str, sheet: FormerSheet) -> Sequence[tuple[str, str]]:
    """Cells of the links that stay, where they stand now, with their ids."""
    places = {was: now for now, (was, _) in enumerate(sheet.kept, start=sheet.top + 1)}
    found = _LINK.finditer(text)
    shown = (one for one in found if sheet.headers.get(one[1]) not in sheet.cut.columns)
    return [(f"{one[1]}{places[int(one[2])]}", one[3]) for one in shown if int(one[2]) in places]


def _linked(text: str, kept: AbstractSet[str]) -> str:
    return _RELATED.sub(lambda found: found[0] if found[1] in kept else "", text)


def _rows_left(text: str, sheet: FormerSheet, links: Sequence[tuple[str, str]]) -> str:
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


def _shorter(text: str, sheet: FormerSheet) -> str:
    return re.sub(rf'(ref="A{sheet.top}:[A-Z]+){sheet.end}"', rf'\g<1>{sheet.last}"', text)


def _printed(text: str, sheets: Mapping[str, FormerSheet]) -> str:
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
