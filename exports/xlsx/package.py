"""The file itself: sheets of openpyxl with the rows put in, packed to the same bytes every time."""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from exports.rows_put_aside import Deflated
from exports.sheets.tables import Table
from exports.xlsx.parts import write_part
from exports.xlsx.row_writer import checked_xml, links, require_xml, rows_xml
from exports.xlsx.sheet_layout import first_row
from exports.xlsx.sheet_template import SheetTemplate
from exports.xlsx.styles import StyleIds
from exports.xlsx.template_parts import template_parts

_NONE: Mapping[str, SheetTemplate] = MappingProxyType({})
_DRAWING = "xl/drawings/drawing1.xml"
"""The one drawing: that of `Synthèse`."""
_CHART = re.compile(rb'<(?:xdr:)?cNvPr id="\d+" name="Chart \d+"')
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_DOC_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_AFTER_LINKS = re.compile(rb"<(?:printOptions|pageMargins)\b")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
_AFTER_IGNORED = re.compile(rb"<(?:drawing|legacyDrawing|tableParts)\b")
_FONT = re.compile(rb"<font>(.*?)</font>", re.DOTALL)
_FONT_PART = re.compile(rb"<(\w+)[^>]*?/>")
_FONT_ORDER = (b"b", b"i", b"strike", b"u", b"vertAlign", b"sz", b"color", b"name", b"family")


def pack(
    workbook: Workbook,
    tables: Mapping[str, Table],
    *,
    styles: StyleIds,
    properties: DocumentProperties,
    templates: Mapping[str, SheetTemplate] = _NONE,
    around: bytes = b"",
    alternatives: Sequence[str] = (),
    into: IO[bytes],
) -> tuple[tuple[int, Deflated], ...]:
    """Write the workbook with the rows of its tables, by name of sheet.

    The order of parts, their dates and the document's properties depend on the content only.

    Args:
        workbook: Its sheets, without the rows of tables.
        tables: The tables.
        styles: Numbers of the cell styles.
        properties: Of the document.
        templates: Of the sheets of tables that are blank in the workbook, by name of sheet.
        around: What stands around the pages of these, as XML.
        alternatives: What each chart says, for those who cannot see it.
        into: Where it is written.

    Returns:
        What was deflated before, each with where it begins in the file.

    Raises:
        ExpatError: A part, or what is put in it, is no well-formed XML.
    """
    parts = template_parts(workbook, tables, templates=templates, around=around)
    places = {
        f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(workbook.sheetnames, 1)
    }
    rels = {
        f"xl/worksheets/_rels/sheet{n}.xml.rels": sheet
        for n, sheet in enumerate(workbook.sheetnames, 1)
    }
    blocks: list[tuple[int, Deflated]] = []
    with zipfile.ZipFile(into, "w") as target:
        for name, part in parts.items():
            require_xml(part)
            if name == "docProps/core.xml":
                chunks: Iterator[bytes | Deflated] = iter((_core(properties),))
            elif name == "xl/styles.xml":
                chunks = iter((_FONT.sub(_in_order, part),))
            elif name == _DRAWING:
                chunks = iter((_described(part, alternatives),))
            elif (table := tables.get(places.get(name, ""))) is not None:
                whole = _AFTER_IGNORED.sub(_before(_ignored(table)), part, count=1)
                chunks = _with_rows(whole, table, styles=styles)
            elif (table := tables.get(rels.get(name, ""))) is not None:
                chunks = _with_links(part, table)
            else:
                chunks = iter((part,))
            blocks += write_part(target, name, chunks=chunks)
    return tuple(blocks)


def _described(part: bytes, alternatives: Sequence[str]) -> bytes:
    """The drawing with the alternative text of each of its charts."""
    texts = iter(alternatives)
    return _CHART.sub(
        lambda found: found[0] + f" descr={quoteattr(next(texts, ''))}".encode(), part
    )


def document_properties(
    *, title: str, subject: str, software: str, made: datetime
) -> DocumentProperties:
    """Return the properties of a document, dated by its data: ``made`` is aware."""
    naive = made.astimezone(UTC).replace(tzinfo=None, microsecond=0)  # written with a « Z »
    return DocumentProperties(
        title=title,
        subject=subject,
        creator=software,
        lastModifiedBy=software,
        created=naive,
        modified=naive,
        language="fr-FR",
    )


def _core(properties: DocumentProperties) -> bytes:
    xml: bytes | str = tostring(properties.to_tree())
    return xml if isinstance(xml, bytes) else xml.encode()


def _in_order(font: re.Match[bytes]) -> bytes:
    """A font with its parts in the order of the schema, which openpyxl does not keep."""
    parts = sorted(_FONT_PART.finditer(font[1]), key=_rank)
    return b"<font>" + b"".join(one[0] for one in parts) + b"</font>"


def _rank(part: re.Match[bytes]) -> int:
    return _FONT_ORDER.index(part[1]) if part[1] in _FONT_ORDER else len(_FONT_ORDER)


def _with_rows(part: bytes, table: Table, *, styles: StyleIds) -> Iterator[bytes | Deflated]:
    head, found, tail = part.partition(b"</sheetData>")
    if not found:
        raise ValueError("openpyxl 3.1 is needed: this one writes a sheet otherwise")
    yield _DIMENSION.sub(f'<dimension ref="{_reference(table)}"'.encode(), head, count=1)
    yield from rows_xml(table, styles=styles)
    yield found
    place = _AFTER_LINKS.search(tail)
    if place is None or next(links(table, first_row=1), None) is None:
        yield tail
        return
    yield tail[: place.start()]
    cells = enumerate(links(table, first_row=first_row(table)), start=1)
    named = (f'<hyperlink ref="{at}{row}" r:id="link{n}"/>' for n, (at, row, _) in cells)
    opened = f'<hyperlinks xmlns:r="{_DOC_RELS}">'.encode()
    yield from checked_xml(opened, named, b"</hyperlinks>")
    yield tail[place.start() :]


def _before(inserted: bytes) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: inserted + found[0]


def _ignored(table: Table) -> bytes:
    """Tell Excel that a code of digits is a text on purpose: no green corner in each cell."""
    ignored = f'<ignoredError sqref="{_reference(table)}" numberStoredAsText="1"/>'
    return f"<ignoredErrors>{ignored}</ignoredErrors>".encode()


def _with_links(part: bytes, table: Table) -> Iterator[bytes]:
    """The relations of a sheet with those of its links: of tens of thousands, some at a time."""
    head, found, tail = part.partition(b"</Relationships>")
    added = (
        f'<Relationship Id="link{number}" Type="{_HYPERLINK}" Target={quoteattr(url)} '
        'TargetMode="External"/>'
        for number, (_, _, url) in enumerate(links(table, first_row=1), start=1)
    )
    yield from checked_xml(head, added, found + tail)


def _reference(table: Table) -> str:
    rows = table.header_row + len(table.rows)
    return f"A1:{get_column_letter(len(table.columns))}{rows}"
