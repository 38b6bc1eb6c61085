"""Consumption tables are read as they are written, and what departs from its past is flagged."""

import math
import random
from dataclasses import replace

import pytest

from triage.consumption.cells import ConsumptionTableError
from triage.consumption.populations import read_populations
from triage.consumption.signals import (
    Consumption,
    PopulationGap,
    by_substance,
    foreseen,
    signals,
)
from triage.situations.words.without_salts import Salts

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


def test_a_year_without_a_substance_is_unknown_and_never_none_dispensed() -> None:
    tables = {2022: {"a": 5}, 2023: {"b": 1}, 2024: {"b": 4, "a": 6}, 2025: {"b": 2}}
    assert by_substance(tables) == (Consumption("b", (2023, 2024, 2025), (1, 4, 2)),)
    tables[2025]["a"] = 9
    one, _ = by_substance(tables)
    assert (one.years, one.boxes) == ((2022, 2024, 2025), (5, 6, 9))
    arrived = {year: {"new": 5000} if year > 2023 else {} for year in range(2015, 2025)}
    assert foreseen(by_substance(arrived)) == ()


def noise(seed: int, *, planted: float = 1.0) -> list[Consumption]:
    """A hundred substances over ten years, with a trend each; the first may grow at the end."""
    drawn = random.Random(seed)
    found = []
    for place in range(100):
        level, slope = 10 ** drawn.uniform(2.5, 6.5), drawn.gauss(0, 0.05)
        boxes = [
            level * math.exp(slope * year + drawn.gauss(0, 0.06)) + drawn.gauss(0, level**0.5)
            for year in range(10)
        ]
        if place == 0:
            boxes[-1] *= planted
        counts = tuple(max(0, round(one)) for one in boxes)
        found.append(Consumption(f"s{place}", tuple(range(2015, 2025)), counts))
    return found


def test_a_planted_growth_is_found_among_many_substances() -> None:
    found = [signals(noise(seed, planted=2)) for seed in range(20)]
    grown = [{one.substance for one in each if one.grows} for each in found]
    assert sum("s0" in each for each in grown) >= 19
    assert sum(len(each - {"s0"}) for each in grown) <= 4, "5 % of what is found, on average"


def test_noise_gives_no_more_established_signals_than_is_stated() -> None:
    found = [signals(noise(seed)) for seed in range(100, 140)]
    assert sum(any(one.established for one in each) for each in found) <= 6, "5 % of 40 is 2"
    outside = sum(map(len, found)) / 4000
    assert 0.03 < outside < 0.08, "one in twenty is outside its own interval by chance"


def test_a_past_of_a_few_years_is_judged_beside_other_substances() -> None:
    short = [
        replace(one, years=one.years[-6:], boxes=one.boxes[-6:]) for one in noise(1, planted=3)
    ]
    (found, *_) = signals(short)
    assert (found.substance, found.grows) == ("s0", True)


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
