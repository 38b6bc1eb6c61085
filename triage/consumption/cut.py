"""Whether a file was cut: what other files have, and this one no more. Pure.

Medicines come and go here and there, and a cut takes all that stands after it. So those that are
missing one after the other at the end, in the order of the other file, of their codes or of their
classes, are a cut where chance would hardly take so many. A file in no order loses rows and boxes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from french.text import agreed
from mappings.report.display import show
from triage.consumption.codes import label_of

APART = 1.5
"""How many times more boxes than any of the nearest years a file may have, at most."""
_LEAST = 0.93
"""Share of the rows of the nearest years under which a file has lost some."""
_LEAST_BOXES = 0.8
"""The same of boxes, which depend on a few medicines."""
_TWIN_LEAST = 0.95
"""The same beside the other set of that year: their boxes are the same, but for small gaps."""
_TWIN_LOST = 0.002
"""Share of the codes of the other set of that year that may be missing here and there."""
_MOST = 2
"""How many times the rows of the nearest year a file of persons may have."""
_CHANCE = 0.005
"""Probability of so many missing in a row under which they are a cut."""
_MANY, _MANY_SHARE = 20.0, 0.05
"""Boxes, and share of them, that a group of the last presentation does not lose by chance."""
_NEAR = 2
"""Years apart of the files that another is looked at beside, where there are any."""
_LAST_CLASS = "V"
_WHOLE = 1000
"""Presentations from which a year is a whole one: the real ones have some thirteen thousand."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read.

    Attributes:
        year: Its year.
        rows: Its rows.
        boxes: Its boxes; ``None`` where it has no such column.
        codes: Its codes with boxes or persons, with their ATC class, in order.
        last: Of the last presentation of the file that is looked at, boxes by axis and code.
    """

    year: int
    rows: int
    boxes: float | None
    codes: Mapping[str, str]
    last: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that is kept, beside which another is looked at.

    Attributes:
        source: Its file.
        read: What was read of it, rows and boxes as the largest file of its year that was accepted.
        kind: ``same`` set as the other one, or the ``twin`` of its year: persons beside boxes.
        width: Characters of the class that its codes are, where those of the other one are of
            presentations; 0 where both are alike.
    """

    source: str
    read: Read
    kind: Literal["same", "twin"] = "same"
    width: int = 0


def doubts_of_cut(read: Read, known: Iterable[ComparedFile]) -> Iterator[str]:
    """What shows, in French, that a file was cut; nothing where nothing does.

    A file never loses a row of its own year unseen. Other years are the two on each side, or the
    nearest: the most that any of them had is what counts, as a cut one would hide another.
    """
    every = [*known]
    same = [one for one in every if one.kind == "same"]
    others = [one for one in same if one.read.year != read.year]
    near = [one for one in others if abs(one.read.year - read.year) <= _NEAR]
    nearest = sorted(others, key=lambda one: abs(one.read.year - read.year))[:1]
    yield from _of_last_class(read)
    own = [one for one in same if one.read.year == read.year]
    for one in own:
        yield from _of_same_year(read, one)
    yield from _of_totals(read, [*own, *(near or nearest)])
    yield from doubts_of_end(read.codes, near or nearest)
    yield from _of_last(read, near or nearest)
    for one in every:
        if one.kind == "twin":
            yield from _of_twin(read, one)


def doubts_of_more(read: Read, known: Iterable[ComparedFile]) -> Iterator[str]:
    """Twice the rows of the nearest year are two files, or another grouping."""
    same = [one for one in known if one.kind == "same"]
    near = min(same, key=lambda one: abs(one.read.year - read.year), default=None)
    if near and read.rows > _MOST * near.read.rows:
        yield f"{show(read.rows)} lignes, contre {show(near.read.rows)} dans {near.source}"


def _of_last_class(read: Read) -> Iterator[str]:
    """A whole year in order of class goes to V, whatever it is looked at beside."""
    letters = [one[:1] for one in read.codes.values() if one]
    if len(letters) >= _WHOLE and letters == sorted(letters) and letters[-1] < _LAST_CLASS:
        yield f"aucune classe ATC après {letters[-1]}, alors que les années entières vont à V"


def _of_same_year(read: Read, one: ComparedFile) -> Iterator[str]:
    if read.rows < one.read.rows:
        yield f"{show(read.rows)} lignes, contre {show(one.read.rows)} dans {one.source}"
    if lost := [code for code in one.read.codes if code not in read.codes]:
        yield f"il y manque {agreed(len(lost), 'code')} de {one.source}, dont {lost[0]}"


def _of_totals(read: Read, others: Sequence[ComparedFile]) -> Iterator[str]:
    """Rows and boxes beside the most that other years had, boxes also beside its own year."""
    past = [one for one in others if one.read.year != read.year]
    most = max(past, key=lambda one: one.read.rows, default=None)
    if most and read.rows < _LEAST * most.read.rows:
        yield f"{show(read.rows)} lignes, contre {show(most.read.rows)} dans {most.source}"
    counted = [one for one in others if one.read.boxes]
    if read.boxes is None or not counted:
        return
    most = max(counted, key=lambda one: one.read.boxes or 0.0)
    boxes = most.read.boxes or 0.0
    if not _LEAST_BOXES * boxes <= read.boxes <= APART * boxes:
        yield (
            f"{show(round(read.boxes))} boîtes en tout, contre {show(round(boxes))} en"
            f" {most.read.year} ({most.source})"
        )


def doubts_of_end(codes: Mapping[str, str], known: Iterable[ComparedFile]) -> Iterator[str]:
    """Codes of another file that are missing one after the other at its end, the least likely."""
    ends = (
        (found.chance, one.source, found)
        for one in known
        for order in _orders(one.read.codes)
        if (found := _end(order, codes)).lost
    )
    chance, source, found = min(ends, key=lambda one: one[0], default=(1.0, "", _End()))
    if chance <= _CHANCE:
        yield f"il y manque les {show(found.lost)} derniers codes de {source}, dès {found.first}"


def _of_last(read: Read, known: Iterable[ComparedFile]) -> Iterator[str]:
    """The last presentation of the file lost a group that had many of its boxes in each year."""
    kept = [one for one in known if one.read.last]
    if not read.last or not kept:
        return
    for axis, code in kept[0].read.last:
        if (axis, code) not in read.last and all(_many(one.read.last, axis, code) for one in kept):
            yield (
                f"la dernière présentation, {[*read.codes][-1]}, n'a plus de boîtes"
                f" ({label_of(axis, code)}), alors qu'elle en a dans {kept[0].source}"
            )
            return


def _many(groups: Mapping[tuple[str, str], float], axis: str, code: str) -> bool:
    whole = sum(boxes for (name, _), boxes in groups.items() if name == axis)
    return groups.get((axis, code), 0.0) >= max(_MANY, _MANY_SHARE * whole)


def _of_twin(read: Read, one: ComparedFile) -> Iterator[str]:
    mine: Collection[str] = read.codes
    if one.width:
        mine = {found[: one.width] for found in read.codes.values()}
    lost = [code for code in one.read.codes if code not in mine]
    orders = _orders(one.read.codes)
    found = min((_end(order, mine) for order in orders), key=lambda end: end.chance)
    if len(lost) > _TWIN_LOST * len(one.read.codes) or (found.lost and found.chance <= _CHANCE):
        yield f"il y manque {agreed(len(lost), 'code')} de {one.source}, dont {lost[-1]}"
    boxes, theirs = read.boxes, one.read.boxes
    if boxes is not None and theirs is not None and boxes < _TWIN_LEAST * theirs:
        yield f"{show(round(boxes))} boîtes en tout, contre {show(round(theirs))} dans {one.source}"


@dataclass(frozen=True, slots=True)
class _End:
    """Codes missing one after the other at the end of an order, and how likely that is."""

    lost: int = 0
    first: str = field(default="")
    chance: float = 1.0


def _end(order: Sequence[str], codes: Collection[str]) -> _End:
    """The chance is that of so many, where as many go as before them."""
    lost = 0
    while lost < len(order) and order[-1 - lost] not in codes:
        lost += 1
    if not lost:
        return _End()
    left = order[: len(order) - lost]
    gone = sum(code not in codes for code in left)
    return _End(lost, order[len(left)], ((gone + 1) / (len(left) + 2)) ** lost)


def _orders(codes: Mapping[str, str]) -> tuple[Sequence[str], ...]:
    """Orders in which a file may have been written: its own, by code, by class."""
    return [*codes], sorted(codes), sorted(codes, key=lambda code: (codes[code], code))
