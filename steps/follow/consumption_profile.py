"""What the base says of one medicine or class: boxes, persons, months, regions apart, sources."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.public_data.consumption import yearly_boxes
from steps.wiring.public_data.consumption_files import base_of
from store.consumption.base import (
    ALL,
    MONTHLY,
    NATIONAL,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionBaseError,
    ConsumptionFile,
    open_consumption,
)
from triage.consumption.open_medic import AXES, REGION
from triage.consumption.profile import Profile, by_axis
from triage.consumption.regions import judged_regions, regions_apart
from triage.consumption.signals import by_substance, foreseen, growth_of
from triage.situations.words.without_salts import Salts, joined

_CIP13 = 13
_NO_SALTS = Salts()


def profile(code: str, home: Path, *, salts: Salts = _NO_SALTS) -> Profile | None:
    """What the base says of a code; ``None`` when nothing was loaded.

    Args:
        code: CIP13 of a presentation, or ATC code of level 5, whose substance is judged over time
            as in a situation.
        home: ``UNC_HOME``.
        salts: How names of substances are compared.

    Raises:
        DataFileError: The base cannot be read.
    """
    is_cip = len(code) == _CIP13 and code.isdigit()
    with opened(home) as base:
        if base is None:
            return None
        if is_cip:
            return profile_in(base, code, cips=[code])
        found = profile_in(base, code, classes=[code])
        if not found.boxes:
            return found
        names = {joined(name, salts) for name in base.substances(code) if name}
    boxes = yearly_boxes(home, salts)
    every = foreseen(by_substance(boxes.by_year)) if boxes else ()
    return replace(found, growth=growth_of(every, names or {joined(code, salts)}))


def editions(home: Path) -> tuple[ConsumptionFile, ...]:
    """Every file that was read.

    Raises:
        DataFileError: The base cannot be read.
    """
    with opened(home) as base:
        return () if base is None else base.editions()


def shrunk(home: Path) -> tuple[tuple[ConsumptionFile, ConsumptionFile], ...]:
    """Editions with fewer rows than another of their period that was kept, with that one.

    Raises:
        DataFileError: The base cannot be read.
    """
    with opened(home) as base:
        if base is None:
            return ()
        most = {(one.family, one.period, one.part): one for one in base.largest()}
        pairs = ((one, most[one.family, one.period, one.part]) for one in base.editions())
        return tuple((one, larger) for one, larger in pairs if one.rows < larger.rows)


@contextmanager
def opened(home: Path) -> Iterator[ConsumptionBase | None]:
    """The base; ``None`` when nothing was loaded.

    Raises:
        DataFileError: The base cannot be read.
    """
    try:
        with open_consumption(base_of(home)) as base:
            yield base
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


def profile_in(
    base: ConsumptionBase, code: str, *, cips: Sequence[str] = (), classes: Sequence[str] = ()
) -> Profile:
    """What the base says of presentations and classes together."""
    found = base.presentations(cips=cips, classes=classes)
    known = base.editions()
    axes = {axis: by_axis(found, axis) for axis in AXES}
    boxes: dict[int, float] = {}
    for one in found:
        boxes[one.year] = boxes.get(one.year, 0.0) + one.boxes
    alone = [*cips, *classes]  # persons of several codes are never added up
    persons = base.persons(alone[0]) if len(alone) == 1 else {}
    months = base.months({*cips, *(one.cip13 for one in found)}, classes)
    last = max(boxes, default=None)
    counted = base.years_of_persons({*cips, *classes, *(one.cip13 for one in found)})
    sold = {int(month[:4]) for month, n in months.items() if n > 0}
    made = Profile(
        code=code,
        classes=tuple(sorted({one.atc5 for one in found} | {*classes})),
        labels={one.cip13: one.label for one in found},
        years=tuple(sorted(int(one.period) for one in known if one.family == OPEN_MEDIC)),
        boxes=dict(sorted(boxes.items())),
        axes=axes,
        persons=persons,
        months=months,
        apart=(),
        elsewhere=counted | sold,
        sources=_cited(known, persons, "cip13" if cips else "atc5", months=bool(months)),
    )
    if last is None:
        return made
    regions, everything = axes[REGION].get(last, {}), base.by_region(last)
    return replace(
        made,
        apart=regions_apart(regions, everything, clustered=made.clustered),
        regions_judged=len(judged_regions(regions, everything, clustered=made.clustered)),
    )


def _cited(
    known: Sequence[ConsumptionFile],
    persons: Mapping[tuple[int, str], object],
    level: str,
    *,
    months: bool,
) -> dict[str, tuple[str, ...]]:
    """Editions of the figures, and of no other, by family."""
    groupings = {
        (str(year), f"{level}, {axes.replace('/', ' × ') or NATIONAL}") for year, axes in persons
    }
    used = {
        OPEN_MEDIC: [one for one in known if one.family == OPEN_MEDIC],
        PERSONS: [
            one for one in known if one.family == PERSONS and (one.period, one.part) in groupings
        ],
        MONTHLY: [one for one in known if one.family == MONTHLY and one.part == ALL and months],
    }
    return {family: tuple(one.named for one in each) for family, each in used.items() if each}
