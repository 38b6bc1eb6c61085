"""The quick path writes what openpyxl's own interface writes."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers.expat import ExpatError

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from exports.cells import MAX_LINKS, Content, Link
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table
from exports.xlsx.package import document_properties, pack
from exports.xlsx.row_writer import checked_xml
from exports.xlsx.sheet_layout import first_row, lay_out_sheet
from exports.xlsx.styles import register
from tests.exports.conftest import COLUMNS, INJECTIONS, answered, build, entry
from tests.exports.conftest import by_openpyxl as sheet_by_openpyxl
from tests.exports.xlsx.plain import write_plain

SHAPES: tuple[Format, ...] = (
    "texte",
    "centre",
    "entier",
    "numero",
    "decimal",
    "pourcent",
    "date",
    "moment",
    "lien",
)
CONTENT: st.SearchStrategy[Content] = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(["=1+1", "_x0041_", "a\r\nb", " ", "<&>", "\x00", "été 😀"]),
    st.integers(-(10**17), 10**17),
    st.decimals(-(10**9), 10**9, places=3),
    st.dates(date(1890, 1, 1), date(2400, 1, 1)),
    st.datetimes(datetime(1901, 1, 1), datetime(2400, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(Link, st.integers(1, 10**9), st.just("https://ds.example/dossiers/1?a=1&b=2")),
)
ROWS = st.lists(st.tuples(*[CONTENT] * len(SHAPES)), max_size=6)


def table(rows: Sequence[tuple[Content, ...]]) -> Table:
    columns = tuple(
        Column(name=shape, width=12, format=shape, meaning="", origin="", audience="reseau")
        for shape in SHAPES
    )
    return Table(sheet="Essai", name="tEssai", columns=columns, rows=rows, printed=3)


def template(one: Table) -> Workbook:
    workbook = Workbook()
    workbook.worksheets[0].title = one.sheet
    lay_out_sheet(workbook.worksheets[0], one, mask="réservé")
    return workbook


def quick(one: Table) -> bytes:
    workbook, into = template(one), io.BytesIO()
    properties = document_properties(
        title="t", subject="s", software="l", made=datetime(2026, 1, 1, tzinfo=UTC)
    )
    pack(workbook, {one.sheet: one}, styles=register(workbook), properties=properties, into=into)
    return into.getvalue()


def plain(one: Table) -> bytes:
    workbook, into = template(one), io.BytesIO()
    write_plain(workbook.worksheets[0], one, first_row=first_row(one))
    workbook.save(into)
    return into.getvalue()


def looks(content: bytes) -> list[Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Essai"]
    cells = [
        (
            cell.value,
            cell.data_type,
            cell.number_format,
            cell.quotePrefix,
            cell.alignment.wrap_text,
            cell.alignment.horizontal,
            cell.alignment.indent,
            cell.font.u,
            cell.border.bottom.style,
            cell.hyperlink.target if cell.hyperlink else None,
        )
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.value is not None
    ]
    return [cells, [sheet.row_dimensions[n].height for n in range(1, sheet.max_row + 1)]]


@pytest.mark.slow
@given(ROWS)
@settings(max_examples=20, deadline=None)
def test_the_quick_path_reads_back_equal_to_the_plain_one(rows: list[tuple[Content, ...]]) -> None:
    one = table(rows)
    assert looks(quick(one)) == looks(plain(one))
    assert by_calamine(quick(one)) == by_calamine(plain(one))


def by_calamine(content: bytes) -> list[list[Any]]:
    """Values as calamine reads them; openpyxl itself loses a text of blanks alone."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("Essai").to_python()
    return [["" if isinstance(v, str) and not v.strip() else v for v in row] for row in rows]


def test_links_stop_at_the_limit_of_excel_and_the_numbers_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MAX_LINKS == 65_530
    monkeypatch.setattr("exports.xlsx.row_writer.MAX_LINKS", 4)
    monkeypatch.setattr("exports.xlsx.row_writer._CHUNK", 3)  # written so many at a time
    blank = (None,) * (len(SHAPES) - 1)
    urls = [f"https://ds.example/?a=1&b=<{one}>" for one in range(1, 8)]
    content = quick(table([(*blank, Link(at, url)) for at, url in enumerate(urls, 1)]))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Essai"]
    linked = [sheet.cell(row=row, column=len(SHAPES)).hyperlink for row in range(2, 9)]
    assert [one and one.target for one in linked] == urls[:4] + [None] * 3
    assert sheet.cell(row=8, column=len(SHAPES)).value == 7


def test_decimals_keep_their_digits() -> None:
    rows = [(None, None, None, None, Decimal("12.345"), None, None, None, None)]
    sheet = openpyxl.load_workbook(io.BytesIO(quick(table(rows))))["Essai"]
    assert sheet["E2"].value == 12.345


def pack_plain(workbook: Workbook, tables: Mapping[str, Table], **how: Any) -> Any:
    del how["templates"]
    for at, sheet in enumerate(workbook.sheetnames):
        if sheet in tables:
            del workbook[sheet]
            workbook.create_sheet(sheet, at)
    for sheet, one in tables.items():
        lay_out_sheet(workbook[sheet], one, mask="réservé")
        write_plain(workbook[sheet], one, first_row=first_row(one))
    return pack(workbook, {}, **how)


def target(cell: Any) -> Any:
    return cell.hyperlink and cell.hyperlink.target


@pytest.mark.slow
def test_a_whole_workbook_reads_as_if_openpyxl_had_written_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = [
        entry(number, fields={"titre": answered(text)})
        for number, text in enumerate(INJECTIONS, start=1)
    ]
    fast = build(entries)
    monkeypatch.setattr("exports.published.workbook.pack", pack_plain)
    slow = build(entries)
    assert slow != fast
    for sheet in COLUMNS.sheets:
        assert sheet_by_openpyxl(slow, sheet.name) == sheet_by_openpyxl(fast, sheet.name)
    rows, again = (
        openpyxl.load_workbook(io.BytesIO(one))["Dossiers"].iter_rows() for one in (fast, slow)
    )
    for left, right in zip(rows, again, strict=True):
        assert [cell.data_type for cell in left] == [cell.data_type for cell in right]
        assert target(left[0]) == target(right[0])


@pytest.mark.parametrize("wrong", ["<a>", "</a>", "<a b=1/>", "&", "\x00"])
def test_elements_that_are_no_xml_are_refused_wherever_they_stand(wrong: str) -> None:
    right = ["<a/>"] * 600
    assert b"".join(checked_xml(b"<r>", iter(right), b"</r>")) == b"<r>" + b"<a/>" * 600 + b"</r>"
    for at in (0, 300, 600):
        with pytest.raises(ExpatError):
            list(checked_xml(b"<r>", iter([*right[:at], wrong, *right[at:]]), b"</r>"))
