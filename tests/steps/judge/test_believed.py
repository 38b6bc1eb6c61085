"""What a change of type, a CSV or the antivirus does to an answer, up to the cell."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sandbox.demarche.seed import SeedDossier
from tests.conftest import Bridge, bridge_on
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some
from triage.verdict.model import Assessment, ItemResult, Status, Verdict

pytestmark = pytest.mark.slow

ROWS = {"9001": "Cardiologie", "9002": "Soins, suite et réadaptation", "9003": "Urgences"}
FILE = {"filename": "piece.pdf", "content_type": "application/pdf", "content": "du texte"}


def retype(bridge: Bridge, champ: int, kind: str, **more: Any) -> None:
    edit = {"op": "retype", "champ": champ, "type": kind, **more}
    bridge.sandbox.control.publish(bridge.sandbox.demarche, edits=[edit])


def rows(book: Path, sheet: str) -> list[dict[str, Any]]:
    head, *lines = openpyxl.load_workbook(book)[sheet].values
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def agency(bridge: Bridge) -> Path:
    """The agency's workbook, published by a run in which nothing odd stopped anything."""
    summary = bridge.run()
    assert not summary.quarantined
    (book,) = [Path(one) for one in summary.workbooks if one.endswith("agence.xlsx")]
    return book


def cells(bridge: Bridge, column: str) -> dict[int, Any]:
    return {one["Dossier"]: one[column] for one in rows(agency(bridge), "Dossiers")}


def item(found: Assessment, name: str) -> ItemResult:
    return next(one for one in found.items if one.id == name)


@pytest.fixture
def four(tmp_path: Path) -> Iterator[tuple[Bridge, list[SeedDossier]]]:
    seeds = some("Complet", 4)
    with bridge_on(tmp_path, seeds, **TO_ALL) as bridge:
        yield bridge, seeds


def test_a_text_that_became_a_number_is_the_number_it_says_or_its_text(
    four: tuple[Bridge, list[SeedDossier]],
) -> None:
    bridge, seeds = four
    typed = ["1 200", "environ 350", "1.200", "350"]
    retype(bridge, 42, "text")
    for one, text in zip(seeds, typed, strict=True):
        bridge.sandbox.control.submit(one.number, {41: True, 42: text, 43: "Ventes"})
    retype(bridge, 42, "integer_number")
    shown = cells(bridge, "Patients estimés")
    doubt = "(attendu\u00a0: un nombre entier)"
    assert [shown[one.number] for one in seeds] == [
        1200,
        f"environ 350 {doubt}",
        f"1.200 {doubt}",
        350,
    ]
    verdicts = Exchange(bridge).verdicts()
    assert [item(verdicts[one.number], "R2").verdict for one in seeds] == [
        Verdict.PRESENT,
        Verdict.INVALID,
        Verdict.INVALID,
        Verdict.PRESENT,
    ]
    asked = [one["body"] for one in Exchange(bridge).ours(seeds[1].number)]
    assert "\u00a0: réponse illisible." in asked[0]
    assert "absent" not in asked[0]
    assert "«\u00a0environ 350\u00a0»" in asked[0], "what was typed there, to who typed it"


def test_a_decimal_that_became_an_integer_is_not_cut(
    four: tuple[Bridge, list[SeedDossier]],
) -> None:
    bridge, seeds = four
    retype(bridge, 42, "decimal_number")
    bridge.sandbox.control.submit(seeds[0].number, {41: True, 42: 12.7, 43: "Ventes"})
    bridge.sandbox.control.submit(seeds[1].number, {41: True, 42: 12.0, 43: "Ventes"})
    retype(bridge, 42, "integer_number")
    shown = cells(bridge, "Patients estimés")
    assert shown[seeds[0].number] == "12.7 (attendu\u00a0: un nombre entier)"
    assert shown[seeds[1].number] == 12


def test_several_options_of_a_list_that_became_simple_are_read_one_by_one(
    four: tuple[Bridge, list[SeedDossier]],
) -> None:
    bridge, seeds = four
    bridge.sandbox.control.submit(seeds[0].number, {18: ["Indication", "Durée"]})
    bridge.sandbox.control.submit(seeds[1].number, {18: ["Durée"]})
    retype(bridge, 18, "drop_down_list", options=["Indication", "Durée"])
    shown = cells(bridge, "Nature de la non-conformité")
    assert shown[seeds[0].number] == "Indication\u202f; Durée"
    assert shown[seeds[1].number] == "Durée"


def test_a_row_of_a_repetition_is_believed_as_the_rest_is(
    four: tuple[Bridge, list[SeedDossier]],
) -> None:
    bridge, seeds = four
    medicine = dict(seeds[0].answers[15][0])
    retype(bridge, 157, "multiple_drop_down_list", options=["AMM", "CPC"])
    bridge.sandbox.control.submit(seeds[0].number, {15: [{**medicine, 157: ["AMM", "CPC"]}]})
    retype(bridge, 157, "drop_down_list", options=["AMM", "CPC"])
    (line,) = [
        one for one in rows(agency(bridge), "Spécialités") if one["Dossier"] == seeds[0].number
    ]
    assert line["Statut réglementaire"] == "AMM ; CPC (attendu\u00a0: un choix dans une liste)"


def test_a_list_fed_by_a_csv_shows_labels_and_never_the_number_of_a_row(
    four: tuple[Bridge, list[SeedDossier]],
) -> None:
    bridge, seeds = four
    retype(bridge, 18, "multiple_drop_down_list", rows={**ROWS, "9009": "Gériatrie"})
    chosen = [["9002"], ["9001", "9003"], ["9001", "9002"], ["9009"]]
    for one, answer in zip(seeds, chosen, strict=True):
        bridge.sandbox.control.submit(one.number, {18: answer})
    retype(bridge, 18, "multiple_drop_down_list", rows=ROWS)  # imported again, without it
    shown = cells(bridge, "Nature de la non-conformité")
    assert [shown[one.number] for one in seeds] == [
        "Soins, suite et réadaptation",
        "Cardiologie\u202f; Urgences",
        "Cardiologie, Soins, suite et réadaptation",
        "ligne 9009 (DS ne donne pas le libellé de ce choix)",
    ]


@pytest.mark.parametrize("scan", ["infected", "safe"], ids=["infected", "identity document"])
def test_a_file_that_ds_does_not_list_is_given_and_never_asked_for(
    tmp_path: Path, scan: str
) -> None:
    seeds = some("Complet", 3)
    unlisted = [{**FILE, "scan": scan}]
    given, blank, _ = (
        replace(one, answers={**one.answers, 58: answer})
        for one, answer in zip(seeds, (unlisted, [], []), strict=True)
    )
    with bridge_on(tmp_path, [given, blank], **TO_ALL) as bridge:
        if scan == "safe":
            retype(bridge, 58, "piece_justificative", nature="TITRE_IDENTITE")
        book = agency(bridge)
        found = Exchange(bridge).verdicts()
        assert item(found[given.number], "P1").verdict is Verdict.PRESENT
        assert item(found[given.number], "P1").reason.startswith(
            "fourni, non listé par la démarche"
        )
        assert found[given.number].status is Status.COMPLET
        assert item(found[blank.number], "P1").verdict is Verdict.MISSING
        files = {
            one["Dossier"]: one["Fichier"]
            for one in rows(book, "Pièces jointes")
            if one["Pièce"] == "Rapport d'analyse de risque"
        }
        assert files == {given.number: "fourni, non listé par la démarche"}


def test_an_annotation_that_contradicts_itself_is_held_and_told(exchange: MakeExchange) -> None:
    held, other = some("Complet", 2)
    with exchange([held, other]) as made:
        retype(made.bridge, 903, "text")
        made.control.annotate(held.number, {903: "87 au moins"})
        retype(made.bridge, 903, "integer_number")
        told = made.answer()
        assert told.conflicts == {held.number}
        assert made.snapshot(held.number)["annotations"]["903"] == "87 au moins"
        assert made.snapshot(other.number)["annotations"]["903"] == 100


def test_what_we_wrote_stays_ours_when_the_type_of_its_annotation_changes(
    exchange: MakeExchange,
) -> None:
    (one,) = some("Complet", 1)
    with exchange([one]) as made:
        made.answer()
        retype(made.bridge, 903, "text")
        assert made.answer().conflicts == set()
        retype(made.bridge, 903, "integer_number")
        made.control.submit(one.number, {17: ""})
        told = made.answer()
        assert told.conflicts == set()
        assert made.snapshot(one.number)["annotations"]["903"] < 100


def test_a_report_by_a_natural_person_is_read_and_judged_as_another(exchange: MakeExchange) -> None:
    (one,) = some("Complet", 1)
    with exchange([]) as made:
        person = {"civilite": "Mme", "nom": "Martin", "prenom": "Alix"}
        told = {"person": person, "answers": one.answers, "revision": one.revision}
        number = made.control.create(made.bridge.sandbox.demarche, {**told, "mandatory": False})
        summary = made.answer()
        assert summary.set_aside == []
        assert made.verdicts()[number].status is Status.COMPLET


def test_a_company_that_is_not_to_be_named_is_shown_by_its_number(tmp_path: Path) -> None:
    (one,) = some("Complet", 1)
    hidden = replace(one, company=replace(one.company, name="[ND]"))
    with bridge_on(tmp_path, [hidden]) as bridge:
        (line,) = rows(agency(bridge), "Dossiers")
        assert "[ND]" not in {str(cell) for cell in line.values()}
        assert hidden.company.siret in {str(cell) for cell in line.values()}
