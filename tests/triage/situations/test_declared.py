"""What is kept of a report says of its situation all that the report says."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.report.model import Report
from steps.judge.situation_descriptions import declared_by, declared_dumped
from store.verdicts.situations import DeclaredRow
from tests.triage.conftest import DEPOSIT, ROOT, make_report
from tests.triage.situations.planted import the_matching
from triage.consumption.expected import Expectations, parse_expectations
from triage.situations.declared import READ, DeclaredFacts, declared, number_of, whose
from triage.situations.facts import counted, facts_of

DAYS = ("1900-01-01", "2026-01-15", "2026-03-10", "2026-03-11", "2030-01-01", None)
MEASURES = st.lists(
    st.fixed_dictionaries(
        {
            561: st.sampled_from(["Lettre aux professionnels de santé", "Étude", None]),
            562: st.sampled_from(["Prise", "En projet", None]),
            563: st.sampled_from(DAYS),
        }
    ),
    max_size=3,
)
NUMBERS = st.one_of(st.none(), st.integers(0, 10**24))
ANSWERS = st.fixed_dictionaries(
    {
        6: st.sampled_from(["73282932000074", "55208131766522", None]),
        18: st.lists(st.sampled_from(["Indication", "Population"]), max_size=2, unique=True),
        20: st.text(max_size=40),
        26: st.lists(st.sampled_from(["Adulte", "Autre", "12 à 17 ans"]), max_size=2, unique=True),
        27: st.sampled_from([True, False, None]),
        36: st.sampled_from(DAYS),
        42: NUMBERS,
        49: st.just(True),
        50: NUMBERS,
        501: NUMBERS,
        502: NUMBERS,
        53: st.sampled_from(["Faible", "Élevé", None]),
        56: MEASURES,
    }
)


@cache
def expectations() -> Expectations:
    text = (ROOT / "triage/unc/attendus.yaml").read_text("utf-8")
    return parse_expectations(text, source="attendus.yaml")


def drawn(report: Report, *medicines: str) -> DeclaredFacts:
    return declared(report, medicines=medicines, expected_by=expectations().fields.read)


def kept(facts: DeclaredFacts) -> DeclaredFacts:
    """Once it was kept and read again."""
    row = DeclaredRow(facts.number, "hash/v", "hash", declared_dumped(facts))
    found = declared_by(row, "v")
    assert found is not None
    return found


@settings(max_examples=20, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=2))
def test_what_is_kept_is_what_was_drawn_and_counts_as_the_reports_do(
    told: list[dict[Any, Any]],
) -> None:
    reports = [make_report(one, number=number) for number, one in enumerate(told, start=1)]
    drawn_now = [drawn(one, "60000001", "") for one in reports]
    again = [kept(one) for one in drawn_now]
    assert again == drawn_now
    found = facts_of("SIT-0001", again, {}, matching=the_matching())
    assert found.serious == counted((whose(one), number_of(one, "cas_graves")) for one in reports)
    assert found.deaths == counted((whose(one), number_of(one, "deces")) for one in reports)
    assert (found.first, found.last) == (DEPOSIT.date(), DEPOSIT.date())
    dated = [measure.day for measure in found.measures if measure.day]
    assert all(date(1990, 1, 1) <= day for day in [*dated, *filter(None, [found.known_on])])
    assert all(m.day is None or m.day <= DEPOSIT.date() for m in found.measures if m.taken)


@settings(max_examples=20, deadline=None)
@given(ANSWERS)
def test_no_other_field_is_read_than_is_said(told: dict[Any, Any]) -> None:
    report = make_report(told)
    names = READ | expectations().fields.read
    few = {name: answer for name, answer in report.fields.items() if name in names}
    assert drawn(replace(report, fields=few, annotations={}, unmapped=())) == drawn(report)


def test_what_was_drawn_of_other_answers_or_by_other_files_is_not_taken() -> None:
    facts = drawn(make_report())
    row = DeclaredRow(facts.number, "hash/v", "hash", declared_dumped(facts))
    assert declared_by(replace(row, basis="à placer/hash/v"), "v") == facts
    assert declared_by(replace(row, content_hash="other"), "v") is None
    assert declared_by(row, "w") is None
    assert declared_by(replace(row, declared=None), "v") is None
    assert (facts.company, facts.patients, facts.risk) == ("732829320", 999, "Modéré")
    assert facts.vulnerable == (False, False)
    assert [(one.kind, one.taken) for one in facts.measures] == [
        ("Lettre aux professionnels de santé", True)
    ]
