"""What a person does in LibreOffice comes back as it was meant, or is refused and told."""

import pytest

from exports.errors import UnreadableWorkbookError
from tests.exports.returned.comparing import NUMBERS, handed_out, said
from tests.exports.returned.libreoffice import saved
from tests.exports.returned.test_moved import TYPED, WORDS

pytestmark = pytest.mark.debian

TYPE = "\n".join(f'Typed(sheet, "L{row}", "{word}")' for row, word in enumerate(WORDS, start=2))
EDITS = {
    "same.xlsx": "",
    "typed.xlsx": TYPE,
    "rows.xlsx": f'{TYPE}\nSorted(sheet, "A2:P13", 11, True)',
    "comment.xlsx": f'{TYPE}\nSorted(sheet, "L2:L13", 0, True)',
    "opinion and comment.xlsx": f'{TYPE}\nSorted(sheet, "K2:L13", 1, True)',
    "number.xlsx": f'{TYPE}\nSorted(sheet, "A2:A13", 0, False)',
    "given.xlsx": 'Sorted(sheet, "L2:L13", 0, True)',
    "merged.xlsx": 'Typed(sheet, "L5", "pour tous")\nsheet.getCellRangeByName("L5:L7").merge(True)',
    "elsewhere.xlsx": """Typed(sheet, "L2", "vu")
sheet.Annotations.insertNew(sheet.getCellRangeByName("C3").CellAddress, "dans une note")
Typed(sheet, "R1", "Suivi")
Typed(sheet, "R4", "en plus")
Typed(sheet, "B5", "Clos")
Typed(sheet, "A16", "Total")
Typed(sheet, "L17", "Dr Martin")
doc.Sheets.insertNewByName("Feuil1", 0)
Typed(doc.Sheets.getByName("Feuil1"), "B2", "mes notes")""",
    "texts.xlsx": """Typed(sheet, "L2", "vu" & Chr(13))
Typed(sheet, "L3", "a" & Chr(11) & "b")
Typed(sheet, "L5", "_x000D_")
Typed(sheet, "L6", "a" & Chr(10) & "b")
Typed(sheet, "L8", "=1+1")""",
    "numbers.xlsx": """Shown(doc, sheet, "L2", 0.5, "0%")
Shown(doc, sheet, "L3", 0.125, "0.0%")
Shown(doc, sheet, "L5", 42, "00000")
Shown(doc, sheet, "L6", 1234.5, "#,##0.00 [$€-40C]")
Shown(doc, sheet, "L8", 46354, "DD/MM/YYYY")
Shown(doc, sheet, "L9", 12345, "0.00E+00")
Shown(doc, sheet, "L11", 1.5, "# ?/?")
sheet.getCellRangeByName("L12").Formula = "=TRUE()"
Shown(doc, sheet, "L13", 0.59, "HH:MM")""",
    "ods.xlsx": TYPE,
    "xls.xlsx": TYPE,
    "html.xlsx": TYPE,
}
OTHERS = {
    "ods.xlsx": "calc8",
    "xls.xlsx": "MS Excel 97",
    "html.xlsx": "HTML (StarCalc)",
}


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return saved(handed_out(), EDITS, OTHERS, at=tmp_path_factory.mktemp("retours"))


def test_a_workbook_that_was_only_saved_says_nothing(back: dict[str, bytes]) -> None:
    found = said(back["same.xlsx"])
    assert (found.written, found.doubts, found.problems, found.remarks) == ({}, (), (), ())


@pytest.mark.parametrize("name", ["typed.xlsx", "rows.xlsx"])
def test_comments_come_back_in_front_of_their_dossiers(back: dict[str, bytes], name: str) -> None:
    found = said(back[name])
    assert {number: after[1] for number, after in found.written.items()} == TYPED
    assert (found.doubts, found.problems, found.remarks) == ((), (), ())


@pytest.mark.parametrize(
    "name", ["comment.xlsx", "opinion and comment.xlsx", "number.xlsx", "given.xlsx"]
)
def test_columns_sorted_alone_are_doubted(back: dict[str, bytes], name: str) -> None:
    found = said(back[name])
    assert found.written
    assert all("Dossiers!" in one and "--accept-rows" in one for one in found.doubts)
    assert found.doubts


def test_merged_comments_are_asked_of_and_none_is_erased(back: dict[str, bytes]) -> None:
    found = said(back["merged.xlsx"])
    assert found.problems
    assert all(one.startswith("Dossiers!L5:L7 : cellules fusionnées") for one in found.problems)
    assert 106 not in found.written


def test_words_elsewhere_are_told(back: dict[str, bytes]) -> None:
    found = said(back["elsewhere.xlsx"])
    assert found.written == {101: ("", "vu")}
    assert (found.doubts, found.problems) == ((), ())
    told = "\n".join(found.remarks)
    for words in (
        "C3 (note) : lu ailleurs, non repris : « dans une note »",
        "R1, R4",
        "rs!B5",
    ):
        assert words in told
    for words in ("Dossiers!A16", "Dossiers!L17", "Feuil1!B2"):
        assert f"{words} : lu ailleurs, non repris" in told
    assert len(found.remarks) == 6


def test_texts_are_what_was_typed(back: dict[str, bytes]) -> None:
    found = {number: after[1] for number, after in said(back["texts.xlsx"]).written.items()}
    assert [found[NUMBERS[row - 2]] for row in (2, 3, 5, 6, 8)] == [
        "vu",
        "a\nb",
        "_x000D_",
        "a\nb",
        "=1+1",
    ]


def test_numbers_are_what_the_person_reads(back: dict[str, bytes]) -> None:
    found = {number: after[1] for number, after in said(back["numbers.xlsx"]).written.items()}
    assert [found[NUMBERS[row - 2]] for row in (2, 3, 5, 6, 8, 9, 11, 12, 13)] == [
        "50%",
        "12,5%",
        "00042",
        "1\u202f234,50 €",
        "28/11/2026",
        "1,23E+04",
        "1 1/2",
        "VRAI",
        "14:09",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ods.xlsx", "OpenDocument"),
        ("xls.xlsx", "ancien format"),
        ("html.xlsx", "page web"),
    ],
)
def test_other_formats_are_refused_with_the_remedy(
    back: dict[str, bytes], name: str, told: str
) -> None:
    with pytest.raises(UnreadableWorkbookError, match=told) as caught:
        said(back[name])
    assert "Classeur Excel (.xlsx)" in str(caught.value)
