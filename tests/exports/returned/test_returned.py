"""What evaluators wrote comes back whatever they did to the sheet; what is unsure is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from exports.errors import UnreadableWorkbookError
from exports.identity import WorkbookIdentity
from exports.model import Opinion
from exports.returned.merging import Change, merge
from exports.returned.reader import Returned, Written, read_returned
from tests.exports.conftest import COLUMNS, build, by_openpyxl, entry, records

HELD = Opinion("CRPV Lyon", "À surveiller", "=1+1, à revoir")
ENTRIES = [entry(1), entry(2, opinions={"agence": HELD}), entry(3)]


@cache
def handed_out() -> bytes:
    return build(ENTRIES, opinions_until={"agence": 5})


Edit = Callable[[Worksheet, dict[str, int]], None]


def returned(edit: Edit | None = None, content: bytes | None = None) -> Returned:
    """The workbook as an evaluator's Excel saves it after an edit; columns are given by header."""
    book = openpyxl.load_workbook(io.BytesIO(content or handed_out()))
    sheet = book["Dossiers"]
    if edit is not None:
        edit(sheet, {str(cell.value): int(cell.column or 0) for cell in sheet[1]})
    saved = io.BytesIO()
    book.save(saved)
    return read_returned(saved.getvalue(), COLUMNS)


def said(found: Returned) -> dict[int, tuple[str | None, str | None]]:
    return {row.number: (row.judgement, row.comment) for row in found.rows}


def put(row: int, header: str, value: Any) -> Edit:
    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(row=row, column=at[header]).value = value

    return edit


def test_a_workbook_says_which_one_it_is_and_what_it_carries() -> None:
    found = returned()
    assert found.identity is not None
    told = found.identity
    assert (told.demarche, told.author, told.opinions_until) == (4242, "agence", 5)
    assert said(found) == {1: ("", ""), 2: ("À surveiller", "=1+1, à revoir"), 3: ("", "")}
    assert found.problems == ()


def test_the_evaluators_columns_have_a_list_and_room_for_a_comment() -> None:
    book = openpyxl.load_workbook(io.BytesIO(build(ENTRIES, audience="reseau")))
    sheet = book["Dossiers"]
    at = {str(cell.value): get_column_letter(n) for n, cell in enumerate(sheet[1], 1)}
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    judged = rules[f"{at['Avis du centre']}2:{at['Avis du centre']}4"]
    assert judged.formula1 == f'"{",".join(COLUMNS.opinions)}"'
    assert len(judged.formula1) <= 257
    assert rules[f"{at['Commentaire']}2:{at['Commentaire']}4"].type == "textLength"


def test_rows_that_moved_and_columns_too_are_found() -> None:
    def shuffle(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(row=4, column=at["Commentaire"]).value = "vu"
        sheet.insert_rows(2, amount=2)
        sheet.insert_cols(1, amount=1)
        sheet.auto_filter.ref = "A1:C3"
        sheet.row_dimensions[4].hidden = True

    assert said(returned(shuffle))[3] == ("", "vu")


@pytest.mark.slow
def test_a_sorted_sheet_says_the_same() -> None:
    def sort(sheet: Worksheet, at: dict[str, int]) -> None:
        del at
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(rows), start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(row=number, column=place).value = value
                if isinstance(value, str):
                    sheet.cell(row=number, column=place).data_type = "s"

    assert said(returned(sort)) == said(returned())


def test_an_opinion_is_read_without_its_accents_and_spelled_as_in_the_list() -> None:
    assert said(returned(put(2, "Avis du centre", "a SURVEILLER ")))[1] == ("À surveiller", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            put(2, "Avis du centre", "Bof"),
            "« Bof » n'est pas dans la liste ; choisissez-y : Situation confirmée, ",
        ),
        (put(3, "Dossier", "abc"), "« abc » n'est pas un numéro de dossier ; remettez celui"),
        (put(3, "Dossier", 1), "le dossier 1 a déjà une autre ligne"),
        (
            put(1, "Commentaire", "Remarques"),
            "la colonne « Commentaire » manque ou a un autre nom : rendez-le-lui, ou copiez",
        ),
        (put(1, "Statut", "Commentaire"), "la colonne « Commentaire » est là plusieurs fois"),
    ],
)
def test_what_cannot_be_taken_for_sure_is_refused_with_its_cell(edit: Edit, told: str) -> None:
    problems = returned(edit).problems
    assert len(problems) == 1
    assert told in problems[0]
    assert problems[0].startswith("Dossiers")


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["=A2&B2", "=1+1", "#N/A", "#VALUE!"])
def test_a_formula_or_a_failed_one_is_refused_and_erases_nothing(wrong: str) -> None:
    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(row=2, column=at["Commentaire"]).value = wrong
        sheet.cell(row=3, column=at["Commentaire"]).value = wrong
        sheet.cell(row=4, column=at["Avis du centre"]).value = wrong

    book = openpyxl.load_workbook(io.BytesIO(handed_out()))
    at = {str(cell.value): get_column_letter(n) for n, cell in enumerate(book["Dossiers"][1], 1)}
    cells = [f"{at['Commentaire']}2", f"{at['Commentaire']}3", f"{at['Avis du centre']}4"]
    found = returned(edit)
    assert found.problems == tuple(
        f"Dossiers!{one} : formule ou erreur de calcul ; écrivez le texte lui-même" for one in cells
    )
    assert said(found) == {}


def test_a_formula_elsewhere_and_a_text_that_starts_with_equals_are_no_trouble() -> None:
    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(row=2, column=at["Statut"]).value = "=1+1"
        sheet.cell(row=2, column=at["Commentaire"]).value = "=> voir le RCP"
        sheet.cell(row=2, column=at["Commentaire"]).data_type = "s"

    found = returned(edit)
    assert found.problems == ()
    assert said(found)[1] == ("", "=> voir le RCP")


def test_a_key_that_is_a_formula_is_refused() -> None:
    found = returned(put(2, "Dossier", "=1"))
    assert found.problems == (
        "Dossiers!A2 : formule ou erreur de calcul ; écrivez le numéro lui-même",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "VRAI"),
        (False, "FAUX"),
        (datetime.fromisoformat("2026-01-02"), "02/01/2026"),
        (datetime.fromisoformat("2026-01-02 14:05"), "02/01/2026 14:05"),
        (time(9, 30), "09:30"),
        (1.5, "1,5"),
        (-0.1 - 0.2, "-0,3"),
        ("=TRUE()", "VRAI"),  # as LibreOffice saves it
        ("=FALSE()", "FAUX"),
        (12, "12"),
        (12.0, "12"),
    ],
)
def test_what_excel_holds_otherwise_is_kept_as_the_person_reads_it(value: Any, text: str) -> None:
    assert said(returned(put(2, "Commentaire", value)))[1] == ("", text)


def test_what_another_spreadsheet_added_is_passed_over_in_silence() -> None:
    source, saved = zipfile.ZipFile(io.BytesIO(handed_out())), io.BytesIO()
    extension = b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    with zipfile.ZipFile(saved, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(b"</worksheet>", extension))
    assert said(read_returned(saved.getvalue(), COLUMNS)) == said(returned())  # warnings are errors


def test_a_workbook_of_others_is_none_of_ours() -> None:
    book = openpyxl.Workbook()
    saved = io.BytesIO()
    book.save(saved)
    assert read_returned(saved.getvalue(), COLUMNS).identity is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 rien", b"a;b\n1;2\n", None])
def test_a_file_that_is_no_workbook_is_told(content: bytes | None) -> None:
    cut_short = handed_out()[:5000]
    with pytest.raises(UnreadableWorkbookError, match="xlsx"):
        read_returned(cut_short if content is None else content, COLUMNS)


def test_a_workbook_that_declares_entities_is_refused_before_any_is_expanded() -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(handed_out())) as source, zipfile.ZipFile(saved, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/workbook.xml":
                part = bomb + part.rpartition(b"?>")[2]
            target.writestr(name, part)
    with pytest.raises(UnreadableWorkbookError, match="xlsx") as caught:
        read_returned(saved.getvalue(), COLUMNS)
    told = caught.value.__cause__
    assert told is not None
    assert type(told.__cause__).__name__ == "EntitiesForbidden"


def test_an_opinion_is_carried_by_the_next_workbook_of_its_author_and_read_by_the_agency() -> None:
    entries = [entry(1, opinions={"crpv-lyon": HELD, "agence": Opinion("Agence", "", "noté")})]
    row = records(build(entries), "Dossiers")[0]
    assert row["Commentaire"] == "noté"
    assert row["Avis reçus"] == "CRPV Lyon\u00a0: À surveiller — =1+1, à revoir"
    network = build(entries, audience="reseau")
    assert records(network, "Dossiers")[0]["Commentaire"] is None
    assert "Avis reçus" not in by_openpyxl(network, "Dossiers")[0]


CELLS = "Dossiers!K2 et Dossiers!L2"


@pytest.mark.parametrize(
    ("was", "now", "says", "changes", "told"),
    [
        (("", ""), ("", ""), ("A", ""), 1, ""),
        (("A", "x"), ("A", "x"), ("", ""), 1, ""),
        (("A", ""), ("A", ""), ("A", ""), 0, ""),
        (("A", ""), ("B", ""), ("A", ""), 0, ""),
        (("A", ""), ("B", ""), ("B", ""), 0, ""),
        (("A", ""), ("B", ""), ("C", ""), 0, "a changé depuis"),
    ],
)
def test_only_what_the_evaluator_changed_is_taken_and_never_over_a_later_word(
    was: tuple[str, str], now: tuple[str, str], says: tuple[str, str], changes: int, told: str
) -> None:
    row = Written(1, *says, cells=CELLS)
    merged = merge([row], carried={1: was}, present={1: now}, known={1})
    assert merged.changes == ((Change(1, now, says),) if changes else ())
    assert [told in one and CELLS in one for one in merged.problems] == ([True] if told else [])


def test_a_dossier_of_another_workbook_is_refused_unless_nothing_is_said_of_it() -> None:
    rows = [Written(8, "A", "", CELLS), Written(9, "", "", CELLS)]
    merged = merge(rows, carried={}, present={}, known={1})
    assert len(merged.problems) == 1
    assert "8" in merged.problems[0]


def test_a_dossier_that_left_the_workbook_holds_up_no_other_and_is_named() -> None:
    rows = [Written(8, "A", "vu", CELLS), Written(1, "A", "", CELLS)]
    merged = merge(rows, carried={}, present={}, known={1}, handed_out={1, 8})
    assert merged.problems == ()
    assert [one.number for one in merged.changes] == [1]
    (remark,) = merged.remarks
    assert remark.startswith(f"{CELLS} : le dossier 8 a quitté ce classeur")
    assert "« A » — « vu »" in remark


def test_an_identity_reads_back() -> None:
    one = WorkbookIdentity(7, "crpv-saint-etienne", 12, "0123456789ab")
    assert str(one) == "UNC/7/crpv-saint-etienne/12/0123456789ab"
