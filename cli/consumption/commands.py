"""`unc conso`: public consumption data, read once; who receives a medicine."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from cli.terminal.output import ERROR, Common, Console, print_json, table
from datafiles.file import DataFileError
from mappings.report.display import show, show_decimal
from settings import load_settings
from steps.follow.consumption_load import LoadedFile, load_file
from steps.follow.consumption_profile import Profile, editions, profile
from steps.wiring.services import each_demarche
from triage.consumption.open_medic import AXES
from triage.consumption.profile import OUT_OF_SCOPE, REGION_METHOD, SCOPE, label_of

conso = App(name="conso", help="Données publiques de consommation (Open Medic, Medic'AM).")
_DEFAULT = Common()
_FEW = 11
"""Persons under which a count is not shown: a prudence of this service."""
_TITLES = {"age_sexe": "Âge et sexe", "region": "Région", "prescripteur": "Prescripteur"}
_COUNTS = {
    "negative": "sous zéro", "zero": "sans boîte", "blank": "case vide",
    "unplaced": "inconnues de tous les axes", "skipped": "sans code",
}  # fmt: skip


@conso.command
def load(
    *file: Path,
    annee: int | None = None,
    accept: Annotated[bool, Parameter(name="--accepter", negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Lire des fichiers d'Open Medic ou de Medic'AM, et les garder à la place de l'édition d'avant.

    Code 1 : un fichier est refusé, et dit pourquoi ; ce qui était chargé reste.

    Args:
        file: Fichiers .csv (aussi dans .gz ou .zip), .xls ou .xlsx.
        annee: Année du fichier, quand son nom ne la dit pas.
        accept: Accepter un total loin de celui de l'année la plus proche.
    """
    if not file:
        raise DataFileError(["Donnez au moins un fichier : unc conso load FICHIER…"])
    homes = dict.fromkeys(one.home for one in each_demarche(complete=False))
    done: list[LoadedFile] = []
    refused: list[str] = []
    for path in file:
        try:
            done += [load_file(path, home, year=annee, accepted=accept) for home in homes][:1]
        except DataFileError as error:
            refused += error.problems
    if common.json:
        told = [{"new": one.new, **asdict(edition)} for one in done for edition in one.editions]
        print_json({"editions": told, "refused": refused})
    else:
        _show_loaded(done)
        for text in refused:
            ERROR.print(text, markup=False, highlight=False)
    return 1 if refused else 0


@conso.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les éditions chargées, avec ce que leurs lignes étaient."""
    found = editions(load_settings().home)
    if common.json:
        print_json({"editions": [asdict(one) for one in found]})
    else:
        _show_loaded([LoadedFile(found, new=False)] if found else [])
    return 0


@conso.command(name="show")
def show_code(code: str, *, common: Common = _DEFAULT) -> int:
    """Montrer qui reçoit un médicament : boîtes et personnes par année, âge, sexe, région.

    Args:
        code: Code CIP13 d'une présentation, ou code ATC de niveau 5.
    """
    found = profile(code.strip().upper(), load_settings().home)
    if found is None:
        raise DataFileError(["Aucune donnée de consommation chargée : unc conso load FICHIER."])
    if common.json:
        print_json(_plain(found))
        return 0
    out = Console()
    for told in _tables(found):
        out.print(told, highlight=False)
    return 0


def _show_loaded(done: Sequence[LoadedFile]) -> None:
    out = Console()
    if not done:
        out.print("Aucune édition.", highlight=False)
        return
    rows = [
        (
            edition.family, edition.period, edition.part or "–", show(edition.rows),
            show(round(edition.boxes)) if edition.boxes else "–",
            ", ".join(f"{_COUNTS[name]} {show(count)}" for name, count in edition.counts.items()
                      if count and name in _COUNTS) or "–",
            edition.source,
        )
        for one in done for edition in one.editions
    ]  # fmt: skip
    columns = ["Données", "Période", "Regroupement", "Lignes", "Boîtes", "Dont lignes", "Fichier"]
    out.print(table("Éditions de consommation", columns, rows))


def _plain(found: Profile) -> dict[str, object]:
    return {
        "code": found.code,
        "out_of_scope": found.out_of_scope,
        "labels": found.labels,
        "years": found.years,
        "boxes": {str(year): boxes for year, boxes in found.boxes.items()},
        "axes": {
            axis: {str(year): cells for year, cells in years.items()}
            for axis, years in found.axes.items()
        },
        "persons": [
            {"year": year, "axes": axes, "cells": _shown_persons(cells)}
            for (year, axes), cells in sorted(found.persons.items())
        ],
        "months": found.months,
        "regions_apart": [asdict(one) for one in found.apart],
        "method": REGION_METHOD,
        "sources": found.sources,
    }


def _shown_persons(cells: "dict[str, int] | object") -> dict[str, object]:
    counts = cells if isinstance(cells, dict) else {}
    return {cell: count if count >= _FEW else f"< {_FEW}" for cell, count in counts.items()}


def _tables(found: Profile) -> Iterator[Table | str]:
    yield f"Source : {' ; '.join(found.sources)}. {SCOPE}"
    if found.out_of_scope:
        yield OUT_OF_SCOPE
        return
    names = [f"{cip} {label}".strip() for cip, label in found.labels.items()]
    if names:
        yield f"Présentations : {' ; '.join(names)}"
    years = sorted(found.boxes)
    heads = [str(year) for year in years]
    if years:
        boxes = [("Boîtes", *(show(round(found.boxes[year])) for year in years))]
        yield table(f"{found.code}, boîtes remboursées", ["", *heads], boxes)
    for axis in AXES if years else ():
        codes = sorted({code for cells in found.axes[axis].values() for code in cells})
        rows = [
            (label_of(axis, code),
             *(_boxes(found.axes[axis].get(year, {}).get(code)) for year in years))
            for code in codes
        ]  # fmt: skip
        yield table(_TITLES[axis], ["", *heads], rows)
    if found.apart:
        apart = [
            (label_of("region", one.region), show(round(one.boxes)), show(round(one.expected)),
             show_decimal(one.q_value, places=3))
            for one in found.apart
        ]  # fmt: skip
        yield table(f"Régions à part, {years[-1]}", ["", "Boîtes", "Attendu", "q"], apart)
        yield f"{REGION_METHOD}."
    national = {year: cells[""] for (year, axes), cells in found.persons.items() if not axes}
    if national:
        rows_of = [(str(year), _persons(count)) for year, count in sorted(national.items())]
        yield table("Personnes traitées (jamais additionnées)", ["Année", "Personnes"], rows_of)
    if found.months:
        months = [(month, show(round(boxes))) for month, boxes in found.months.items()]
        yield table("Boîtes par mois, tous prescripteurs", ["Mois", "Boîtes"], months)


def _boxes(count: float | None) -> str:
    return "–" if count is None else show(round(count))


def _persons(count: int) -> str:
    return show(count) if count >= _FEW else f"< {_FEW}"
