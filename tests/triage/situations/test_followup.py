"""Follow-up of situations: the published indicator, delays, effect of a measure, trend."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mappings.report.model import Report
from tests.triage.situations.planted import the_matching
from triage.situations.declared import DeclaredFacts, declared
from triage.situations.description import describe
from triage.situations.facts import SituationFacts, facts_of
from triage.situations.followup import delays, follow_up
from triage.situations.matching import MatchingRules
from triage.situations.trends import before_after, monthly

MakeReport = Callable[..., Report]
RULES = Path(__file__).parents[3] / "triage/unc"
LETTER = "Lettre aux professionnels de santé"


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+00:00").astimezone(UTC)


@pytest.fixture(scope="module")
def matching() -> MatchingRules:
    return the_matching()


@pytest.fixture
def facts(
    report: MakeReport, matching: MatchingRules
) -> Callable[..., tuple[SituationFacts, list[DeclaredFacts]]]:
    def make(*told: tuple[str, dict[int, Any]]) -> tuple[SituationFacts, list[DeclaredFacts]]:
        reports = [
            report(changes, number=number, deposited_at=at(day), submitted_at=SUBMITTED)
            for number, (day, changes) in enumerate(told, start=1)
        ]
        told_of = {one.number: describe(one, matching, in_scope=True) for one in reports}
        drawn = [declared(one) for one in reports]
        return facts_of("SIT-0001", drawn, told_of, matching=matching), drawn

    return make


OTHER = "55208131766522"
SUBMITTED = at("2027-06-01")
"""When every report was last submitted: what it says may have happened since its deposit."""


def test_impossible_dates_are_used_in_no_delay(report: MakeReport, matching: MatchingRules) -> None:
    told = [
        {36: "1900-01-01", 56: [{561: LETTER, 562: "Prise", 563: "2030-01-01"}]},
        {36: "2026-12-01", 56: [{561: "Étude", 562: "Prise", 563: "1926-02-25"}]},
        {36: "2026-02-10", 56: [{561: "Étude", 562: "Prise", 563: "2026-03-01"}]},
    ]
    reports = [declared(report(one, number=number)) for number, one in enumerate(told, start=1)]
    one = facts_of("SIT-0001", reports, {}, matching=matching)
    found = follow_up(one, reports, first=date(2026, 1, 1), until=date(2026, 6, 1))
    assert (one.known_on, found.measured_on) == (date(2026, 2, 10), date(2026, 3, 1))
    assert (found.taken, found.days_to_measure) == (3, 19)
    assert (found.days_to_report.count, found.days_to_report.longest) == (1, 28)


def test_patients_are_a_range_for_companies_may_count_the_same(
    facts: Callable[..., Any],
) -> None:
    one, _ = facts(
        ("2026-01-10", {42: 500}),
        ("2026-02-10", {42: 700}),
        ("2026-03-10", {6: OTHER, 42: 300}),
    )
    assert one.patients == (700, 1000), "a company's later estimate replaces its earlier one"
    assert one.companies == ("552081317", "732829320")
    assert (one.first, one.last) == (date(2026, 1, 10), date(2026, 3, 10))
    assert one.known_on == date(2026, 1, 15)


def test_a_case_that_was_reported_does_not_go_with_a_later_report(
    facts: Callable[..., Any],
) -> None:
    """Seen in a centre's workbook: 39 serious cases read « < 11 », for a later report had 0."""
    one, _ = facts(
        ("2026-01-10", {49: True, 50: 41, 501: 39, 502: 2}),
        ("2026-02-10", {49: True, 50: 3, 501: 0, 502: 0}),
        ("2026-03-10", {6: OTHER, 49: True, 50: 4, 501: 4, 502: 0}),
    )
    assert (one.serious, one.deaths) == ((39, 43), (2, 2))


def test_nothing_estimated_is_told_as_such(facts: Callable[..., Any]) -> None:
    one, _ = facts(("2026-01-10", {41: False}))
    assert (one.patients, one.serious) == (None, None)


def test_companies_that_are_not_known_are_each_one_of_their_own(facts: Callable[..., Any]) -> None:
    one, _ = facts(
        ("2026-01-10", {6: None, 42: 500}),
        ("2026-02-10", {6: None, 42: 300}),
        ("2026-03-10", {42: 100}),
    )
    assert one.patients == (500, 900)
    assert one.companies == ("732829320",)
    letter = {6: None, 56: [{561: LETTER, 562: "Prise", 563: "2026-02-25"}]}
    assert len(facts(("2026-01-10", letter), ("2026-02-10", letter))[0].measures) == 2


def test_no_patient_is_no_estimate_and_no_serious_case_is_one(facts: Callable[..., Any]) -> None:
    cases = {49: True, 50: 1, 501: 0, 502: 0}
    one, _ = facts(("2026-01-10", {42: 500}), ("2026-02-10", {42: 0, **cases}))
    assert (one.patients, one.serious, one.deaths) == ((500, 500), (0, 0), (0, 0))
    assert facts(("2026-01-10", {42: 0}))[0].patients is None


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "Sémaglutide : perte de poids"),
        ({26: ["12 à 17 ans"]}, "Sémaglutide : perte de poids (12 à 17 ans)"),
        ({18: ["Voie d'administration"], 23: "Orale"}, "Sémaglutide : voie orale"),
        ({18: ["Population"], 26: ["2 à 11 ans"]}, "Sémaglutide : 2 à 11 ans"),
        ({18: ["Durée"]}, "Sémaglutide : durée"),
        ({22: "Maladie de Zorglub"}, "Sémaglutide : Maladie de Zorglub"),
        ({15: []}, "Usage à visée amaigrissante chez des patients non diabétiques"),
        ({15: [], 17: "xxx"}, ""),
    ],
)
def test_a_situation_has_the_title_that_a_person_would_give(
    facts: Callable[..., Any], changes: dict[int, Any], title: str
) -> None:
    plain = {17: "Titre de la société"} if 15 not in changes else {}
    assert facts(("2026-01-10", {**plain, **changes}))[0].title == title


def test_an_initial_report_with_its_complements_and_its_closure_counts_once(
    facts: Callable[..., Any],
) -> None:
    letter = {56: [{561: LETTER, 562: "Prise", 563: "2026-03-01"}]}
    others = [
        (f"2026-03-{day:02}", {13: kind, 14: 1})
        for day in range(2, 16)
        for kind in ("Complément", "Clôture")
    ]
    one, reports = facts(
        ("2026-02-20", letter), *others, ("2026-03-20", {13: "Complément", 14: 999})
    )
    assert one.counted == (1,)
    found = follow_up(one, reports, first=date(2026, 1, 1), until=date(2026, 6, 1))
    assert found.effect is not None
    assert (found.effect.before, found.effect.after) == (1, 0)
    assert found.effect.direction == "none"
    assert found.trend.direction == "none"
    assert sum(found.trend.counts) == found.days_to_report.count == 1


def test_a_complement_whose_initial_report_is_not_here_counts_once_for_its_company(
    facts: Callable[..., Any],
) -> None:
    loose = {13: "Complément", 14: 999}
    one, _ = facts(("2026-02-20", loose), ("2026-03-20", loose), ("2026-04-20", {6: OTHER}))
    assert one.counted == (1, 3)


def test_a_measure_that_a_complement_repeats_is_one_measure(facts: Callable[..., Any]) -> None:
    rows = [{561: LETTER, 562: "Prise", 563: "2026-02-25"}, {561: "Étude", 562: "En projet"}]
    one, _ = facts(("2026-03-10", {56: rows}), ("2026-04-10", {56: rows}))
    assert [(m.kind, m.taken, m.day) for m in one.measures] == [
        (LETTER, True, date(2026, 2, 25)),
        ("Étude", False, None),
    ]


def test_delays_run_from_awareness(facts: Callable[..., Any]) -> None:
    letter = {56: [{561: LETTER, 562: "Prise", 563: "2026-02-14"}]}
    one, reports = facts(("2026-01-25", letter), ("2026-02-04", letter), ("2026-01-01", letter))
    found = follow_up(one, reports, first=date(2026, 1, 1), until=date(2026, 6, 1))
    assert found.days_to_measure == 30
    assert (found.days_to_report.count, found.days_to_report.median) == (2, 15.0)
    assert found.days_to_report.longest == 20
    assert delays([]).median is None
    assert (found.taken, found.planned) == (1, 0)


def test_without_a_dated_measure_there_is_no_effect_to_show(facts: Callable[..., Any]) -> None:
    one, reports = facts(("2026-01-25", {56: [{561: LETTER, 562: "Prise"}]}))
    found = follow_up(one, reports, first=date(2026, 1, 1), until=date(2026, 6, 1))
    assert (found.effect, found.days_to_measure, found.taken) == (None, None, 1)


DAY = date(2026, 3, 1)


def days(*shifts: int) -> list[date]:
    return [DAY + timedelta(days=shift) for shift in shifts]


def test_before_and_after_have_the_same_length_and_the_day_itself_is_after() -> None:
    found = before_after(
        days(-31, -30, -1, 0, 29, 30), DAY, first=DAY - timedelta(30), until=DAY + timedelta(90)
    )
    assert (found.days, found.before, found.after) == (30, 2, 2)
    assert found.direction == "none"


def test_the_exact_test_finds_a_fall_that_chance_does_not_explain() -> None:
    around = {"first": DAY - timedelta(100), "until": DAY + timedelta(100)}
    fall = before_after(days(*range(-20, -8), 5), DAY, **around)
    assert (fall.before, fall.after, fall.direction) == (12, 1, "down")
    assert fall.p_value == pytest.approx(28 / 2**13, rel=1e-6)  # 2 (C(13,0) + C(13,1)) / 2^13
    assert before_after(days(-1, -2, -3), DAY, **around).direction == "none"
    assert before_after([], DAY, **around).p_value is None


def test_the_month_that_is_not_over_is_left_out_and_empty_months_count() -> None:
    found = monthly(
        [date(2025, 11, 3), date(2026, 1, 5), date(2026, 2, 1)],
        first=date(2025, 10, 20),
        until=date(2026, 2, 15),
    )
    months = (date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
    assert found.months == months
    assert found.counts == (0, 1, 0, 1)
    assert found.direction == "none"


def test_mann_kendall_finds_a_rise_and_no_trend_in_a_constant() -> None:
    rising = [date(2025, month, 1) for month in range(1, 9) for _ in range(month)]
    found = monthly(rising, first=date(2025, 1, 1), until=date(2025, 9, 1))
    assert found.counts == tuple(range(1, 9))
    assert found.tau == pytest.approx(1)
    assert found.p_value == pytest.approx(2 / 40320)  # one order in 8! on either side
    assert found.direction == "up"
    months = [date(2025, month, 1) for month in range(1, 9)]
    flat = monthly(months, first=months[0], until=date(2025, 9, 1))
    assert (flat.tau, flat.direction) == (None, "none")
    assert monthly([], first=months[0], until=date(2025, 9, 1)).p_value is None


def test_a_situation_that_appears_late_is_not_called_falling() -> None:
    found = monthly([date(2025, 12, 5)], first=date(2025, 1, 1), until=date(2026, 2, 1))
    assert found.counts == (*[0] * 11, 1, 0)
    assert found.tau is not None
    assert found.tau > 0
