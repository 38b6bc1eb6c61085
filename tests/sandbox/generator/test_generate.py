"""The generator: same seed, same dossiers; every situation, verdict and trap within 300."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from ruamel.yaml import YAML
from stdnum import ean
from stdnum.fr import siret

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.data import companies, medicines, situations
from sandbox.generator.defects import catalogue
from sandbox.generator.generate import NOW, generate

SANDBOX = Path(__file__).parents[3] / "sandbox"


@cache
def dossiers() -> list[SeedDossier]:
    return generate(300, seed=1)


CLOSED = {"accepte", "refuse", "sans_suite"}
# Large companies of the sector: none may appear beside an invented report.
REAL = {
    "sanofi",
    "pfizer",
    "novartis",
    "servier",
    "bayer",
    "roche",
    "lilly",
    "novo",
    "merck",
    "msd",
    "gsk",
    "biogaran",
    "teva",
    "mylan",
    "viatris",
    "zentiva",
    "arrow",
    "sandoz",
    "cristers",
    "eg",
    "fabre",
    "ipsen",
    "biocodex",
    "bouchara",
    "ethypharm",
    "upsa",
    "astrazeneca",
    "janssen",
    "abbvie",
    "takeda",
    "ferring",
    "amgen",
    "leo",
    "boiron",
    "chiesi",
    "almirall",
    "menarini",
    "norgine",
    "indivior",
    "besins",
    "majorelle",
    "effik",
}


def kinds() -> list[str]:
    return [dossier.planted.kind for dossier in dossiers()]


def test_same_arguments_give_same_dossiers() -> None:
    assert generate(40, seed=5) == generate(40, seed=5)
    assert generate(40, seed=5) != generate(40, seed=6)


def test_more_dossiers_begin_with_the_same_ones() -> None:
    assert generate(60, seed=1) == dossiers()[:60]


def test_nothing_is_generated_when_nothing_is_asked() -> None:
    assert generate(0, seed=1) == []


def test_numbers_start_where_asked_and_increase() -> None:
    numbers = [dossier.number for dossier in generate(50, seed=3, first_number=500)]
    assert numbers[0] == 500
    assert numbers == sorted(set(numbers))


def test_every_situation_trait_and_defect_is_reached() -> None:
    assert {one.planted.situation for one in dossiers()} == set(range(1, 25))
    words = {word.rstrip(":") for kind in kinds() for word in kind.split()}
    hostile = {entry["name"] for entry in read("hostile.yaml")}
    scope = {entry["kind"] for theme in read("scope.yaml").values() for entry in theme}
    assert set(catalogue()) | hostile | scope <= words


def read(name: str) -> Any:
    return YAML(typ="safe").load(SANDBOX / name)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_mix_is_the_one_of_a_real_backlog(seed: int) -> None:
    made = generate(300, seed=seed)
    share = Counter(one.planted.status for one in made)
    assert share["Complet"] == 105
    assert share["À compléter"] == 120
    assert share["À préciser"] == 24
    assert share["Hors champ"] == 30
    assert share["Clos"] == 21
    assert 65 <= sum(one.revision == 1 for one in made) <= 115
    assert {one.planted.priority for one in made} == {None, "P1", "P2", "P3", "P4"}


def test_every_item_meets_every_verdict_possible_for_it() -> None:
    seen = {pair for one in dossiers() for pair in one.planted.items.items()}
    wanted = {pair for defect in catalogue().values() for pair in defect.verdicts.items()}
    assert wanted <= seen
    assert len(dossiers()[0].planted.items) == 35
    assert all(len(one.planted.items) == 35 for one in dossiers())


def test_scope_champs_are_each_a_reason_once() -> None:
    assert {one.planted.out_of_scope_champ for one in dossiers()} == {None, 1, 2, 3, 4}


def test_priority_is_only_given_in_scope() -> None:
    for one in dossiers():
        scope = [one.answers.get(champ) for champ in (1, 2, 3, 4)]
        assert (one.planted.priority is not None) == (scope == [True, True, True, False])
        assert (one.planted.status == "Clos") == (one.state in CLOSED)


def test_dates_follow_each_other() -> None:
    for one in dossiers():
        assert NOW - timedelta(days=550) < one.deposited_at <= one.updated_at <= NOW
        assert one.deposited_at.utcoffset() == timedelta(0)
    assert max(Counter(one.deposited_at for one in dossiers()).values()) > 2
    assert max(Counter(one.updated_at for one in dossiers()).values()) > 2


def test_the_moment_of_generation_is_an_argument() -> None:
    early = datetime(2024, 3, 1, 12, tzinfo=UTC)
    made = generate(30, seed=1, now=early)
    assert all(one.updated_at <= early for one in made)


def test_companies_are_fictional_with_sound_numbers() -> None:
    for company in companies().values():
        assert siret.is_valid(company.siret)
        assert not REAL & set(company.name.lower().split())
        for contact in company.contacts:
            number = phonenumbers.parse(contact.phone, "FR")
            assert phonenumbers.is_valid_number(number)
            assert contact.email.endswith(f"@{company.key}.example")
    assert all(one.usager_email.endswith(".example") for one in dossiers())


def test_only_the_planted_siret_has_a_wrong_key() -> None:
    for one in dossiers():
        assert siret.is_valid(one.company.siret)
        typed = one.answers[6]
        assert ("A1.siret_key" in one.planted.kind) == bool(typed and not siret.is_valid(typed))


def test_medicines_have_codes_of_the_right_shape_and_no_real_company() -> None:
    listed = medicines()
    assert len({one.cis for one in listed}) == len(listed)
    assert len({one.cip13 for one in listed}) == len(listed)
    assert any(one.withdrawn for one in listed)
    for one in listed:
        assert len(one.cis) == 8
        assert one.cis.isdigit()
        assert one.cip13.startswith("34009")
        assert ean.is_valid(one.cip13)


def test_a_complement_names_an_earlier_dossier() -> None:
    known = {one.number: one for one in dossiers()}
    linked = [one for one in dossiers() if one.planted.items["A4"] == "present"]
    assert {one.answers[13] for one in linked} == {"Complément", "Clôture"}
    for one in linked:
        earlier = known[one.answers[14]]
        assert earlier.number < one.number
        assert earlier.deposited_at < one.deposited_at
        assert earlier.company == one.company
    ghosts = [one for one in dossiers() if "A4.ghost" in one.planted.kind]
    assert not [one for one in ghosts if one.answers[14] in known]


def test_duplicates_repeat_an_earlier_report() -> None:
    known = {one.number: one for one in dossiers()}
    copies = [one for one in dossiers() if one.planted.kind.startswith("duplicate of")]
    assert copies
    for one in copies:
        first = known[int(one.planted.kind.split()[2].rstrip(":"))]
        assert (one.answers, one.company) == (first.answers, first.company)
    assert [kind for kind in kinds() if kind.startswith("near_duplicate of")]


def test_generics_come_from_three_companies() -> None:
    generics = [one for one in dossiers() if one.planted.kind.startswith("generics")]
    assert len({one.company.name for one in generics[:3]}) == 3
    assert len({one.planted.situation for one in generics[:3]}) == 1


def test_places_beyond_the_departements_are_all_met() -> None:
    codes = {
        row[331]["code"]
        for one in dossiers()
        for row in one.answers.get(33) or []
        if one.answers[31] == "Locale"
    }
    assert {"975", "977", "978", "984", "986", "987", "988", "989", "99"} <= codes


def test_two_products_and_dates_at_midnight_are_met() -> None:
    assert [one for one in dossiers() if len(one.answers[15]) == 2]
    late = [one for one in dossiers() if one.answers[40] == next_day(one)]
    assert [one for one in late if one.planted.items["R1"] == "present"]


def next_day(one: SeedDossier) -> str:
    """The day after the deposit by UTC, which is the same day in Paris just after midnight."""
    return (one.deposited_at.date() + timedelta(days=1)).isoformat()


def test_data_files_name_known_companies_and_items() -> None:
    assert {key for one in situations() for key in one.companies} == set(companies())
    recipes = read("recipes.yaml")
    assert {name for recipe in recipes for name in recipe} <= set(catalogue())


def test_borders_and_scores_are_reached() -> None:
    scores = {one.planted.score for one in dossiers()}
    assert {100, 95, 90, 81, 50} <= scores
    assert min(scores) < 50
    patients = {one.answers.get(42) for one in dossiers() if one.answers.get(41)}
    assert {0, 1, 999, 1000} <= patients
    assert {4.9, 5.0} <= {one.answers.get(45) for one in dossiers() if one.revision == 2}
