"""What is sure of a form that was made harsher: never what only resembles a field."""

import random
from collections.abc import Iterator

import pytest

from tests.mappings.matching.perturbed import (
    form,
    names,
    narrower,
    of_another_thing,
    one_out_of,
    wrong_sure,
)
from tests.mappings.matching.variants import Variant

SHARE = 8
"""Fields that stay for each that is gone: what is like it is nearly always among them."""
KNOWN = {
    "retyped and flattened": frozenset({"specialites", "mesures"}),
    "chef_de_projet.yaml": frozenset({"contact_telephone", "patients", "siret"}),
    "etrangere_e.yaml": frozenset({"titre"}),
    "groupement.yaml": frozenset({"secret_affaires"}),
    "hospitalier.yaml": frozenset({"donnees_securite"}),
    "traducteur.yaml": frozenset({"specialites", "mesures"}),
}
"""Fields still sure and wrong of a form made harsher: faults to mend, and no other may join."""
FEW = ("autre_plume.yaml", "laconique.yaml")


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
    wrong = {field for one in harsher(name) for field in wrong_sure(one)}
    assert wrong <= KNOWN.get(name, frozenset()), wrong
