"""Forms of the tests attacked by their structure: what stands beside, above or around a question.

Each kind gives a form of which what is right is known; what is sure there and wrong is a fault.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import groupby

from ruamel.yaml import YAML

from french.text import bare_label
from tests.mappings.matching.perturbed import told_of
from tests.mappings.matching.variants import FORMS, Raw, Variant, every

_TOLD: Raw = YAML(typ="safe").load((FORMS / "leurres.yaml").read_text("utf-8"))
_FIRST_ID = 7_000_000
_NO_QUESTION = {"header_section", "repetition"}
_FEW_WORDS = 3
_FOLLOWS = re.compile(
    r"\W*(?:\w{1,4}[.)]\s*)?(?:si|sinon|dont|l[ae]?quel|les|et|où|combien)", re.IGNORECASE
)


def in_capitals(variant: Variant, _: random.Random) -> Variant:
    """The same questions in capitals, without accents where a typist leaves them out."""
    return _relabelled(variant, str.upper, same=True)


def as_codes(variant: Variant, _: random.Random) -> Variant:
    """The same questions as names of columns: « NB_PAT_DT »."""

    def code(label: str) -> str:
        words = re.findall(r"\w{3,}", label.lower())
        return "_".join(_TOLD["codes"].get(word, word[:4].upper()) for word in words[:4]) or label

    return _relabelled(variant, code, same=True)


def in_another_order(variant: Variant, chance: random.Random) -> Variant:
    """Questions shuffled under each heading, and the headings; follow-ups may lose their sense."""
    revision = deepcopy(variant.form["revisions"][-1])
    parts = list(_parts(revision["champs"]))
    for part in parts:
        inside = part[1:]
        chance.shuffle(inside)
        part[1:] = inside
    chance.shuffle(parts)
    revision["champs"] = [one for part in parts for one in part]
    gone = {
        str(one["id"])
        for one in every(revision)
        if _FOLLOWS.match(one["label"]) or len(one["label"].split()) <= _FEW_WORDS
    }
    kept = {path: ids for path, ids in variant.truth.items() if ids & gone}
    return _also(told_of(variant, revision, set()), kept)


def twice(variant: Variant, chance: random.Random) -> Variant:
    """A part of the form that is asked a second time: which of both is meant, nothing tells."""
    revision = deepcopy(variant.form["revisions"][-1])
    parts = [part for part in _parts(revision["champs"]) if part[0]["type"] == "header_section"]
    numbers, gone = iter(range(_FIRST_ID, 2 * _FIRST_ID)), set()
    for part in chance.sample(parts, min(2, len(parts))):
        again = deepcopy(part)
        for one in again:
            for made in (one, *one.get("children", ())):
                gone.add(str(made["id"]))
                made["id"] = next(numbers)
                made.pop("condition", None)
        revision["champs"] += again
    return told_of(variant, revision, gone)


def sown_with(kind: str) -> Callable[[Variant, random.Random], Variant]:
    """Questions of other démarches between those of the form, in their order."""

    def sown(variant: Variant, chance: random.Random) -> Variant:
        revision = deepcopy(variant.form["revisions"][-1])
        numbers = iter(range(_FIRST_ID, 2 * _FIRST_ID))
        champs: list[Raw] = []
        for one in revision["champs"]:
            champs.append(one)
            if chance.random() < 1 / 3 and one["type"] != "header_section":
                told = chance.choice(_TOLD[kind])
                some = told if isinstance(told, list) else [told]
                champs += [{"required": False, **each, "id": next(numbers)} for each in some]
        revision["champs"] = champs
        return told_of(variant, revision, set())

    return sown


def at_length(variant: Variant, chance: random.Random) -> Variant:
    """Half of the questions explained at length in their own label, so that they ask otherwise."""
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    for one in every(revision):
        if one["type"] not in _NO_QUESTION and chance.random() < 1 / 2:
            one["label"] = f"{one['label']} {chance.choice(_TOLD['explications'])}"
            changed.add(str(one["id"]))
    return told_of(variant, revision, changed)


def under_another_heading(variant: Variant, chance: random.Random) -> Variant:
    """Questions of one word moved each under another heading of the form."""
    revision = deepcopy(variant.form["revisions"][-1])
    parts = [part for part in _parts(revision["champs"]) if part[0]["type"] == "header_section"]
    moved = [
        (part, one)
        for part in parts
        for one in part[1:]
        if one["type"] not in _NO_QUESTION and bare_label(one["label"]) in _TOLD["d_un_mot"]
    ]
    for part, one in moved:
        part.remove(one)
        others = [other for other in parts if other is not part]
        other = chance.choice(others)
        other.insert(chance.randrange(1, len(other) + 1), one)
    revision["champs"] = [one for part in parts for one in part]
    return told_of(variant, revision, {str(one["id"]) for _, one in moved})


ATTACKS: Mapping[str, Callable[[Variant, random.Random], Variant]] = {
    "en capitales": in_capitals,
    "codes": as_codes,
    "autre ordre": in_another_order,
    "deux fois": twice,
    "autres démarches": sown_with("suites"),
    "après chacune": sown_with("apres"),
    "200 caractères": at_length,
    "sous un autre titre": under_another_heading,
}


def _relabelled(variant: Variant, made: Callable[[str], str], *, same: bool) -> Variant:
    revision, changed = deepcopy(variant.form["revisions"][-1]), set()
    for one in every(revision):
        if one["type"] != "header_section":
            one["label"] = made(one["label"])
            changed.add(str(one["id"]))
    return told_of(variant, revision, () if same else changed)


def _parts(champs: list[Raw]) -> Iterator[list[Raw]]:
    """The champs of each heading, it first."""
    heading = 0

    def under(one: Raw) -> int:
        nonlocal heading
        heading += int(one["type"] == "header_section")
        return heading

    yield from (list(part) for _, part in groupby(champs, key=under))


def _also(variant: Variant, accepted: Mapping[str, frozenset[str]]) -> Variant:
    """A variant of which some fields may be sure, or not."""
    none: frozenset[str] = frozenset()
    more = {path: variant.accepted.get(path, none) | ids for path, ids in accepted.items()}
    return Variant(variant.form, variant.truth, {**variant.accepted, **more}, variant.told)
