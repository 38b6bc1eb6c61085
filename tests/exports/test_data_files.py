"""Columns and policy: mistakes are told with their line, in French."""

import pytest

from datafiles.file import DataFileError
from exports.readers.policy import parse_policy
from exports.sheets.columns import parse_columns
from settings import ROOT

SHEET = """version: '1'
territory: {extent: e, everywhere: [], regions: r.r, departments: d.d, rapporteur: c}
figures: {nature: n, substance: s.s, company: c, awareness: a, measures: m, cases: c}
sheets:
  - name: Dossiers
    kind: dossiers
    table: t
    columns:
"""
TWICE = "      - {name: A, computed: statut}\n      - {name: a, computed: statut}\n"
LATER = """\
      - {name: A, computed: statut}
      -
        name: B
        # un commentaire
        width: 12
        computed: aviss
"""


@pytest.mark.parametrize(
    ("columns", "line", "told"),
    [
        (TWICE, 10, "deux fois"),
        (LATER, 14, "« aviss » n'est pas une donnée calculée"),
        ("      - {name: A, computed: status}\n", 9, "« status » n'est pas une donnée calculée"),
        ("      - {name: A}\n", 9, "une seule origine"),
        ("      - {name: A, field: titre, widht: 3}\n", 9, "widht"),
        ("      - {name: A, field: titre, audience: reseau}\n", 9, "reseau"),
        ("      - {name: A, field: titre, width: 400}\n", 9, "trop grande"),
    ],
)
def test_a_mistake_in_the_columns_is_told_with_its_line(columns: str, line: int, told: str) -> None:
    with pytest.raises(DataFileError) as caught:
        parse_columns(SHEET + columns, source="columns.yaml")
    (problem,) = [one for one in caught.value.problems if told in one]
    assert problem.startswith(f"columns.yaml:{line} : feuille Dossiers, colonne ")
    assert "la liste est vide" not in str(caught.value)


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "a:b", "[a]", ""])
def test_a_sheet_name_that_excel_refuses_is_refused(name: str) -> None:
    text = SHEET.replace("name: Dossiers", f"name: '{name}'") + "      - {name: A, field: titre}\n"
    with pytest.raises(DataFileError):
        parse_columns(text, source="columns.yaml")


def test_a_mistake_in_the_policy_is_told_with_its_line() -> None:
    with pytest.raises(DataFileError, match=r"policy\.yaml:2 .*mask"):
        parse_policy("version: '1'\nmask: ''\n", source="policy.yaml")


def test_two_sheets_of_one_name_are_told_at_the_second() -> None:
    text = (ROOT / "exports/unc/columns.yaml").read_text("utf-8")
    first = text.index("name: Dossiers")
    again = text.replace("name: À propos", "name: dossiers")
    assert again != text
    with pytest.raises(DataFileError) as caught:
        parse_columns(again, source="columns.yaml")
    line = again.count("\n", 0, again.index("name: dossiers", first)) + 1
    (problem,) = caught.value.problems
    assert problem.startswith(
        f"columns.yaml:{line} : feuille dossiers, name : deux fois la feuille"
    )
