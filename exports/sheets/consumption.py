"""Boxes by year of the situations that public data speak of, drawn in `Synthèse`. Pure.

They are drawn there for a chart over a table that readers sort and filter would change with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from exports.readers.registre import RegisterReading
from exports.sheets.blocks import Block
from french.text import agreed
from triage.consumption.profile import Profile
from triage.consumption.rows import OPEN_MEDIC, rows_of
from triage.consumption.sentences import standing_out

MOST = 6
"""Situations that are drawn; the sheet `Consommation` has them all."""
_LONGEST = 40
"""Characters of the name of a situation, over a chart."""
_THOUSANDS = 100_000
_MEANING = (
    "Boîtes délivrées en ville et remboursées, par année, des substances de la situation, toutes"
    " présentations ensemble : des boîtes ne sont pas des doses. Au plus {most} situations : celles"
    " où un groupe, une région ou une croissance est à part, puis celles qui ont le plus de"
    " boîtes ; toutes sont dans « Consommation »."
)


def consumed_by_year(read: RegisterReading) -> tuple[Block, ...]:
    """A chart of each situation with boxes, what stands out first; none outside the agency."""
    known = {name: found for name, found in read.consumption.items() if found.boxes}
    ordered = sorted(known, key=lambda name: (*_rank(known[name]), name))
    left = len(ordered) - MOST
    drawn = ordered[:MOST]
    return tuple(
        replace(
            upright(
                f"{name}, {_short(_named(read, name) or known[name].code)}, boîtes par an",
                "Année",
                {year: boxes for year, boxes, _ in _years(known[name]) if boxes is not None},
            ),
            meaning=_MEANING.format(most=MOST),
            note=" ".join(_notes(known[name], left if name == drawn[-1] else 0)),
            agency_alone=True,
        )
        for name in drawn
    )


def upright(title: str, name: str, boxes: Mapping[str, float]) -> Block:
    """Boxes by year or month as upright bars, in thousands where they are many."""
    large = max(boxes.values()) >= _THOUSANDS
    lines = tuple((key, round(n / 1000 if large else n)) for key, n in boxes.items())
    unit = "Milliers" if large else "Boîtes"
    return Block(f"{title}{', en milliers' if large else ''}", (name, unit), lines, bars="col")


def _rank(found: Profile) -> tuple[bool, float]:
    return not any(True for _ in standing_out(found)), -found.boxes[max(found.boxes)]


def _named(read: RegisterReading, name: str) -> str:
    """Its title at the register, else the one that is proposed, as in `Situations`."""
    view = read.context.situations.get(name)
    return str(read.titled(name) or (view.facts.title if view else ""))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"


def _years(found: Profile) -> Iterator[tuple[str, int | None, str]]:
    """Each year, its boxes, and why it has none."""
    for row in rows_of(found):
        if row.axis == "année":
            yield row.period, row.boxes, row.judgement


def _notes(found: Profile, left: int) -> Iterator[str]:
    """Where the figures are from, the years without any, and situations that are not drawn."""
    yield f"Source : {' ; '.join(found.sources.get(OPEN_MEDIC, ()))}."
    for year, boxes, why in _years(found):
        if boxes is None:
            yield f"{year} : {why}, et non zéro."
    if left > 0:
        yield f"{agreed(left, 'autre situation')} : feuille « Consommation »."
