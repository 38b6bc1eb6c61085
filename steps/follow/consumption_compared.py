"""The files that are kept beside which a new one is looked at: its years, the other set of its own.

A file that was cut lacks what these have (:mod:`triage.consumption.cut`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from store.consumption.base import (
    CLASS_WIDTHS,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionFile,
)
from triage.consumption.cut import ComparedFile, Read
from triage.consumption.monthly import Monthly

_CIP13 = "cip13"


def files_beside(
    base: ConsumptionBase, edition: ConsumptionFile, *, last: str = ""
) -> Iterator[ComparedFile]:
    """Files of every year of the same set and grouping, and others of its year.

    Args:
        base: What is kept.
        edition: The file that is looked at: of the complete base, or of persons.
        last: Its last presentation.
    """
    groups = {str(one.year): one.cells for one in base.presentations(cips=[last])}
    level = _level(edition)
    for one in base.largest():
        if (one.family, one.part) == (edition.family, edition.part):
            found = _read(base, one, level)
            yield ComparedFile(one.source, replace(found, last=_flat(groups.get(one.period, {}))))
        elif one.period == edition.period and one.family == OPEN_MEDIC:
            yield ComparedFile(one.source, _read(base, one, level), kind="twin")
        elif one.period == edition.period and one.family == PERSONS:
            other = _level(one)
            if other == level:
                yield ComparedFile(one.source, _read(base, one, level), kind="twin")
            elif level == _CIP13 and edition.family == OPEN_MEDIC:
                width = CLASS_WIDTHS[other]
                yield ComparedFile(one.source, _read(base, one, other), kind="twin", width=width)


def books_beside(base: ConsumptionBase, sheet: Monthly) -> Iterator[ComparedFile]:
    """The month that is kept of the same prescribers, nearest to those of a sheet (a year away)."""
    first, last = min(sheet.periods), max(sheet.periods)
    near = {str(int(first[:4]) - 1), *(one[:4] for one in sheet.periods), str(int(last[:4]) + 1)}
    kept = [
        one
        for one in base.known_months().get(sheet.who, {})
        if one[:4] in near and len(one) == len(first)
    ]
    if kept:
        month = max((one for one in kept if one <= last), default=min(kept))
        codes = base.codes_of_month(sheet.who, month)
        yield ComparedFile(f"{month} ({sheet.who})", Read(int(month[:4]), len(codes), None, codes))


def _flat(cells: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[tuple[str, str], float]:
    return {(axis, code): n[0] for axis, codes in cells.items() for code, n in codes.items()}


def _level(edition: ConsumptionFile) -> str:
    """Level of a file of persons (``atc5``); presentations else."""
    return edition.part.split(",")[0] if edition.family == PERSONS else _CIP13


def _read(base: ConsumptionBase, one: ConsumptionFile, level: str) -> Read:
    """What was read of a file that is kept, its codes at a level."""
    if one.family == OPEN_MEDIC:
        codes = base.codes(one.period, level)
    else:
        codes = base.codes_of_persons(one)
    return Read(int(one.period), one.rows, one.boxes or None, codes)
