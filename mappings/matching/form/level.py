"""A level of a form as what it offers: its champs with their headings, then several as one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from french.text import bare_label
from mappings.dossier.revision import NO_ANSWER, Descriptor
from mappings.matching.form.flat import flattened
from mappings.matching.french_words import FRENCH, standing
from mappings.matching.offered import BOXES, Offered, Samples, explained_of, labels_of

_FEW_BOXES: Final = 3
_BELOW: Final = re.compile(standing(FRENCH.help.below))


def offered(champs: Sequence[Descriptor], *, samples: Samples) -> tuple[Offered, ...]:
    """What a level of a form offers, in its order; several champs as one after the single ones."""
    found = list(_single(champs, samples))
    return (*found, *flattened(found), *_boxed(found))


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
                label=head or boxes[0].section or labels_of(boxes),
                description=explained_of(boxes),
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
