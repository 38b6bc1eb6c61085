"""Forms of the tests made harsher: questions taken away, made narrower, or asked of another thing.

What is right of each is known, so that whatever is then called sure and is not is a fault.
"""

import random
import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from itertools import pairwise

from ruamel.yaml import YAML

from mappings.matching.match import Matching, match_form
from mappings.matching.wanted import Wants
from tests.mappings.matching.variants import (
    FORMS,
    VARIANTS,
    Raw,
    Variant,
    as_form,
    every,
    our_wants,
    the_mapping,
    written_by_another,
)

_TOLD: Raw = YAML(typ="safe").load((FORMS / "leurres.yaml").read_text("utf-8"))
_NARROWER: list[str] = _TOLD["bornes"]
_INSTEAD: Mapping[str, list[str]] = _TOLD["substitutions"]
_OTHERWISE: Mapping[str, list[str]] = _TOLD["autrement"]
_COUNTS = {"integer_number", "decimal_number", "number"}
_DATES = {"date", "datetime"}
_TYPES = {
    **dict.fromkeys(("dates", "autres dates"), _DATES),
    **dict.fromkeys(("comptes", "autres comptes", "par unité"), _COUNTS),
}
"""Of the kinds that ask for another thing of the same type, what they are asked of."""
KINDS = (*_OTHERWISE, "fondues")
"""What makes another question of one."""


def names() -> list[str]:
    """Every form that tells what it asks: made by a script, or a file."""
    scripts = list(VARIANTS)[:4]
    return [*scripts, *sorted(one.name for one in FORMS.glob("*.yaml") if one.stem not in _OTHERS)]


_OTHERS = {"leurres", "reformule"}
_ASKS = re.compile(r"combien|quand|qui|que|quel|où|comment|pourquoi", re.IGNORECASE)
_MARKS = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}?:."


def form(name: str) -> Variant:
    """One of them."""
    return written_by_another(name) if name.endswith(".yaml") else VARIANTS[name]()


def without(variant: Variant, paths: Collection[str]) -> Variant:
    """A form that no longer asks some fields."""
    gone = frozenset().union(*(variant.truth[path] for path in paths))
    revision = deepcopy(variant.form["revisions"][-1])

    def kept(champs: list[Raw]) -> list[Raw]:
        return [one for one in champs if str(one["id"]) not in gone]

    for part in ("champs", "annotations"):
        revision[part] = kept(revision[part])
        for one in revision[part]:
            if "children" in one:
                one["children"] = kept(one["children"])
    return told_of(variant, revision, gone)


def one_out_of(variant: Variant, share: int) -> Iterator[Variant]:
    """The form without a share of its fields, for each share: each is gone once."""
    paths = list(variant.truth)
    for first in range(share):
        yield without(variant, paths[first::share])


def narrower(variant: Variant, chance: random.Random) -> Variant:
    """A form of which half of the questions speak of somebody, some time or some place else."""
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    for one in every(revision):
        if one["type"] == "header_section" or chance.random() < 1 / 2:
            continue
        asked = one["label"].rstrip(_MARKS)
        mark = " ?" if "?" in one["label"][len(asked) :] else ""
        one["label"] = f"{asked} {chance.choice(_NARROWER)}{mark}"
        changed.add(str(one["id"]))
    return told_of(variant, revision, changed)


def of_another_thing(variant: Variant, chance: random.Random) -> Variant:
    """A form of which half of the questions have a word in the place of one of ours."""
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    for one in every(revision):
        words = [
            word for word in _INSTEAD if re.search(rf"\b{word}\b", one["label"], re.IGNORECASE)
        ]
        if one["type"] == "header_section" or not words or chance.random() < 1 / 2:
            continue
        word = chance.choice(words)
        other = chance.choice(_INSTEAD[word])
        one["label"] = re.sub(rf"\b{word}\b", other, one["label"], flags=re.IGNORECASE)
        changed.add(str(one["id"]))
    return told_of(variant, revision, changed)


def otherwise(variant: Variant, kind: str, chance: random.Random) -> Variant:
    """A form of which a third of the questions ask another thing, of one kind."""
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    no_question = {"header_section", "repetition"}
    questions = [one for one in every(revision) if one["type"] not in no_question]
    for one, after in pairwise([*questions, questions[0]]):
        if chance.random() > 1 / 3 or one["type"] not in _TYPES.get(kind, {one["type"]}):
            continue
        asked = one["label"].rstrip(_MARKS)
        mark = " ?" if "?" in one["label"][len(asked) :] else ""
        if kind == "fondues":
            if any({str(one["id"]), str(after["id"])} <= ids for ids in variant.truth.values()):
                continue  # the two parts of one field
            if "options" in one or one["label"] == after["label"]:
                continue  # what it gives to choose says what it asks
            one["label"] = f"{asked} et {after['label']}"
        else:
            wording = chance.choice(_OTHERWISE[kind])
            if wording.endswith("de {}") and _ASKS.match(asked):
                continue  # « Nombre de Combien » : nobody asks so
            if wording == "Nombre de {}" and one["type"] in _COUNTS:
                continue  # « Nombre de boîtes vendues » counts what « Boîtes vendues » did
            one["label"] = f"{wording.format(asked)}{'' if '?' in wording else mark}"
        changed.add(str(one["id"]))
    return told_of(variant, revision, changed)


def explained_otherwise(variant: Variant, chance: random.Random) -> Variant:
    """A form of which the help of half of the questions says that they ask another thing."""
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    for one in every(revision):
        if one["type"] not in {"header_section", "repetition"} and chance.random() < 1 / 2:
            one["description"] = chance.choice(_TOLD["aides"])
            changed.add(str(one["id"]))
    return told_of(variant, revision, changed)


def under_other_headings(variant: Variant, chance: random.Random) -> Variant:
    """A form of which half of the headings speak of somebody, something or some time else."""
    revision, changed, other = deepcopy(variant.form["revisions"][-1]), set(), False
    for one in revision["champs"]:
        if one["type"] == "header_section":
            other = chance.random() < 1 / 2
            one["label"] = chance.choice(_TOLD["titres"]) if other else one["label"]
        elif other:
            changed |= {str(one["id"]), *(str(child["id"]) for child in one.get("children", ()))}
    return told_of(variant, revision, changed)


def wrong_sure(variant: Variant, wants: Wants | None = None) -> dict[str, str]:
    """What is called sure of a form and is not what it asks: by path, the question taken for it."""
    matching = match_form(wants or our_wants(), variant.revision, samples={})
    return {
        path: one.offered.descriptor.label
        for path, one in matching.sure.items()
        if not _right(path, matching, variant)
    }


def _right(path: str, matching: Matching, variant: Variant) -> bool:
    none: frozenset[str] = frozenset()
    asked, accepted = variant.truth.get(path, none), variant.accepted.get(path, none)
    if matching.matches[path].offered.flat:  # rows are made of the columns that are sure alone
        columns = (one for one in matching.sure if one.startswith(f"{path}."))
        taken = none.union(*(champs_of(one, matching) for one in columns))
        return taken <= asked | accepted
    taken = champs_of(path, matching)
    return taken == asked or taken <= accepted


def champs_of(path: str, matching: Matching) -> frozenset[str]:
    """The champs that a match takes; of a column of flattened rows, those of every row."""
    rows = matching.matches.get(path.split(".", maxsplit=1)[0])
    if rows is not None and rows.listed:
        return rows.offered.champs
    found = matching.matches[path].offered
    if rows is not None and rows.offered.flat and "." in path:
        column = found.descriptor.id
        return frozenset(row[column] for row in rows.offered.flat if column in row)
    return found.champs


def paths_of(matching: Matching) -> set[str]:
    """The fields that are found, those of rows that are asked as one list too."""
    listed = {
        f"{path}.{child}"
        for path, one in matching.matches.items()
        if one.listed
        for child in the_mapping().fields[path].fields
    }
    return {*matching.matches, *listed}


def told_of(variant: Variant, revision: Raw, gone: Collection[str]) -> Variant:
    there = {str(one["id"]) for one in every(revision)}
    for one in every(revision):
        if "condition" in one and str(one["condition"]["champ"]) not in there:
            del one["condition"]
    left = {path: ids - frozenset(gone) for path, ids in variant.truth.items()}
    accepted = {path: ids - frozenset(gone) for path, ids in variant.accepted.items()}
    return Variant(as_form(revision), left, accepted)
