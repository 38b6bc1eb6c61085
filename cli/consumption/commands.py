"""`unc conso`: public consumption data, read once; who receives a medicine."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.consumption.view import plain_profile, profile_tables
from cli.terminal.console import ERROR, Console, table
from cli.terminal.output import Common, print_json
from datafiles.file import DataFileError
from mappings.report.display import show
from settings import load_settings
from steps.follow.consumption_load import LoadedFile, load_file
from steps.follow.consumption_profile import editions, profile
from steps.wiring.public_data.consumption import read_salts

conso = App(name="conso", help="Données publiques de consommation (Open Medic, Medic'AM).")
_DEFAULT = Common()
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
        accept: Accepter ce qui est douteux, après l'avoir regardé.
    """
    if not file:
        raise DataFileError(["Donnez au moins un fichier : unc conso load FICHIER…"])
    from steps.wiring.services import each_demarche  # half of the start of this command

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
        if done:
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
    settings = load_settings()
    found = profile(code.strip().upper(), settings.home, salts=read_salts(settings.rules))
    if found is None:
        raise DataFileError(["Aucune donnée de consommation chargée : unc conso load FICHIER."])
    if common.json:
        print_json(plain_profile(found))
        return 0
    out = Console()
    for told in profile_tables(found):
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
