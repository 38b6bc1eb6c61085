"""Checks on values of another type than expected: never right, never a crash."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from mappings.dossier.model import Company
from mappings.report.model import Answer, AnswerState, Report, Value
from mappings.schema.model import FormMapping
from triage.rules.checks import Check, CheckFacts, DigitsCheck, OtherCheck, SimpleCheck, passes
from triage.rules.model import RuleSet
from triage.verdict.assess import assess, verdict_fingerprint
from triage.verdict.model import Status
from triage.verdict.priority import known_answers, level

MakeReport = Callable[..., Report]


def simple(name: str) -> SimpleCheck:
    return SimpleCheck.model_validate({"check": name, "text": "non"})


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (simple("siret"), Company("73282932000074", None), True),
        (simple("siret"), "73282932000074", True),
        (simple("siret"), "73282932000075", False),
        (simple("positive"), Decimal("0.1"), True),
        (simple("positive"), 0, False),
        (simple("positive"), "12", False),
        (simple("not_negative"), 0, True),
        (simple("not_negative"), Decimal("-0.1"), False),
        (simple("not_negative"), "12", False),
        (simple("not_after_deposit"), "2026-01-01", False),
        (simple("email"), 12, False),
        (simple("phone"), "", False),
        (DigitsCheck(check="digits", length=3, text="non"), "123", True),
        (DigitsCheck(check="digits", length=3, text="non"), 123, False),
    ],
)
def test_a_check_of_a_value_alone(
    report: MakeReport, check: Check, value: Value, expected: bool
) -> None:
    facts = CheckFacts(report=report(), earlier_exists=True)
    assert passes(check, value, answers={}, facts=facts) is expected


@pytest.mark.parametrize(
    ("name", "value", "other", "expected"),
    [
        ("at_most", 2, 2, True),
        ("at_most", 3, 2, False),
        ("at_most", "1", 2, False),
        ("at_most", 1, "2", False),
        ("at_most", 1, None, True),
        ("not_before", "2026-01-01", "2025-01-01", False),
        ("differs_from", "Élevé", "eleve", False),
        ("differs_from", "Élevé", "faible", True),
    ],
)
def test_a_check_beside_another_field(
    report: MakeReport, name: str, value: Value, other: Value | None, expected: bool
) -> None:
    check = OtherCheck.model_validate({"check": name, "other": "y", "text": "non"})
    answers = {"y": Answer(AnswerState.BLANK if other is None else AnswerState.ANSWERED, other)}
    facts = CheckFacts(report=report(), earlier_exists=True)
    assert passes(check, value, answers=answers, facts=facts) is expected


def test_a_verdict_says_all_that_it_rests_on(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = report({42: 1200, 45: 130, 17: "NC"})
    found = assess(told, rules, mapping=mapping, fingerprint="f", earlier_exists=False)
    assert (found.number, found.ruleset, found.band) == (
        told.number,
        "2026.1",
        "bien documenté",
    )
    assert found.fingerprint == verdict_fingerprint("f", earlier_exists=False)
    assert found.fingerprint != verdict_fingerprint("g", earlier_exists=False)
    assert [one.id for one in found.warnings] == ["pourcentage"]
    (criterion,) = found.criteria
    assert criterion.name == "Usage étendu"
    assert next(one.label for one in criterion.evidence) == "Patients estimés"


def test_out_of_scope_there_is_no_priority_nor_criterion(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = report({1: False, 42: 1200})
    found = assess(told, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert (found.status, found.priority, found.criteria) == (Status.HORS_CHAMP, None, ())


def test_a_question_that_was_never_asked_is_named_by_its_title(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = report()
    asked = {**told.fields, "but_medical": Answer(AnswerState.NOT_ASKED)}
    bare = Report(
        **{
            **{name: getattr(told, name) for name in Report.__dataclass_fields__},
            "fields": asked,
        }
    )
    found = assess(bare, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert [one.label for one in found.unanswered_scope] == ["But médical"]


def test_levels_without_a_last_one_are_refused(report: MakeReport, rules: RuleSet) -> None:
    short = rules.priority.model_copy(update={"levels": rules.priority.levels[:-1]})
    with pytest.raises(LookupError, match=r"^le référentiel n'a pas de dernier niveau"):
        level(short, known_answers(rules, report()), ())


@pytest.mark.parametrize(
    ("check", "value", "right"),
    [
        ("email", "Camille Durand <camille.durand@exempla.example>", True),
        ("email", "camille.durand@exempla.example ou unc@exempla.example.", True),
        ("email", "mailto:unc@exempla.example", True),
        ("email", "Camille Durand <camille.durand@@exempla.example>", False),
        ("email", "camille.durand@exempla.example, unc@", False),
        ("email", "Camille Durand", False),
        ("phone", "01 44 55 66 77 poste 12", True),
        ("phone", "01 44 55 66 77 (p. 12)", True),
        ("phone", "01 44 55 66 77 / 06 12 34 56 78", True),
        ("phone", "Standard : +33 1 44 55 66 77", True),
        ("phone", "poste 12", False),
        ("phone", "01 44 55 66", False),
        ("phone", "01 44 55 66 77" + " " * 300, False),
        ("cip13", "3000001", True),
        ("cip13", "34009-300-000-1-4", True),
        ("cip13", "34009.300.000.1.4", True),
        ("cip13", "300000", False),
        ("cip13", "3400930000015", False),
    ],
)
def test_what_surrounds_a_value_is_read_where_it_may_be(
    report: MakeReport, check: str, value: str, right: bool
) -> None:
    told = SimpleCheck.model_validate({"check": check, "lenient": True, "text": "mal formé"})
    facts = CheckFacts(report=report(), earlier_exists=True)
    assert passes(told, value, answers={}, facts=facts) is right


def test_only_what_can_be_surrounded_is_lenient() -> None:
    with pytest.raises(ValueError, match="« lenient » ne va qu'avec email, phone, cip13"):
        SimpleCheck.model_validate({"check": "siret", "lenient": True, "text": ""})
