"""What BDPM says stands beside what was declared; what nothing maps is listed."""

from dataclasses import replace

import pytest

from exports.errors import MappingMismatchError
from exports.published.workbook_set import WorkbookSet
from exports.sheets.columns import ColumnSpec
from mappings.medicines.columns import BDPM_COLUMNS, NO_REFERENCE
from mappings.medicines.facts import facts_of
from mappings.report.model import Unmapped
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    POLICY,
    answered,
    build,
    context,
    entry,
    records,
)

ROWS = answered(({"denomination": answered("A")}, {"denomination": answered("B")}))
KNOWN = dict.fromkeys(BDPM_COLUMNS, "") | {
    "bdpm_titulaire": "LABORATOIRE EXEMPLE",
    "bdpm_rupture": "Rupture de stock depuis le 01/02/2026",
    "bdpm_rapprochement": "code CIS",
}


@pytest.mark.parametrize("audience", ["agence", "reseau"])
def test_each_row_has_its_own_facts(audience: str) -> None:
    one = entry(1, fields={"specialites": ROWS}, medicines=(facts_of(None), KNOWN))
    first, second = records(build([one], audience=audience), "Spécialités")  # type: ignore[arg-type]
    assert first["Rapprochement BDPM"] == NO_REFERENCE
    assert first["Titulaire (BDPM)"] is None
    assert (second["Spécialité"], second["Titulaire (BDPM)"]) == ("B", "LABORATOIRE EXEMPLE")
    assert second["Rupture ou tension"].startswith("Rupture de stock")


def test_every_fact_of_bdpm_has_a_column_and_is_explained() -> None:
    (sheet,) = [one for one in COLUMNS.sheets if one.name == "Spécialités"]
    assert {one.computed for one in sheet.columns} >= BDPM_COLUMNS.keys()
    told = {one["Colonne"]: one for one in records(build([]), "Dictionnaire")}
    assert told["MITM"]["Origine"] == "BDPM"
    assert "intérêt thérapeutique majeur" in told["MITM"]["Sens"]


@pytest.mark.parametrize(
    ("reference", "said"), [("", f"{NO_REFERENCE}\u00a0: ses colonnes sont vides"), ("abc", "abc")]
)
def test_the_reference_is_told(reference: str, said: str) -> None:
    content = build([entry(1)], reference=reference)
    (line,) = [one for one in records(content, "À propos") if "BDPM" in one.values()]
    assert said in line.values()


def test_what_bdpm_is_asked_with_decides_who_reads_its_answer() -> None:
    rows = MAPPING.fields["specialites"]
    secret = replace(rows.fields["cis"], audience="agence")
    fields = {**rows.fields, "cis": secret}
    mapping = replace(
        MAPPING, fields={**MAPPING.fields, "specialites": replace(rows, fields=fields)}
    )
    one = entry(1, fields={"specialites": ROWS}, medicines=(KNOWN, KNOWN))
    shown = records(build([one], audience="reseau", mapping=mapping), "Spécialités")[0]
    assert "Titulaire (BDPM)" not in shown
    assert "Titulaire (BDPM)" in records(build([one], mapping=mapping), "Spécialités")[0]


def test_a_column_of_bdpm_belongs_in_the_sheet_of_medicines() -> None:
    extra = ColumnSpec(name="Titulaire", computed="bdpm_titulaire")
    sheets = tuple(
        one.model_copy(update={"columns": (*one.columns, extra)}) if one.name == "Mesures" else one
        for one in COLUMNS.sheets
    )
    columns = COLUMNS.model_copy(update={"sheets": sheets})
    with pytest.raises(MappingMismatchError, match="« Titulaire » de la feuille « Mesures »"):
        WorkbookSet([], context(), columns, POLICY).workbook("agence")


def test_champs_that_nothing_maps_are_listed_and_counted_at_the_agency() -> None:
    extra = Unmapped(champ_id="940", label="Nouvelle question", text="réponse")
    entries = [entry(1, unmapped=(extra, extra)), entry(2, unmapped=(extra,)), entry(3)]
    *_, last = records(build(entries), "Dictionnaire")
    assert (last["Feuille"], last["Colonne"]) == ("Formulaire", "Nouvelle question")
    assert last["Origine"] == "champ 940"
    assert last["Sens"].endswith("rempli dans 2 dossiers.")
    shown = records(build(entries, audience="reseau"), "Dictionnaire")
    assert not any(one["Feuille"] == "Formulaire" for one in shown)
