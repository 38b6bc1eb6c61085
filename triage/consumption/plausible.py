"""Whether a file that was read may replace the one that is kept: what is doubtful of it. Pure.

Each doubt is a French sentence; a person may accept the file all the same.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mappings.report.display import show
from triage.consumption.codes import AGES, PRESCRIBERS, REGIONS, SEXES
from triage.consumption.monthly import Monthly
from triage.consumption.open_medic import AGE_SEX, PRESCRIBER, REGION, OpenMedic

MONTH_APART = 2.0
"""How many times more, or fewer, boxes a month may have than a year before."""
_SAME_MONTH = 0.95
"""Share of its boxes that a month keeps in a later book: what is paid late adds to it."""
_ROUNDED = 0.005
"""Share by which a total may depart from its parts."""
_PARTS = 0.02
"""Share by which prescribers together may depart from all of them."""
_SMALL = 0.01
"""Share of the boxes from which a group is not absent by chance."""
_UNLISTED = 0.5
_LIBERAL, _SALARIED, _ALL = "liberaux", "salaries", "tous"


@dataclass(frozen=True, slots=True)
class KnownYear:
    """A year that is kept, beside which another is looked at.

    Attributes:
        year: The year.
        source: Its file.
        boxes: Boxes in all.
        regions: Boxes by region.
        classes: Boxes by first letter of the ATC code.
    """

    year: int
    source: str
    boxes: float
    regions: Mapping[str, float]
    classes: Mapping[str, float]


def doubts_of_year(read: OpenMedic, known: Iterable[KnownYear], year: int) -> Iterator[str]:
    """Doubts about a year of the complete base, by itself and beside the nearest year.

    Args:
        read: What was read.
        known: Years that are kept, with boxes.
        year: Its year: the same one is the nearest, then the one before.
    """
    yield from _unlisted(read)
    near = min(known, key=lambda one: (abs(one.year - year), one.year > year), default=None)
    if near is None:
        return
    for what, mine, theirs in (
        ("région", read.by_region(), near.regions),
        ("classe ATC", read.by_class(), near.classes),
    ):
        least = _SMALL * near.boxes
        gone = sorted(
            code for code, n in theirs.items() if code and n >= least and code not in mine
        )
        if gone:
            yield f"{what} absente : {', '.join(gone)}, que {near.year} a ({near.source})"


def _unlisted(read: OpenMedic) -> Iterator[str]:
    """A column whose codes are mostly in no list is another column."""
    for axis, lists in (
        (AGE_SEX, (AGES, SEXES)), (REGION, ({*REGIONS, "0", "9", "99", ""},)),
        (PRESCRIBER, (PRESCRIBERS,)),
    ):  # fmt: skip
        boxes = read.by_code(axis)
        for place, listed in enumerate(lists):
            known = sum(
                n for key, n in boxes.items() if n > 0 and key.split("/")[place] in {*listed, ""}
            )
            total = sum(n for n in boxes.values() if n > 0)
            if known < (1 - _UNLISTED) * total:
                name = ("âge", "sexe")[place] if axis == AGE_SEX else axis
                yield f"la colonne de {name} a surtout des codes inconnus : une autre colonne ?"


def doubts_of_months(
    sheets: Sequence[Monthly], known: Mapping[str, Mapping[str, float]]
) -> Iterator[str]:
    """Doubts about the sheets of a book.

    Args:
        sheets: Its sheets.
        known: Boxes by month that are kept, by prescribers.
    """
    every = [one.who for one in sheets]
    if len(set(every)) < len(every):
        yield "deux feuilles sont des mêmes prescripteurs"
    for one in sheets:
        for text in (*_of_totals(one), *_of_holes(one), *_of_past(one, known.get(one.who, {}))):
            yield f"feuille « {one.who} » : {text}"
    whole = {one.who: one.totals() for one in sheets}
    if {_LIBERAL, _SALARIED, _ALL} <= whole.keys():
        for month, boxes in whole[_ALL].items():
            parts = whole[_LIBERAL].get(month, 0.0) + whole[_SALARIED].get(month, 0.0)
            if abs(parts - boxes) > _PARTS * abs(boxes):
                yield (
                    f"{month} : {show(round(parts))} boîtes de libéraux et de salariés, contre"
                    f" {show(round(boxes))} de tous"
                )


def _of_totals(one: Monthly) -> Iterator[str]:
    """The published total is that of the rows, with those without a code or without them."""
    for month, boxes in one.totals().items():
        published = one.published.get(month)
        if published is None:
            continue
        sums = (boxes, boxes + one.uncoded.get(month, 0.0))
        if all(abs(each - published) > max(1.0, _ROUNDED * abs(published)) for each in sums):
            yield (
                f"{month} : les lignes font {show(round(boxes))} boîtes, le total publié est"
                f" {show(round(published))}"
            )


def _of_holes(one: Monthly) -> Iterator[str]:
    months = sorted(period for period in one.periods if "-" in period)
    for before, after in itertools.pairwise(months):
        if after != _next(before):
            yield f"aucun mois entre {before} et {after}"


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _of_past(one: Monthly, known: Mapping[str, float]) -> Iterator[str]:
    """Each month beside itself as it is kept, else beside the same month of the year before."""
    for month, boxes in one.totals().items():
        year, rest = month[:4], month[4:]
        for other in (month, f"{int(year) - 1}{rest}"):
            if (before := known.get(other, 0.0)) > 0:
                least = _SAME_MONTH if other == month else 1 / MONTH_APART
                if not least * before <= boxes <= before * MONTH_APART:
                    yield (
                        f"{show(round(boxes))} boîtes en {month}, contre {show(round(before))} en"
                        f" {other}"
                    )
                break
