"""Rows that a form asks one after the other: labels that differ by a number only."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby, pairwise, takewhile
from typing import Final, TypeAlias

from french.text import bare_label
from mappings.dossier.revision import Descriptor
from mappings.matching.form.numbered import as_written, numbered
from mappings.matching.french_words import FRENCH
from mappings.matching.offered import Offered, explained_of
from mappings.matching.words import stems

_BRACKETS: Final = re.compile(r"\([^()]*\)")
_SECOND: Final = 2
_WHOLE: Final = frozenset({1, _SECOND})
"""Rows from which a question is one of several."""
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
    families = _families([one for one in found if one.descriptor.type != "repetition"])
    columns = _each_once({key: rows for key, rows in families.items() if rows.keys() >= _WHOLE})
    groups = list(_lists(columns))
    numbered_ones = {one.descriptor.id for rows in columns.values() for one in rows.values()}
    others = [one for one in found if one.descriptor.id not in numbered_ones]
    alone = {
        rows[1].descriptor.id: (key, rows)
        for key, rows in families.items()
        if rows.keys() == {1} and rows[1].descriptor.id not in numbered_ones
    }
    for group in dict.fromkeys((*map(tuple, groups), *_beside(columns, groups))):
        told = {key: columns[key] for key in group}
        loose = not all(_word_for_word(key, rows) for key, rows in told.items())
        made = replace(_as_rows(told), further=_further(group, others), loose=loose)
        yield made
        if more := dict(_of_the_first(told, alone.values())):
            asked = sorted((told | more).items(), key=lambda one: _first(one[1]))
            yield replace(_as_rows(dict(asked)), further=made.further, uneven=True)


def _families(found: Sequence[Offered]) -> dict[Column, Rows]:
    """Each column by its rows, of which it has the first.

    What the first row says beside what the others do is no part of the column: « Dosage 1 (mg) »,
    « Dosage 2 »; nor is the number of the first, where it has none: « Spécialité (2e) ».
    """
    families: dict[Column, dict[int, Offered]] = defaultdict(dict)
    twice: set[Column] = set()
    unnumbered: dict[Column, list[Offered]] = defaultdict(list)
    for one in found:
        kind, label = one.descriptor.type, one.descriptor.label
        plain = _BRACKETS.sub(" ", label)
        unnumbered[bare_label(plain), kind].append(one)
        for template, number in dict.fromkeys((*numbered(label), *numbered(plain))):
            key = template, kind
            if families[key].setdefault(number, one) is not one:
                twice.add(key)
    single = [(key, rows[1]) for key, rows in families.items() if rows.keys() == {1}]
    for key, rows in families.items():
        if 1 in rows or _SECOND not in rows:
            continue
        second = rows[_SECOND]
        before = [one for one in unnumbered.get(key, ()) if one.asked_under(second)]
        before += [
            one
            for other, one in single
            if other[1] == key[1] and one.place < second.place and _says(other[0], key[0])
        ]
        before = [*{one.descriptor.id: one for one in before}.values()]
        if len(before) == 1:
            rows[1] = before[0]
    return {key: rows for key, rows in families.items() if 1 in rows and key not in twice}


def _word_for_word(column: Column, rows: Rows) -> bool:
    """Whether the questions of a column differ by their number alone."""
    return all((column[0], at) in numbered(one.descriptor.label) for at, one in rows.items())


def _says(longer: str, shorter: str) -> bool:
    """Whether a question says all that another does, in its order."""
    words = iter(longer.split(" "))
    return all(one in words for one in shorter.split(" "))


def _of_the_first(
    told: Mapping[Column, Rows], alone: Iterable[tuple[Column, Rows]]
) -> Iterator[tuple[Column, Rows]]:
    """Columns that stand among those of a list, and that only its first row has."""
    shared = _shared_words([key[0] for key in told])
    places = [one.place for rows in told.values() for one in rows.values()]
    if len(told) > 1 and shared:
        for key, rows in alone:
            if _without(key[0], shared) != key[0] and min(places) < _first(rows) < max(places):
                yield key, rows


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


def _beside(
    columns: Mapping[Column, Rows], groups: Sequence[list[Column]]
) -> Iterator[tuple[Column, ...]]:
    """Lists of one column that are one list, maybe: under one heading, or of as many rows too.

    « Nom n° 1 », « Nom n° 2 », then « CIS n° 1 », « CIS n° 2 », and whatever stands beside them.
    """

    def where(group: Sequence[Column]) -> str:
        return columns[group[0]][1].section

    def rows(group: Sequence[Column]) -> frozenset[int]:
        return frozenset(columns[group[0]])

    for _, under in groupby(groups, key=where):
        run = list(under)
        single = [one for one in run if len(one) == 1]
        if len(run) > 1 and single:
            yield tuple(key for group in run for key in group)
            for _, alike in groupby(single, key=rows):
                beside = tuple(key for (key,) in alike)
                if len(beside) > 1:
                    yield beside


def _first(rows: Rows) -> int:
    return min(one.place for one in rows.values())


def _word(column: Column) -> str:
    return column[0].split(" ", maxsplit=1)[0]


def _as_rows(columns: Mapping[Column, Rows]) -> Offered:
    firsts = [rows[1] for rows in columns.values()]
    numbers = sorted({number for rows in columns.values() for number in rows})
    names = {key: f"flat-{rows[1].descriptor.id}" for key, rows in columns.items()}
    templates = [template for template, _ in columns]
    shared = (_shared_words(templates) if len(templates) > 1 else "") or templates[0]
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


def _shared_words(labels: Sequence[str]) -> str:
    """The words that all begin with, or all end with; "" where there is none."""
    words = [label.split(" ") for label in labels]
    return _begins(words) or _begins([one[::-1] for one in words], step=-1)


def _begins(words: Sequence[Sequence[str]], *, step: int = 1) -> str:
    shared = list(takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False)))
    return " ".join([column[0] for column in shared][::step])


def _without(label: str, shared: str) -> str:
    bare = label.removeprefix(shared).strip()
    return (bare if bare != label else label.removesuffix(shared).strip()) or label
