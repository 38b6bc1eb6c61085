"""What is sure of a form that was made harsher: never what only resembles a field."""

import random
from collections.abc import Iterator

import pytest

from tests.mappings.matching.attacks import ATTACKS
from tests.mappings.matching.perturbed import (
    KINDS,
    explained_otherwise,
    form,
    names,
    narrower,
    of_another_thing,
    one_out_of,
    otherwise,
    under_other_headings,
    wrong_sure,
)
from tests.mappings.matching.variants import Variant

pytestmark = pytest.mark.first

SHARE = 8
"""Fields that stay for each that is gone: what is like it is nearly always among them."""
FEW = ("autre_plume.yaml", "laconique.yaml")
EVERY, OF_ATTACKS = 12, 6
"""Of the kinds, and of the attacks, a form has one out of so many; ``bench/matching`` has all."""
BENCH_ONLY = {
    "agence_regionale_sante.yaml",
    "dinum_modele.yaml",
    "hopital_digital.yaml",
    "inconnue.yaml",
    "laboratoire_traduit.yaml",
    "pharmacovigilant_industrie.yaml",
    "quatrieme_plume.yaml",
    "rubrique.yaml",
}
"""Forms of which nearly all is sure, or hardly anything: ``bench/matching`` attacks them."""
TRIED = [one for one in names() if one not in BENCH_ONLY]
PERTURBED = TRIED[::3]
"""Every third form is made harsher in all of these ways: all would take minutes."""


def harsher(name: str) -> Iterator[Variant]:
    variant = form(name)
    yield from one_out_of(variant, SHARE)
    yield narrower(variant, random.Random(name))
    yield of_another_thing(variant, random.Random(name))
    yield explained_otherwise(variant, random.Random(name))
    yield under_other_headings(variant, random.Random(name))


def few(name: str) -> Iterator[Variant]:
    """Some of a form's: a share gone, narrower questions, other words, help and headings."""
    variant = form(name)
    yield next(one_out_of(variant, SHARE))
    yield narrower(variant, random.Random(name))
    yield of_another_thing(variant, random.Random(name))
    yield explained_otherwise(variant, random.Random(name))
    yield under_other_headings(variant, random.Random(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_what_resembles_a_question_that_is_not_asked_is_never_sure(name: str) -> None:
    assert [one for one in map(wrong_sure, few(name)) if one] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PERTURBED)
def test_nothing_is_sure_and_wrong_of_a_form_however_it_is_perturbed(name: str) -> None:
    assert {at: one for at, one in enumerate(map(wrong_sure, harsher(name))) if one} == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_another_thing_is_never_sure(kind: str) -> None:
    """Each kind on one form; the next test has each on every form."""
    name = sorted(TRIED)[list(KINDS).index(kind)]
    assert wrong_sure(otherwise(form(name), kind, random.Random(kind))) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_no_kind_of_other_question_is_sure_of_any_form(name: str) -> None:
    variant, first = form(name), TRIED.index(name) % EVERY
    found = (
        (kind, wrong_sure(otherwise(variant, kind, random.Random(f"{name}{kind}"))))
        for kind in KINDS[first::EVERY]
    )
    assert {kind: one for kind, one in found if one} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_nothing_beside_or_around_a_question_makes_it_sure_and_wrong(name: str) -> None:
    variant, first = form(name), TRIED.index(name) % OF_ATTACKS
    found = (
        (kind, wrong_sure(ATTACKS[kind](variant, random.Random(f"{name}{kind}"))))
        for kind in list(ATTACKS)[first::OF_ATTACKS]
    )
    assert {kind: one for kind, one in found if one} == {}
