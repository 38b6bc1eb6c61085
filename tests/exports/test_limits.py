"""The limits of Excel, one by one, on the largest workbook: the agency's, and a centre's."""

import io
import re

import openpyxl
import pytest

from exports.cells import CUT, MAX_LINKS, MAX_UNITS
from exports.columns import parse_columns
from exports.workbooks import WorkbookSet
from mappings.data_file import DataFileError
from tests.exports.conftest import COLUMNS, POLICY, ROOT, answered, context, entry, parts, records

MOST_STYLES, MOST_WIDTH, MOST_HEIGHT, MOST_HEADER = 64_000, 255, 409, 255
LONG = "é😀" * 20_000
BIG = WorkbookSet(
    entries=[entry(n, fields={"titre": answered(LONG)}) for n in range(1, 4)],
    context=context(title="T" * 300),
    columns=COLUMNS,
    policy=POLICY,
)


@pytest.fixture(scope="module", params=["agence", "reseau"])
def content(request: pytest.FixtureRequest) -> bytes:
    return BIG.workbook(request.param)


def test_names_of_sheets_and_tables_and_headers_are_allowed_and_distinct(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    tables = [table.name.casefold() for sheet in book for table in sheet.tables.values()]
    assert len(tables) == len(set(tables)) == 8
    assert not any(re.fullmatch(r"[a-z]{1,3}[0-9]+|r\d*c\d*", name) for name in tables)
    for sheet in book:
        for table in sheet.tables.values():
            names = [column.name for column in table.tableColumns]
            assert [str(cell.value) for cell in sheet[table.ref][0]] == names
            assert len({name.casefold() for name in names}) == len(names) <= 16_384
            assert all(len(name) <= MOST_HEADER for name in names)


def test_styles_sizes_and_page_texts_hold(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    styles = parts(content)["xl/styles.xml"]
    found = re.search(rb'<cellXfs count="(\d+)"', styles)
    assert found is not None
    assert int(found[1]) < 200 < MOST_STYLES
    for sheet in book:
        assert all(one.width <= MOST_WIDTH for one in sheet.column_dimensions.values())
        assert all((one.height or 0) <= MOST_HEIGHT for one in sheet.row_dimensions.values())
        for part in (sheet.oddHeader, sheet.oddFooter):
            assert len(str(part)) <= MOST_HEADER
        assert sum(1 for row in sheet.iter_rows() for cell in row if cell.hyperlink) <= MAX_LINKS


def test_a_text_that_is_too_long_is_cut_with_a_mark(content: bytes) -> None:
    shown = records(content, "Dossiers")[0]["Titre de la situation"]
    assert shown.endswith(CUT)
    assert len(shown.encode("utf-16-le")) // 2 <= MAX_UNITS


def test_lists_of_choices_and_conditions_hold(content: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Dossiers"]
    for rule in sheet.data_validations.dataValidation:
        assert len(rule.formula1) <= 257
        assert len(rule.errorTitle) <= 32
        assert len(rule.promptTitle) <= 32
        assert len(rule.prompt) <= 255
    assert len(list(sheet.conditional_formatting)) < 100


@pytest.mark.parametrize(
    "change",
    [
        ("opinions:", "opinions: [a,b, 'x;y,z']\nautres:"),
        ("name: Synthèse", "name: 'Synthèse: tout'"),
        ("table: tMesures", "table: tDossiers"),
        ("name: Statut, computed: statut, width: 13", "name: DOSSIER, computed: statut, width: 13"),
    ],
)
def test_a_columns_file_that_excel_would_refuse_is_refused_first(change: tuple[str, str]) -> None:
    text = (ROOT / "exports" / "unc" / "columns.yaml").read_text("utf-8")
    assert change[0] in text
    with pytest.raises(DataFileError, match=r"columns\.yaml"):
        parse_columns(text.replace(*change), source="columns.yaml")


def test_the_list_of_opinions_fits_in_a_cell_rule() -> None:
    assert len(",".join(COLUMNS.opinions)) <= 250
