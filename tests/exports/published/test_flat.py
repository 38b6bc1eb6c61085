"""Plain files: nothing in them runs, and other tools read what the workbook says."""

import csv
import io
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.cells import Content
from exports.errors import MissingLibraryError
from exports.published.flat import csv_bytes, flat_name, flat_names, parquet_bytes
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table
from tests.exports.conftest import INJECTIONS

SHAPES: tuple[Format, ...] = ("texte", "entier", "decimal", "date", "moment")
TYPES: dict[Format, str] = {
    "texte": "string",
    "centre": "string",
    "entier": "int64",
    "numero": "int64",
    "lien": "int64",
    "pourcent": "int64",
    "decimal": "double",
    "date": "date32[day]",
    "moment": "timestamp[ms]",  # Parquet knows no seconds
}


def table(
    *rows: tuple[Content, ...], sheet: str = "Pièces jointes", shapes: Sequence[Format] = SHAPES
) -> Table:
    columns = tuple(
        Column(name=shape, width=9, format=shape, meaning="", origin="", audience="reseau")
        for shape in shapes
    )
    return Table(sheet=sheet, name="t", columns=columns, rows=rows, printed=5)


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def text(said: str) -> tuple[Content, ...]:
    return (said, None, None, None, None)


@pytest.mark.parametrize("said", INJECTIONS)
def test_nothing_that_strangers_typed_starts_as_a_formula(said: str) -> None:
    cell = read(csv_bytes(table(text(said))))[1][0]
    assert cell.lstrip()[:1] not in set("=+-@\uff0b\uff0d\uff1d\uff20")
    assert not cell.startswith(("\t", "\r", "\n"))


@given(st.text(max_size=30))
def test_any_text_stays_in_its_cell(said: str) -> None:
    found = read(csv_bytes(table(text(said), text("suivant"))))
    assert [len(row) for row in found] == [5, 5, 5]
    assert found[2][0] == "suivant"


def test_numbers_and_dates_are_french() -> None:
    moment = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    cells: tuple[Content, ...] = ('a;b"c', -3, Decimal("1.50"), date(2026, 1, 5), moment)
    assert read(csv_bytes(table(cells)))[1] == [
        'a;b"c',
        "-3",
        "1,50",
        "05/01/2026",
        "01/07/2026 00:30",
    ]


def test_parquet_holds_the_same_with_types() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [("=1+1", 3, Decimal("1.5"), date(2026, 1, 5), None), (None, None, None, None, None)]
    found = parquet.read_table(io.BytesIO(parquet_bytes(table(*rows))))
    assert [str(one.type) for one in found.schema] == [
        "string",
        "int64",
        "double",
        "date32[day]",
        "timestamp[ms]",
    ]
    assert found.to_pylist()[0]["texte"] == "=1+1"


@pytest.mark.parametrize("rows", [(), ((None,) * len(TYPES),)])
def test_a_parquet_column_without_values_has_the_type_of_its_format(
    rows: tuple[tuple[Content, ...], ...],
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    content = parquet_bytes(table(*rows, shapes=list(TYPES)))
    found = parquet.read_table(io.BytesIO(content))
    assert found.num_rows == len(rows)
    assert {one.name: str(one.type) for one in found.schema} == TYPES


def test_an_empty_parquet_table_follows_a_full_one() -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    cells: tuple[Content, ...] = ("a", 3, Decimal("1.5"), date(2026, 1, 5), moment)
    full, empty = (
        parquet.read_table(io.BytesIO(parquet_bytes(one))) for one in (table(cells), table())
    )
    assert pa.concat_tables([full, empty]).num_rows == 1


def test_without_pyarrow_parquet_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingLibraryError, match="pip install"):
        parquet_bytes(table())


def test_a_file_is_named_after_its_sheet() -> None:
    assert flat_name("crpv-lyon", table(), suffix="csv") == "crpv-lyon-pieces-jointes.csv"


def test_two_sheets_never_share_a_file() -> None:
    sheets = ["Pièces-jointes-2", "Pièces jointes", "Pièces-jointes", "Pieces jointes", "Autre"]
    named = flat_names("agence", [table(sheet=one) for one in sheets], suffix="csv")
    assert [(name, one.sheet) for name, one in named] == [
        ("agence-pieces-jointes-2.csv", "Pièces-jointes-2"),
        ("agence-pieces-jointes.csv", "Pièces jointes"),
        ("agence-pieces-jointes-3.csv", "Pièces-jointes"),
        ("agence-pieces-jointes-4.csv", "Pieces jointes"),
        ("agence-autre.csv", "Autre"),
    ]
