"""`unc rules explain` and `unc rules try` as staff read them: in French, with places and causes."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rich.console import Console, RenderableType

from cli.rules.trial_view import trial_tables
from cli.rules.view import explained_tree, history_table
from mappings.report.model import Report
from mappings.schema.model import FormMapping
from steps.explain.past_verdicts import PastVerdict
from steps.explain.present_verdict import explained
from triage.rules.checks import Facts
from triage.rules.model import RuleSet
from triage.verdict.assess import assess
from triage.verdict.trial import ItemMove, Move, Trial, move
from triage.verdict.trial_causes import Reached, reached

MakeReport = Callable[..., Report]
Shown = Callable[[Mapping[int, Any]], str]


def text_of(*shown: RenderableType) -> str:
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        for one in shown:
            console.print(one)
    return captured.get()


@pytest.fixture
def shown(report: MakeReport, rules: RuleSet, mapping: FormMapping) -> Shown:
    """What `explain` shows of a dossier."""

    def show(answers: Mapping[int, Any]) -> str:
        told = report(answers)
        verdict = assess(told, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
        facts = Facts(report=told, earlier_exists=True)
        return text_of(explained_tree(explained(verdict, facts, rules=rules, mapping=mapping)))

    return show


def test_a_report_in_scope_shows_each_answer_and_its_champ(shown: Shown) -> None:
    text = shown({})
    assert "But médical : oui" in text
    assert "champ 2, « L'usage a-t-il un but médical ? », oui ou non" in text
    assert "Couvert par un PGR : non" in text
    assert "À regarder : rien" in text


def test_a_report_out_of_scope_shows_the_reason_beside_the_answer(shown: Shown) -> None:
    text = shown({2: False, 3: None})
    assert "But médical : non – Sans but médical (abus, usage détourné)" in text
    assert "Territoire national : sans réponse – question sans réponse" in text
    assert "Priorité : aucune" in text


def test_penalties_are_in_french(shown: Shown) -> None:
    text = shown({26: [], 17: "NC"})
    assert "D8 Population : absent, pénalité 0,3" in text
    assert "D0 Titre de la situation : insuffisant, pénalité 0,05" in text


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, "P4, quand aucun niveau précédent ne convient"),
        ({42: 1000}, "P3, au moins 1 critère"),
        ({42: 1000, 27: True, 28: "Maladie de Wilson"}, "P2, au moins 2 critères"),
        (
            {42: 1000, 49: True, 50: 2, 501: 1, 502: 0, 51: "Cas 1"},
            "P1, (Cas graves ≥ 1 ou Décès ≥ 1) et un critère parmi : Usage étendu,",
        ),
    ],
)
def test_the_level_of_priority_is_shown_with_what_it_wants(
    shown: Shown, answers: Mapping[int, Any], level: str
) -> None:
    assert f"Priorité : {level}" in shown(answers)


def test_likely_patient_data_are_shown_by_row_and_column(shown: Shown) -> None:
    measures = [
        {561: "Étude", 562: "Prise", 563: "2026-02-01"},
        {561: "Étude", 562: "Prise", 564: "Dr X 06 12 34 56 78"},
    ]
    text = shown({56: measures, 17: "Suite à l'appel du 06 12 34 56 78"})
    assert "[Titre de la situation, caractères 20 à 33]" in text
    assert "[Mesures, ligne 2, Cible, caractères 6 à 19]" in text
    assert "12 34" not in text.partition("À regarder")[2]


def test_each_row_of_a_repetition_is_named_by_its_number(shown: Shown) -> None:
    first = {151: "EXEMPLUM", 154: "sémaglutide", 157: "AAP"}
    second = {151: "EXEMPLUM", 154: "sémaglutide", 157: "AMM", 152: "123"}
    lines = [line for line in shown({15: [first, second]}).splitlines() if "Code CIS (" in line]
    assert "1) : sans objet" in lines[0]
    assert "2) : invalide" in lines[1]


def test_past_verdicts_are_dated_in_paris(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    verdict = assess(report(), rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    text = text_of(history_table(1, [PastVerdict(at, verdict, digest="d", kept=True)]))
    assert "02/07/2026 00:30" in text
    assert "UTC" not in text


def test_a_trial_shows_who_changes_priority_and_why(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    levels = tuple(
        one.model_copy(update={"at_least": 3}) if one.level == "P3" else one
        for one in rules.priority.levels
    )
    priority = rules.priority.model_copy(update={"levels": levels})
    candidate = rules.model_copy(update={"priority": priority, "version": "essai"})
    before, after = (
        assess(report({42: 1000}), by, mapping=mapping, fingerprint="f", earlier_exists=True)
        for by in (rules, candidate)
    )
    found = move(reached(before), after)
    assert found is not None
    text = text_of(*trial_tables(Trial(1, 1, 0, (found,)), candidate))
    assert "1 dossier, dont 1 déposé depuis le 01/01/2015, les seuls qu'il" in text
    assert "0 changerait de statut, 1 de priorité seulement, 0 de score" in text
    assert "Priorité : P3 → P4 : les niveaux changent (critères : Usage étendu)" in text
    assert str(found.number) in text


def test_a_trial_lists_whose_score_changes_and_who_would_not_be_judged_by_it(
    rules: RuleSet,
) -> None:
    candidate = rules.model_copy(update={"in_force_from": date(2027, 3, 1)})
    moves = tuple(scored(number, since=number == 1) for number in range(1, 24))
    text = text_of(*trial_tables(Trial(30, 4, 0, moves), candidate))
    assert "essayé sur 30 dossiers, dont 4 déposés depuis le 01/03/2027" in text
    assert "23 (dont 1) de score ou d'item seulement" in " ".join(text.split())
    assert "Qui changerait de score ou d'item seulement (20 sur 23)" in " ".join(text.split())
    lines = [line for line in text.splitlines() if "90 → 60" in line]
    assert len(lines) == 20
    assert "D6 : présent → insuffisant" in lines[0]
    assert "D9 : pas d'item → absent" in text


def scored(number: int, *, since: bool) -> Move:
    """A dossier whose score only would change."""
    before, after = (Reached("Complet", score, "P4", items={}) for score in (90, 60))
    items = (
        ItemMove("D6", "present", "insufficient", reason=""),
        ItemMove("D9", None, "missing", reason=""),
    )
    return Move(number, before, after, causes=(), items=items, since=since)
