"""LibreOffice opens the workbook of a centre: each row, link, filter and list in its place."""

import io
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from exports.returned.doubts import doubts
from exports.returned.elsewhere import elsewhere
from exports.returned.merging import merge
from exports.returned.reader import Returned, read_returned
from exports.returned.reference import ComparedRows, of_book
from tests.exports.conftest import context
from tests.exports.published.drawn import FEW, PORTAL, Drawn
from tests.exports.published.test_national import LYON, NICE, shared
from tests.exports.returned.libreoffice import saved
from tests.triage.situations.planted import the_matching

pytestmark = pytest.mark.debian

_LINKED = ("À traiter", "Dossiers", "Spécialités", "Complétude", "Mesures", "Pièces jointes")
_NATIONAL, _OWN = (1, 2, 3, 4, 5), (7, 8, 9)
_TYPED = {number: f"vu de {number}" for number in (*_NATIONAL, *_OWN)}
_GIVEN = {4: ("", f"avis de {LYON}")}


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    national = [shared(one, by=LYON if one in _GIVEN else "") for one in _NATIONAL]
    others = [shared(6, NICE), *(shared(one, LYON) for one in _OWN)]
    here = context(matching=the_matching(), portal=PORTAL)
    found = Drawn([*national, *others], context=here)
    apart = tmp_path_factory.mktemp("exports")
    made = found.made(apart)
    made.workbook(NICE)  # what all have was put together for another
    return made.workbook(LYON)


@pytest.fixture(scope="module")
def numbers(handed_out: bytes) -> list[int]:
    """Dossiers from the top down."""
    table = read_returned(handed_out, FEW).table
    assert table is not None
    found = [line.number for line in table.lines]
    assert {*found[:3]} == {*_OWN}, "its own first"
    assert {*found[3:]} == {*_NATIONAL}
    return found


@pytest.fixture(scope="module")
def back(
    handed_out: bytes, numbers: list[int], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    at = column_of(sheet_of(handed_out, "Dossiers"), "Commentaire")
    typed = [
        f'Typed(sheet, "{at}{row}", "{_TYPED[one]}")' for row, one in enumerate(numbers, start=2)
    ]
    edits = {"same.xlsx": "", "typed.xlsx": "\n".join(typed)}
    return saved(handed_out, edits, {}, at=tmp_path_factory.mktemp("retours"))


def sheet_of(content: bytes, name: str) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(content))[name]
    assert isinstance(found, Worksheet)
    return found


def column_of(sheet: Worksheet, header: str) -> str:
    return next(str(one.column_letter) for one in sheet[1] if one.value == header)


def texts(sheet: Worksheet) -> list[list[Any]]:
    """Its cells without what is blank at its ends."""
    found = [[*row] for row in sheet.iter_rows(values_only=True)]
    for row in found:
        while row and row[-1] is None:
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found


@pytest.mark.parametrize("name", [*_LINKED, "Situations", "Dictionnaire"])
@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_each_cell_is_where_it_was(handed_out: bytes, back: dict[str, bytes], name: str) -> None:
    ours = texts(sheet_of(handed_out, name))
    assert len(ours) > 1
    assert texts(sheet_of(back["same.xlsx"], name)) == ours


@pytest.mark.parametrize("name", _LINKED)
@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_each_row_leads_to_its_dossier(back: dict[str, bytes], name: str) -> None:
    sheet = sheet_of(back["same.xlsx"], name)
    rows = [row[0] for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert len(rows) > len(_OWN)
    for one in rows:
        assert one.hyperlink, f"{name}!{one.coordinate}"
        assert one.hyperlink.target == f"{PORTAL}/dossiers/{one.value}"


@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_filters_and_lists_are_of_the_rows(
    handed_out: bytes, back: dict[str, bytes], numbers: list[int]
) -> None:
    for name in _LINKED:
        ours, theirs = (sheet_of(one, name) for one in (handed_out, back["same.xlsx"]))
        assert areas(theirs) == areas(ours)
        assert len(areas(ours)) == 1
    sheet = sheet_of(back["same.xlsx"], "Dossiers")
    lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    at = column_of(sheet, "Avis du centre")
    assert [str(one.sqref) for one in lists] == [f"{at}2:{at}{len(numbers) + 1}"]
    assert "À surveiller" in str(lists[0].formula1)


def areas(sheet: Worksheet) -> set[str]:
    """What can be filtered."""
    filters = [one.autoFilter for one in sheet.tables.values()]
    return {
        str(one.ref).replace("$", "") for one in (*filters, sheet.auto_filter) if one and one.ref
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("same.xlsx", {}),
        ("typed.xlsx", {one: ("", text) for one, text in _TYPED.items()}),
    ],
)
def test_what_it_saves_comes_back_in_front_of_its_dossiers(
    handed_out: bytes, back: dict[str, bytes], name: str, wanted: dict[int, tuple[str, str]]
) -> None:
    reference = of_book(read_returned(handed_out, FEW))
    returned: Returned = read_returned(back[name], FEW)
    assert reference is not None
    assert returned.table is not None
    compared = ComparedRows(returned.table, reference)
    found = merge(returned.rows, carried=_GIVEN, present=_GIVEN, known=[*_TYPED])
    assert {one.number: one.after for one in found.changes} == wanted
    told = (*returned.problems, *found.problems, *doubts(compared, _GIVEN), *found.remarks)
    assert (*told, *returned.remarks, *elsewhere(compared)) == ()
    assert (returned.identity and returned.identity.author) == LYON
