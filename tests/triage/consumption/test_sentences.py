"""A profile in sentences and rows: each figure with its edition, what is absent never 0."""

from dataclasses import replace
from typing import Any

import pytest

from tests.triage.consumption.samples import a_profile, hospital_profile
from triage.consumption.codes import merged
from triage.consumption.rows import rows_of
from triage.consumption.sentences import (
    boxes_told,
    expected_told,
    growth_told,
    regions_told,
    standing_out,
)


def test_what_stands_out_is_told_with_its_rate() -> None:
    child, region, growth = standing_out(a_profile())
    assert child.startswith("Âge : 0-19 ans, 9,1 % des boîtes en 2025, que l'autorisation n'attend")
    assert child.endswith("au-delà des 3 % tolérés (q < 0,001)")
    assert (
        region == "Région : Bretagne, 80\u202f000 boîtes en 2025, 20\u202f000 attendues (q = 0,010)"
    )
    assert "au-dessus de l'intervalle (q < 0,001)" in growth
    ages, sexes, who = expected_told(a_profile())
    assert ages == (
        "Âge attendu : 20-59 ans, 60 ans et plus (usage autorisé, dossier 1 : « Adulte »)."
    )
    assert sexes.startswith("Sexe attendu : inconnu")
    assert who.startswith("Prescripteur attendu : inconnu")


def test_a_year_within_its_interval_or_by_chance_is_told_as_such() -> None:
    found = a_profile()
    (one,) = found.growth
    within = replace(found, growth=(replace(one, boxes=50_000),))
    assert "dans l'intervalle" in next(growth_told(within))
    chance = replace(found, growth=(replace(one, boxes=1000, q_value=0.3),))
    assert "au-dessous de l'intervalle, peut-être le hasard (q = 0,300)" in next(
        growth_told(chance)
    )
    unjudged = replace(found, growth=())
    assert "il faut au moins 5 années avant la dernière" in next(growth_told(unjudged))


def test_each_row_has_its_edition_and_what_is_absent_is_no_zero() -> None:
    rows = [*rows_of(a_profile())]
    assert all(one.source for one in rows if one.period != "2023")
    by = {(one.axis, one.period, one.group): one for one in rows}
    assert by["année", "2023", ""].boxes is None
    assert by["année", "2023", ""].judgement == "hors champ"
    assert boxes_told(a_profile(), 2023) == "hors champ"
    assert boxes_told(a_profile(), 2019) == "inconnu"
    assert by["année", "2025", ""].persons == "12\u202f000"
    assert by["âge et sexe", "2025", "0-19 ans, hommes"].persons == "< 11"
    assert (
        by["région", "2025", "Bretagne"].judgement == "à part : 20\u202f000 attendues (q = 0,010)"
    )
    child = by["age", "2025", "0-19 ans"]
    assert (child.boxes, child.expected) == (9000, "non (autorisation)")
    assert by["sexe", "2025", "hommes"].expected == "inconnu"
    assert by["mois", "2025-02", ""].boxes == -5
    assert "2024" not in by["région", "2025", "Bretagne"].source


def test_what_nobody_publishes_is_one_row_that_says_why() -> None:
    (row,) = rows_of(hospital_profile())
    assert (row.boxes, row.axis) == (None, "")
    assert row.judgement.startswith("Hors champ : réservé à l'hôpital selon la BDPM")
    assert "Open Medic" in row.source


def test_what_another_file_of_the_year_has_is_never_out_of_scope() -> None:
    found = replace(a_profile(), elsewhere=frozenset({2023}))
    by = {(one.axis, one.period): one for one in rows_of(found)}
    assert by["année", "2023"].judgement == "inconnu : un autre fichier de cette année en a"
    assert boxes_told(found, 2023) == "inconnu"
    alone = replace(hospital_profile(), elsewhere=frozenset({2025}))
    assert not alone.out_of_scope
    assert [one.judgement for one in rows_of(alone)] == [
        "inconnu : un autre fichier de cette année en a"
    ]


def test_regions_that_could_not_be_judged_are_not_said_to_be_alike() -> None:
    assert regions_told(a_profile()).startswith("Régions non jugées : moins de cinq")
    judged = replace(a_profile(), regions_judged=13)
    assert regions_told(judged) == "Aucune région à part en 2025, sur 13 jugées."


YEARS = range(2019, 2026)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"boxes": {2024: 5.0, 2025: 9.0}}, "et il y en a 1 avec des boîtes (unc conso load)."),
        ({"boxes": {year: 5.0 for year in YEARS if year < 2025}}, "rien en 2025, la dernière"),
        ({"boxes": {year: float(year == 2025) for year in YEARS}}, "aucune boîte avant 2025."),
        ({"boxes": dict.fromkeys(YEARS, 5.0)}, "n'a à elle seule 5 années avant la dernière."),
        ({"code": "3400999000116"}, "et non par présentation (unc conso show Z99AA01)."),
    ],
)
def test_a_growth_that_is_not_judged_says_the_reason_that_is_true(
    changed: dict[str, Any], why: str
) -> None:
    (told,) = growth_told(replace(a_profile(), **{"growth": (), "years": (*YEARS,), **changed}))
    assert told.startswith("Croissance non jugée : ")
    assert told.endswith(why) or why in told


def test_unknown_regions_are_one_row_and_their_persons_are_not_added() -> None:
    assert {merged("region", code) for code in ("", "0", "9", "99")} == {"99"}
    assert (merged("age_sexe", "/"), merged("prescripteur", "")) == ("99/9", "99")
    found = replace(a_profile(), persons={(2025, "region"): {"9": 12, "99": 30, "53": 40}})
    assert found.persons_in("region", 2025) == {"53": 40}
    one = replace(a_profile(), persons={(2025, "region"): {"9": 12, "53": 40}})
    assert one.persons_in("region", 2025) == {"99": 12, "53": 40}
