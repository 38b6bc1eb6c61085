"""`unc sandbox`: a démarche of one's own, for training and for trying a change of rules."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import App, Parameter
from cyclopts.validators import Number

from cli.terminal.output import Common, print_json, say
from cli.terminal.parsing import Count, Port
from datafiles.refusals import refusal
from sandbox.api.instance import DATABASE
from sandbox.common.errors import Refusal
from sandbox.control import scenario as scenarios
from sandbox.control.client import Control, ControlError
from sandbox.demarche import snapshots
from sandbox.form.file import FormFileError, read_form
from sandbox.generator.any_form import dossiers_of
from sandbox.server import (
    INSTRUCTEUR,
    Form,
    Options,
    Sandbox,
    default_form,
    fingerprint,
    made_from,
    serve,
    server_on,
)
from settings import SettingsError, load_settings

PORT = 8213
"""Fixed, so that the links of workbooks made on a sandbox open once it is served again."""

Dossiers: TypeAlias = Annotated[int, Parameter(validator=Number(gte=0, lte=100_000))]
_DEFAULT = Common()

sandbox = App(name="sandbox", help="Démarche fictive, pour s'entraîner et pour essayer une règle.")


@sandbox.default
def serve_(
    *,
    form: Path | None = None,
    scenario: str | None = None,
    port: Port = PORT,
    dossiers: Dossiers = 60,
    seed: Count = 1,
    common: Common = _DEFAULT,
) -> int:
    """Servir une démarche fictive sur cette machine, jusqu'à Ctrl-C.

    Args:
        form: Formulaire à servir (JSON ou YAML, voir docs/bac-a-sable.md), dans un dossier à lui ;
            par défaut celui de la démarche UNC.
        scenario: Jours à jouer un par un depuis la page « Entraînement » : deux-semaines.
        port: Port d'écoute sur 127.0.0.1.
        dossiers: Nombre de dossiers déposés au premier démarrage.
        seed: Graine du générateur : la même donne les mêmes dossiers.
    """
    home = sandbox_home(form)
    served_form = default_form() if form is None else _form(form, home)
    options = Options(forms=[served_form], seeds=dossiers_of(served_form, dossiers, seed=seed))
    if scenario is not None:
        options["scenario"] = _scenario(scenario.casefold(), home)
    try:
        serve(home, port=port, announce=_announcer(home, common), **options)
    except OSError as error:
        raise SettingsError(
            f"Le port {port} ne peut pas être ouvert ({refusal(error)}) : --port 0 en choisit un"
            " libre."
        ) from None
    return 0


@sandbox.command
def reset(*, form: Path | None = None, common: Common = _DEFAULT) -> int:
    """Repartir de zéro : efface le bac à sable, et la base et les classeurs faits sur lui.

    Les instantanés restent. S'il est servi, il recommence aussitôt avec ses dossiers de départ ;
    sinon, au prochain « unc sandbox ».

    Args:
        form: Formulaire avec lequel il est servi.
    """
    home = _existing(form)
    _done(home, lambda control: control.reset(), lambda: snapshots.erase(home))
    return _told(f"Bac à sable de {home} remis à zéro.", home, common)


@sandbox.command
def snapshot(name: str, *, form: Path | None = None, common: Common = _DEFAULT) -> int:
    """Garder un instantané du bac à sable, et de la base et des classeurs faits sur lui.

    Args:
        name: Nom de l'instantané ; un instantané de ce nom est remplacé.
        form: Formulaire avec lequel il est servi.
    """
    home = _existing(form)
    _done(home, lambda control: control.keep(name), lambda: snapshots.keep(home, name))
    return _told(f"Instantané « {name} » gardé.", home, common)


@sandbox.command(name="return")
def return_(name: str, *, form: Path | None = None, common: Common = _DEFAULT) -> int:
    """Revenir à un instantané : ce qui a été fait depuis est perdu.

    Args:
        name: Nom de l'instantané.
        form: Formulaire avec lequel il est servi.
    """
    home = _existing(form)
    _done(home, lambda control: control.bring_back(name), lambda: snapshots.bring_back(home, name))
    return _told(f"Bac à sable de {home} tel qu'il était à l'instantané « {name} ».", home, common)


def _done(home: Path, served: Callable[[Control], None], alone: Callable[[], None]) -> None:
    """Let the server do it, which has the files open; without one, do it here."""
    try:
        if not server_on(home, served):
            alone()
    except Refusal as refused:
        raise SettingsError(str(refused)) from None
    except ControlError as refused:
        raise SettingsError(refused.told) from None


def _told(sentence: str, home: Path, common: Common) -> int:
    if common.json:
        print_json({"home": str(home), "snapshots": snapshots.names(home)})
    else:
        say(sentence)
        say(f"Instantanés gardés : {', '.join(snapshots.names(home)) or 'aucun'}.")
    return 0


def _announcer(home: Path, common: Common) -> Callable[[Sandbox], None]:
    def announce(served: Sandbox) -> None:
        environment = {**sandbox_environment(served), "UNC_HOME": str(home)}
        if served.since:  # its dossiers are older than the moment when messages are switched on
            environment["UNC_MESSAGES_SINCE"] = served.since
        if common.json:
            print_json(environment)
            return
        say("Démarche fictive servie. Dans un autre terminal :")
        for name, value in environment.items():
            say(f"  export {name}={value}")
        say("  unc doctor && unc run")
        say(f"Pages, pour agir à la main : {served.base_url}/\nCtrl-C pour arrêter.")

    return announce


def sandbox_home(form: Path | None = None) -> Path:
    """Folder of the sandbox and of what is made of it: apart from real dossiers.

    A form of one's own has a folder of its own. A shell that took the settings of a sandbox has
    its folder already.
    """
    home = load_settings(demarches=None).home.absolute()
    if (home / DATABASE).is_file():
        return home
    return home / ("demo" if form is None else f"demo-{form.stem}")


def _existing(form: Path | None) -> Path:
    home = sandbox_home(form)
    if not (home / DATABASE).is_file() and not snapshots.names(home):
        raise SettingsError(
            f"Aucun bac à sable dans {home} : « unc sandbox » en fait un (avec le même --form, et"
            " depuis le même dossier ou avec le même UNC_HOME)."
        )
    return home


def _scenario(name: str, home: Path) -> str:
    if name not in scenarios.known():
        raise SettingsError(
            f"--scenario : « {name} » n'est pas un scénario. Ceux qui existent :"
            f" {', '.join(scenarios.known())}."
        )
    if made_from(home) is not None and not scenarios.is_played(home):
        raise SettingsError(
            f"Le bac à sable de {home} existe déjà, sans scénario : « unc sandbox reset » d'abord,"
            " ou un autre UNC_HOME."
        )
    return name


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
