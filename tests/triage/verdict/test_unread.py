"""What is not read of a report is unknown to its priority, never « no »."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mappings.report.model import NOT_READ, Answer, AnswerState, Report
from mappings.schema.model import FormMapping
from triage.rules.model import RuleSet
from triage.verdict.assess import assess

MakeReport = Callable[..., Report]
GRAVE = ("cas_graves", "deces")


@pytest.mark.parametrize("rule_set", ["rules", "second_reading"])
@pytest.mark.parametrize("reworded", [True, False])
@pytest.mark.parametrize(
    "lost", [GRAVE, ("patients",), ("niveau_risque",), ("population", "maladie_rare")]
)
def test_what_is_not_read_lowers_no_priority_and_is_told(
    request: pytest.FixtureRequest,
    report: MakeReport,
    mapping: FormMapping,
    *,
    rule_set: str,
    reworded: bool,
    lost: tuple[str, ...],
) -> None:
    """Whether it was answered to other words, or no champ gives it and nobody said why."""
    rules: RuleSet = request.getfixturevalue(rule_set)
    whole = report({26: ["2 à 11 ans"], 42: 5000, 53: "Élevé", 49: True, 50: 12, 501: 3, 502: 2})
    unread = Answer(AnswerState.NOT_ASKED) if not reworded else NOT_READ
    one = replace(
        whole,
        fields={**whole.fields, **dict.fromkeys(lost, unread)},
        unasked=frozenset(lost),
        not_read=frozenset(lost if reworded else ()),
    )
    told: dict[str, Any] = {"mapping": mapping, "fingerprint": "f", "earlier_exists": True}
    before, found = assess(whole, rules, **told), assess(one, rules, **told)
    assert before.priority == found.priority == "P1"
    assert not before.to_verify
    unsure = {fact.field: fact.value for fact in found.to_verify}
    if lost == GRAVE:
        why = "réponse non lue" if reworded else "aucun champ"
        assert unsure.keys() == set(lost)
        assert all(value.startswith(why) for value in unsure.values())
    said = replace(one, unasked=frozenset(), not_read=frozenset())
    settled = assess(said, rules, **told)
    assert not settled.to_verify, "a person said that the form does not ask it"


def test_counts_of_which_the_leading_question_is_not_read_are_not_known(
    report: MakeReport, second_reading: RuleSet, mapping: FormMapping
) -> None:
    whole, lead = report({49: False, 50: None, 501: None, 502: None}), "effets_indesirables"
    one = replace(whole, fields={**whole.fields, lead: NOT_READ}, not_read=frozenset({lead}))
    told: dict[str, Any] = {"mapping": mapping, "fingerprint": "f", "earlier_exists": True}
    found = assess(one, second_reading, **told)
    assert {fact.field for fact in found.to_verify} == set(GRAVE)
    assert (found.priority, assess(whole, second_reading, **told).priority) == ("P1", "P4")
