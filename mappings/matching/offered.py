"""What a form offers: its champs with their headings, and what several champs ask together."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from french.text import bare_label
from mappings.dossier.revision import Descriptor
from mappings.matching.french_words import FRENCH, any_of, standing
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
        loose: Whether of rows asked one after the other some differ by more than a number: never
            sure.
        uneven: Whether the first of them alone has all of their columns: neither.
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
    loose: bool = False
    uneven: bool = False
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

    def asked_under(self, other: "Offered") -> bool:
        """Whether it stands before another, under the same heading."""
        return self.place < other.place and self.section == other.section

    def asked_before(self, other: "Offered") -> bool:
        """Whether it is the question just before another, under the same heading."""
        label = self.descriptor.label
        return self.place < other.place and (label, self.section) == (other.before, other.section)


def _listed(options: Sequence[str]) -> str:
    more = len(options) - _OPTIONS
    return " ; ".join(options[:_OPTIONS]) + (f" ; … ({more} de plus)" if more > 0 else "")


def put_together(first: Offered, second: Offered) -> Offered:
    """Two champs that ask the parts of one thing, as one."""
    whole = replace(
        first.descriptor,
        id=f"joined-{first.descriptor.id}-{second.descriptor.id}",
        label=f"{first.descriptor.label} + {second.descriptor.label}",
        description=explained_of((first, second)),
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
        label=bare_label(head) or first.section or labels_of(named.values()),
        description=explained_of(named.values()),
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
        whole.descriptor, id=f"{whole.descriptor.id}-{path}", label=labels_of(named.values())
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
        label=first.section or labels_of(columns),
        type="repetition",
        required=False,
        children=tuple(one.descriptor for one in inner),
    )
    row = {name: champ for champ, name in names.items()}
    return replace(first, descriptor=whole, flat=(row,), rows=inner, samples=(), shown="")


def labels_of(some: Iterable[Offered]) -> str:
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


def explained_of(some: Iterable[Offered]) -> str:
    """What explains champs that are taken as one: what bounds one of them bounds them all."""
    return "\n".join(dict.fromkeys(one.descriptor.description for one in some)).strip()
