"""`unc mapping new`: a démarche of another kind, from nothing."""

from pathlib import Path

from cli.terminal.console import ERROR, Console
from cli.terminal.output import Common, print_json
from clients.reading.reader import DsReader
from french.text import agreed
from settings import load_settings
from steps.start.new_demarche import Created, Described, create, described, described_in
from steps.wiring.services import transport_of

_DEFAULT = Common()


def new(folder: Path, *, descriptor: Path | None = None, common: Common = _DEFAULT) -> int:
    """Décrire une démarche nouvelle : toutes ses questions, aucune règle, rien qui sorte.

    Écrit dans un dossier nouveau la correspondance, un référentiel vide, les textes, les colonnes
    et une politique où tout reste à l'agence. `unc run` lit alors la démarche et fait son classeur.

    Args:
        folder: Dossier à faire ; il ne doit pas exister, ou être vide.
        descriptor: Fichier JSON de ce que DS répond à « demarcheDescriptor » (public, sans jeton) ;
            par défaut la démarche de UNC_DEMARCHE est lue.
    """
    made = create(folder, _described() if descriptor is None else described_in(descriptor))
    if common.json:
        counted = {name: getattr(made, name) for name in ("fields", "repetitions", "annotations")}
        told = {"folder": str(made.folder), **counted, "odd": list(made.odd)}
        print_json({**told, "left": list(made.left), "settings": dict(made.settings)})
    else:
        _show(made)
    return 1 if made.odd else 0


def _described() -> Described:
    settings = load_settings()
    number = settings.demarche_number()
    with transport_of(settings) as transport:
        info = DsReader(transport).demarche(number)
    return described(info.title, info.revisions)


def _show(made: Created) -> None:
    for one in made.odd:
        ERROR.print(f"Non lu : {one}", markup=False, highlight=False, soft_wrap=True)
    for one in made.left:
        sentence = f"Non repris : « {one} », bloc répétable d'annotations"
        ERROR.print(sentence, markup=False, highlight=False, soft_wrap=True)
    counted = f"{agreed(made.fields, 'donnée')}, {agreed(made.repetitions, 'bloc répétable')}"
    lines = [
        f"{made.folder} : {counted}, {agreed(made.annotations, 'annotation')}.",
        "Tout reste à l'agence, rien n'est jugé ni écrit sur DS.",
        *(f"  export {name}={value}" for name, value in made.settings.items()),
        "  unc doctor && unc run",
    ]
    for line in lines:
        Console().print(line, markup=False, highlight=False, soft_wrap=True)
