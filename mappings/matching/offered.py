"""What a form offers: its champs with their headings, and what several champs ask together."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Final, TypeAlias

from french.text import bare_label
from mappings.dossier.revision import NO_ANSWER, Descriptor
from mappings.matching.french_words import FRENCH, any_of, standing
from mappings.matching.numbered import as_written, numbered
from mappings.matching.told import without_answers
from mappings.matching.words import stems
from mappings.schema.names import champ_type

Samples = Mapping[str, Sequence[str]]
"""Answers of real dossiers by champ: a few, as text."""
BOXES: Final = frozenset({"checkbox", "yes_no"})
"""What an option may be asked as, one by one."""
_FEW_BOXES: Final = 3
_OPTIONS: Final = 8
"""Options that are shown of a list; the others are counted."""
_SAID: Final = 60
"""Characters that are shown of an answer."""
_SEVERAL: Final = 2
_TOLD: Final = frozenset({"text", "textarea", "formatted"})
_BELOW: Final = re.compile(standing(FRENCH.help.below))
_NAMING: Final = 4
"""Letters of a stem that may name what rows are of."""
_MORE: Final = frozenset(stems(" ".join(FRENCH.rows.more)))
"""What asks, beside numbered rows, for one more: « Autre médicament »."""
_CLAUSES: Final = re.compile(
    rf"\s*[,;/+&?()]\s*|\s+(?:{any_of(FRENCH.questions.and_)})\s+", re.IGNORECASE
)
"""What stands between the things that one question names."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A champ, or several that ask one thing together, at its place in the form.

    Attributes:
        descriptor: The champ; for several, what they would be as one.
        place: Rank among the champs of its level.
        section: Headings above it.
        explained: What is explained of all that stands under its headings.
        before: Label of the question before it.
        samples: A few answers.
        flat: For rows asked one after the other, the champs of each row by the id of the column.
        boxes: For a list asked as boxes, the champ of each option.
        joined: For a field asked in two parts, the champs of both, in the form's order.
        rows: What the rows of a repetition offer.
        shown: Its label as a person is shown it, where the descriptor's is bare.
        further: For rows asked one after the other, what may ask for more of them beside, as it is
            labelled: « Autres médicaments ».
        asks: Path of the one field that it was made for, where its champs ask each one option.
        parted: Type of each of its champs, where they ask each one option.
    """

    descriptor: Descriptor
    place: int = 0
    section: str = ""
    explained: str = ""
    before: str = ""
    samples: tuple[str, ...] = ()
    flat: tuple[Mapping[str, str], ...] = ()
    boxes: Mapping[str, str] = field(default_factory=dict)
    joined: tuple[str, ...] = ()
    rows: tuple["Offered", ...] = ()
    shown: str = ""
    further: str = ""
    asks: str = ""
    parted: str = ""

    @property
    def label(self) -> str:
        """Its question as the form has it; of several champs, what they have in common."""
        return self.shown or self.descriptor.label

    @property
    def question(self) -> str:
        """What it asks, without the answers that its label gives to choose."""
        return without_answers(self.descriptor.label)

    @property
    def champs(self) -> frozenset[str]:
        """Ids of the champs that it stands for: of the form's level."""
        if self.flat:
            return frozenset(one for row in self.flat for one in row.values())
        several = frozenset(self.boxes.values()) or frozenset(self.joined)
        return several or frozenset({self.descriptor.id})

    @property
    def single(self) -> bool:
        """Whether it is one champ of the form."""
        return not (self.flat or self.boxes or self.joined)

    @property
    def asked_as(self) -> str:
        """Where it stands, its type and what it gives to choose, as a person is shown them."""
        options = _listed(self.descriptor.options)
        if self.parted:
            options = f"{'options' if len(self.boxes) > 1 else 'option'} : {options}"
        parts = (self.section, champ_type(self.parted or self.descriptor.type), options)
        return " · ".join(one for one in parts if one)

    @property
    def answers(self) -> str:
        """Two of its answers, as a person is shown them; "" where none is known."""
        return " | ".join(one[:_SAID] for one in self.samples[:2])

    def asked_before(self, other: "Offered") -> bool:
        """Whether it is the question just before another, under the same heading."""
        label = self.descriptor.label
        return self.place < other.place and (label, self.section) == (other.before, other.section)


def _listed(options: Sequence[str]) -> str:
    more = len(options) - _OPTIONS
    return " ; ".join(options[:_OPTIONS]) + (f" ; … ({more} de plus)" if more > 0 else "")


Column: TypeAlias = tuple[str, str]
"""A column that is asked row after row: its question without the number, its type."""
Rows: TypeAlias = Mapping[int, Offered]
"""The champ of each row, by its number."""


def offered(champs: Sequence[Descriptor], *, samples: Samples) -> tuple[Offered, ...]:
    """What a level of a form offers, in its order; several champs as one after the single ones."""
    found = list(_single(champs, samples))
    return (*found, *_flattened(found), *_boxed(found))


def put_together(first: Offered, second: Offered) -> Offered:
    """Two champs that ask the parts of one thing, as one."""
    whole = replace(
        first.descriptor,
        id=f"joined-{first.descriptor.id}-{second.descriptor.id}",
        label=f"{first.descriptor.label} + {second.descriptor.label}",
        description=_explained((first, second)),
        options=tuple(dict.fromkeys((*first.descriptor.options, *second.descriptor.options))),
    )
    joined = (first.descriptor.id, second.descriptor.id)
    samples = tuple(" ".join(pair) for pair in zip(first.samples, second.samples, strict=False))
    return replace(first, descriptor=whole, joined=joined, samples=samples, shown="")


def as_boxes(named: Mapping[str, Offered]) -> Offered:
    """Champs that ask each one option of a list, by that option, as the list."""
    first = next(iter(named.values()))
    head = first.descriptor.label.rpartition(" : ")[0]
    shown = head if bare_label(head) else ""
    whole = replace(
        first.descriptor,
        id=f"boxes-{first.descriptor.id}-{len(named)}",
        label=bare_label(head) or first.section or _labels(named.values()),
        description=_explained(named.values()),
        type="multiple_drop_down_list",
        options=tuple(named),
    )
    boxes = {option: one.descriptor.id for option, one in named.items()}
    kind = first.descriptor.type
    return replace(first, descriptor=whole, boxes=boxes, shown=shown, parted=kind)


def as_questions(path: str, named: Mapping[str, Offered]) -> Offered:
    """Champs that ask each, by yes or no, one option of ours: as the list of one field."""
    whole = as_boxes(named)
    descriptor = replace(
        whole.descriptor, id=f"{whole.descriptor.id}-{path}", label=_labels(named.values())
    )
    return replace(whole, descriptor=descriptor, shown="", asks=path)


def as_row(columns: Sequence[Offered]) -> Offered:
    """Champs that ask together one row, as rows."""
    names = {one.descriptor.id: f"row-{one.descriptor.id}" for one in columns}
    inner = tuple(
        replace(one, descriptor=replace(one.descriptor, id=names[one.descriptor.id]))
        for one in columns
    )
    first = columns[0]
    whole = Descriptor(
        id=f"row-{first.descriptor.id}-{len(columns)}",
        api_id="",
        label=first.section or _labels(columns),
        type="repetition",
        required=False,
        children=tuple(one.descriptor for one in inner),
    )
    row = {name: champ for champ, name in names.items()}
    return replace(first, descriptor=whole, flat=(row,), rows=inner, samples=(), shown="")


def _labels(some: Iterable[Offered]) -> str:
    """Several questions as one is shown."""
    return " ; ".join(one.descriptor.label for one in some)


def in_clauses(offer: Offered) -> tuple[Offered, ...]:
    """A text whose question names several things, once for each; none where it names one."""
    if not offer.single or offer.descriptor.type not in _TOLD:
        return ()
    said = [one.strip(" ?.:") for one in _CLAUSES.split(offer.descriptor.label)]
    clauses = [one for one in said if one]
    if len(clauses) < _SEVERAL:
        return ()
    whole = offer.descriptor
    return tuple(replace(offer, descriptor=replace(whole, label=one)) for one in clauses)


def _explained(some: Iterable[Offered]) -> str:
    """What explains champs that are taken as one: what bounds one of them bounds them all."""
    return "\n".join(dict.fromkeys(one.descriptor.description for one in some)).strip()


def _single(champs: Sequence[Descriptor], samples: Samples) -> Iterator[Offered]:
    headings: list[tuple[int, str, str]] = []
    before = said = ""
    for place, one in enumerate(champs):
        if one.type == "header_section":
            above = (kept for kept in headings if kept[0] < one.level)
            headings = [*above, (one.level, one.label, one.description)]
            before = said = ""
        elif one.type == "explication":
            said = "\n".join([said, *_of_what_follows(one.description)])
        if one.type in NO_ANSWER:
            continue
        yield Offered(
            descriptor=one,
            place=place,
            section=" ".join(label for _, label, _ in headings),
            explained="\n".join((*(explained for *_, explained in headings), said)).strip(),
            before=before,
            samples=tuple(samples.get(one.id, ())),
            rows=offered(one.children, samples=samples) if one.children else (),
        )
        before = one.label


def _of_what_follows(text: str) -> Iterator[str]:
    """The sentences of a text between questions that speak of those below it."""
    return (one for one in re.split(r"(?<=[.!?])\s+|\n", text) if _BELOW.search(bare_label(one)))


def _flattened(found: Sequence[Offered]) -> Iterator[Offered]:
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
            description=_explained(rows.values()),
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
        description=_explained(one for rows in columns.values() for one in rows.values()),
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


def _boxed(found: Sequence[Offered]) -> Iterator[Offered]:
    """A list that is asked as boxes: several in a row under one heading, or with one beginning."""
    for _, run in groupby(found, key=lambda one: (one.descriptor.type, one.section)):
        boxes = list(run)
        if boxes[0].descriptor.type not in BOXES or len(boxes) < _FEW_BOXES:
            continue
        labels = [one.descriptor.label for one in boxes]
        head, options = _head_of(labels)
        yield replace(
            boxes[0],
            descriptor=replace(
                boxes[0].descriptor,
                id=f"boxes-{boxes[0].descriptor.id}",
                label=head or boxes[0].section or _labels(boxes),
                description=_explained(boxes),
                type="multiple_drop_down_list",
                options=tuple(options),
            ),
            boxes=dict(zip(options, (one.descriptor.id for one in boxes), strict=True)),
            parted=boxes[0].descriptor.type,
        )


def _head_of(labels: Sequence[str]) -> tuple[str, list[str]]:
    """What labels begin with, numbers apart, up to a mark before an option; then the options."""
    for mark in (" : ", ": ", " - ", " – "):
        parted = [label.partition(mark) for label in labels]
        if (
            all(option for _, _, option in parted)
            and len({bare_label(one[0]) for one in parted}) == 1
        ):
            return parted[0][0].strip(" :-–—"), [option.strip(" :-–—") for *_, option in parted]
    return "", list(labels)
