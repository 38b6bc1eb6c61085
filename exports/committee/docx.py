"""A page as a docx: tables of rows with exact heights, so that it is one page wherever it opens."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Made
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from exports.committee.page import (
    BODY,
    HEIGHT,
    MARGIN,
    PAD,
    SIDE,
    WIDTH,
    FichePage,
    LaidCell,
    LaidRow,
    Style,
)

_FONT = "Arial"
_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)
"""Of every document: the same page gives the same bytes."""
_SPARE = 12.0
"""Points of the margin given up, against what a word processor adds to each table."""


def as_docx(page: FichePage) -> bytes:
    """The page."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Pt(WIDTH), Pt(HEIGHT)
    section.left_margin = section.right_margin = Pt(MARGIN)
    section.top_margin = section.bottom_margin = Pt(MARGIN - _SPARE)
    section.header_distance = section.footer_distance = Pt(6)
    for row in (*page.rows, *page.foot):
        _space(document, row.gap)
        _table(document, row)
    _space(document, 1)
    facts = document.core_properties
    facts.title, facts.author, facts.language = page.title[:255], "passerelle-unc", "fr-FR"
    facts.created = facts.modified = _WRITTEN
    facts.comments = ""
    made = BytesIO()
    document.save(made)
    return _undated(made.getvalue())


def _space(document: Made, points: float) -> None:
    """Tables touch without a paragraph between them; it is as high as the gap."""
    _exact(document.add_paragraph(), max(points, 1.0), 1)


def _table(document: Made, row: LaidRow) -> None:
    table = document.add_table(rows=1, cols=len(row.cells))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    _fixed(table._tbl.tblPr, width=BODY[0])  # noqa: SLF001 (python-docx has no other way)
    made = table.rows[0]
    made.height, made.height_rule = Pt(row.height), WD_ROW_HEIGHT_RULE.EXACTLY
    for column, cell, laid in zip(table.columns, made.cells, row.cells, strict=True):
        column.width = cell.width = Pt(laid.width)
        _fill(cell, laid, line=row.line)


def _fill(cell: _Cell, laid: LaidCell, *, line: str) -> None:
    look = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    if line:
        borders = OxmlElement("w:tcBorders")
        borders.append(_element("w:bottom", val="single", sz="4", space="0", color=line))
        look.append(borders)
    if laid.fill:
        look.append(_element("w:shd", val="clear", color="auto", fill=laid.fill))
    paragraph = cell.paragraphs[0]
    for place, (text, style) in enumerate(laid.paragraphs):
        paragraph = cell.add_paragraph() if place else paragraph
        _write(paragraph, text, style, centred=laid.centred)
    if not laid.paragraphs:
        _exact(paragraph, 1, 1)


def _write(paragraph: Paragraph, text: str, style: Style, *, centred: bool) -> None:
    _exact(paragraph, style.leading, style.size)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = _FONT, Pt(style.size), style.bold
    run.font.color.rgb = RGBColor.from_string(style.colour)


def _exact(paragraph: Paragraph, leading: float, size: float) -> None:
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(leading)
    shape.widow_control = False
    mark = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    sizes = OxmlElement("w:rPr")
    sizes.append(_element("w:sz", val=str(round(2 * size))))
    mark.append(sizes)


def _fixed(look: Any, *, width: float) -> None:
    """Columns as wide as they are said to be, texts at :data:`SIDE` from the sides, no border."""
    for name in ("w:tblW", "w:tblLayout", "w:tblCellMar"):
        for old in look.findall(qn(name)):
            look.remove(old)
    margins = OxmlElement("w:tblCellMar")
    for side, points in (("top", PAD / 2), ("left", SIDE), ("bottom", 0.0), ("right", SIDE)):
        margins.append(_element(f"w:{side}", w=str(round(20 * points)), type="dxa"))
    wanted = (
        _element("w:tblW", w=str(round(20 * width)), type="dxa"),
        _element("w:tblLayout", type="fixed"),
        margins,
    )
    last = look.find(qn("w:tblLook"))  # the order of the schema: these come before it
    for element in wanted:
        look.append(element) if last is None else last.addprevious(element)


def _element(name: str, **values: str) -> Any:
    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _undated(content: bytes) -> bytes:
    """The same archive without the moment at which it was made."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as read, zipfile.ZipFile(made, "w") as written:
        for one in read.infolist():
            plain = zipfile.ZipInfo(one.filename, date_time=(2000, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            plain.external_attr = 0o644 << 16
            written.writestr(plain, read.read(one.filename))
    return made.getvalue()
