"""What the file holds of a text is what the person typed, on every round trip."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.cells import typed_text, unescaped
from exports.model import Opinion
from exports.returned.reader import read_returned
from tests.exports.conftest import entry
from tests.exports.returned.comparing import LIGHT, made

STORED = [
    ("vu_x000D_", "vu"),
    ("a_x000D_\nb", "a\nb"),
    ("a_x000D_\r\nb", "a\nb"),
    ("a_x000D_b", "a\nb"),
    ("a_x000B_b", "a\nb"),
    ("a_x000b_b", "a\nb"),
    ("a_x005F_x000D_b", "a_x000D_b"),
    ("a_x005f_x000D_", "a_x000D_"),
    ("_x005F_x005F_x005F_x000D_", "_x005F_x000D_"),
    ("a_x0041_b", "aAb"),
    ("a_x00E9_b", "aéb"),
    ("_xD83D__xDE00_", "😀"),
    ("_xD83D_", "\ufffd"),
    ("a_X000D_b", "a_X000D_b"),
    ("a_x00D_b", "a_x00D_b"),
    ("  vu \x07", "vu ␇"),
    ("a\u2028b\x85c", "a\nb\nc"),
    ("_x0009_vu", "vu"),
    ("", ""),
]


@pytest.mark.parametrize(("held", "text"), STORED)
def test_a_text_is_what_the_person_typed(held: str, text: str) -> None:
    assert typed_text(unescaped(held)) == text


def round_trip(comment: str) -> str:
    """A comment handed out in a workbook, and read there."""
    opinion = Opinion("Agence", "", comment)
    found = read_returned(made([entry(1, opinions={"agence": opinion})]), LIGHT)
    return str(found.rows[0].comment)


def test_every_text_comes_back_the_same() -> None:
    entries = [
        entry(number, opinions={"agence": Opinion("Agence", "", typed_text(unescaped(held)))})
        for number, (held, _) in enumerate(STORED, start=1)
    ]
    found = read_returned(made(entries), LIGHT)
    assert [row.comment for row in found.rows] == [text for _, text in STORED]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet="_x05F0DdAa \n\r\x0b\x07=é😀<&", max_size=14), max_size=12))
def test_a_text_that_was_taken_is_stable(texts: list[str]) -> None:
    taken = [typed_text(unescaped(one)) for one in texts]
    entries = [
        entry(number, opinions={"agence": Opinion("Agence", "", one)})
        for number, one in enumerate(taken, start=1)
    ]
    found = read_returned(made(entries), LIGHT)
    assert [row.comment for row in found.rows] == taken


def test_a_long_text_is_cut_once() -> None:
    once = typed_text("é" * 40_000)
    assert once.endswith("[…texte coupé]")
    assert round_trip(once) == once


def test_openpyxl_saves_what_excel_holds_and_it_is_read_as_typed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made([entry(1)])))
    sheet = book["Dossiers"]
    at = {str(one.value): int(one.column or 0) for one in sheet[1]}
    sheet.cell(row=2, column=at["Commentaire"]).value = "vu_x000D_"
    saved = io.BytesIO()
    book.save(saved)
    assert read_returned(saved.getvalue(), LIGHT).rows[0].comment == "vu"
