"""What is sure of a form that was made harsher: never what only resembles a field."""

import random
from collections.abc import Iterator

import pytest

from tests.mappings.matching.perturbed import (
    KINDS,
    form,
    names,
    narrower,
    of_another_thing,
    one_out_of,
    otherwise,
    wrong_sure,
)
from tests.mappings.matching.variants import Variant

SHARE = 8
"""Fields that stay for each that is gone: what is like it is nearly always among them."""
FEW = ("autre_plume.yaml", "laconique.yaml")

KNOWN: dict[tuple[str, int | str], set[str]] = {
    ("groupement.yaml", 8): {"secret_affaires"},
    ("etrangere_e.yaml", "fondues"): {"donnees_efficacite"},
    ("hospitalier.yaml", "fondues"): {"justification"},
    ("inconnue.yaml", "d'un autre"): {"nature_signalement"},
    ("pharmacien.yaml", "contraire"): {"raison_absence_estimation"},
    ("pharmacien.yaml", "fondues"): {
        "estimation_possible",
        "mesures.date_mesure",
        "mesures.indicateur",
    },
    ("troisieme_plume.yaml", "fondues"): {"indication_visee"},
}
"""Faults that stand: fields called sure that are wrong, by form and what was done to it. Mend them;
no other may join, and one that is mended leaves."""


def known(name: str, places: type) -> dict[int | str, set[str]]:
    """The faults of a form that stand, by what was done to it."""
    return {at: one for (form_name, at), one in KNOWN.items()
            if form_name == name and isinstance(at, places)}  # fmt: skip


def harsher(name: str) -> Iterator[Variant]:
    variant = form(name)
    yield from one_out_of(variant, SHARE)
    yield narrower(variant, random.Random(name))
    yield of_another_thing(variant, random.Random(name))


def few(name: str) -> Iterator[Variant]:
    """Three of a form's: a share gone, narrower questions, other words."""
    variant = form(name)
    yield next(one_out_of(variant, SHARE))
    yield narrower(variant, random.Random(name))
    yield of_another_thing(variant, random.Random(name))


@pytest.mark.parametrize("name", FEW)
def test_what_resembles_a_question_that_is_not_asked_is_never_sure(name: str) -> None:
    assert [wrong_sure(one) for one in few(name)] == [{}, {}, {}]


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_nothing_is_sure_and_wrong_of_any_form_however_it_is_perturbed(name: str) -> None:
    wrong = {at: {*one} for at, one in enumerate(map(wrong_sure, harsher(name))) if one}
    assert wrong == known(name, int)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_another_thing_is_never_sure(kind: str) -> None:
    """Each kind on one form in the suite; each on every form where the slow ones run."""
    name = sorted(names())[list(KINDS).index(kind)]
    assert wrong_sure(otherwise(form(name), kind, random.Random(kind))) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_no_kind_of_other_question_is_sure_of_any_form(name: str) -> None:
    variant = form(name)
    found = (
        (kind, wrong_sure(otherwise(variant, kind, random.Random(f"{name}{kind}"))))
        for kind in KINDS
    )
    assert {kind: {*one} for kind, one in found if one} == known(name, str)
