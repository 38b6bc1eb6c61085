"""A profile in sentences and rows: each figure with its edition, what is absent never 0."""

from dataclasses import replace

from tests.triage.consumption.samples import a_profile, hospital_profile
from triage.consumption.rows import rows_of
from triage.consumption.told import boxes_told, expected_told, growth_told, standing_out


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
