"""The labelled set: what an evaluator expects of each dossier, item by item, as data."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.rules.model import RuleSet
from triage.verdict.assess import assess
from triage.verdict.model import Assessment

FOLDER = Path(__file__).parents[1] / "cases"
LABELLED = [
    case
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.stem != "base"
    for case in YAML(typ="safe").load(path.read_text("utf-8"))
]
BLOCKING = {"missing", "invalid"}
"""Every item of the guide is mandatory."""
NOT_IN_BASE = {"A4", "D5", "D6"}
SCOPE_FIELDS = {
    "usage_intentionnel": 1,
    "but_medical": 2,
    "territoire_national": 3,
    "couvert_par_pgr": 4,
}


Judge = Callable[[dict[str, Any]], Assessment]


@pytest.fixture
def judged(report: Callable[..., Report], rules: RuleSet, mapping: FormMapping) -> Judge:
    def judge(case: dict[str, Any]) -> Assessment:
        others: dict[str, Callable[[str], object]] = {
            "revision": int,
            "state": str,
            "deposited_at": datetime.fromisoformat,
        }
        given = {key: make(str(case[key])) for key, make in others.items() if key in case}
        return assess(
            report(case.get("set"), **given),
            rules,
            mapping=mapping,
            fingerprint="f",
            earlier_exists=case.get("earlier_exists", True),
        )

    return judge


def expected_items(case: dict[str, Any], rules: RuleSet) -> dict[str, str]:
    base: dict[str, str] = {
        item.id: "not_applicable" if item.id in NOT_IN_BASE else "present" for item in rules.items
    }
    changed: dict[str, str] = case.get("items", {})
    return base | changed


def expected_band(score: int) -> str:
    """The band that EXIGENCES gives to a score."""
    if score >= 80:
        return "bien documenté"
    return "à compléter" if score >= 50 else "insuffisant"


@pytest.mark.slow
@pytest.mark.parametrize("case", LABELLED, ids=lambda case: case["name"])
def test_the_verdict_is_the_one_expected(
    case: dict[str, Any], rules: RuleSet, judged: Judge
) -> None:
    verdict = judged(case)
    assert {item.id: item.verdict.value for item in verdict.items} == expected_items(case, rules)
    assert verdict.status.value == case["status"]
    assert verdict.score == case["score"]
    assert verdict.band == expected_band(case["score"])
    assert verdict.admissible == (not BLOCKING & set(expected_items(case, rules).values()))
    assert verdict.priority == case["priority"]
    if verdict.priority is not None:
        assert [criterion.id for criterion in verdict.criteria] == case.get("criteria", [])
    out = verdict.out_of_scope
    assert (SCOPE_FIELDS[out.field] if out else None) == case.get("out")
    unanswered = [SCOPE_FIELDS[one.field] for one in verdict.unanswered_scope]
    assert unanswered == case.get("unanswered", [])


def test_the_set_has_200_dossiers_and_every_item_has_each_verdict_it_can_have(
    rules: RuleSet,
) -> None:
    assert len(LABELLED) >= 200
    assert len({case["name"] for case in LABELLED}) == len(LABELLED)
    seen = {
        item.id: {expected_items(case, rules)[item.id] for case in LABELLED} for item in rules.items
    }
    for item, verdicts in seen.items():
        assert {"present", "missing"} <= verdicts, item
        checked = any(part.checks for one in rules.items if one.id == item for part in one.parts)
        assert not checked or "invalid" in verdicts, item


@pytest.mark.parametrize(
    ("penalty", "score", "band"),
    [
        ("0.20", 80, "bien documenté"),
        ("0.204", 80, "bien documenté"),
        ("0.205", 80, "bien documenté"),
        ("0.206", 79, "à compléter"),
        ("0.21", 79, "à compléter"),
        ("0.50", 50, "à compléter"),
        ("0.505", 50, "à compléter"),
        ("0.506", 49, "insuffisant"),
        ("0.51", 49, "insuffisant"),
    ],
)
def test_the_band_is_that_of_the_rounded_score_at_its_border(
    rules: RuleSet,
    report: Callable[..., Report],
    mapping: FormMapping,
    penalty: str,
    score: int,
    band: str,
) -> None:
    """No dossier has a score of 78 to 80 by the penalties of 2026.1: one penalty is changed."""
    items = tuple(
        one.model_copy(update={"penalty": Decimal(penalty)}) if one.id == "R5" else one
        for one in rules.items
    )
    verdict = assess(
        report({52: None}),
        rules.model_copy(update={"items": items}),
        mapping=mapping,
        fingerprint="f",
        earlier_exists=True,
    )
    assert (verdict.score, verdict.band, verdict.admissible) == (score, band, False)


def test_a_verdict_is_the_same_every_time(judged: Judge) -> None:
    for case in LABELLED[:20]:
        assert judged(case) == judged(case)
