"""Dossiers are taken out of workbooks whose rows say where they are, and of those whose do not."""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.xlsx.without_rows import without_dossiers
from tests.exports.conftest import context, parts
from tests.exports.published.drawn import PORTAL, Drawn
from tests.exports.published.test_national import LYON, NICE, shared, well_formed
from tests.exports.returned.packages import repacked
from tests.triage.situations.planted import the_matching

pytestmark = pytest.mark.slow

_PLAIN = ("À traiter", "Dossiers", "Spécialités", "Complétude", "Mesures", "Pièces jointes")
"""Sheets of which each row is of one dossier."""
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
Rows = dict[str, list[tuple[Any, ...]]]


def placed(sheet: bytes) -> bytes:
    """A sheet as it was written until November 2026: rows and cells say where they are."""
    head, opened, rest = sheet.partition(b"<sheetData>")
    body, closed, tail = rest.partition(b"</sheetData>")
    rows = body.split(b"<row ")[1:]
    told = [
        (b"" if row.startswith(b"r=") else b'r="%d" ' % at) + _cells(row, at)
        for at, row in enumerate(rows, start=1)
    ]
    return head + opened + b"".join(b"<row " + row for row in told) + closed + tail


def _cells(row: bytes, at: int) -> bytes:
    before, *cells = row.split(b"<c ")
    letters = (get_column_letter(place).encode() for place in count(1))
    told = (
        (b"" if cell.startswith(b"r=") else b'r="%b%d" ' % (letter, at)) + cell
        for letter, cell in zip(letters, cells, strict=False)
    )
    return before + b"".join(b"<c " + cell for cell in told)


@pytest.fixture(scope="module")
def found() -> Drawn:
    national = [shared(number) for number in (1, 2, 3, 5)]
    by, named = shared(4, by=LYON), shared(6, named="Lyon")
    entries = [*national, by, named, shared(7, LYON), shared(8, LYON), shared(9, NICE)]
    return Drawn(entries, context=context(matching=the_matching(), portal=PORTAL))


@pytest.fixture(scope="module")
def today(found: Drawn, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    content = found.made(tmp_path_factory.mktemp("exports")).workbook(LYON)
    assert all(shown(content).values())
    assert any(re.search(rb"<row (?!r=)", part) for part in parts(content).values())
    return content


@pytest.fixture(scope="module")
def before(today: bytes) -> bytes:
    content = repacked(today, {name: placed for name in parts(today) if _SHEET.fullmatch(name)})
    bare = re.compile(rb"<(?:row|c) (?!r=)")
    assert not any(bare.search(one) for name, one in parts(content).items() if _SHEET.match(name))
    assert shown(content) == shown(today)
    return content


def without(content: bytes, *numbers: int) -> bytes:
    made = without_dossiers(content, {*numbers}, told=lambda *_: "le 1er décembre")
    assert made is not None
    assert made.removed == {*numbers}
    assert {name: made.rows[name] for name in _PLAIN} == {
        name: len(rows) for name, rows in shown(made.content).items()
    }
    return made.content


def sheets(content: bytes) -> Iterator[tuple[Worksheet, int]]:
    """Those of rows of one dossier, each with the row of its headers."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in _PLAIN:
        (table,) = book[name].tables.values()
        yield book[name], int(re.sub(r"\D", "", table.ref.partition(":")[0]))


def shown(content: bytes) -> Rows:
    """Rows of dossiers, by sheet."""
    return {
        str(sheet.title): [tuple(row) for row in sheet.iter_rows(min_row=top + 1, values_only=True)]
        for sheet, top in sheets(content)
    }


def left(rows: Rows, gone: Iterable[int]) -> Rows:
    """Rows without those of some dossiers."""
    return {name: [row for row in of if row[0] not in {*gone}] for name, of in rows.items()}


@pytest.mark.parametrize("gone", [(1,), (4,), (6,), (7, 3), (2, 5, 8), tuple(range(1, 9))])
def test_the_same_is_left_of_both_kinds(today: bytes, before: bytes, gone: tuple[int, ...]) -> None:
    made = without(today, *gone)
    assert shown(made) == left(shown(today), gone)
    assert well_formed(made) == parts(without(before, *gone))
    said = b" ".join(parts(made).values()).decode()
    for number in gone:
        for text in ("titre", "produit", "cible", "absente de"):
            assert not re.search(rf"{text} {number}\b", said)
        assert f"/dossiers/{number}" not in said.replace("/dossiers/{number}", "")


@pytest.mark.parametrize("gone", [(1,), (7, 3), (2, 5, 8)])
def test_links_lists_and_filters_follow_the_rows_that_are_left(
    today: bytes, before: bytes, gone: tuple[int, ...]
) -> None:
    for content in (today, before, without(today, *gone), without(before, *gone)):
        for sheet, top in sheets(content):
            assert linked(sheet, top) == [
                f"{PORTAL}/dossiers/{it[0].value}" for it in rows(sheet, top)
            ]
            (table,) = sheet.tables.values()
            last = f"{get_column_letter(len(table.tableColumns))}{sheet.max_row}"
            assert table.ref == f"A{top}:{last}"
            assert table.autoFilter.ref == table.ref
            for one in sheet.data_validations.dataValidation:
                (area,) = one.sqref.ranges
                assert (area.min_row, area.max_row) == (top + 1, sheet.max_row)


def rows(sheet: Worksheet, top: int) -> list[Any]:
    return [*sheet.iter_rows(min_row=top + 1)]


def linked(sheet: Worksheet, top: int) -> list[str]:
    """Where the first cell of each row leads."""
    return [str(row[0].hyperlink and row[0].hyperlink.target) for row in rows(sheet, top)]


def test_dossiers_that_go_one_after_the_other_leave_what_they_leave_together(today: bytes) -> None:
    assert parts(without(without(today, 4), 7)) == parts(without(today, 4, 7))
    assert without_dossiers(today, {99, 9}, told=lambda *_: "") is None, "it has none of these"
