"""Merged cells are told; nothing is erased by being covered."""

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from exports.returned.merging import Spread
from tests.exports.returned.comparing import GIVEN, At, comments, edited, on_dossiers, said
from tests.exports.returned.packages import put, repacked


def merged(area: str, text: str, *, row: int) -> bytes:
    """Cells made one as Excel does: all but the first are emptied."""

    def edit(sheet: Worksheet, at: At) -> None:
        sheet.merge_cells(area)
        sheet.cell(row=row, column=at["Commentaire"]).value = text

    return edited(on_dossiers(edit))


def test_comments_that_are_covered_are_kept() -> None:
    found = said(merged("L5:L7", "pour tous", row=5))  # 104, 105 and 106, which has a comment
    (problem,) = found.problems
    assert problem.startswith("Dossiers!L5:L7 : cellules fusionnées ; « pour tous » vaut-il pour")
    assert "le dossier 104 seul, ou aussi pour le dossier 105" in problem
    (remark,) = found.remarks
    assert "commentaire déjà donné sur le dossier 106 : gardé" in remark


def test_a_person_says_whether_a_text_goes_for_all_that_have_none() -> None:
    back = merged("L5:L7", "pour tous", row=5)
    one, all_ = said(back, spread="first"), said(back, spread="all")
    assert one.written == {104: ("", "pour tous")}
    assert all_.written == {104: ("", "pour tous"), 105: ("", "pour tous")}
    assert (one.problems, all_.problems) == ((), ())


def test_a_text_over_rows_that_have_theirs_asks_nothing_and_erases_none() -> None:
    back = merged("L4:L4", "x", row=4)
    assert said(back).written == {103: ("À surveiller", "x")}
    found = said(merged("L7:L8", GIVEN[106][1], row=7), spread="first")
    assert (found.written, found.problems) == ({}, ())


def test_opinion_and_comment_made_one_lose_nothing() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        sheet.merge_cells("K4:L4")
        comments({101: "vu"})(sheet, at)

    found = said(edited(on_dossiers(edit)))
    assert found.written == {101: ("", "vu")}
    assert any(one.startswith("Dossiers!K4:L4 : cellules fusionnées") for one in found.remarks)


def test_cells_elsewhere_and_numbers_made_one_are_told() -> None:
    def elsewhere(sheet: Worksheet, at: At) -> None:
        sheet.merge_cells("H2:H4")
        comments({101: "vu"})(sheet, at)

    found = said(edited(on_dossiers(elsewhere)))
    assert found.written == {101: ("", "vu")}
    (remark,) = found.remarks
    assert remark.startswith("Dossiers!H2:H4 : cellules fusionnées")

    def numbers(sheet: Worksheet, at: At) -> None:
        comments({102: "perdu ?"})(sheet, at)
        sheet.merge_cells("A2:A3")

    (problem,) = said(edited(on_dossiers(numbers))).problems
    assert problem.startswith("Dossiers!A3 : cellules fusionnées ; défusionnez-les")


def kept_under(area: str, texts: dict[int, str]) -> bytes:
    """Cells made one as LibreOffice does where it is asked to keep what they hold."""
    merge = f'<mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'.encode()
    back = edited(on_dossiers(comments(texts)))
    sheet = "xl/worksheets/sheet1.xml"
    return repacked(back, {sheet: put(b"</sheetData>", b"</sheetData>" + merge)})


@pytest.mark.parametrize("spread", [None, "first", "all"])
def test_what_was_handed_out_and_is_kept_under_a_merged_cell_stays_and_is_told(
    spread: Spread | None,
) -> None:
    found = said(kept_under("L3:L4", {}), spread=spread)
    assert (found.written, found.problems) == ({}, ())
    (remark,) = found.remarks
    assert remark.startswith("Dossiers!L3:L4 : cellules fusionnées")
    assert "103 : gardé" in remark


def test_a_new_text_over_texts_that_are_kept_is_asked_of() -> None:
    back = kept_under("L3:L4", {102: "vu"})
    for spread in (None, "all"):
        (problem,) = said(back, spread=spread).problems
        assert f"« {GIVEN[103][1]} » (dossier 103)" in problem
        assert "--merged first" in problem
    found = said(back, spread="first")
    assert (found.written, found.problems) == ({102: ("", "vu")}, ())
    assert "103 : gardé" in found.remarks[0]


@pytest.mark.parametrize("under", ["caché", "récidive à Lyon, relu"])
def test_a_text_hidden_under_a_merged_cell_is_never_taken(under: str) -> None:
    area, hidden = ("L2:L3", 102) if under == "caché" else ("L3:L4", 103)
    back = kept_under(area, {hidden - 1: "pour deux", hidden: under})
    for spread in (None, "all"):
        (problem,) = said(back, spread=spread).problems
        assert f"« {under} » (dossier {hidden})" in problem
        assert "--merged first" in problem
    found = said(back, spread="first")
    assert found.written == {hidden - 1: ("", "pour deux")}
    assert found.problems == ()
    assert any(f"non repris : « {under} » (dossier {hidden})" in one for one in found.remarks)


def test_a_text_hidden_beside_its_opinion_is_never_taken() -> None:
    back = kept_under("K2:L2", {101: "caché"})
    assert "caché dessous : « caché » (dossier 101)" in said(back).problems[0]
    assert said(back, spread="first").written == {}


def test_the_same_text_kept_under_a_merged_cell_is_asked_of_as_an_emptied_one() -> None:
    back = kept_under("L2:L3", {101: "vu", 102: "vu"})
    assert "« vu » vaut-il pour le dossier 101 seul" in said(back).problems[0]
    assert said(back, spread="first").written == {101: ("", "vu")}
    assert said(back, spread="all").written == {101: ("", "vu"), 102: ("", "vu")}


def test_a_whole_column_made_one_is_bounded() -> None:
    merge = b'<mergeCells count="1"><mergeCell ref="R1:R1048576"/></mergeCells>'
    sheet = "xl/worksheets/sheet1.xml"
    found = said(repacked(edited(), {sheet: put(b"</sheetData>", b"</sheetData>" + merge)}))
    assert found.written == {}
