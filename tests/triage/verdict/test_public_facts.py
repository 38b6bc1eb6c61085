"""Public data in a priority: nothing until a rule-set names them; unknown raises nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from datafiles.file import DataFileError
from mappings.report.model import Answer, Report
from mappings.schema.model import FormMapping
from triage.consumption.signals import ConsumptionSignal, abnormal
from triage.rules.file import parse_ruleset
from triage.rules.model import RuleSet
from triage.rules.needs import needs_of
from triage.rules.public_facts import PUBLIC_FACTS, public_answer
from triage.verdict.assess import assess
from triage.verdict.model import Assessment
from triage.verdict.priority import public_facts_read

MakeReport = Callable[..., Report]
NAMES = tuple(PUBLIC_FACTS)
PLACE = "  # Le premier niveau dont tout est vrai.\n  levels:\n"


def weighing(text: str, name: str, *, level: bool = False) -> str:
    """The rule-set with a criterion on a public fact; a level of its own where it is asked."""
    holds = f"{{field: {name}, equals: true}}"
    criterion = f"    - {{id: public, name: Données publiques, when: {holds}}}\n"
    first = f"    - {{level: P1, when: {holds}}}\n" if level else ""
    assert PLACE in text
    return text.replace(PLACE, f"{criterion}{PLACE}{first}", 1)


@pytest.fixture
def judged(report: MakeReport, rules_text: str, mapping: FormMapping) -> Callable[..., Assessment]:
    def run(name: str, public: Mapping[str, Answer] | None, *, level: bool = True) -> Assessment:
        text = weighing(rules_text, name, level=level)
        rules = parse_ruleset(text, source="essai.yaml", mapping=mapping)
        told: Any = {"mapping": mapping, "fingerprint": "f", "earlier_exists": True}
        return assess(report({}), rules, **told, public=public)

    return run


def test_the_rule_sets_in_use_ask_none(rules: RuleSet) -> None:
    assert public_facts_read(rules.priority) == ()


@pytest.mark.parametrize("name", NAMES)
def test_one_that_holds_weighs_and_shows_what_it_rests_on(
    judged: Callable[..., Assessment], name: str
) -> None:
    before = judged(name, {name: public_answer(False, "non")})
    found = judged(name, {name: public_answer(True, "EXEMPLA 5 mg (rupture)")})
    assert before.priority != "P1"
    assert found.priority == "P1"
    (criterion,) = [one for one in found.criteria if one.id == "public"]
    (evidence,) = criterion.evidence
    assert evidence.field == name
    assert evidence.label == PUBLIC_FACTS[name].title
    assert evidence.value == "EXEMPLA 5 mg (rupture)"
    assert not before.to_verify


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("public", [None, {}])
def test_one_that_is_not_known_raises_nothing_and_is_told(
    judged: Callable[..., Assessment], name: str, public: dict[str, Answer] | None
) -> None:
    none = judged(name, {name: public_answer(False, "non")})
    known = public if public is None else {name: public_answer(None, "inconnu : rien de chargé")}
    found = judged(name, known)
    assert found.priority == none.priority
    assert found.criteria == none.criteria
    (told,) = found.to_verify
    assert (told.label, told.value.split(" ")[0]) == (PUBLIC_FACTS[name].title, "inconnu")


@pytest.mark.parametrize("name", NAMES)
def test_outside_of_the_agency_the_priority_is_worked_out_without_it(
    judged: Callable[..., Assessment], name: str
) -> None:
    found = judged(name, {name: public_answer(True, "oui")})
    none = judged(name, {name: public_answer(False, "non")})
    assert found.shared is not None
    assert none.shared is not None
    assert found.shared.level == none.shared.level == none.priority
    assert name not in found.shared.fields
    assert not found.shared.to_verify


def test_a_rule_set_that_asks_none_reaches_the_same_verdict_whatever_is_known(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told: Any = {"mapping": mapping, "fingerprint": "f", "earlier_exists": True}
    public = {name: public_answer(True, "oui") for name in NAMES}
    assert assess(report({}), rules, **told) == assess(report({}), rules, **told, public=public)


def test_the_form_is_not_said_to_lack_them(rules_text: str, mapping: FormMapping) -> None:
    asking = parse_ruleset(weighing(rules_text, NAMES[0]), source="e.yaml", mapping=mapping)
    plain = parse_ruleset(rules_text, source="e.yaml", mapping=mapping)
    assert needs_of(asking) == needs_of(plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{field: nature_signalement, not_in: [Initial]}", "{field: bdpm_mitm, equals: true}"),
        ("{field: bdpm_mitm, equals: true}", "{field: bdpm_mitm, at_least: 3}"),
    ],
)
def test_they_stand_in_a_priority_alone_as_a_yes_or_a_no(
    rules_text: str, mapping: FormMapping, old: str, new: str
) -> None:
    text = weighing(rules_text, "bdpm_mitm")
    assert old in text
    with pytest.raises(DataFileError, match="bdpm_mitm"):
        parse_ruleset(text.replace(old, new, 1), source="e.yaml", mapping=mapping)


def test_consumption_is_abnormal_above_what_the_past_foretells_only() -> None:
    one = ConsumptionSignal("nefopam", 2025, 1200, 300, 900, p_value=0.001, q_value=0.01)
    less = ConsumptionSignal("autre", 2025, 100, 300, 900, p_value=0.001, q_value=0.01)
    assert abnormal([one, less], source="Open Medic 2025") == {
        "nefopam": "nefopam : 1\u202f200 boîtes en 2025, 300 à 900 prévues"
        " (q = 0,010 ; Open Medic 2025)",
        "autre": "",  # judged, and not abnormal
    }
