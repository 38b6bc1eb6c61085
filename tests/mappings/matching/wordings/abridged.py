"""Forms of the tests as a hand in a hurry would type them: rows asked flat, words cut short.

What is right of each is known: the champs that the questions were, in each of their rows.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import chain

from french.text import fold
from mappings.matching.french_words import FRENCH
from tests.mappings.matching.variants import Raw, Variant, as_form, every

_FIRST_ID = 8_000_000
_LEAST, _MOST = 3, 5
"""Letters that are left of a word that is cut, at least and at most."""
_WORD = re.compile(r"[^\W\d_]{6,}")
_KEPT = {fold(one) for one in chain(FRENCH.senses.no, FRENCH.senses.lacking)}
_VOWELS = "aeiouy"
_NO_QUESTION = {"header_section", "explication"}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "specialites": ("Spécialité", "Médicament", "Produit"),
    "mesures": ("Mesure", "Action"),
}
"""What a row is called in a question."""

Named = Callable[[str, str, int], str]
STYLES: Mapping[str, Named] = {
    "titre - colonne": lambda rows, column, at: f"{rows} {at} - {column}",
    "colonne n°": lambda _, column, at: f"{column} n°{at}",
    "colonne (rang)": lambda _, column, at: f"{column} ({'1re' if at == 1 else f'{at}e'})",
    "colonne du titre": lambda rows, column, at: f"{column} ({rows} {at})",
    "rang colonne": lambda _, column, at: f"{at}) {column}",
    "nombre romain": lambda rows, column, at: f"{rows} {'I' * at} : {column}",
}
"""How the row of a question may be told beside what it asks, by rows, column and number."""


def cut(label: str, chance: random.Random) -> str:
    """A label of which long words lose their end: « Subst. act. », now and then without a point."""

    def short(word: re.Match[str]) -> str:
        if fold(word[0]) in _KEPT:
            return word[0]
        ends = (at for at in range(_LEAST, _MOST) if fold(word[0][at - 1]) not in _VOWELS)
        return word[0][: next(ends, _MOST)] + ("." if chance.random() < 2 / 3 else "")

    return _WORD.sub(short, label)


def flat(variant: Variant, chance: random.Random, *, style: str) -> Variant:
    """A form whose rows are asked twice, one after the other, in words that are cut."""
    revision = deepcopy(variant.form["revisions"][-1])
    numbers = iter(range(_FIRST_ID, 2 * _FIRST_ID))
    became: dict[str, set[str]] = {}
    champs: list[Raw] = []
    for one in revision["champs"]:
        columns = [child for child in one.get("children", ()) if child["type"] not in _NO_QUESTION]
        if len(columns) <= 1:
            champs.append(one)
            continue
        asking = (path for path in _NAMES if str(one["id"]) in variant.truth.get(path, ()))
        names = _NAMES.get(next(asking, ""), (one["label"],))
        rows = cut(chance.choice(names), chance)
        labels = {child["id"]: cut(child["label"].rstrip(" ?:"), chance) for child in columns}
        asked = [(child, at) for at in (1, 2) for child in columns]
        if chance.random() < 1 / 3:  # column after column
            asked.sort(key=lambda pair: list(labels).index(pair[0]["id"]))
        heading = {"type": "header_section", "level": 1, "label": one["label"], "required": False}
        champs.append({**heading, "id": next(numbers)})
        for child, at in asked:
            label = STYLES[style](rows, labels[child["id"]], at)
            made = {**child, "id": next(numbers), "label": label}
            made.pop("condition", None)
            champs.append(made)
            for was in (child, one):
                became.setdefault(str(was["id"]), set()).add(str(made["id"]))
    revision["champs"] = champs
    return _with(variant, revision, became)


def flattened_in(variant: Variant) -> list[str]:
    """The fields that such a form asks in rows which were asked in a repetition."""
    made = {
        path for path, ids in variant.truth.items() if any(int(one) >= _FIRST_ID for one in ids)
    }
    return sorted(made)


def cut_short(variant: Variant, chance: random.Random) -> Variant:
    """A form of which the long words of every question are cut."""
    revision = deepcopy(variant.form["revisions"][-1])
    for one in every(revision):
        if one["type"] not in _NO_QUESTION:
            one["label"] = cut(one["label"], chance)
    return _with(variant, revision, {})


def _with(variant: Variant, revision: Raw, became: Mapping[str, set[str]]) -> Variant:
    def ids(known: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
        for path, some in known.items():
            yield path, frozenset(chain.from_iterable(became.get(one, {one}) for one in some))

    there = {str(one["id"]) for one in every(revision)}
    for one in every(revision):
        if "condition" in one and str(one["condition"]["champ"]) not in there:
            del one["condition"]
    truth, accepted = dict(ids(variant.truth)), dict(ids(variant.accepted))
    return Variant(as_form(revision), truth, accepted, variant.told)
