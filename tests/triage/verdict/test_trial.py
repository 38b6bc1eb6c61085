"""`unc rules try`: why a candidate rule-set would change a dossier, the cause first."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet
from triage.verdict.assess import assess
from triage.verdict.model import Assessment
from triage.verdict.trial import Move, Trial, joined, move
from triage.verdict.trial_causes import reached

MakeReport = Callable[..., Report]
R5 = 'section: 5. Analyse de risque\n    expected: "Les conséquences possibles'
OPTIONAL = R5.replace("section", "mandatory: false\n    section")
SHORT = ("short_text: 30", "short_text: 60")
Tried = Callable[..., Move | None]


@pytest.fixture
def tried(report: MakeReport, rules: RuleSet, rules_text: str, mapping: FormMapping) -> Tried:
    """What some changes of the rule-set's text change for a dossier."""

    def judged(answers: Mapping[int, Any], by: RuleSet) -> Assessment:
        told = report(answers)
        return assess(told, by, mapping=mapping, fingerprint="f", earlier_exists=True)

    def run(answers: Mapping[int, Any], *changes: tuple[str, str]) -> Move | None:
        text = rules_text
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        candidate = parse_ruleset(text, source="essai.yaml", mapping=mapping)
        before, after = (judged(answers, by) for by in (rules, candidate))
        return move(reached(before), after)

    return run


def why(found: Move | None) -> list[str]:
    assert found is not None
    return [f"{cause.rule} : {cause.text}" for cause in found.causes]


def test_an_item_that_is_no_longer_mandatory_is_the_cause(tried: Tried) -> None:
    found = tried({52: None}, (R5, OPTIONAL))
    assert found is not None
    assert (found.before.status, found.after.status) == ("À compléter", "Complet")
    assert why(found) == ["R5 : n'est plus obligatoire (absent)"]
    assert found.items == ()


def test_what_decides_is_told_and_what_does_not_is_not(tried: Tried) -> None:
    answers = {52: None, 18: ["Posologie"], 24: "Trois fois la dose, six mois de suite."}
    found = tried(answers, SHORT, (R5, OPTIONAL))
    assert found is not None
    assert "D6" in {item.id for item in found.items}, "it is insufficient now"
    assert why(found) == ["R5 : n'est plus obligatoire (absent)"]


def test_an_item_whose_verdict_starts_to_block_is_told_with_its_reason(tried: Tried) -> None:
    found = tried({}, ("{check: digits, length: 8", "{check: digits, length: 7"))
    assert why(found) == ["M3 : présent → invalide (code CIS mal formé (8 chiffres attendus))"]


def test_an_item_that_appears_or_goes_is_told(tried: Tried) -> None:
    item = "{id: R8, name: x, section: x, expected: x, penalty: 0.1"
    new = f"  - {item}, parts: [{{field: mesure_pgr, missing: absent}}]}}\n  - id: R6\n"
    gone = ("{field: impact, missing: absent}", "{field: impact, missing: absent, optional: true}")
    renamed = ("- id: R5\n", "- id: R9\n")
    assert why(tried({52: None}, gone)) == ["R5 : absent → sans objet"]
    assert why(tried({}, ("  - id: R6\n", new))) == ["R8 : nouvel item (absent)"]
    assert tried({52: None}, renamed) is not None
    assert why(tried({52: None}, renamed, (R5, OPTIONAL))) == ["R5 : n'est plus demandé"]


OUT = ("field: but_medical\n    out: false", "field: but_medical\n    out: true")


def test_the_scope_is_the_cause_of_a_dossier_that_enters_or_leaves_it(tried: Tried) -> None:
    text = "Sans but médical (abus, usage détourné) : addictovigilance ou pharmacovigilance"
    assert why(tried({}, OUT)) == [f"Champ d'application : {text}"]
    assert why(tried({2: False}, OUT)) == [f"Champ d'application : n'exclut plus « {text} »"]


def test_a_question_that_is_no_longer_asked_is_the_cause(tried: Tried, rules_text: str) -> None:
    start, end = rules_text.index("  - field: couvert_par_pgr"), rules_text.index("\nitems:")
    (told,) = why(tried({4: None}, (rules_text[start:end], "")))
    assert told.startswith("Champ d'application : ne demande plus « ")


def test_a_priority_that_changes_is_told_with_its_criterion(tried: Tried) -> None:
    found = tried(
        {42: 999}, ("{field: patients, at_least: 1000}", "{field: patients, at_least: 9}")
    )
    assert found is not None
    assert (found.status_changes, found.priority_changes) == (False, True)
    assert why(found) == ["Priorité : P4 → P3 : critère « Usage étendu »"]
    back = tried(
        {42: 1000}, ("{field: patients, at_least: 1000}", "{field: patients, at_least: 1001}")
    )
    assert why(back) == ["Priorité : P3 → P4 : plus le critère « Usage étendu »"]
    levels = tried({42: 1000}, ("{level: P3, at_least: 1}", "{level: P3, at_least: 3}"))
    assert why(levels) == ["Priorité : P3 → P4 : les niveaux changent (critères : Usage étendu)"]


def test_the_rules_that_decide_are_counted(tried: Tried) -> None:
    moves = [
        tried({52: None}, (R5, OPTIONAL)),
        tried(
            {52: None, 42: 1000},
            (R5, OPTIONAL),
            ("{level: P3, at_least: 1}", "{level: P3, at_least: 3}"),
        ),
        tried({25: "Surpoids, sans comorbidité en ville."}, SHORT),
    ]
    found = joined([Trial(len(moves), 2, 0, tuple(one for one in moves if one))])
    assert found.causes() == {"R5": 2, "Priorité": 1}
    assert found.statuses() == {("À compléter", "Complet"): 2}
    assert [one.causes for one in found.moves if not one.status_changes] == [()]
    assert joined([found, found]).since == 4
    assert tried({}) is None
