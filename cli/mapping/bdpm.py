"""`unc bdpm`: the medicines reference, from the official files."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.terminal.console import ERROR, Console, table
from cli.terminal.output import Common, print_json
from mappings.medicines.facts import medicines_of
from mappings.medicines.match import rates
from mappings.report.display import show
from settings import Settings, SettingsError, load_settings
from steps.wiring.case_files import reports_of
from steps.wiring.public_data.reference import Loaded, load, matcher_of
from steps.wiring.services import each_demarche, open_services
from store.repository import is_new

bdpm = App(name="bdpm", help="Base publique des médicaments (BDPM), en option.")
_DEFAULT = Common()
_SHOWN = 5
_AT_ONCE = 100
"""Dossiers in memory at once, beside the reference."""


@bdpm.command(name="load")
def load_folder(
    folder: Path | None = None,
    *,
    accept: Annotated[list[str] | None, Parameter(name="--accepter", negative=())] = None,
    common: Common = _DEFAULT,
) -> int:
    """Lire les fichiers officiels de la BDPM, en garder la version, et s'en servir désormais.

    Code 1 : chargée, mais un fichier manque ou a été accepté avec des lignes illisibles. Code 2 :
    un fichier est douteux (forme, taille, date) ; la version en usage ne change pas.

    Args:
        folder: Dossier des fichiers ; par défaut celui de UNC_BDPM_DIR.
        accept: Nom d'un fichier douteux à accepter sans ses lignes illisibles ; ce qu'il ne dit
            plus est « inconnu ».
    """
    settings = load_settings()
    source = folder or settings.bdpm_dir
    if source is None:
        raise SettingsError(
            "UNC_BDPM_DIR manque : donnez le dossier des fichiers de la BDPM, ou `unc bdpm load"
            " DOSSIER`."
        )
    every = each_demarche(complete=False)
    (loaded, *_) = [
        load(source, home, accepted=accept or ())
        for home in dict.fromkeys(one.home for one in every)
    ]
    found: Counter[str] = Counter()
    for one in every:
        found.update(_rates(one))
    told = [asdict(one) for one in loaded.files]
    if common.json:
        print_json(
            {
                "version": loaded.version,
                "new": loaded.new,
                "files": told,
                "absent": loaded.absent,
                "versions": loaded.versions,
                "dossiers": dict(found),
            }
        )
    else:
        _show(loaded, told, found)
    return 1 if loaded.absent or any(one.refused for one in loaded.files) else 0


def _show(loaded: Loaded, told: list[dict[str, Any]], found: Mapping[str, int]) -> None:
    out = Console()
    columns = ["Fichier", "Encodage", "Lignes", "Lues", "D'une spécialité connue"]
    rows = [
        (one["name"], one["encoding"], show(one["lines"]), show(one["read"]), show(one["joined"]))
        for one in told
    ]
    out.print(table(f"BDPM, version {loaded.version}", columns, rows))
    for one in told:
        for text in _refused(one["name"], one["refused"]):
            ERROR.print(text, markup=False, highlight=False)
    for name in loaded.absent:
        ERROR.print(f"{name} : absent de ce dossier", markup=False, highlight=False)
    if any(found.values()):
        shares = ", ".join(f"{name} {show(count)}" for name, count in found.items())
        out.print(f"Médicaments des dossiers, trouvés par : {shares}.", highlight=False)
    out.print("Les dossiers seront rapprochés au prochain passage.", highlight=False)


def _refused(name: str, lines: Sequence[int]) -> Iterator[str]:
    """The first lines that were refused, then how many there are: a damaged file has thousands."""
    for line in lines[:_SHOWN]:
        yield f"{name}:{line} : ligne illisible"
    if len(lines) > _SHOWN:
        yield f"{name} : {show(len(lines))} lignes illisibles en tout"


def _rates(settings: Settings) -> dict[str, int]:
    """How many medicines of the dossiers in store are found, by each means."""
    if settings.demarche is None or is_new(settings.database()):
        return {}
    with open_services(settings) as services:
        matcher, mapping = matcher_of(settings.home), services.form.mapping
        numbers = sorted(services.store.dossiers.known_numbers(services.demarche))
        found = (
            match
            for start in range(0, len(numbers), _AT_ONCE)
            for report in reports_of(services, numbers=numbers[start : start + _AT_ONCE])
            for match in medicines_of(report, mapping=mapping, matcher=matcher)
        )
        return rates(match for match in found if match is not None)
