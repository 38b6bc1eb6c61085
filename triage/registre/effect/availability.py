"""What the medicines reference says that may move use beside a measure: shortages, generics."""

from collections.abc import Iterable, Iterator
from datetime import date

from mappings.medicines.reference import Medicine
from triage.registre.effect.effect import OtherCause

_SHORT = frozenset({"1", "2", "4"})
"""Shortage, tension, back again: the line has the day on which it began."""
_STOPPED = "3"


def shortages(medicines: Iterable[Medicine]) -> Iterator[tuple[OtherCause, date | None]]:
    """Shortages, tensions and ends of sales, each with its last day; ``None``: it goes on."""
    for medicine in medicines:
        for line in medicine.availability:
            if line.since is None or line.code not in {*_SHORT, _STOPPED}:
                continue
            what = line.status or "disponibilité"
            text = f"{what} de {medicine.name} (depuis le {line.since:%d/%m/%Y})"
            over = line.back if line.code == "4" else None
            last = line.since if line.code == _STOPPED else over
            yield OtherCause("disponibilité", line.since, text), last


def first_generics(
    medicines: Iterable[Medicine], every: Iterable[Medicine]
) -> Iterator[tuple[OtherCause, date | None]]:
    """The first speciality of another holder with the same substances: prices and habits move.

    Args:
        medicines: Those of a situation.
        every: All of the reference.
    """
    wanted = {key for one in medicines if (key := _substances(one))}
    known = sorted(
        (one for one in every if one.authorised_on and _substances(one) in wanted),
        key=lambda one: (one.authorised_on or date.max, one.cis),
    )
    for key in sorted(wanted):
        same = [one for one in known if _substances(one) == key]
        holders = {*same[0].holders} if same else set()
        rival = next((one for one in same if holders.isdisjoint(one.holders)), None)
        if rival is not None and rival.authorised_on is not None:
            day = rival.authorised_on
            text = f"première spécialité concurrente autorisée le {day:%d/%m/%Y} ({rival.name})"
            yield OtherCause("générique", day, text), day


def _substances(one: Medicine) -> tuple[str, ...]:
    return tuple(sorted(name.casefold() for name in one.fractions or one.substances))
