"""What strangers typed is text and stays text, whatever the reader."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.cells import CUT, MAX_UNITS, looks_like_formula, runs, safe_text, safe_value
from tests.exports.conftest import answered, build, by_calamine, by_openpyxl, entry, parts

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60) | st.sampled_from(
    ["_x0041_", "_x005F_", "_x005f_x0041_", "a_x000D_b", "\ufeff", "\x85", " x "]
)
INJECTIONS = [
    "=1+1",
    '=HYPERLINK("http://x.example","clic")',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-2",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    '";=1+1;"',
    '=DDE("cmd";"/C calc";"")',
    "<script>alert(1)</script>",
    "&lt;b&gt; & <!-- ]]> <![CDATA[x]]>",
    "&#61;1+1",
    "＝1+1",
    "%0A=1+1",
    "1e400",
    "TRUE",
    "#REF!",
]


@pytest.mark.slow
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=12))
@settings(max_examples=12, deadline=None)
def test_any_text_reads_back_the_same_or_changed_as_documented(texts: list[str]) -> None:
    content = build(
        [
            entry(number, fields={"usage_constate": answered(text)})
            for number, text in enumerate(texts, start=1)
        ]
    )
    expected = [safe_value(text) for text in texts]
    for rows in (by_openpyxl(content, "Dossiers"), by_calamine(content, "Dossiers")):
        place = list(rows[0]).index("Usage constaté")
        found = [row[place] or None for row in rows[1:]]
        assert found == expected


@given(ANY_TEXT)
def test_safe_text_changes_only_what_a_cell_cannot_hold(text: str) -> None:
    safe = safe_text(text)
    assert safe_text(safe) == safe
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert len(safe) == len(plain)
    for before, after in zip(plain, safe, strict=True):
        if before != after:
            assert unicodedata.category(before) in {"Cc", "Cs", "Cn"}
            assert after in {"\ufffd", "\u2421"} or after == chr(0x2400 + ord(before))


@given(st.text(alphabet="_x04Aaf5F1", max_size=30))
def test_no_run_holds_an_escape_that_excel_would_decode(text: str) -> None:
    pieces = runs(text)
    assert "".join(pieces) == text
    assert not any(re.search(r"_x[0-9A-Fa-f]{4}_", piece) for piece in pieces)


@pytest.mark.parametrize("char", ["a", "é", "😀", "\x01"])
def test_a_long_text_is_cut_with_a_mark(char: str) -> None:
    safe = safe_text(char * 40_000)
    assert safe.endswith(CUT)
    units = len(safe.encode("utf-16-le")) // 2
    assert MAX_UNITS - 1 <= units <= MAX_UNITS


def test_a_text_of_exactly_the_limit_is_kept() -> None:
    assert safe_text("a" * MAX_UNITS) == "a" * MAX_UNITS
    assert safe_text("😀" * (MAX_UNITS // 2)) == "😀" * (MAX_UNITS // 2)


@pytest.mark.slow
@pytest.mark.parametrize("text", INJECTIONS)
def test_a_formula_is_text_for_every_reader(text: str) -> None:
    content = build(
        [
            entry(
                1,
                groupe=text,
                fields={"titre": answered(text), "nature_non_conformite": answered((text,))},
            )
        ]
    )
    assert not any(
        b"<f>" in part or b"<f " in part
        for name, part in parts(content).items()
        if name.startswith("xl/worksheets/")
    )
    for rows in (by_openpyxl(content, "Dossiers"), by_calamine(content, "Dossiers")):
        place = list(rows[0]).index("Titre de la situation")
        assert rows[1][place] == safe_text(text)


def test_what_looks_like_a_formula_carries_the_quote_prefix() -> None:
    sheet = parts(build([entry(1, fields={"titre": answered("=1+1")})]))
    cell = re.search(
        rb'<c s="(\d+)" t="inlineStr"><is><t xml:space="preserve">=1',
        sheet["xl/worksheets/sheet3.xml"],
    )
    assert cell is not None
    styles = re.findall(rb"<xf [^>]*>", sheet["xl/styles.xml"].split(b"<cellXfs")[1])
    assert b'quotePrefix="1"' in styles[int(cell.group(1))]


def test_a_leading_sign_makes_a_formula_and_a_word_does_not() -> None:
    assert all(looks_like_formula(sign + "x") for sign in "=+-@\t\r\n")
    assert not looks_like_formula("x=1")
    assert not looks_like_formula("")


def test_numbers_and_dates_that_excel_cannot_hold_stay_as_text() -> None:
    assert safe_value(10**15) == "1000000000000000"
    assert safe_value(10**15 - 1) == 10**15 - 1
    assert safe_value(Decimal("12.50")) == Decimal("12.50")
    assert safe_value(Decimal("0.1234567890123456789")) == "0.1234567890123456789"
    assert safe_value(Decimal("NaN")) == "NaN"
    assert safe_value(date(1899, 5, 1)) == "01/05/1899"
    assert safe_value(True) == "Oui"
    assert safe_value("") is None


def test_moments_are_the_wall_clock_in_paris() -> None:
    summer = safe_value(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    winter = safe_value(datetime(2026, 1, 1, 22, 30, tzinfo=UTC))
    assert summer == datetime(2026, 7, 2, 0, 30)  # noqa: DTZ001
    assert winter == datetime(2026, 1, 1, 23, 30)  # noqa: DTZ001
