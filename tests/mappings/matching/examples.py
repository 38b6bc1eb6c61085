"""What the forms and the wordings of the tests teach of how each field is asked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ruamel.yaml import YAML

from mappings.matching.learned import (
    OTHER,
    Counts,
    Learned,
    Traits,
    counted,
    traits,
    traits_of_label,
)
from mappings.matching.offered import Offered, offered
from mappings.matching.wanted import Wants
from tests.mappings.matching.perturbed import form, names
from tests.mappings.matching.variants import ROOT, Variant, our_wants

WORDINGS = ROOT / "tests" / "data" / "tournures"

Example: TypeAlias = tuple[str, Traits]
"""The field that a question asks, and what tells it from others."""


def taught() -> Counts:
    """What they teach together."""
    return counted([*_wordings(), *(one for name in _files() for one in _of_form(form(name)))])


def unseen(name: str) -> Wants:
    """What is wanted, by one for whom a form is new: of it alone nothing was learned."""
    wants = our_wants()
    if name not in _files():
        return wants
    gone = counted(_of_form(form(name)))
    known = wants.lexicon.learned.counts
    left = {trait: _less(met, gone.get(trait, {})) for trait, met in known.items()}
    learned = Learned({trait: met for trait, met in left.items() if met})
    return replace(wants, lexicon=replace(wants.lexicon, learned=learned))


def _less(met: Mapping[str, int], gone: Mapping[str, int]) -> Mapping[str, int]:
    left = {path: times - gone.get(path, 0) for path, times in met.items()}
    return {path: times for path, times in left.items() if times}


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
