"""Consumption tables are read as they are written, and what departs from its past is flagged."""

import pytest

from triage.consumption.signals import (
    Consumption,
    PopulationGap,
    by_substance,
    signals,
)
from triage.consumption.tables import (
    ConsumptionTableError,
    read_open_medic,
    read_populations,
)
from triage.situations.dci import Salts

SALTS = Salts(frozenset({"chlorhydrate", "sodique"}))
OPEN_MEDIC = (
    "ATC5;L_ATC5;CIP13;BOITES\n"
    "A10BJ06;SEMAGLUTIDE;3400930000014;1.200\n"
    "A10BJ06;SEMAGLUTIDE;3400930000021;300\n"
    "J05AR10;LOPINAVIR ET RITONAVIR;3400930000038;12\n"
)


def test_an_open_medic_table_is_summed_by_substance() -> None:
    assert read_open_medic(OPEN_MEDIC.splitlines(), salts=SALTS) == {
        "semaglutide": 1500,
        "lopinavir+ritonavir": 12,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a;b\n1;2\n", "L_ATC5, BOITES"),
        ("", "L_ATC5, BOITES"),
        *(
            (f"L_ATC5;BOITES\nx;1\nx;{count}\n", f"ligne 3 : « {count} »")
            for count in (
                "beaucoup",
                "-5000",
                "inf",
                "nan",
                "1e3",
                "12.5",
                "1234.5",
                "1.2345",
                "12 34",
            )
        ),
        ("L_ATC5;BOITES\nx;12,5\n", "« 12,5 »"),
        (f"L_ATC5;BOITES\nx;{'9' * 13}\n", "ligne 2"),
        ("L_ATC5;BOITES\nx\n", "ligne 2 : «  »"),
        (f"L_ATC5;BOITES\nx;1{'0' * 200_000}\n", "ligne 2 : ligne illisible"),
    ],
)
def test_a_table_of_another_layout_is_refused(text: str, told: str) -> None:
    with pytest.raises(ConsumptionTableError, match=told):
        read_open_medic(text.splitlines(), salts=SALTS)


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("0", 0),
        ("1234", 1234),
        ("1.234", 1234),
        ("1 234", 1234),
        (" 12 ", 12),
        ("1.234.567,00", 1234567),
    ],
)
def test_dots_and_spaces_apart_thousands(typed: str, count: int) -> None:
    text = f"L_ATC5;BOITES\nx;{typed}\n"
    assert read_open_medic(text.splitlines(), salts=SALTS) == {"x": count}


def test_a_salt_and_the_order_of_words_make_no_other_substance() -> None:
    text = (
        "L_ATC5;BOITES\nMETHYLPHENIDATE CHLORHYDRATE;1\nMETHYLPHENIDATE;2\n"
        "LEVOTHYROXINE SODIQUE;4\nVALPROIQUE ACIDE;8\n"
    )
    assert read_open_medic(text.splitlines(), salts=SALTS) == {
        "methylphenidate": 3,
        "levothyroxine": 4,
        "acide valproique": 8,
    }


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
