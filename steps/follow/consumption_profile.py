"""What the base says of one medicine or class, or of the substances of situations."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from datafiles.file import DataFileError
from mappings.medicines.facts import medicines_of
from mappings.medicines.reference import Medicine
from mappings.report.model import Report
from steps.follow.consumption import Consumed
from steps.wiring.public_data.consumption import base_of, classes_of
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services
from store.consumption.base import (
    MONTHLY,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionBaseError,
    Edition,
    open_consumption,
)
from triage.consumption.expected import expected_of, hospital_only
from triage.consumption.open_medic import AXES, REGION
from triage.consumption.profile import Profile, by_axis
from triage.consumption.receivers import receivers
from triage.consumption.regions import clustering, regions_apart
from triage.situations.words.dci import Salts

_CIP13 = 13


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose consumption is asked for.

    Attributes:
        substances: In normal form, as matching has them.
        reports: Reports of the situation: who its licence expects.
    """

    substances: Collection[str]
    reports: Sequence[Report]


def profile(code: str, home: Path) -> Profile | None:
    """What the base says of a code; ``None`` when nothing was loaded.

    Raises:
        DataFileError: The base cannot be read.
    """
    is_cip = len(code) == _CIP13 and code.isdigit()
    with _opened(home) as base:
        if base is None:
            return None
        return _profile(base, code, cips=[code] if is_cip else [], classes=[] if is_cip else [code])


def situation_profiles(
    services: Services, wanted: Mapping[str, Wanted], tables: Consumed
) -> dict[str, Profile]:
    """What the base says of the substances of situations; none at all when nothing was loaded.

    Args:
        services: Store and data files.
        wanted: What is asked for, by situation.
        tables: What the years foretell of each substance.

    Raises:
        DataFileError: The base cannot be read.
    """
    matching = services.form.matching
    salts = matching.salts if matching else Salts()
    with _opened(services.inputs.home) as base:
        if base is None:
            return {}
        named = classes_of(base, salts)
        return {
            name: _beside(
                services,
                _profile(
                    base,
                    ", ".join(sorted(one.substances)),
                    classes=sorted({code for each in one.substances for code in named[each]}),
                ),
                one,
                tables,
            )
            for name, one in wanted.items()
        }


def editions(home: Path) -> tuple[Edition, ...]:
    """Every file that was read.

    Raises:
        DataFileError: The base cannot be read.
    """
    with _opened(home) as base:
        return () if base is None else base.editions()


@contextmanager
def _opened(home: Path) -> Iterator[ConsumptionBase | None]:
    try:
        with open_consumption(base_of(home)) as base:
            yield base
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


def _profile(
    base: ConsumptionBase, code: str, *, cips: Sequence[str] = (), classes: Sequence[str] = ()
) -> Profile:
    found = base.presentations(cips=cips, classes=classes)
    known = base.editions()
    axes = {axis: by_axis(found, axis) for axis in AXES}
    boxes: dict[int, float] = {}
    for one in found:
        boxes[one.year] = boxes.get(one.year, 0.0) + one.boxes
    alone = [*cips, *classes]  # persons of several codes are never added up
    persons = base.persons(alone[0]) if len(alone) == 1 else {}
    months = base.months({*cips, *(one.cip13 for one in found)}, classes)
    used = [OPEN_MEDIC, *([PERSONS] if persons else []), *([MONTHLY] if months else [])]
    last = max(boxes, default=None)
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
        sources={
            family: tuple(one.named for one in known if one.family == family) for family in used
        },
    )
    if last is None:
        return made
    apart = regions_apart(axes[REGION][last], base.by_region(last), clustered=_clustered(made))
    return replace(made, apart=apart)


def _clustered(found: Profile) -> float:
    """How boxes of the last year are grouped by person."""
    last = found.last
    return clustering(0.0, None) if last is None else clustering(
        found.boxes[last], found.national(last)
    )  # fmt: skip


def _beside(services: Services, found: Profile, one: Wanted, tables: Consumed) -> Profile:
    """The profile beside who is expected, and what was foreseen."""
    rules = services.form.expectations
    medicines = _medicines(services, one.reports)
    expected = expected_of(one.reports, medicines, rules)
    last = found.last
    year = {} if last is None else {axis: found.axes[axis].get(last, {}) for axis in AXES}
    return replace(
        found,
        expected=expected,
        receivers=receivers(year, expected, rules, clustered=_clustered(found)),
        growth=tuple(each for each in tables.foreseen if each.substance in one.substances),
        hospital=hospital_only(medicines),
    )


def _medicines(services: Services, reports: Sequence[Report]) -> list[Medicine]:
    matcher = matcher_of(services.inputs.home)
    found = {
        match.medicine.cis: match.medicine
        for report in reports
        for match in medicines_of(report, mapping=services.form.mapping, matcher=matcher)
        if match and match.medicine
    }
    return [*found.values()]
