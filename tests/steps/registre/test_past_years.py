"""The years before the register come in from a table: all of them, once, or nothing."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from exports.returned.past_years import read_past_years
from exports.xlsx.past_years import past_years_template
from tests.triage.registre.in_memory import ANNE, RegisterInMemory, lists
from triage.registre.register import State
from triage.registre.years.past_columns import SHEETS
from triage.registre.years.past_years import Past, past_years

ROW: Mapping[str, Any] = {
    "Référence": "2017-001",
    "Titre public": "Néfopam injectable avalé",
    "Usage autorisé": "Voie injectable",
    "Usage constaté": "Voie orale",
    "Risque": "Avéré",
    "Pilote": "Anne Durand",
    "Niveau": "modere",
    "Justification du niveau": "Convulsions rapportées après une prise orale.",
    "Premier signal le": date(2016, 12, 5),
    "Identifiée le": "10/02/2017",
}
MEASURE: Mapping[str, Any] = {
    "Situation": "2017-001",
    "Type": "courrier aux professionnels",
    "Prise ou exigée": "prise",
    "Décidée le": date(2017, 5, 1),
    "Mise en œuvre le": date(2017, 6, 1),
}
SIGNAL: Mapping[str, Any] = {
    "Situation": "2017-001",
    "Type de source": "CRPV",
    "Organisme": "CRPV de Lyon",
    "Reçu le": date(2016, 12, 5),
    "Substance": "Néfopam",
    "Résumé": "Deux prises orales.",
    "Nombre de cas": 2,
}


def table(**sheets: Sequence[Mapping[str, Any]]) -> bytes:
    """The template with these rows; a key of a sheet is its name."""
    book = openpyxl.load_workbook(io.BytesIO(past_years_template(lists())))
    for name, rows in sheets.items():
        sheet = book[name]
        places = {str(cell.value): cell.column for cell in sheet[1]}
        for at, row in enumerate(rows, start=2):
            for header, value in row.items():
                sheet.cell(row=at, column=int(places[header] or 0)).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def imported(memory: RegisterInMemory, content: bytes) -> Past:
    rows, problems = read_past_years(content)
    assert problems == ()

    def new_id() -> str:
        memory.situations += 1
        return f"SIT-{memory.situations:04d}"

    past = past_years(rows, memory.acts, by=ANNE, today=memory.today, lists=lists(), new_id=new_id)
    memory.enter(past.drafts)
    return past


def test_1_2017_comes_in_with_its_measures_and_its_indicator() -> None:
    situations = [{**ROW, "Référence": f"2017-{at:03}"} for at in range(1, 75)]
    measures = [{**MEASURE, "Situation": f"2017-{at:03}"} for at in range(1, 53)]
    late = {**MEASURE, "Situation": "2017-060", "Mise en œuvre le": date(2018, 1, 10)}
    aside = [
        {
            "Référence": f"2017-{at}",
            "Titre public": "Sans suite",
            "Premier signal le": date(2017, 1, 5),
            "État": "écartée",
            "Close ou écartée le": date(2017, 2, 1),
            "Motif": "Usage conforme",
        }
        for at in (900, 901, 902)
    ]
    content = table(Situations=situations + aside, Mesures=[*measures, late], Signaux=[SIGNAL])
    memory = RegisterInMemory()
    past = imported(memory, content)
    assert (past.problems, past.remarks, len(past.made)) == ([], [], 77)
    assert memory.figure(2017).told() == "74 ; 52 ; 70 % ; 22 en cours ; 0 close"
    first = memory.of(past.made["2017-001"])
    assert (first.state, first.identified_on) == (State.FOLLOWED, date(2017, 2, 10))
    assert (first.level["niveau"], first.fields["risque"]) == ("Modéré", "avéré")
    assert first.signals == ("SIG-0001",)
    assert memory.of(past.made["2017-900"]).state is State.DISCARDED
    again = imported(memory, content)
    assert (again.drafts, again.made, len(again.unchanged)) == ([], {}, 77)
    moved = table(Situations=[{**ROW, "Titre public": "Autre titre"}])
    (problem,) = imported(memory, moved).problems
    assert problem.startswith("Situations!A2 : « 2017-001 » a été importée avec d'autres valeurs")


def test_a_closed_situation_of_a_frozen_year_is_told() -> None:
    memory = RegisterInMemory(today=date(2026, 3, 1))
    memory.validated(memory.opened(1, on="05/01/2017"), "10/01/2017")
    memory.frozen(2017)
    closed = {
        **ROW,
        "État": "Close",
        "Close ou écartée le": date(2018, 1, 1),
        "Conclusion": "risque maîtrisé",
        "Motif": "Plus aucun cas",
    }
    past = imported(memory, table(Situations=[closed]))
    assert past.remarks == ["Situations!A2 : 2017 est arrêtée ; « 2017-001 » n'y comptera pas"]
    assert memory.of(past.made["2017-001"]).state is State.CLOSED
    assert len(memory.figure(2017).identified) == 1


def without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({"Situations": [without(ROW, "Titre public")]}, "Situations!B2 : « Titre public » est à"),
        ({"Situations": [without(ROW, "Pilote")]}, "Situations!G2 : Pilote : à donner."),
        ({"Situations": [{**ROW, "Niveau": "fort"}]}, "Situations!H2 : Niveau : « fort » n'est"),
        (
            {"Situations": [{**ROW, "Justification du niveau": "Court"}]},
            "Situations!I2 : Justification du niveau : 5 caractère",
        ),
        ({"Situations": [{**ROW, "Identifiée le": "hier"}]}, "Situations!K2 : « hier » n'est pas"),
        (
            {"Situations": [{**ROW, "Identifiée le": date(2016, 1, 1)}]},
            "Situations!K2 : avant son premier signal",
        ),
        (
            {"Situations": [{**ROW, "Identifiée le": date(2099, 1, 1)}]},
            "Situations!K2 : le 01/01/2099 n'est pas encore venu",
        ),
        (
            {"Situations": [{**ROW, "État": "close"}]},
            "Situations!M2 : « Close ou écartée le » est à donner d'une situation close",
        ),
        ({"Situations": [ROW, ROW]}, "Situations!A3 : « 2017-001 » est déjà en Situations!A2"),
        (
            {"Situations": [ROW], "Mesures": [{**MEASURE, "Situation": "X"}]},
            "Mesures!A2 : « X » n'est la référence d'aucune situation",
        ),
        (
            {"Situations": [ROW], "Mesures": [{**MEASURE, "Type": "prière"}]},
            "Mesures!B2 : Type : « prière » n'est pas",
        ),
        (
            {"Situations": [ROW], "Mesures": [{**MEASURE, "Décidée le": date(2017, 7, 1)}]},
            "Mesures!F2 : Mise en œuvre le 01/06/2017, avant d'être décidée",
        ),
        (
            {"Situations": [ROW], "Signaux": [{**SIGNAL, "Type de source": "entreprise"}]},
            "Signaux!B2 : Type de source : « entreprise » n'est pas",
        ),
        (
            {
                "Situations": [ROW],
                "Signaux": [{**SIGNAL, "Résumé": "Appeler Mme Martin au 06 12 34 56 78"}],
            },
            "Signaux!F2 : Résumé : ressemble à une donnée de patient",
        ),
        (
            {"Situations": [ROW], "Signaux": [{**SIGNAL, "Nombre de cas": "plusieurs"}]},
            "Signaux!G2 : Nombre de cas : « plusieurs »",
        ),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_comes_in(
    sheets: dict[str, list[Mapping[str, Any]]], told: str
) -> None:
    other = {**ROW, "Référence": "2017-999"}
    memory = RegisterInMemory()
    past = imported(memory, table(**{**sheets, "Situations": [*sheets["Situations"], other]}))
    assert any(one.startswith(told) for one in past.problems), past.problems
    assert (past.drafts, past.made, memory.acts) == ([], {}, [])


def test_a_formula_and_a_missing_column_are_named() -> None:
    _, problems = read_past_years(table(Situations=[{**ROW, "Titre public": "=A1"}]))
    assert problems == ("Situations!B2 : formule ou erreur de calcul ; écrivez le texte lui-même",)
    book = openpyxl.load_workbook(io.BytesIO(past_years_template(lists())))
    book["Mesures"]["B1"].value = "Genre"
    saved = io.BytesIO()
    book.save(saved)
    _, problems = read_past_years(saved.getvalue())
    assert problems == ("Mesures, ligne 1 : il manque la colonne « Type » ; rendez-lui son nom",)


def test_the_template_says_what_to_write_and_lists_the_choices() -> None:
    book = openpyxl.load_workbook(io.BytesIO(past_years_template(lists())))
    assert book.sheetnames[:4] == ["Mode d’emploi", "Situations", "Mesures", "Signaux"]
    told = {(row[0].value, row[1].value): row[2].value for row in book["Mode d’emploi"].iter_rows()}
    for sheet in SHEETS:
        assert [cell.value for cell in book[sheet.name][1]] == [one.name for one in sheet.columns]
        assert all(told[sheet.name, one.name] for one in sheet.columns)
    listed = {cell.value for row in book["Listes"].iter_rows() for cell in row}
    assert {"Élevé", "suspension", "société savante", "risque maîtrisé"} <= listed


@pytest.fixture
def empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """`unc` on a base where there is nothing."""
    for name, value in {
        "UNC_HOME": str(tmp_path / "var"),
        "UNC_DEMARCHE": "48213",
        "UNC_DS_URL": "http://127.0.0.1:9/graphql",
        "UNC_DS_TOKEN": "jeton",
        "UNC_INSTRUCTEUR": "robot@example.fr",
    }.items():
        monkeypatch.setenv(name, value)
    assert call(["init"]) == 0

    def type_(*words: str, refused: bool = False) -> Any:
        capsys.readouterr()
        assert call([*words, "--json"]) == (2 if refused else 0)
        told = json.loads(capsys.readouterr().out)
        return told["error"] if refused else told

    return type_


@pytest.mark.slow
def test_commands_write_the_template_and_import_it_once(
    tmp_path: Path, empty: Callable[..., Any]
) -> None:
    file = tmp_path / "annees.xlsx"
    assert empty("registre", "template", str(file))["file"] == str(file)
    assert "existe déjà" in empty("registre", "template", str(file), refused=True)
    file.write_bytes(table(Situations=[ROW], Mesures=[MEASURE], Signaux=[SIGNAL]))
    by = ("--by", "Anne Durand")
    dry = empty("registre", "import", str(file), *by, "--dry-run")
    assert (dry["imported"], dry["situations"]) == (0, {"2017-001": "SIT-0001"})
    assert empty("registre", "list")["situations"] == []
    done = empty("registre", "import", str(file), *by)
    assert (done["imported"], done["problems"]) == (1, [])
    assert empty("registre", "import", str(file), *by)["unchanged"] == ["2017-001"]
    (year,) = empty("registre", "years")["years"]
    assert (year["year"], year["share"]) == (2017, 100)
    shown = empty("registre", "show", done["situations"]["2017-001"])
    assert shown["state"] == "Suivi de l’impact"
    assert {act["person"] for act in shown["acts"]} == {"Anne Durand"}
