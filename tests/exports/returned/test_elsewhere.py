"""Words that no opinion takes are told with their cells, and hold nothing up."""

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from exports.returned.book import Cell
from exports.returned.reader import _number
from tests.exports.returned.comparing import At, comments, edited, on_dossiers, said
from tests.exports.returned.packages import put, repacked


def told(back: bytes) -> tuple[str, ...]:
    """What is told of a workbook whose one new comment is taken all the same."""
    found = said(back)
    assert found.written == {101: ("", "vu")}
    assert (found.problems, found.doubts) == ((), ())
    return found.remarks


def with_vu(sheet: Worksheet, at: At) -> None:
    comments({101: "vu"})(sheet, at)


def test_a_note_is_told() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        sheet.cell(row=3, column=2).comment = Comment("à revoir\navec Lyon", "Dr Martin")

    (remark,) = told(edited(on_dossiers(edit)))
    assert remark.startswith(
        "Dossiers!B3 (note) : lu ailleurs, non repris : « à revoir avec Lyon »"
    )


def test_an_added_column_is_told_with_its_cells() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        for row, text in ((1, "Suivi"), (2, "urgent"), (5, "classé")):
            sheet.cell(row=row, column=20).value = text

    (remark,) = told(edited(on_dossiers(edit)))
    assert remark.startswith("Dossiers!T1, T2, T5 : lu ailleurs, non repris : « Suivi »")
    assert remark.endswith("(colonne ajoutée)")


def test_a_corrected_cell_is_told_and_an_erased_one() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        sheet.cell(row=4, column=at["Statut"]).value = "Clos"
        sheet.cell(row=5, column=at["Exploitant"]).value = None

    (status, company) = sorted(told(edited(on_dossiers(edit))))
    assert status.startswith("Dossiers!B4 : lu ailleurs, non repris : « Clos » (colonne « Statut »")
    assert company.startswith("Dossiers!H5 : lu ailleurs, non repris : « rien » (colonne « Expl")


def test_a_second_sheet_is_told_and_words_in_one_of_ours() -> None:
    def edit(book: Workbook) -> None:
        on_dossiers(with_vu)(book)
        book.create_sheet("Feuil1")["B2"] = "mes notes"
        book["Mesures"]["A40"] = "ajouté sous les mesures"
        book["Dictionnaire"]["B3"] = "corrigé"

    found = told(edited(edit))
    assert [one.partition(" :")[0] for one in found] == [
        "Mesures!A40",
        "Dictionnaire!B3",
        "Feuil1!B2",
    ]
    assert "« mes notes » (feuille ajoutée)" in found[2]


def test_when_the_data_was_read_is_no_word_and_what_is_written_beside_it_is() -> None:
    def edit(book: Workbook) -> None:
        on_dossiers(with_vu)(book)
        sheet = book["À propos"]
        row = next(one for one in sheet.iter_rows() if one[0].value == "Données lues jusqu’au")
        row[1].value = str(row[1].value).replace("13", "14").replace("05", "59")
        sheet.cell(row=int(row[1].row or 0), column=3).value = "à relire"

    (remark,) = told(edited(edit))
    assert "« à relire »" in remark


def test_a_sheet_of_ours_that_was_sorted_says_nothing() -> None:
    def edit(book: Workbook) -> None:
        on_dossiers(with_vu)(book)
        sheet = book["Mesures"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for row, cells in enumerate(reversed(rows), start=2):
            for at, value in enumerate(cells, start=1):
                sheet.cell(row=row, column=at).value = value

    assert told(edited(edit)) == ()


@pytest.mark.parametrize("total", [9, "9", "1 234"])
@pytest.mark.parametrize("opinions", [None, 3, "=COUNTA(K2:K13)"])
def test_a_number_under_the_table_is_passed_over_and_told(
    total: int | str, opinions: int | str | None
) -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        comments({101: "vu"})(sheet, at)
        sheet.cell(row=15, column=1).value = total
        sheet.cell(row=15, column=at["Avis du centre"]).value = opinions
        sheet.cell(row=15, column=at["Commentaire"]).value = "12 lignes"

    found = said(edited(on_dossiers(edit)))
    assert found.written == {101: ("", "vu")}
    assert (found.problems, found.doubts) == ((), ())
    assert any(
        "L15" in one and "non repris :" in one and "« 12 lignes »" in one for one in found.told
    )


def test_an_opinion_under_the_table_on_a_dossier_of_it_is_not_passed_over() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        sheet.cell(row=15, column=1).value = 101
        sheet.cell(row=15, column=at["Commentaire"]).value = "vu"

    (problem,) = said(edited(on_dossiers(edit))).problems
    assert "le dossier 101 a déjà une autre ligne" in problem


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_a_number_typed_with_spaces_is_that_of_its_dossier(space: str) -> None:
    assert _number(Cell(f"24{space}000{space}238")) == 24_000_238
    assert _number(Cell(f"24{space}00")) is None


def test_a_total_and_a_signature_under_the_table_are_passed_over_and_told() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        sheet.cell(row=14, column=1).value = "Total"
        sheet.cell(row=14, column=at["Commentaire"]).value = "=COUNTA(L2:L13)"
        sheet.cell(row=16, column=1).value = "Dr Martin, Lyon"
        sheet.cell(row=17, column=at["Commentaire"]).value = "lu et approuvé"
        sheet.cell(row=18, column=1).value = 12

    found = told(edited(on_dossiers(edit)))
    assert [one.partition(" :")[0] for one in found] == [
        "Dossiers!A14, L14",
        "Dossiers!A16",
        "Dossiers!L17",
        "Dossiers!A18",
    ]
    assert all("non repris" in one and "n'est pas celle d'un dossier" in one for one in found)


def test_rows_that_a_person_put_over_the_headers_are_told() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        sheet.insert_rows(1, amount=2)
        sheet["A1"] = "Réunion du 12 janvier"

    (remark,) = told(edited(on_dossiers(edit)))
    assert remark.startswith("Dossiers!A1 : lu ailleurs, non repris : « Réunion du 12 janvier »")


def test_a_date_under_the_table_is_no_dossier() -> None:
    def edit(sheet: Worksheet, at: At) -> None:
        with_vu(sheet, at)
        sheet.cell(row=15, column=1).value = 46354
        sheet.cell(row=15, column=1).number_format = "dd/mm/yyyy"

    (remark,) = told(edited(on_dossiers(edit)))
    assert "« 28/11/2026 »" in remark


def test_a_row_whose_number_is_gone_is_refused_and_not_passed_over() -> None:
    for row in (5, 13):  # among the others, and the last one

        def edit(sheet: Worksheet, at: At, row: int = row) -> None:
            with_vu(sheet, at)
            sheet.cell(row=row, column=1).value = None
            sheet.cell(row=row, column=at["Commentaire"]).value = "de qui ?"

        (problem,) = said(edited(on_dossiers(edit))).problems
        assert problem.startswith(
            f"Dossiers!A{row} : il n'y a pas ici un numéro de dossier ; remettez"
        )


def test_a_thread_is_told_once_and_a_text_box_too() -> None:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    back = repacked(
        edited(on_dossiers(with_vu)),
        {
            "xl/worksheets/_rels/sheet1.xml.rels": put(
                b"</Relationships>",
                f'<Relationship Id="n1" Type="{kinds}/comments" Target="../comments9.xml"/>'
                '<Relationship Id="n2" Type="http://schemas.microsoft.com/office/2017/10/'
                'relationships/threadedComment" Target="../threadedComments/t1.xml"/>'
                f'<Relationship Id="n3" Type="{kinds}/drawing" Target="/xl/drawings/d9.xml"/>'
                "</Relationships>".encode(),
            )
        },
        added={
            "xl/comments9.xml": b'<comments><commentList><comment ref="C3"><text><t>[Threaded'
            b" comment] oui</t></text></comment></commentList></comments>",
            "xl/threadedComments/t1.xml": b'<ThreadedComments><threadedComment ref="C3"><text>oui'
            b"</text></threadedComment></ThreadedComments>",
            "xl/drawings/d9.xml": b'<x:wsDr xmlns:x="u" xmlns:a="v"><x:sp><x:txBody><a:p><a:r><a:t>'
            b"dans un cadre</a:t></a:r></a:p></x:txBody></x:sp></x:wsDr>",
        },
    )
    note, box = sorted(told(back))
    assert note.startswith("Dossiers (zone de texte) : lu ailleurs, non repris : « dans un cadre »")
    assert box == "Dossiers!C3 (note) : lu ailleurs, non repris : « oui »"
