"""Consumption tables are read as they are written, and what departs from its past is flagged."""

import pytest

from triage.consumption.cells import ConsumptionTableError
from triage.consumption.populations import read_populations
from triage.consumption.signals import (
    Consumption,
    PopulationGap,
    by_substance,
    signals,
)
from triage.situations.words.dci import Salts

SALTS = Salts(frozenset({"chlorhydrate", "sodique"}))


def test_consumption_that_departs_from_its_past_is_flagged() -> None:
    years = tuple(range(2018, 2025))
    steady = Consumption("steady", years, (1000, 1050, 990, 1020, 1010, 1030, 1025))
    leaping = Consumption("leaping", years, (1000, 1050, 990, 1020, 1010, 1030, 2500))
    growing = Consumption("growing", years, (1000, 1100, 1210, 1330, 1464, 1611, 1772))
    short = Consumption("short", years[-3:], (10, 10, 9000))
    (found,) = signals([steady, leaping, growing, short])
    assert (found.substance, found.year, found.boxes) == ("leaping", 2024, 2500)
    assert found.low < 1030 < found.high < 2500
    assert found.p_value < 0.01


YEARS = tuple(range(2019, 2025))


@pytest.mark.parametrize(
    ("boxes", "flagged"),
    [
        ((5, 5, 5, 5, 5, 6), False),
        ((0, 0, 0, 0, 1, 1), False),
        ((1000, 1000, 1000, 1000, 1000, 1030), False),
        ((1000, 1000, 1000, 1000, 1000, 9000), True),
    ],
)
def test_a_constant_past_varies_at_least_as_a_count_does(
    boxes: tuple[int, ...], flagged: bool
) -> None:
    assert bool(signals([Consumption("x", YEARS, boxes)])) is flagged


def test_each_signal_says_how_many_false_ones_to_expect_among_those_like_it() -> None:
    steady = [Consumption(f"s{n}", YEARS, (100, 110, 95, 105, 90, 100 + n)) for n in range(19)]
    leaping = Consumption("leaping", YEARS, (1000, 1050, 990, 1020, 1010, 3000))
    (one,) = signals([*steady, leaping])
    assert one.judged == 20
    assert one.q_value == pytest.approx(20 * one.p_value)
    (alone,) = signals([leaping])
    assert alone.q_value == alone.p_value


def test_a_substance_absent_of_a_year_counts_as_none_dispensed() -> None:
    (one,) = by_substance({2023: {"a": 5}, 2024: {}})
    assert (one.years, one.boxes) == ((2023, 2024), (5, 0))


def test_populations_give_their_gap_where_both_are_given() -> None:
    text = "substance;population_cible;population_rejointe\nNéfopam;100;250\nx;1;\ny;0;3\n"
    found = list(read_populations(text.splitlines(), salts=SALTS))
    assert found == [PopulationGap("nefopam", 100, 250), PopulationGap("y", 0, 3)]
    assert [one.ratio for one in found] == [2.5, None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a;b\n1;2\n", "population_cible"),
        ("", "substance"),
        ("substance;population_cible;population_rejointe\nx;1;12.5\n", "ligne 2 : « 12.5 »"),
        ("substance;population_cible;population_rejointe\nx;-1;2\n", "ligne 2 : « -1 »"),
    ],
)
def test_populations_of_another_layout_are_refused(text: str, told: str) -> None:
    with pytest.raises(ConsumptionTableError, match=told):
        list(read_populations(text.splitlines(), salts=SALTS))
