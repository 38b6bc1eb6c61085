"""`unc patients`: passages that are masked outside of the agency, and those that need not be."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from getpass import getuser

from cyclopts import App

from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from cli.terminal.parsing import DossierNumber
from cli.terminal.printable import printable
from french.text import agreed
from settings import load_settings
from steps.judge.patients import Passage, clear, passages, restore
from steps.wiring.services import open_services

patients = App(name="patients", help="Données de patient probables : ce qui est masqué.")
_DEFAULT = Common()


@patients.command
def show(dossier: DossierNumber, *, common: Common = _DEFAULT) -> int:
    """Montrer ce qui est masqué d'un dossier hors de l'agence : genre, donnée, passage.

    Les passages sont montrés : cette commande est pour le personnel de l'agence.

    Args:
        dossier: Numéro du dossier sur DS.
    """
    with open_services(load_settings()) as services:
        found = passages(services, dossier)
    if common.json:
        print_json({"dossier": dossier, "passages": [asdict(one) for one in found]})
        return 0
    rows = [(one.code, one.kind, one.field, printable(one.text), _state(one)) for one in found]
    columns = ["Code", "Genre", "Donnée", "Passage", "Hors de l'agence"]
    Console().print(table(f"Dossier {dossier} : {agreed(len(rows), 'passage')}", columns, rows))
    return 0


@patients.command(name="clear")
def clear_(dossier: DossierNumber, *codes: str, common: Common = _DEFAULT) -> int:
    """Dire que des passages ne désignent pas un patient : ils ne seront plus masqués.

    L'effet vient au prochain passage (« unc run »), qui juge le dossier de nouveau et publie. Ce
    que vous dites est gardé pour ce dossier et ces mots, et noté au journal du portail.

    Args:
        dossier: Numéro du dossier sur DS.
        codes: Codes des passages, que montre « unc patients show ».
    """
    return _say(dossier, codes, clear, common, "ne sera plus masqué")


@patients.command(name="restore")
def restore_(dossier: DossierNumber, *codes: str, common: Common = _DEFAULT) -> int:
    """Revenir là-dessus : ces passages seront de nouveau masqués.

    Jusqu'au prochain passage (« unc run »), le dossier ne sort pas de l'agence.

    Args:
        dossier: Numéro du dossier sur DS.
        codes: Codes des passages, que montre « unc patients show ».
    """
    return _say(dossier, codes, restore, common, "sera de nouveau masqué")


def _say(
    dossier: int,
    codes: Sequence[str],
    say: Callable[..., None],
    common: Common,
    told: str,
) -> int:
    named = list(dict.fromkeys(one.strip().lower() for one in codes))
    with open_services(load_settings()) as services, services.store.lock(services.demarche):
        say(services, dossier, named, who=getuser())
    if common.json:
        print_json({"dossier": dossier, "codes": named})
    else:
        for one in named:
            Console().print(
                f"Dossier {dossier}, passage {one} : {told} (unc run).", highlight=False
            )
    return 0


def _state(one: Passage) -> str:
    return f"montré (dit par {one.said_by})" if one.said_by else "masqué"
