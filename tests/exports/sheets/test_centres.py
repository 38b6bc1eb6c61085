"""Which centre gets which dossier: territory, rapporteur, national, and what fits none."""

from dataclasses import replace
from typing import Any

import pytest

from datafiles.file import DataFileError
from exports.published.workbook_set import WorkbookSet
from exports.readers.patient_marks import typed_marks
from exports.sheets.centre_names import centres_named
from exports.sheets.centres import author_of, parse_centres
from mappings.dossier.model import Place
from mappings.report.model import Answer
from tests.exports.conftest import (
    BLANK,
    COLUMNS,
    POLICY,
    ROOT,
    answered,
    by_openpyxl,
    context,
    entry,
    records,
)
from triage.verdict.model import Status

CSV = """code,crpv,city,department_code,region_code,confirmed,note
lyon,CRPV Lyon,Lyon,69,84,yes,
lyon,CRPV Lyon,Lyon,01,84,no,à confirmer
grenoble,CRPV Grenoble,Grenoble,38,84,no,
marseille,CRPV Marseille,Marseille,2A,94,no,
"""
CENTRES = parse_centres(CSV, source="crpv.csv")


def local(*codes: str) -> dict[str, Answer]:
    rows = tuple({"departement": answered(Place("departement", code, code))} for code in codes)
    return {"etendue": answered("Locale"), "regions": BLANK, "departements": answered(rows)}


def regional(*codes: str) -> dict[str, Answer]:
    rows = tuple({"region": answered(Place("region", code, code))} for code in codes)
    return {"etendue": answered("Régionale"), "regions": answered(rows), "departements": BLANK}


NATIONAL = {"etendue": answered("Nationale"), "regions": BLANK, "departements": BLANK}
UNKNOWN = {"etendue": answered("Inconnue"), "regions": BLANK, "departements": BLANK}
MARSEILLE = {"crpv_rapporteur": answered("crpv MARSEILLE ")}
ENTRIES = [
    entry(1, fields=local("01")),
    entry(2, fields=regional("84")),
    entry(3, fields=NATIONAL),
    entry(4, fields=local("69"), annotations=MARSEILLE),
    entry(5, fields=local("978")),
    entry(6, fields=UNKNOWN),
    entry(7, fields=local("2A"), annotations={"crpv_rapporteur": answered("Brest")}),
    entry(8, fields=NATIONAL, annotations={"diffusable": answered(False)}),
    entry(9, fields=local("69"), verdict={"status": Status.HORS_CHAMP}),
]


SET = WorkbookSet(
    entries=ENTRIES, context=context(), columns=COLUMNS, policy=POLICY, centres=CENTRES
)


def unassigned() -> frozenset[int]:
    return SET.numbers("reseau").difference(*(SET.numbers(author_of(one)) for one in CENTRES))


@pytest.mark.parametrize(
    ("centre", "numbers"), [("lyon", [1, 2, 3]), ("grenoble", [2, 3]), ("marseille", [3, 4, 7])]
)
def test_a_centre_gets_its_territory_its_rapporteurships_and_national_dossiers(
    centre: str, numbers: list[int]
) -> None:
    rows = records(SET.workbook(f"crpv-{centre}"), "Dossiers")
    assert sorted(row["Dossier"] for row in rows) == numbers
    assert {row["Pourquoi vous l’avez"] for row in rows if row["Dossier"] == 3} <= {"national"}
    own = [row["Pourquoi vous l’avez"] != "national" for row in rows]
    assert own == sorted(own, reverse=True), "own dossiers before national ones"


def test_what_fits_no_centre_is_listed_in_the_agency_workbook() -> None:
    shown = {row["Dossier"]: row["CRPV"] for row in records(SET.workbook("agence"), "Dossiers")}
    assert shown[1] == "CRPV Lyon"
    assert shown[2] == "CRPV Lyon\u202f; CRPV Grenoble"
    assert shown[3] == "Tous"
    assert shown[4] == "CRPV Marseille"
    assert shown[5] == "Sans centre\u00a0: 978"
    assert shown[6] == "Non attribué"
    assert shown[7] == "CRPV Marseille («\u00a0Brest\u00a0» n’est pas dans la table)"


def test_what_an_instructeur_wrote_follows_the_annotation() -> None:
    kept = POLICY.model_copy(update={"annotations": frozenset()})
    made = WorkbookSet(
        entries=ENTRIES, context=context(), columns=COLUMNS, policy=kept, centres=CENTRES
    )

    def shown(content: bytes) -> str:
        return next(str(row["CRPV"]) for row in records(content, "Dossiers") if row["Dossier"] == 7)

    assert shown(made.workbook("reseau")) == "CRPV Marseille"
    assert shown(made.workbook("crpv-marseille")) == "CRPV Marseille"
    assert "«\u00a0Brest\u00a0»" in shown(made.workbook("agence"))
    assert "«\u00a0Brest\u00a0»" in shown(SET.workbook("reseau"))


def test_the_workbook_of_a_centre_says_whose_it_is_and_what_is_not_confirmed() -> None:
    content = SET.workbook("crpv-lyon")
    assert by_openpyxl(content, "Synthèse")[0][0] == "Usages non conformes — CRPV Lyon"
    about = dict(row[:2] for row in by_openpyxl(content, "À propos") if row[0])
    assert "2 départements rattachés, dont 1 confirmés" in about["Destiné à"]


def test_a_centre_that_is_not_in_the_table_has_no_workbook() -> None:
    with pytest.raises(KeyError, match="brest"):
        SET.workbook("crpv-brest")


def test_what_fits_no_centre_is_counted_among_what_the_network_may_read() -> None:
    assert unassigned() == {5, 6}


def test_workbooks_made_together_are_those_made_alone() -> None:
    alone = WorkbookSet(
        entries=ENTRIES, context=context(), columns=COLUMNS, policy=POLICY, centres=CENTRES
    )
    SET.workbook("reseau")
    assert alone.workbook("crpv-lyon") == SET.workbook("crpv-lyon")


@pytest.mark.parametrize(
    ("written", "codes", "unknown"),
    [
        ("CRPV de Lyon", ("lyon",), ()),
        ("lyon et Grenoble", ("lyon", "grenoble"), ()),
        ("St Etienne", ("saint-etienne",), ()),
        ("Centre régional de pharmacovigilance de Saint-Étienne", ("saint-etienne",), ()),
        ("Paris", ("paris-cochin", "paris-widal", "paris-pitie", "paris-antoine"), ()),
        ("Cochin", ("paris-cochin",), ()),
        ("Lyon, Brest", ("lyon",), ("Brest",)),
        ("LYON ET NICE", ("lyon", "nice"), ()),
        ("Lyon - Nice", ("lyon", "nice"), ()),
        ("- Lyon\n- Nice", ("lyon", "nice"), ()),
        ("Lyon – Brest", ("lyon",), ("Brest",)),
        ("Lyon ou Nice", ("lyon", "nice"), ()),
        ("Lyon et/ou Nice", ("lyon", "nice"), ()),
        ("Paris - Cochin", ("paris-cochin",), ()),
        ("Saint - Étienne", ("saint-etienne",), ()),
        ("à voir - plus tard", (), ("à voir - plus tard",)),
        ("HEGP", ("paris-cochin",), ()),
        ("Widal", ("paris-widal",), ()),
        ("Mondor", ("creteil",), ()),
        ("Henri Mondor", ("creteil",), ()),
        ("Pitié", ("paris-pitie",), ()),
        ("St Antoine", ("paris-antoine",), ()),
        ("Saint", (), ("Saint",)),
        ("Étienne", (), ("Étienne",)),
        ("Henri", (), ("Henri",)),
        ("voir avec Antoine, Fernand", (), ("voir avec Antoine", "Fernand")),
        ("Antoine et Fernand", (), ("Antoine", "Fernand")),
        ("voir M. X", (), ("voir M. X",)),
        ("?", (), ("?",)),
        ("", (), ()),
    ],
)
def test_a_rapporteur_is_understood_as_people_write_it(
    written: str, codes: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    known = {
        "lyon": ("lyon", "CRPV Lyon", "Lyon"),
        "grenoble": ("grenoble", "CRPV Grenoble", "Grenoble"),
        "saint-etienne": ("saint-etienne", "CRPV Saint-Étienne", "Saint-Étienne"),
        "paris-cochin": ("paris-cochin", "CRPV Paris Cochin-HEGP", "Paris"),
        "paris-widal": ("paris-widal", "CRPV Paris Fernand-Widal", "Paris"),
        "paris-pitie": ("paris-pitie", "CRPV Paris Pitié-Salpêtrière", "Paris"),
        "paris-antoine": ("paris-antoine", "CRPV Paris Saint-Antoine", "Paris"),
        "creteil": ("creteil", "CRPV Créteil Henri-Mondor", "Créteil"),
        "nice": ("nice", "CRPV Nice", "Nice"),
    }
    assert centres_named(written, known) == (codes, unknown)


@pytest.mark.parametrize("change", [{"regions": frozenset({"24"})}, {"confirmed": 2}])
def test_a_change_of_the_table_of_centres_that_shows_makes_a_new_workbook(
    change: dict[str, Any],
) -> None:
    author = author_of(CENTRES[0])
    moved = (replace(CENTRES[0], **change), *CENTRES[1:])
    other = replace(SET, centres=moved, _audiences={})
    assert other.made(author).digest != SET.made(author).digest


def test_dossiers_without_a_centre_are_counted_in_the_synthesis() -> None:
    shown = {row[0]: row[1] for row in by_openpyxl(SET.workbook("reseau"), "Synthèse")}
    assert shown["Dossiers sans centre"] == 1
    assert shown["Dossiers d’outre-mer sans centre"] == 1
    assert len(unassigned()) == 2


def test_a_code_that_is_no_name_of_a_file_is_repaired() -> None:
    line = "Saint Étienne,CRPV Saint-Étienne,Saint-Étienne,42,84,no,"
    found = parse_centres(f"{CSV}{line}\n", source="crpv.csv")
    assert found[-1].code == "saint-etienne"


def test_a_table_that_a_french_excel_saved_is_read() -> None:
    french = CSV.replace("à confirmer", '"à confirmer, vite"').replace(",", ";")
    assert parse_centres(french, source="crpv.csv") == CENTRES


def test_the_project_table_is_valid() -> None:
    path = ROOT / "exports" / "unc" / "crpv.csv"
    centres = parse_centres(path.read_text(encoding="utf-8"), source=path.name)
    assert len(centres) >= 25
    assert {"2A", "01", "974"} <= {code for one in centres for code in one.departments}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("../lyon,CRPV Lyon,Lyon,69,84,yes,", r"crpv\.csv:6 .*même fichier \(crpv-lyon\.xlsx\)"),
        ("-,CRPV Lyon,Lyon,69,84,yes,", "ni lettre ni chiffre"),
        ("lyon,,Lyon,69,84,yes,", "nom du centre"),
        ("lyon,CRPV Lyon,Lyon,69,84,peut-être,", "yes ou no"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_line(line: str, told: str) -> None:
    with pytest.raises(DataFileError, match=told):
        parse_centres(f"{CSV}{line}\n", source="crpv.csv")


PATIENT = "Mme Jeanne MARTIN"
TYPED = entry(
    10,
    fields=local("69"),
    annotations={"crpv_rapporteur": answered(f"Lyon, vu avec {PATIENT}, 67 ans")},
)


@pytest.mark.parametrize(("author", "told"), [("agence", True), ("reseau", False), ("lyon", False)])
def test_a_patient_whom_an_instructeur_names_stays_at_the_agency(author: str, told: bool) -> None:
    made = WorkbookSet(
        entries=[TYPED], context=context(), columns=COLUMNS, policy=POLICY, centres=CENTRES
    )
    reader = next((author_of(one) for one in CENTRES if one.code == author), author)
    assert made.numbers(reader) == {10}, "the centre is read before anything is masked"
    rows = by_openpyxl(made.workbook(reader), "Dossiers")
    shown = "".join(str(cell) for row in rows for cell in row if cell is not None)
    assert "MARTIN" in shown if told else "MARTIN" not in shown
    assert "vu avec" in shown


def test_no_centre_of_the_table_is_taken_for_a_patient() -> None:
    table = (ROOT / "exports/unc/crpv.csv").read_text("utf-8")
    for one in parse_centres(table, source="crpv.csv"):
        for name in (one.code, one.name, one.city, f"CRPV de {one.city}", one.city.upper()):
            assert typed_marks("crpv_rapporteur", answered(name)) == ()
