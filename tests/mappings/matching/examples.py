"""What the forms and the wordings of the tests teach of how each field is asked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeAlias

from ruamel.yaml import YAML

from mappings.matching.form.level import offered
from mappings.matching.learned import (
    OTHER,
    Counts,
    Learned,
    Traits,
    counted,
    traits,
    traits_of_label,
)
from mappings.matching.offered import Offered
from mappings.matching.wanted import Wants
from tests.mappings.matching.perturbed import form, names
from tests.mappings.matching.variants import ROOT, Variant, our_wants

WORDINGS = ROOT / "tests" / "data" / "tournures"

Example: TypeAlias = tuple[str, Traits]
"""The field that a question asks, and what tells it from others."""
HANDS = (
    ("autre_plume", "troisieme_plume", "quatrieme_plume", "inconnue"),
    ("etrangere_a", "etrangere_b", "etrangere_c"),
    ("etrangere_d", "etrangere_e"),
    ("causerie", "rubrique", "industriel"),
    ("pharmacien", "juriste", "ergonome"),
    ("agent", "groupement", "laconique"),
    ("hospitalier", "chef_de_projet", "statisticien", "traducteur"),
    ("caisse", "cadre_a", "portail_regional"),
    ("intranet", "imprime", "syndicat"),
    ("regulateur", "entreprise", "ancien", "citoyen"),
    ("hopital", "numerique", "europeen"),
    ("guichet_unique", "hopital_digital", "laboratoire_traduit"),
    ("agence_regionale_sante", "pharmacovigilant_industrie", "dinum_modele"),
    ("afssaps_2008", "dgs_questionnaire", "jeune_chef_de_projet"),
)
"""Forms that came together, or are known to be of one hand."""


def taught() -> Counts:
    """What they teach together."""
    return counted([*_wordings(), *(one for name in _files() for one in _of_form(form(name)))])


def unseen(name: str) -> Wants:
    """What is wanted, by one for whom a form is new: nothing was learned of it, nor of its hand."""
    return _unseen(hand_of(name))


def hand_of(name: str) -> tuple[str, ...]:
    """The forms that one hand wrote: of one form, its twins would tell what it asks."""
    if name not in _files():
        return ()
    stem = name.removesuffix(".yaml")
    return next((some for some in HANDS if stem in some), (stem,))


@cache
def _unseen(hand: tuple[str, ...]) -> Wants:
    wants = our_wants()
    if not hand:
        return wants
    gone = counted(one for name in hand for one in _of_form(form(f"{name}.yaml")))
    learned = Learned(_less(wants.lexicon.learned.counts, gone))
    return replace(wants, lexicon=replace(wants.lexicon, learned=learned))


def _less(known: Counts, gone: Counts) -> Counts:
    """Counts without those of some examples; what is left of none is not there."""
    found = {}
    for name, met in known.items():
        less = gone.get(name, {})
        left = {one: times - less.get(one, 0) for one, times in met.items()}
        if kept := {one: times for one, times in left.items() if times}:
            found[name] = kept
    return found


def _files() -> list[str]:
    return [one for one in names() if one.endswith(".yaml")]


def _wordings() -> Iterator[Example]:
    for file in sorted(WORDINGS.glob("*.yaml")):
        for path, told in YAML(typ="safe").load(file.read_text("utf-8")).items():
            for label in (*told.get("ask", ()), *told.get("contrary", ())):
                yield path, traits_of_label(label)


def _of_form(variant: Variant) -> Iterator[Example]:
    """Each question of a form with the field that it asks, or with none where it asks none."""
    known = {one.path for one in our_wants().every}
    paths: dict[str, list[str]] = defaultdict(list)
    for path, champs in variant.truth.items():
        for champ in champs if path in known else ():
            paths[champ].append(path)
    perhaps = frozenset[str]().union(*variant.accepted.values())

    def read(offers: Sequence[Offered], level: str) -> Iterator[Example]:
        for one in offers:
            champ = one.descriptor.id
            if not one.single:
                continue
            asked = paths.get(champ, [])
            # rows that are asked as questions of their own are their columns
            for path in [path for path in asked if "." in path] or asked:
                yield path, traits(one)
            if not asked and champ not in perhaps:
                yield f"{level}{OTHER}", traits(one)
            yield from read(one.rows, f"{asked[0]}." if asked else f"{OTHER}.")

    revision = variant.revision
    yield from read(offered(revision.champs, samples={}), "")
    yield from read(offered(revision.annotations, samples={}), "annotations.")
