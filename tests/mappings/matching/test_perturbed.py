"""What is sure of a form that was made harsher: never what only resembles a field."""

import random
from collections.abc import Iterator

import pytest

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
KNOWN: dict[str, dict[object, dict[str, str]]] = {
    "retyped and flattened": {10: {"mesures": "mesures de reduction du risque"}},
    "traducteur.yaml": {10: {"specialites": "produit", "mesures": "action"}},
    "same labels, other ids": {"mis à part": {"specialites.atc": "Code ATC selon la famille"}},
    "etrangere_d.yaml": {
        "moment": {"dossier_precedent": "Numéro du dossier initial lors de votre premier envoi"}
    },
    "groupement.yaml": {
        "moment": {"nature_signalement": "Type de soumission lors de votre premier envoi"}
    },
    "industriel.yaml": {"mis à part": {"specialites.atc": "Code ATC (niveau 5) selon la famille"}},
    "statisticien.yaml": {
        "variation": {"sources": "source"},
        "seconde question": {"etape_circuit": "etape du circuit"},
        "mis à part": {"etape_circuit": "etape du circuit", "sources": "source"},
    },
    "syndicat.yaml": {"mis à part": {"specialites.atc": "Code ATC selon la famille"}},
}
"""Sure and wrong today: rows told flat under a heading that changed (10), « selon la famille » and
« lors de votre premier envoi » after words of the field, a form of single words. None may join, and
what is mended leaves the list."""


def known(name: str, ways: type) -> dict[object, dict[str, str]]:
    """What is known to be wrong of a form: by its place among harsher ones, or by kind."""
    return {way: wrong for way, wrong in KNOWN.get(name, {}).items() if isinstance(way, ways)}


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
@pytest.mark.parametrize("name", names())
def test_nothing_is_sure_and_wrong_of_any_form_however_it_is_perturbed(name: str) -> None:
    found = {at: one for at, one in enumerate(map(wrong_sure, harsher(name))) if one}
    assert found == known(name, int)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_another_thing_is_never_sure(kind: str) -> None:
    """Each kind on one form; the next test has each on every form."""
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
    assert {kind: one for kind, one in found if one} == known(name, str)
