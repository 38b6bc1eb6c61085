"""What the form asks: revisions, and the descriptors of their champs and annotations."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from french.text import normalise_label

NO_ANSWER = frozenset({"header_section", "explication"})
"""Types of champs that ask nothing."""
HEADINGS = " › "
"""What stands between headings that stand one under the other, and what is explained under them."""
EXPLAINED = "Explication : "
"""What a text between questions begins with, among the headings above them."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a revision asks: one champ or annotation of the form.

    Attributes:
        id: Stable id.
        api_id: The id as served (base64).
        label: Question as shown.
        type: Type name in snake case (``drop_down_list``, ``piece_justificative``, …).
        required: Whether DS refuses a deposit without it.
        options: Options of a list; none of one that is fed by a CSV.
        children: Champs of a repetition.
        other: Whether a list lets its user type another option.
        description: Help shown with the question.
        level: Of a heading, from 1.
        condition: When it is shown, as DS writes it; "" for always, ``None`` where DS does not say.
    """

    id: str
    api_id: str
    label: str
    type: str
    required: bool
    options: tuple[str, ...] = ()
    children: tuple["Descriptor", ...] = ()
    other: bool = False
    description: str = ""
    level: int = 1
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One published version of the form.

    Attributes:
        id: GraphQL id.
        champs: What declarants are asked, in order.
        annotations: What instructeurs are asked, in order.
        published: Since when it is in force (aware); ``None`` of a draft, or where DS does not say.
        whole: Whether all that DS describes of it could be read; else what stands above may lack.
        types: Type of each champ and annotation by stable id, those of repetitions included.
        fed: Ids of the lists that are fed by a CSV: DS serves the number of a row as the answer.
        asked: Ids and normalised labels of the champs, those of repetitions included.
        asked_annotations: The same of the annotations.
    """

    id: str
    champs: tuple[Descriptor, ...]
    annotations: tuple[Descriptor, ...]
    published: datetime | None = field(default=None, compare=False)
    whole: bool = True
    types: Mapping[str, str] = field(init=False, repr=False, compare=False)
    fed: frozenset[str] = field(init=False, repr=False, compare=False)
    asked: frozenset[str] = field(init=False, repr=False, compare=False)
    asked_annotations: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out, once for all dossiers, what each of them looks up."""
        every = (*flatten(self.champs), *flatten(self.annotations))
        object.__setattr__(self, "types", {one.id: one.type for one in every})
        fed = frozenset(one.id for one in every if _fed(one))
        object.__setattr__(self, "fed", fed)
        object.__setattr__(self, "asked", _keys(self.champs))
        object.__setattr__(self, "asked_annotations", _keys(self.annotations))


def flatten(descriptors: Iterable[Descriptor]) -> Iterator[Descriptor]:
    """Descriptors, each followed by those of its rows."""
    for descriptor in descriptors:
        yield descriptor
        yield from flatten(descriptor.children)


def sections(revision: Revision) -> dict[str, str]:
    """What stands above each champ and annotation, from the first: headings, and what explains.

    A text between questions (« explication ») is of all that follows it under its heading, headings
    under that one included; before any heading, of the whole form. What stands above a champ in
    rows is what stands in these rows.
    """
    return {**_sections(revision.champs), **_sections(revision.annotations)}


def _sections(descriptors: Iterable[Descriptor]) -> dict[str, str]:
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for one in descriptors:
        if one.type == "header_section":
            above = [*(kept for kept in above if kept[0] < one.level), (one.level, _told(one))]
        elif one.type == "explication":
            # Under its heading, and above any heading below that one.
            level = above[-1][0] if above else 0
            above = [*above, (level, f"{EXPLAINED}{_told(one)}")]
        elif one.type not in NO_ANSWER:
            found[one.id] = HEADINGS.join(told for _, told in above)
            found |= _sections(one.children)
    return found


def _told(one: Descriptor) -> str:
    return f"{one.label} ({one.description})" if one.description else one.label


def _fed(one: Descriptor) -> bool:
    """DS serves no option of such a list on purpose."""
    listed = one.type in {"drop_down_list", "multiple_drop_down_list"}
    return listed and not one.options and not one.other


def _keys(descriptors: Iterable[Descriptor]) -> frozenset[str]:
    asking = [one for one in flatten(descriptors) if one.type not in NO_ANSWER]
    return frozenset(key for one in asking for key in (one.id, normalise_label(one.label)))
