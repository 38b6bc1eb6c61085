"""A consumption profile as rows: one for each figure, with its edition. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mappings.report.display import show
from triage.consumption.codes import label_of
from triage.consumption.open_medic import AGE_SEX, PRESCRIBER, REGION
from triage.consumption.profile import FEWEST_PERSONS, Profile
from triage.consumption.sentences import absent_told, foreseen_told, q_told, receiver_told

_MONTHS = 36
_TITLES = {AGE_SEX: "âge et sexe", REGION: "région", PRESCRIBER: "prescripteur"}
_EXPECTED = {True: "oui", False: "non", None: "inconnu"}
OPEN_MEDIC, _PERSONS, _MONTHLY = "Open Medic", "Open Medic (personnes)", "Medic'AM"


@dataclass(frozen=True, slots=True)
class ConsumptionRow:
    """A figure.

    Attributes:
        axis: What it is by: year, month, age, sex, age and sex, region, prescriber.
        period: Its year or month; empty where nothing is published.
        group: Who; empty of everybody.
        boxes: Boxes; ``None`` where nothing is published: it is no zero.
        share: Share of the boxes of known groups, 0 to 1.
        persons: Persons, as they may be shown; empty where no file has this grouping.
        expected: Whether the group is expected; empty where it is not asked.
        judgement: What is judged of it.
        source: Editions of the figures.
    """

    axis: str
    period: str
    group: str = ""
    boxes: int | None = None
    share: float | None = None
    persons: str = ""
    expected: str = ""
    judgement: str = ""
    source: str = ""


def rows_of(found: Profile) -> Iterator[ConsumptionRow]:
    """Every figure of a profile: years, the last months, the groups of the last year."""
    if found.out_of_scope:
        yield ConsumptionRow("", "", judgement=found.why_out, source=found.cited)
        return
    grown = " ; ".join(f"{one.substance} : {foreseen_told(one)}" for one in found.growth)
    persons = (year for year, _ in found.persons)
    for year in sorted({*found.years, *found.boxes, *persons, *found.elsewhere}):
        boxes = found.boxes.get(year)
        absent = absent_told(found, year)
        yield ConsumptionRow(
            "année", str(year), boxes=None if boxes is None else round(boxes),
            persons=_persons(found.national(year)),
            judgement=grown if year == found.last else absent if boxes is None else "",
            source=_cited(found, year, OPEN_MEDIC, _PERSONS),
        )  # fmt: skip
    for month, boxes in [*found.months.items()][-_MONTHS:]:
        source = " ; ".join(found.sources.get(_MONTHLY, ()))
        yield ConsumptionRow("mois", month, boxes=round(boxes), source=source)
    if found.last is not None:
        yield from _groups(found, found.last)


def _groups(found: Profile, year: int) -> Iterator[ConsumptionRow]:
    source = _cited(found, year, OPEN_MEDIC, _PERSONS)
    for one in found.receivers:
        judged = receiver_told(one) if one.expected is False and one.boxes > 0 else ""
        by = f" ({one.by})" if one.expected is not None else ""
        yield ConsumptionRow(
            one.axis, str(year), one.label, round(one.boxes), one.share,
            expected=f"{_EXPECTED[one.expected]}{by}", judgement=judged, source=source,
        )  # fmt: skip
    apart = {one.region: one for one in found.apart}
    for axis in (AGE_SEX, REGION, *(() if found.receivers else (PRESCRIBER,))):
        boxes = found.axes[axis].get(year, {})
        total = sum(max(0.0, one) for one in boxes.values())
        persons = found.persons_in(axis, year)
        for code, count in sorted(boxes.items()):
            far = apart.get(code) if axis == REGION else None
            judged = (
                f"à part : {show(round(far.expected))} attendues ({q_told(far.q_value)})"
                if far
                else ""
            )
            yield ConsumptionRow(
                _TITLES[axis], str(year), label_of(axis, code), round(count),
                max(0.0, count) / total if total else None,
                _persons(persons.get(code)), judgement=judged, source=source,
            )  # fmt: skip


def _cited(found: Profile, year: int, *families: str) -> str:
    """Editions of a year."""
    every = [one for family in families for one in found.sources.get(family, ())]
    return " ; ".join(one for one in every if f"édition {year}" in one)


def _persons(count: int | None) -> str:
    if count is None:
        return ""
    return show(count) if count >= FEWEST_PERSONS else f"< {FEWEST_PERSONS}"


Rows = Mapping[str, tuple[ConsumptionRow, ...]]
"""Rows by situation."""
