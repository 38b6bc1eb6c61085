"""The limits of Excel, one by one, on the largest workbook: the agency's, and a centre's."""

import io
import json
import re
from dataclasses import replace

import openpyxl
import pytest

from datafiles.file import DataFileError
from exports.cells import CUT, MAX_LINKS, MAX_UNITS
from exports.excel_names import header_name, sheet_name, table_name
from exports.published.workbook_set import WorkbookSet
from exports.sheets.columns import parse_columns
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    POLICY,
    ROOT,
    answered,
    context,
    entry,
    parts,
    records,
)

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
    whole = "Consommation" in book.sheetnames  # the agency's alone
    assert len(tables) == len(set(tables)) == 12 + whole
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        ("opinions:", "opinions: [a,b, 'x;y,z']\nautres:"),
        ("table: tMesures", "table: tDossiers"),
        ("kind: dictionnaire", "kind: synthese"),
        ("kind: a_propos", "kind: synthese"),
        (
            "printed: 8\n    rest: true\n    columns:\n      - {name: Dossier, computed: dossier,",
            "rest: true\n    columns:\n      - {name: Dossier, computed: statut,",
        ),
        ("name: Commentaire, computed: commentaire", "name: Commentaire, computed: statut"),
        ("name: Statut, computed: statut, width: 12", "name: DOSSIER, computed: statut, width: 12"),
    ],
)
def test_a_columns_file_that_excel_would_refuse_is_refused_first(change: tuple[str, str]) -> None:
    text = (ROOT / "exports" / "unc" / "columns.yaml").read_text("utf-8")
    assert change[0] in text
    with pytest.raises(DataFileError, match=r"columns\.yaml"):
        parse_columns(text.replace(*change), source="columns.yaml")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "repaired"),
    [
        ("Synthèse: tout [2026]", "Synthèse tout 2026"),
        ("Mesures de réduction du risque, prises ou prévues", "Mesures de réduction du risque,"),
        ("'Pièces'", "Pièces"),
        ("Historique", "Historique_"),
        ("?", "Feuille"),
        ("a" * 30 + "😀", "a" * 30),
    ],
)
def test_a_name_that_a_sheet_may_not_have_is_repaired(name: str, repaired: str) -> None:
    assert sheet_name(name) == repaired
    text = (ROOT / "exports" / "unc" / "columns.yaml").read_text("utf-8")
    columns = parse_columns(
        text.replace("name: Mesures\n", f"name: {json.dumps(name, ensure_ascii=False)}\n"),
        source="c",
    )
    content = WorkbookSet([entry()], context(), columns, POLICY).workbook("agence")
    assert repaired in openpyxl.load_workbook(io.BytesIO(content)).sheetnames


@pytest.mark.parametrize(
    ("name", "repaired"),
    [
        ("Mesures prises (2026)", "Mesures_prises_2026"),
        ("R1C1", "_R1C1"),
        ("AB12", "_AB12"),
        ("2026", "_2026"),
        ("été", "été"),
        ("-", "_"),
    ],
)
def test_a_name_that_a_table_may_not_have_is_repaired(name: str, repaired: str) -> None:
    assert table_name(name) == repaired


def test_a_title_that_a_header_may_not_have_is_repaired() -> None:
    title = "Une question\nsur deux lignes " + "é" * 300
    fields = {**MAPPING.fields, "titre": replace(MAPPING.fields["titre"], title=title)}
    columns = COLUMNS.model_copy(
        update={
            "sheets": tuple(
                one.model_copy(
                    update={"columns": tuple(c for c in one.columns if c.field != "titre")}
                )
                for one in COLUMNS.sheets
            )
        }
    )
    made = context(mapping=replace(MAPPING, fields=fields))
    content = WorkbookSet([entry()], made, columns, POLICY).workbook("agence")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Dossiers"]
    headers = [str(cell.value) for cell in sheet[1]]
    assert header_name(title) in headers
    assert max(map(len, headers)) == MOST_HEADER


def test_the_list_of_opinions_fits_in_a_cell_rule() -> None:
    assert len(",".join(COLUMNS.opinions)) <= 250
