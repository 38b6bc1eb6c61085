"""What followed a measure: scenario 10 of the contract, planted effects, and none on noise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.registre.in_memory import ANNE, RegisterInMemory
from tests.triage.situations.planted import the_matching
from tests.triage.situations.test_duplicates import told as described
from triage.registre.acts import history
from triage.registre.duplicates import confirm_copy, copies, withdraw_copy
from triage.registre.effect.effect import (
    ALWAYS,
    Effect,
    EffectFacts,
    OtherCause,
    effect_of,
    other_measures,
)
from triage.registre.effect.segmented import segmented
from triage.registre.effect.text import told_lines, told_reports, verdict_of
from triage.registre.events import events, note_event
from triage.registre.refused import Refused
from triage.registre.register import Measure
from triage.situations.families import new_reports

DAY = date(2026, 6, 1)
FIRST, UNTIL = date(2025, 9, 1), date(2027, 3, 1)


def measure(*others: date, kind: str = "courrier aux professionnels") -> list[Measure]:
    """A measure of that day, and others."""
    memory = RegisterInMemory(today=date(2027, 12, 31))
    name = memory.opened(1, on="01/01/2026")
    memory.validated(name, "02/01/2026")
    for day in (DAY, *others):
        memory.measured(name, kind, in_force=day)
    return [*memory.read().measures.values()]


def reports(before: int, after: int) -> list[date]:
    """Reports a few days apart, right before and right after."""
    return [DAY - timedelta(days=1 + 7 * n) for n in range(before)] + [
        DAY + timedelta(days=7 * n) for n in range(after)
    ]


def observed(days: Sequence[date], **more: object) -> EffectFacts:
    return replace(EffectFacts(reports=days, first=FIRST, until=UNTIL), **more)  # type: ignore[arg-type]


def found(days: Sequence[date], **more: object) -> Effect:
    effect = effect_of(measure()[0], observed(days, **more))
    assert effect is not None
    return effect


@pytest.mark.parametrize(
    ("before", "after", "verdict", "p_value"),
    [
        (14, 4, "baisse", 0.031),
        (4, 14, "hausse", 0.031),
        (9, 2, "sans écart établi", 0.065),
        (9, 1, "baisse", 0.021),
        (8, 1, "trop peu pour conclure", 0.039),
        (3, 1, "trop peu pour conclure", 0.625),
        (0, 0, "trop peu pour conclure", None),
    ],
)
def test_10_reports_are_compared_over_equal_periods(
    before: int, after: int, verdict: str, p_value: float | None
) -> None:
    effect = found(reports(before, after))
    assert (effect.reports.counts.before, effect.reports.counts.after) == (before, after)
    assert effect.days == (UNTIL - DAY).days == (DAY - FIRST).days
    shown = effect.reports.counts.p_value
    assert (shown and round(shown, 3)) == p_value
    assert effect.reports.verdict == verdict
    assert ALWAYS in effect.cautions
    assert (effect.attributable, verdict_of(effect)) == (True, verdict)


def test_10_a_second_measure_inside_takes_the_one_cause_away() -> None:
    one, other = measure(date(2026, 8, 15))
    causes = [(cause, cause.on) for cause in other_measures(one, (one, other))]
    effect = effect_of(one, observed(reports(14, 4), causes=causes))
    assert effect is not None
    assert not effect.attributable
    assert verdict_of(effect) == "baisse, non attribuable à une seule cause"
    assert "MES-0002" in " ".join(effect.cautions)
    assert told_reports(effect.reports).startswith("signalements\u00a0: 14 avant, 4 après")
    assert "p = 0,031" in told_reports(effect.reports)
    assert ALWAYS in [*told_lines(effect)]
    short = effect_of(one, observed(reports(14, 4), causes=causes, longest=70))
    assert short is not None
    assert short.attributable, "the other one is outside of shorter periods"


@pytest.mark.parametrize(
    ("start", "last", "inside"),
    [
        (date(2025, 1, 1), date(2025, 8, 31), False),
        (date(2025, 1, 1), date(2025, 9, 1), True),
        (date(2025, 1, 1), None, True),
        (date(2026, 7, 1), date(2026, 7, 2), True),
        (UNTIL - timedelta(days=1), None, True),
        (UNTIL, None, False),
    ],
)
def test_a_shortage_counts_where_it_has_a_day_in_the_periods(
    start: date, last: date | None, *, inside: bool
) -> None:
    shortage = OtherCause("disponibilité", start, "rupture")
    effect = found(reports(14, 4), causes=[(shortage, last)])
    assert effect.causes == ((shortage,) if inside else ())


def test_a_measure_that_is_not_in_force_has_no_effect() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="01/01")
    memory.validated(name, "02/01")
    memory.measured(name, decided="03/01")
    assert effect_of(memory.read().measures["MES-0001"], observed([])) is None


def test_10_a_family_is_one_report() -> None:
    """1 dossier, 1 duplicate, 2 complements (one of the duplicate): 1 report."""
    matching = the_matching()
    dossier, duplicate, third = (described(n) for n in (1, 2, 5))
    complements = [replace(described(n), initial=False, earlier=of) for n, of in ((3, 1), (4, 2))]
    every = [dossier, replace(duplicate, company="999999999"), *complements]
    assert new_reports(every, matching) == {1, 2}
    assert new_reports(every, matching, copies={2: 1}) == {1}
    assert new_reports([*every, third], matching, copies={2: 1}) == {1, 5}
    assert new_reports(every[1:2], matching, copies={2: 1}) == {2}, "the other one is elsewhere"


def test_a_duplicate_is_a_person_s_act_and_can_be_taken_back() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, 2, 3, on="05/01")
    register, when = memory.read(), memory.when("10/01")

    def say(number: int, of: int) -> None:
        memory.enter(confirm_copy(register, copies(memory.acts), number, of, by=ANNE, when=when))

    say(2, 1)
    say(3, 2)
    assert copies(memory.acts) == {2: 1, 3: 2}
    with pytest.raises(Refused, match="lui-même un doublon"):
        say(1, 3)
    with pytest.raises(Refused, match="dossier 9 n'est dans aucune"):
        say(9, 1)
    assert confirm_copy(register, copies(memory.acts), 2, 1, by=ANNE, when=when) == []
    later = memory.when("12/01")
    memory.enter(withdraw_copy(register, copies(memory.acts), 3, by=ANNE, when=later))
    assert copies(memory.acts) == {2: 1}
    assert copies(memory.acts, on=date(2026, 1, 11)) == {2: 1, 3: 2}
    assert [one.verb for one in history(memory.acts, name)][-1] == "doublon"
    with pytest.raises(Refused, match="Personne"):
        withdraw_copy(register, copies(memory.acts), 3, by=ANNE, when=later)


def test_an_event_is_told_from_its_day_on() -> None:
    memory = RegisterInMemory()
    name = memory.opened(1, on="05/01")
    memory.enter(note_event(memory.of(name), "Baisse du prix", by=ANNE, when=memory.when("10/01")))
    (told,) = events(memory.acts, [name])
    assert (told.on, told.text) == (date(2026, 1, 10), "Baisse du prix")
    assert events(memory.acts, [name], on=date(2026, 1, 9)) == ()
    with pytest.raises(Refused, match="donnée de patient"):
        note_event(memory.of(name), "Voir Mme Martin, 06 12 34 56 78", by=ANNE, when=memory.when())


def months(first: int, values: Sequence[float]) -> dict[str, float]:
    return {
        f"{(first + at) // 12:04d}-{(first + at) % 12 + 1:02d}": value
        for at, value in enumerate(values)
    }


def test_boxes_need_whole_months_as_many_on_each_side() -> None:
    series = months(2025 * 12 + 4, [100.0] * 12 + [80.0] + [60.0] * 6)  # May 2025 to Nov. 2026
    one = replace(measure()[0], dates={next(iter(measure()[0].dates)): date(2026, 5, 15)})
    effect = effect_of(one, observed([], monthly=series))
    assert effect is not None
    (boxes,) = effect.uses
    assert (boxes.periods, boxes.before, boxes.after) == (6, 100, 60)
    assert boxes.change == pytest.approx(-0.4)
    assert (boxes.model, boxes.verdict) == (None, "trop peu pour conclure")
    assert [name for name, _ in boxes.values][5:7] == ["2026-04", "2026-06"]
    holed = {name: value for name, value in series.items() if name != "2026-02"}
    effect = effect_of(one, observed([], monthly=holed))
    assert effect is not None
    assert effect.uses[0].periods == 2


def test_patients_are_compared_by_whole_year() -> None:
    years = {"patients par an": {2024: 900.0, 2025: 1000.0, 2026: 700.0, 2027: 500.0}}
    (patients,) = found([], yearly=years).uses
    assert (patients.before, patients.after, patients.periods) == (1000, 500, 1)
    assert patients.change == pytest.approx(-0.5)


def test_a_planted_fall_of_boxes_is_found_with_its_interval() -> None:
    noise = np.random.default_rng(7).normal(0, 3, 36)
    values = [200 + month + noise[month] - (30 if month >= 18 else 0) for month in range(36)]
    model = segmented(values, 18)
    assert model is not None
    assert model.significant
    assert model.low < -30 < model.high < 0
    assert model.foretold == pytest.approx(226.5, abs=8)
    assert segmented(values, 11) is None
    straight = segmented([100.0 + 2 * month for month in range(24)], 12)
    assert straight is not None
    assert not straight.significant, "a straight line goes on"


def test_chance_makes_an_effect_once_in_twenty() -> None:
    draws = np.random.default_rng(11).normal(1000, 40, (400, 24))
    share = sum(bool((m := segmented([*row], 12)) and m.significant) for row in draws) / 400
    assert 0.02 <= share <= 0.08
    counts = np.random.default_rng(12).poisson(20, (2000, 2))
    verdicts = [found_quickly(int(before), int(after)) for before, after in counts[:150]]
    wrong = sum(one in {"hausse", "baisse"} for one in verdicts) / len(verdicts)
    assert wrong <= 0.05, "the exact test keeps its rate"


def found_quickly(before: int, after: int) -> str:
    days = [DAY - timedelta(days=1)] * before + [DAY] * after
    return found(days).reports.verdict


@given(
    st.lists(st.dates(FIRST - timedelta(days=90), UNTIL + timedelta(days=90)), max_size=60),
    st.integers(1, 400),
)
def test_every_report_inside_the_periods_counts_on_one_side(days: list[date], longest: int) -> None:
    effect = found(days, longest=longest)
    span = timedelta(days=effect.days)
    counts = effect.reports.counts
    assert effect.days <= longest
    assert counts.before + counts.after == sum(DAY - span <= day < DAY + span for day in days)
    assert sum(effect.reports.curve.counts) <= counts.before + counts.after
