"""Opinions that no longer stand in front of their dossiers are not taken without a person's yes."""

import random
from collections.abc import Sequence

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.exports.returned.comparing import (
    GIVEN,
    NUMBERS,
    At,
    Edit,
    comments,
    edited,
    handed_out,
    on_dossiers,
    said,
    sort_alone,
    sort_rows,
)
from tests.exports.returned.packages import put, repacked

WORDS = [
    *("vu", "revoir", "lettre", "cas", "doublon", "rien"),
    *("attente", "source", "enfant", "dose", "voie", "durée"),
]
TYPED = dict(zip(NUMBERS, WORDS, strict=True))


def then(*edits: Edit) -> Edit:
    def edit(sheet: Worksheet, at: At) -> None:
        for one in edits:
            one(sheet, at)

    return edit


def alone(header: str, *, reverse: bool = False) -> Edit:
    return lambda sheet, at: sort_alone(sheet, at[header], reverse=reverse)


def test_a_workbook_that_was_only_saved_again_says_nothing() -> None:
    for content in (handed_out(), edited()):
        found = said(content)
        assert (found.written, found.doubts, found.problems, found.remarks) == ({}, (), (), ())


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("\u00a0", " "),
        ("\u202f", ""),
        (" ", "\u00a0"),
        ("’", "'"),
    ],
)
def test_a_cell_whose_spaces_or_apostrophes_alone_differ_is_as_it_was_handed_out(
    was: str, now: str
) -> None:
    """A spreadsheet may change them, and so did versions of the bridge."""

    def respaced(sheet: Worksheet, at: At) -> None:
        filled = {at["Avis du centre"], at["Commentaire"]}
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str) and cell.column not in filled:
                    cell.value = cell.value.replace(was, now)

    found = said(edited(on_dossiers(respaced)))
    assert (found.written, found.doubts, found.problems, found.remarks) == ({}, (), (), ())


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_comments_sorted_alone_are_doubted(given: bool, reverse: bool) -> None:
    edit = then(comments(TYPED), alone("Commentaire", reverse=reverse))
    found = said(edited(on_dossiers(edit), given=given), given=given)
    assert len(found.written) == 12
    (doubt,) = found.doubts
    assert "Dossiers!L2" in doubt
    assert "--accept-rows" in doubt


@pytest.mark.parametrize("some", [(101, 104, 105, 111), (102, 103, 107, 110, 112)])
def test_a_few_comments_sorted_alone_are_doubted(some: Sequence[int]) -> None:
    edit = then(comments({n: TYPED[n] for n in some}), alone("Commentaire"))
    assert said(edited(on_dossiers(edit), given=False), given=False).doubts


@pytest.mark.parametrize(
    "texts",
    [
        ("4", "7", "12", "30", "100"),
        ("100 %", "30 %", "12,5 %", "7 %", "4 %"),
        ("-3", "-1,5", "2", "1 234,50 €", "12 000 €"),
        ("30/09/2026", "02/11/2026", "15/11/2026", "01/12/2026"),
        ("05/12/2026 08:30", "05/12/2026 14:05", "12/01/2027 07:00", "01/02/2027"),
        ("9:15", "14:05", "14:30", "22:10"),
        ("7", "12", "100", "attendre", "revoir"),
    ],
)
def test_numbers_days_and_hours_sorted_alone_are_doubted(texts: Sequence[str]) -> None:
    edit = comments(dict(zip(NUMBERS, texts, strict=False)))
    (doubt,) = said(edited(on_dossiers(edit), given=False), given=False).doubts
    assert "dans l'ordre d'un tri" in doubt


def test_numbers_and_days_typed_in_any_order_are_taken() -> None:
    for texts in (
        ("30", "4", "12", "7", "100"),
        ("15/11/2026", "30/09/2026", "01/12/2026", "02/11/2026"),
        ("32/13/2026", "7 %", "1/1/1", "99:99"),
    ):
        typed = dict(zip(NUMBERS, texts, strict=False))
        found = said(edited(on_dossiers(comments(typed)), given=False), given=False)
        assert (len(found.written), found.doubts) == (len(texts), ())


def test_comments_given_before_and_sorted_alone_are_doubted() -> None:
    found = said(edited(on_dossiers(alone("Commentaire"))))
    (doubt,) = found.doubts
    assert "étaient en face d'autres dossiers" in doubt


def test_opinions_sorted_or_shifted_alone_are_doubted() -> None:
    def shift(sheet: Worksheet, at: At) -> None:
        for header in ("Avis du centre", "Commentaire"):
            for row in range(sheet.max_row, 2, -1):
                above = sheet.cell(row=row - 1, column=at[header]).value
                sheet.cell(row=row, column=at[header]).value = above
            sheet.cell(row=2, column=at[header]).value = None

    for edit in (alone("Avis du centre"), shift):
        found = said(edited(on_dossiers(edit)))
        assert found.written
        assert found.doubts


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("edit", [alone("Dossier", reverse=True), alone("Dossier")])
def test_numbers_sorted_alone_are_doubted_and_both_dossiers_named(given: bool, edit: Edit) -> None:
    shuffled = list(TYPED.items())
    random.Random(3).shuffle(shuffled)
    whole = then(comments(TYPED), lambda sheet, at: sort_rows(sheet, at["Commentaire"]), edit)
    found = said(edited(on_dossiers(whole), given=given), given=given)
    assert "(dossier 10" in found.doubts[0]
    assert found.doubts[0].startswith("Dossiers!A")


def test_two_numbers_exchanged_are_doubted() -> None:
    def exchange(sheet: Worksheet, at: At) -> None:
        comments({101: "vu"})(sheet, at)
        sheet.cell(row=2, column=1).value, sheet.cell(row=3, column=1).value = 102, 101

    (doubt,) = said(edited(on_dossiers(exchange))).doubts
    assert "Dossiers!A2 (dossier 102, cellules du 101)" in doubt


def test_half_of_the_columns_sorted_without_the_others_is_doubted() -> None:
    def half(sheet: Worksheet, at: At) -> None:
        comments(TYPED)(sheet, at)
        for header in ("Titre de la situation", "Priorité"):
            sort_alone(sheet, at[header], reverse=True)

    found = said(edited(on_dossiers(half)))
    assert any("« Titre de la situation »" in one for one in found.doubts)
    assert any("« Priorité »" in one for one in found.doubts)
    assert found.remarks == ()


@pytest.mark.slow
@pytest.mark.parametrize("header", ["Commentaire", "Priorité", "Titre de la situation", "Dossier"])
@pytest.mark.parametrize("given", [True, False])
def test_whole_rows_sorted_by_any_column_are_taken(header: str, given: bool) -> None:
    edit = then(comments(TYPED), lambda sheet, at: sort_rows(sheet, at[header]))
    found = said(edited(on_dossiers(edit), given=given), given=given)
    assert {number: after[1] for number, after in found.written.items()} == TYPED
    assert (found.doubts, found.problems, found.remarks) == ((), (), ())


@pytest.mark.slow
def test_comments_typed_in_any_order_are_taken_and_those_that_name_their_dossier_too() -> None:
    for texts in (
        TYPED,
        {n: TYPED[n] for n in NUMBERS[:5]},
        {n: f"avis sur le dossier {n}" for n in NUMBERS},
        dict.fromkeys(NUMBERS, "vu"),
        {101: "a", 105: "b", 109: "c", 111: "d"},
        {101: "a", 102: "b", 103: "c"},
    ):
        found = said(edited(on_dossiers(comments(texts)), given=False), given=False)
        assert {number: after[1] for number, after in found.written.items()} == texts
        assert (found.doubts, found.problems, found.remarks) == ((), (), ())


def test_a_comment_that_is_changed_or_erased_in_its_place_is_taken() -> None:
    for text in ("récidive à Lyon, vu", None):
        edit = comments({103: text or ""})
        found = said(edited(on_dossiers(edit)))
        assert found.written == {103: ("À surveiller", text or "")}
        assert found.doubts == ()


SORTED = b'<sortState xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ref="%s"/>'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "doubted"),
    [
        (b"L2:L13", True),
        (b"K2:L13", True),
        (b"A2:J13", True),
        (b"A2:P13", False),
        (b"$A$1:$P$13", False),
        (b"M2:P13", False),
        (b"L2:L2", False),
    ],
)
@pytest.mark.parametrize("place", ["xl/worksheets/sheet1.xml", "xl/tables/table1.xml"])
def test_what_excel_noted_of_a_sort_is_read(where: bytes, doubted: bool, place: str) -> None:
    end = b"</worksheet>" if "sheets" in place else b"</table>"
    note = {place: put(end, SORTED % where + end)}
    back = repacked(edited(on_dossiers(comments({101: "vu"}))), note)
    assert bool(said(back).doubts) == doubted


def test_what_was_given_stays_where_nothing_is_doubted() -> None:
    found = said(edited(on_dossiers(comments({101: "vu"}))))
    assert found.written == {101: ("", "vu")}
    assert GIVEN.keys().isdisjoint(found.written)
