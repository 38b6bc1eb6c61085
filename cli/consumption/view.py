"""What `unc conso show` and `unc situations show` say of consumption, to people and to programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from rich.table import Table

from cli.terminal.console import table
from mappings.report.display import show, show_decimal, show_rate
from triage.consumption.codes import label_of
from triage.consumption.open_medic import AXES
from triage.consumption.profile import (
    FEWEST_PERSONS,
    NOT_ADDED,
    SCOPE,
    Profile,
    shown_persons,
)
from triage.consumption.receivers import RECEIVER_METHOD
from triage.consumption.regions import REGION_METHOD
from triage.consumption.sentences import (
    boxes_told,
    expected_told,
    growth_told,
    receiver_told,
    regions_told,
)

_TITLES = {"age_sexe": "Âge et sexe", "region": "Région", "prescripteur": "Prescripteur"}
_AXIS = {"age": "âge", "sexe": "sexe", "prescripteur": "prescripteur"}


def profile_tables(found: Profile) -> Iterator[Table | str]:
    """A medicine, for people; source and edition over the figures."""
    yield f"Source : {found.cited}. {SCOPE}"
    if found.out_of_scope:
        yield found.why_out
        return
    names = [f"{cip} {label}".strip() for cip, label in found.labels.items()]
    if names:
        yield f"Présentations : {' ; '.join(names)}. {NOT_ADDED}"
    years = sorted(found.boxes)
    told = sorted({*found.years, *(year for year, _ in found.persons), *found.elsewhere})
    if told:
        rows = [
            ("Boîtes", *(boxes_told(found, year) for year in told)),
            ("Personnes (jamais additionnées)",
             *(shown_persons(found.national(year)) for year in told)),
        ]  # fmt: skip
        title = f"{found.code}, boîtes remboursées et personnes traitées"
        yield table(title, ["", *map(str, told)], rows)
    if years:
        yield from _by_axis(found, years)
    yield from _unexpected(found)
    yield from growth_told(found)
    if found.apart:
        apart = [
            (label_of("region", one.region), show(round(one.boxes)), show(round(one.expected)),
             show_rate(one.q_value))
            for one in found.apart
        ]  # fmt: skip
        yield table(f"Régions à part, {found.last}", ["", "Boîtes", "Attendu", "q"], apart)
    elif years:
        yield regions_told(found)
    if years:
        yield f"{REGION_METHOD}."
    if found.months:
        months = [(month, show(round(boxes))) for month, boxes in found.months.items()]
        yield table("Boîtes par mois, tous prescripteurs", ["Mois", "Boîtes"], months)


def _by_axis(found: Profile, years: list[int]) -> Iterator[Table]:
    for axis in AXES:
        codes = sorted({code for cells in found.axes[axis].values() for code in cells})
        persons = found.persons_in(axis, years[-1])
        rows = [
            (label_of(axis, code),
             *(_boxes(found.axes[axis].get(year, {}).get(code)) for year in years),
             *([shown_persons(persons.get(code))] if persons else []))
            for code in codes
        ]  # fmt: skip
        more = [f"Personnes, {years[-1]}"] if persons else []
        yield table(_TITLES[axis], ["", *map(str, years), *more], rows)


def _unexpected(found: Profile) -> Iterator[Table | str]:
    if not found.receivers:
        return
    yield from expected_told(found)
    if found.unexpected:
        rows = [
            (_AXIS[one.axis], one.label, show(round(one.boxes)), _percent(one.share),
             one.by, receiver_told(one))
            for one in found.unexpected
        ]  # fmt: skip
        columns = ["Axe", "Qui n'est pas attendu", "Boîtes", "Part", "D'après", "Jugement"]
        yield table(f"Qui reçoit sans être attendu, {found.last}", columns, rows)
    elif found.expected:
        yield f"Personne hors de l'attendu n'a de boîte en {found.last}."
    yield f"{RECEIVER_METHOD}."


def _percent(share: float) -> str:
    return f"{show_decimal(100 * share, places=1)} %"


def _boxes(count: float | None) -> str:
    return "–" if count is None else show(round(count))


def plain_profile(found: Profile) -> dict[str, object]:
    """A medicine, for programs."""
    return {
        "code": found.code,
        "classes": found.classes,
        "out_of_scope": found.out_of_scope,
        "labels": found.labels,
        "years": found.years,
        "boxes": {str(year): boxes for year, boxes in found.boxes.items()},
        "axes": {
            axis: {str(year): cells for year, cells in years.items()}
            for axis, years in found.axes.items()
        },
        "persons": [
            {"year": year, "axes": axes, "cells": _shown_cells(cells)}
            for (year, axes), cells in sorted(found.persons.items())
        ],
        "months": found.months,
        "regions_apart": [asdict(one) for one in found.apart],
        "expected": [
            {"axis": one.axis, "codes": sorted(one.codes), "because": one.because}
            for one in found.expected
        ],
        "receivers": [{**asdict(one), "apart": one.apart} for one in found.receivers],
        "growth": [
            {**asdict(one), "established": one.established, "grows": one.grows}
            for one in found.growth
        ],
        "method": REGION_METHOD,
        "receivers_method": RECEIVER_METHOD,
        "sources": [one for each in found.sources.values() for one in each],
    }


def _shown_cells(cells: Mapping[str, int]) -> dict[str, object]:
    return {
        cell: count if count >= FEWEST_PERSONS else f"< {FEWEST_PERSONS}"
        for cell, count in cells.items()
    }
