"""What the base says of one medicine or class: boxes, persons, months, regions apart, sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.public_data.consumption import base_of
from store.consumption.base import (
    MONTHLY,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionBaseError,
    Edition,
    open_consumption,
)
from triage.consumption.open_medic import AXES, REGION
from triage.consumption.profile import RegionApart, by_axis, regions_apart

_CIP13 = 13


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a code.

    Attributes:
        code: CIP13, or ATC code of level 5.
        labels: Names of its presentations, by CIP13.
        years: Years of the base, whether it has boxes in them or not.
        boxes: Boxes by year.
        axes: Boxes by code of each axis, by year.
        persons: Persons by cell, by year and grouping; never to be summed.
        months: Boxes by month.
        apart: Regions apart from the others in its last year.
        sources: Editions of these figures, as they are cited.
    """

    code: str
    labels: Mapping[str, str]
    years: tuple[int, ...]
    boxes: Mapping[int, float]
    axes: Mapping[str, Mapping[int, Mapping[str, float]]]
    persons: Mapping[tuple[int, str], Mapping[str, int]]
    months: Mapping[str, float]
    apart: tuple[RegionApart, ...]
    sources: tuple[str, ...]

    @property
    def out_of_scope(self) -> bool:
        """Whether nothing is published of it: it is no zero."""
        return not self.boxes and not self.persons and not self.months


def profile(code: str, home: Path) -> Profile | None:
    """What the base says of a code; ``None`` when nothing was loaded.

    Raises:
        DataFileError: The base cannot be read.
    """
    try:
        with open_consumption(base_of(home)) as base:
            return None if base is None else _profile(code, base)
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


def editions(home: Path) -> tuple[Edition, ...]:
    """Every file that was read.

    Raises:
        DataFileError: The base cannot be read.
    """
    try:
        with open_consumption(base_of(home)) as base:
            return () if base is None else base.editions()
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


def _profile(code: str, base: ConsumptionBase) -> Profile:
    is_cip = len(code) == _CIP13 and code.isdigit()
    found = base.presentations(cips=[code] if is_cip else [], classes=[] if is_cip else [code])
    known = base.editions()
    axes = {axis: by_axis(found, axis) for axis in AXES}
    boxes: dict[int, float] = {}
    for one in found:
        boxes[one.year] = boxes.get(one.year, 0.0) + one.boxes
    last = max(boxes, default=None)
    persons = base.persons(code)
    months = base.months([code] if is_cip else sorted({one.cip13 for one in found}))
    used = {OPEN_MEDIC} | ({PERSONS} if persons else set()) | ({MONTHLY} if months else set())
    return Profile(
        code=code,
        labels={one.cip13: one.label for one in found},
        years=tuple(sorted(int(one.period) for one in known if one.family == OPEN_MEDIC)),
        boxes=dict(sorted(boxes.items())),
        axes=axes,
        persons=persons,
        months=months,
        apart=regions_apart(axes[REGION][last], base.by_region(last)) if last else (),
        sources=tuple(one.named for one in known if one.family in used),
    )
