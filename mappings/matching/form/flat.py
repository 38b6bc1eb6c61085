"""Rows that a form asks one after the other: labels that differ by a number only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Final, TypeAlias

from mappings.dossier.revision import Descriptor
from mappings.matching.form.numbered import as_written, numbered
from mappings.matching.french_words import FRENCH
from mappings.matching.offered import Offered, explained_of
from mappings.matching.words import stems

_NAMING: Final = 4
"""Letters of a stem that may name what rows are of."""
_MORE: Final = frozenset(stems(" ".join(FRENCH.rows.more)))
"""What asks, beside numbered rows, for one more: « Autre médicament »."""

Column: TypeAlias = tuple[str, str]
"""A column that is asked row after row: its question without the number, its type."""
Rows: TypeAlias = Mapping[int, Offered]
"""The champ of each row, by its number."""


def flattened(found: Sequence[Offered]) -> Iterator[Offered]:
    """Rows that are asked one after the other: labels that differ by a number only.

    A column that is asked twice for one row is none: which of both it is, nothing tells.
    """
    families: dict[Column, dict[int, Offered]] = defaultdict(dict)
    twice: set[Column] = set()
    for one in found:
        if one.descriptor.type == "repetition":
            continue
        for template, number in numbered(one.descriptor.label):
            key = template, one.descriptor.type
            if families[key].setdefault(number, one) is not one:
                twice.add(key)
    whole = {
        key: rows for key, rows in families.items() if {1, 2} <= rows.keys() and key not in twice
    }
    columns = _each_once(whole)
    groups = list(_lists(columns))
    numbered_ones = {one.descriptor.id for rows in columns.values() for one in rows.values()}
    others = [one for one in found if one.descriptor.id not in numbered_ones]

    def as_rows(keys: Iterable[Column]) -> Offered:
        made = _as_rows({key: columns[key] for key in keys})
        return replace(made, further=_further(keys, others))

    for group in groups:
        yield as_rows(group)
    for _, run in groupby(
        (one for one in groups if len(one) == 1), key=lambda one: _where(columns, one)
    ):
        beside = [key for (key,) in run]
        if len(beside) > 1:  # « Nom n° 1 », « Nom n° 2 », then « CIS n° 1 », « CIS n° 2 »
            yield as_rows(beside)


def _further(keys: Iterable[Column], others: Sequence[Offered]) -> str:
    """The first question that may ask for more of the rows that these columns ask; "" if none."""
    named = {one for template, _ in keys for one in stems(template) if len(one) >= _NAMING}
    labels = (one.descriptor.label for one in others)
    return next((one for one in labels if _one_more(stems(one), named)), "")


def _one_more(words: Sequence[str], named: AbstractSet[str]) -> bool:
    """Whether what asks for one more stands beside the name of what there is more of."""
    pairs = (*pairwise(words), *pairwise(reversed(words)))
    return any(one in _MORE and other in named for one, other in pairs)


def _each_once(columns: Mapping[Column, Rows]) -> dict[Column, Rows]:
    """Columns that no champ stands in twice: the fullest first, then the first of the form."""
    kept: dict[Column, Rows] = {}
    taken: set[str] = set()
    for key in sorted(columns, key=lambda key: (-len(columns[key]), _first(columns[key]))):
        champs = {one.descriptor.id for one in columns[key].values()}
        if taken.isdisjoint(champs):
            kept[key] = columns[key]
            taken |= champs
    return kept


def _lists(columns: Mapping[Column, Rows]) -> Iterator[list[Column]]:
    """The columns of each list: they begin with one word, or their rows follow one another.

    « CIS du médicament n° 1 », « Dosage (1) », « CIS du médicament n° 2 », « Dosage (2) ».
    """
    group: list[Column] = []
    for key in sorted(columns, key=lambda key: _first(columns[key])):
        before = group[-1] if group else None
        if before and not (
            _word(before) == _word(key) or _first(columns[key]) < columns[before][2].place
        ):
            yield group
            group = []
        group.append(key)
    if group:
        yield group


def _where(columns: Mapping[Column, Rows], group: Sequence[Column]) -> tuple[str, frozenset[int]]:
    """Under which heading a list stands, and the numbers of its rows."""
    rows = columns[group[0]]
    return rows[1].section, frozenset(rows)


def _first(rows: Rows) -> int:
    return min(one.place for one in rows.values())


def _word(column: Column) -> str:
    return column[0].split(" ", maxsplit=1)[0]


def _as_rows(columns: Mapping[Column, Rows]) -> Offered:
    firsts = [rows[1] for rows in columns.values()]
    numbers = sorted({number for rows in columns.values() for number in rows})
    names = {key: f"flat-{rows[1].descriptor.id}" for key, rows in columns.items()}
    templates = [template for template, _ in columns]
    shared = _shared(templates) if len(templates) > 1 else templates[0]
    children = tuple(
        replace(
            rows[1].descriptor,
            id=names[key],
            label=_without(key[0], shared) if len(templates) > 1 else key[0],
            description=explained_of(rows.values()),
        )
        for key, rows in columns.items()
    )
    inner = tuple(
        replace(rows[1], descriptor=child, shown=as_written(child.label, rows[1].descriptor.label))
        for child, rows in zip(children, columns.values(), strict=True)
    )
    whole = Descriptor(
        id=f"flat-{firsts[0].descriptor.id}",
        api_id="",
        label=shared,
        description=explained_of(one for rows in columns.values() for one in rows.values()),
        type="repetition",
        required=False,
        children=children,
    )
    flat = tuple(
        {names[key]: rows[number].descriptor.id for key, rows in columns.items() if number in rows}
        for number in numbers
    )
    shown = as_written(shared, firsts[0].descriptor.label)
    return replace(firsts[0], descriptor=whole, flat=flat, rows=inner, samples=(), shown=shown)


def _shared(labels: Sequence[str]) -> str:
    words = [label.split(" ") for label in labels]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return " ".join(shared) or labels[0]


def _without(label: str, head: str) -> str:
    return label.removeprefix(head).strip() or label
