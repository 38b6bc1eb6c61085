"""The shape that staff build on: sheets, columns, values, bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest

from exports.model import ExportedDossier
from french.text import typographic
from mappings.adoption.absences import ToldAbsence
from mappings.report.model import Answer, AnswerState
from mappings.schema.model import Audience
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    ROOT,
    answered,
    build,
    by_calamine,
    by_openpyxl,
    entry,
    item,
    parts,
    records,
)
from triage.verdict.model import ScopeReason, Status, Verdict

LACKING = "Éléments manquants"
FIRST_COLUMNS = (
    "Dossier",
    "Statut",
    "Priorité",
    "Titre de la situation",
    "Complétude",
    "Éléments manquants",
    "Spécialité",
    "Date de dépôt",
    "Substance",
    "Exploitant",
)
OF_CENTRES = (
    *FIRST_COLUMNS[:4],
    "Pourquoi vous l’avez",
    *FIRST_COLUMNS[5:],
)


@pytest.mark.parametrize(("audience", "first"), [("agence", FIRST_COLUMNS), ("reseau", OF_CENTRES)])
def test_sheets_and_first_columns_are_what_staff_build_on(
    audience: str, first: tuple[str, ...]
) -> None:
    content = build([entry()], audience=audience)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[0] == "À traiter"
    wanted = ["Synthèse", "Dossiers", "Complétude", "À propos"]
    assert [name for name in book.sheetnames if name in wanted] == wanted
    assert by_openpyxl(content, "Dossiers")[0][:10] == first


def test_every_field_of_the_mapping_has_a_place_in_the_agency_workbook() -> None:
    shown = {row["Origine"] for row in records(build([entry()]), "Dictionnaire")}
    missing = [
        name
        for name, spec in MAPPING.fields.items()
        if f"champ {' ou '.join(spec.champs)}" not in shown
        and not all(f"champ {' ou '.join(s.champs)}" in shown for s in spec.fields.values())
    ]
    assert missing == []


def test_the_same_data_gives_the_same_bytes_in_any_order() -> None:
    entries = [entry(number) for number in (3, 1, 2)]
    assert build(entries) == build(entries)
    assert build(entries) == build(sorted(entries, key=lambda one: one.report.number))


def test_a_row_says_what_the_verdict_says() -> None:
    one = entry(
        7,
        verdict={
            "status": Status.A_COMPLETER,
            "score": 43,
            "priority": "P1",
            "items": (
                item(Verdict.MISSING),
                item(Verdict.INSUFFICIENT, id="D7", name="Contexte", mandatory=True),
                item(Verdict.INVALID, id="M3", name="Code CIS", reason="7 chiffres"),
            ),
        },
    )
    content = build([one])
    row = records(content, "Dossiers")[0]
    assert (row["Dossier"], row["Statut"], row["Priorité"]) == (7, "À compléter", "P1")
    assert row["Complétude"] == 43
    assert (
        row["Éléments manquants"] == "M1 Spécialité\u00a0: absente\nM3 Code CIS\u00a0: 7 chiffres"
    )
    verdicts = [(r["Élément"], r["Verdict"]) for r in records(content, "Complétude")]
    assert verdicts == [("M1", "absent"), ("D7", "insuffisant"), ("M3", "invalide")]


def test_questions_to_clear_up_are_listed() -> None:
    reason = ScopeReason("but_medical", "But médical", "", "sans réponse")
    one = entry(1, verdict={"status": Status.A_PRECISER, "unanswered_scope": (reason,)})
    content = build([one])
    assert (
        records(content, "Dossiers")[0]["Éléments manquants"] == "But médical\u00a0: sans réponse"
    )
    row = records(content, "Complétude")[0]
    told = [row[name] for name in ("Élément", "Nom", "Section", "Verdict", "Motif")]
    assert told == ["–", "But médical", "Éligibilité", "absent", "sans réponse"]


def test_nothing_is_lacking_of_what_is_out_of_scope_unless_a_person_says_that_it_is_in() -> None:
    reason = ScopeReason("but_medical", "But médical", "non", "non")
    items = (item(Verdict.MISSING),)
    verdict = {"status": Status.HORS_CHAMP, "out_of_scope": reason, "items": items}
    out = entry(1, verdict=verdict)
    lacking = entry(1, verdict={"status": Status.A_COMPLETER, "items": items})
    cases: tuple[tuple[ExportedDossier, dict[str, str], str], ...] = (
        (out, {}, "Sans objet"),
        (lacking, {"statut": "Hors champ"}, "Sans objet"),
        (out, {"statut": "À compléter"}, "M1 Spécialité\u00a0: absente"),
    )
    for one, held, told in cases:
        found = records(build([replace(one, held=held)]), "Dossiers")[0]
        assert found[LACKING] == told


def test_the_number_leads_to_the_dossier() -> None:
    book = openpyxl.load_workbook(BytesIO(build([entry(12), entry(11)])))
    cell = book["Dossiers"]["A2"]
    assert cell.value == 11
    assert cell.hyperlink.target == "https://demarche.example.gouv.fr/dossiers/11"


def test_dates_are_dates_in_paris_with_a_french_format() -> None:
    one = entry(1, deposited_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    book = openpyxl.load_workbook(BytesIO(build([one])))
    cell = book["Dossiers"]["H2"]
    assert cell.value == datetime(2026, 7, 1)  # noqa: DTZ001
    assert cell.number_format == "dd/mm/yyyy"


def test_an_illegible_answer_is_shown_as_typed_with_its_problem() -> None:
    odd = Answer(AnswerState.UNREADABLE, raw="le 32 mai", problem="date illisible")
    row = records(build([entry(1, fields={"date_connaissance": odd})]), "Dossiers")[0]
    assert row["Date de connaissance"] == "le 32 mai (date illisible)"


def test_two_readers_agree_on_every_cell() -> None:
    content = build([entry(1), entry(2, fields={"titre": answered("a\nb  ")})])
    for sheet in ("Dossiers", "Spécialités", "Mesures", "Pièces jointes", "Dictionnaire"):
        one, two = by_openpyxl(content, sheet), by_calamine(content, sheet)
        assert len(one) == len(two)
        for left, right in zip(one, two, strict=True):
            assert [plain(value) for value in left] == [plain(value) for value in right]


def plain(value: object) -> object:
    match value:
        case None:
            return ""
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001
        case bool() | str():
            return value
        case int() | float():
            return float(value)
        case _:
            return value


def test_an_export_without_dossiers_is_a_workbook_all_the_same() -> None:
    content = build([])
    assert by_openpyxl(content, "Dossiers")[0][:10] == FIRST_COLUMNS
    assert by_openpyxl(content, "Synthèse")[0][0].startswith("Usages non conformes")


@pytest.mark.slow
def test_nothing_in_the_file_leads_outside_but_links_to_dossiers() -> None:
    content = parts(build([entry(1)]))
    assert not any("externalLink" in name or "vba" in name.lower() for name in content)
    targets = [
        part.count(b'TargetMode="External"')
        for name, part in content.items()
        if name.endswith(".rels")
    ]
    sheets = {"À traiter": 2, "Dossiers": 1, "Spécialités": 1, "Mesures": 1, "Pièces jointes": 1}
    assert sum(targets) == sum(
        len(records(build([entry(1)]), sheet, header=header)) for sheet, header in sheets.items()
    )


def test_limits_of_excel_hold() -> None:
    book = openpyxl.load_workbook(BytesIO(build([entry(1)])))
    assert all(len(name) <= 31 for name in book.sheetnames)
    names = [table for sheet in book for table in sheet.tables]
    assert len(names) == len({name.casefold() for name in names})
    for sheet in book:
        for table in sheet.tables.values():
            header = [cell.value for cell in sheet[table.ref][0]]
            assert [column.name for column in table.tableColumns] == header
            assert len({name.casefold() for name in header}) == len(header)


def test_the_columns_file_orders_tabs_as_the_issue_asks() -> None:
    order = [
        "À traiter",
        "Synthèse",
        "Dossiers",
        "Spécialités",
        "Complétude",
        "Situations",
        "Signaux",
        "Mesures agence",
        "Questions",
        "Consommation",
        "Mesures",
        "Pièces jointes",
        "Changements",
        "Dictionnaire",
        "À propos",
    ]
    names = [sheet.name for sheet in COLUMNS.sheets]
    assert names == [name for name in order if name in names]


def test_each_reader_is_told_what_the_form_does_not_ask_of_what_they_may_read() -> None:
    said = "Jamais demandé — A. Martin le 30/11/2026"
    absent = tuple(
        ToldAbsence(path, title, f"{title} ({path}) : {said}")
        for path, title in (
            ("territoire_national", "Territoire national"),
            ("specialites.cis", "Code CIS"),
            ("nature_signalement=Clôture", "Nature, option « Clôture »"),
            ("reference_interne", "Référence interne"),  # the agency's alone
            ("annotations.priorite", "Priorité"),
        )
    )

    def told(audience: Audience) -> str:
        content = build([entry()], audience=audience, absences=absent)
        rows = openpyxl.load_workbook(BytesIO(content))["À propos"].values
        return {str(row[0]): str(row[1]) for row in rows}["Données non demandées"]

    assert [line.count("A. Martin") for line in told("agence").splitlines()] == [1] * 5
    assert told("reseau") == typographic(
        "Territoire national, Code CIS, Nature, option « Clôture »"
    )


@pytest.mark.slow
def test_another_process_with_another_order_of_hashes_makes_the_same_bytes() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, '.');"
        "from tests.exports.conftest import build, entry;"
        "print(hashlib.sha256(build([entry(1)], audience='reseau')).hexdigest())"
    )
    found = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
