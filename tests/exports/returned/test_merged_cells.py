"""Merged cells are told; nothing is erased by being covered."""

from openpyxl.worksheet.worksheet import Worksheet

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


def test_what_libreoffice_keeps_under_a_merged_cell_is_of_its_row() -> None:
    merge = b'<mergeCells count="1"><mergeCell ref="L3:L4"/></mergeCells>'
    back = edited(on_dossiers(comments({102: "vu"})))
    sheet = "xl/worksheets/sheet1.xml"
    found = said(repacked(back, {sheet: put(b"</sheetData>", b"</sheetData>" + merge)}))
    assert found.written == {102: ("", "vu")}
    assert found.problems == ()


def test_a_whole_column_made_one_is_bounded() -> None:
    merge = b'<mergeCells count="1"><mergeCell ref="R1:R1048576"/></mergeCells>'
    sheet = "xl/worksheets/sheet1.xml"
    found = said(repacked(edited(), {sheet: put(b"</sheetData>", b"</sheetData>" + merge)}))
    assert found.written == {}
