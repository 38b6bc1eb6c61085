"""`unc sandbox`: a démarche of one's own, for training and for trying a change of rules."""

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter
from cyclopts.validators import Number

from cli.terminal.output import Common, print_json, say
from cli.terminal.parsing import Count, Port
from datafiles.refusals import refusal
from sandbox.api.instance import DATABASE
from sandbox.demarche.form_file import FormFileError, read_form
from sandbox.generator.any_form import dossiers_of
from sandbox.server import INSTRUCTEUR, Form, Sandbox, default_form, fingerprint, made_from, serve
from settings import SettingsError, load_settings

PORT = 8213
"""Fixed, so that the links of workbooks made on a sandbox open once it is served again."""

Dossiers: TypeAlias = Annotated[int, Parameter(validator=Number(gte=0, lte=100_000))]
_DEFAULT = Common()


def sandbox(
    *,
    form: Path | None = None,
    port: Port = PORT,
    dossiers: Dossiers = 60,
    seed: Count = 1,
    common: Common = _DEFAULT,
) -> int:
    """Servir une démarche fictive sur cette machine, jusqu'à Ctrl-C.

    Args:
        form: Formulaire à servir (JSON ou YAML, voir docs/bac-a-sable.md), dans un dossier à lui ;
            par défaut celui de la démarche UNC.
        port: Port d'écoute sur 127.0.0.1.
        dossiers: Nombre de dossiers déposés au premier démarrage.
        seed: Graine du générateur : la même donne les mêmes dossiers.
    """
    home = sandbox_home(form)
    served_form = default_form() if form is None else _form(form, home)

    def announce(served: Sandbox) -> None:
        environment = {**sandbox_environment(served), "UNC_HOME": str(home)}
        if common.json:
            print_json(environment)
        else:
            say("Démarche fictive servie. Dans un autre terminal :")
            for name, value in environment.items():
                say(f"  export {name}={value}")
            say("  unc doctor && unc run\nCtrl-C pour arrêter.")

    seeds = dossiers_of(served_form, dossiers, seed=seed, shipped=default_form())
    try:
        serve(home, port=port, forms=[served_form], seeds=seeds, announce=announce)
    except OSError as error:
        raise SettingsError(
            f"Le port {port} ne peut pas être ouvert ({refusal(error)}) : --port 0 en choisit un"
            " libre."
        ) from None
    return 0


def sandbox_home(form: Path | None = None) -> Path:
    """Folder of the sandbox and of what is made of it: apart from real dossiers.

    A form of one's own has a folder of its own. A shell that took the settings of a sandbox has
    its folder already.
    """
    home = load_settings(demarches=None).home.absolute()
    if (home / DATABASE).is_file():
        return home
    return home / ("demo" if form is None else f"demo-{form.stem}")


def _form(path: Path, home: Path) -> Form:
    try:
        form = read_form(path, robot=INSTRUCTEUR)
    except FormFileError as error:
        raise SettingsError(f"--form : {error}") from None
    if made_from(home) not in {None, fingerprint(form)}:
        raise SettingsError(
            f"Le bac à sable de {home} a été fait d'un autre formulaire que {path.name} : rendez"
            " son texte au fichier, ou « unc sandbox reset » avec le même --form pour repartir de"
            " zéro."
        )
    return form


def sandbox_environment(served: Sandbox) -> dict[str, str]:
    """Settings that make the bridge work on a sandbox."""
    return {
        "UNC_DS_URL": served.url,
        "UNC_DS_TOKEN": served.token,
        "UNC_DEMARCHE": str(served.demarche),
        "UNC_INSTRUCTEUR": served.instructeur,
    }
