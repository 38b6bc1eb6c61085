"""What the base of consumption has of substances over time: boxes by month and year, patients."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from datafiles.file import DataFileError
from steps.wiring.public_data.consumption import classes_of
from steps.wiring.public_data.consumption_files import base_of
from store.consumption.base import (
    MONTHLY,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionBaseError,
    open_consumption,
)
from triage.situations.words.without_salts import Salts


@dataclass(frozen=True, slots=True)
class Sold:
    """What is known of some substances.

    Attributes:
        months: Boxes by month (``2025-07``).
        years: Boxes by year.
        patients: Persons by year, where one class alone is concerned: they are never added up.
        sources: Editions of the figures, by what they are of.
        counted: Whether a file of persons has some.
    """

    months: Mapping[str, float] = field(default_factory=dict)
    years: Mapping[int, float] = field(default_factory=dict)
    patients: Mapping[int, float] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: bool = False


def sold(home: Path, groups: Mapping[str, Collection[str]], *, salts: Salts) -> dict[str, Sold]:
    """What the base has of groups of substances; each is empty where nothing was loaded.

    Args:
        home: ``UNC_HOME``.
        groups: Substances by name of the group.
        salts: How names of substances are compared.

    Raises:
        DataFileError: The base cannot be read.
    """
    try:
        with open_consumption(base_of(home)) as base:
            if base is None:
                return {name: Sold() for name in groups}
            classes = classes_of(base, salts)
            editions = base.editions()
            sources = {
                family: tuple(one.named for one in editions if one.family == family)
                for family in (OPEN_MEDIC, PERSONS, MONTHLY)
            }
            return {
                name: _sold(base, {one for each in wanted for one in classes[each]}, sources)
                for name, wanted in groups.items()
            }
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error


def _sold(
    base: ConsumptionBase, classes: Collection[str], sources: Mapping[str, tuple[str, ...]]
) -> Sold:
    found = base.presentations(classes=sorted(classes))
    years: defaultdict[int, float] = defaultdict(float)
    for one in found:
        years[one.year] += one.boxes
    persons: dict[int, float] = {}
    if len(classes) == 1:
        told = base.persons(next(iter(classes)))
        persons = {year: float(cells[""]) for (year, axes), cells in told.items() if not axes}
    return Sold(
        months=base.months({one.cip13 for one in found}, classes),
        years=dict(sorted(years.items())),
        patients=dict(sorted(persons.items())),
        sources=sources,
        counted=bool(base.years_of_persons({*classes, *(one.cip13 for one in found)})),
    )
