"""The `unc` command: what to type, how it ends.

Exit codes: 0 done; 1 done, but something failed or was refused and is named; 2 could not run.
Each command returns its exit code. With ``--json``, one JSON object on standard output; all else
goes to standard error.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from typing import Final

from cyclopts import App, CycloptsError

from cli.terminal.help import group_of, in_french
from cli.terminal.output import explain, print_json, say, write_anywhere

_DEMARCHE: Final = "UNC_DEMARCHE"
COMMANDS: Final = {
    "init": (
        "cli.run.operations:init",
        "Préparer l'installation : le dossier de travail et une base neuve.",
    ),
    "alert": (
        "cli.alert.alert:alert",
        "Dire par courriel à l'exploitant qu'une unité de systemd a échoué, et que faire.",
    ),
    "assess": (
        "cli.run.commands:assess",
        "Évaluer les dossiers déjà lus, sans rien écrire sur DS.",
    ),
    "backup": (
        "cli.run.operations:backup",
        "Copier la base, même pendant un passage ; celle de PostgreSQL par pg_dump.",
    ),
    "bdpm": ("cli.mapping.bdpm:bdpm", "Base publique des médicaments (BDPM), en option."),
    "classement": (
        "cli.registre.ranking:classement",
        "Classement des situations, expliqué ligne par ligne.",
    ),
    "conso": (
        "cli.consumption.commands:conso",
        "Données publiques de consommation (Open Medic, Medic'AM).",
    ),
    "demo": (
        "cli.demo.demo:demo",
        "Jouer deux semaines d'une démarche fictive, en deux passages, puis dire quoi ouvrir.",
    ),
    "deploy": (
        "cli.deploy.deploy:deploy",
        "Mettre sur le serveur Prefect la file, les déploiements et les alertes.",
    ),
    "digest": (
        "cli.portal.digest:digest",
        "Envoyer le résumé de la semaine à chaque personne qui l'a demandé, une fois.",
    ),
    "doctor": (
        "cli.doctor.doctor:doctor",
        "Vérifier les réglages, la base, l'accès à DS, le formulaire et les droits.",
    ),
    "export": (
        "cli.run.export:export",
        (
            "Tenir à jour les classeurs courants, publier une édition, ou faire des fichiers à la"
            " demande."
        ),
    ),
    "import": (
        "cli.run.returned:import_",
        "Reprendre les avis, commentaires et réponses d'un classeur renvoyé, dans les suivants.",
    ),
    "lookup": (
        "cli.portal.lookup:lookup",
        ("Servir l'annuaire des médicaments, que le formulaire de DS appelle (champ référentiel)."),
    ),
    "mapping": (
        "cli.mapping.commands:mapping",
        "Correspondance entre le formulaire et le schéma interne.",
    ),
    "patients": (
        "cli.patients.commands:patients",
        "Données de patient probables : ce qui est masqué.",
    ),
    "purge": (
        "cli.run.operations:purge",
        "Effacer les dossiers et les classeurs dont la durée de conservation est finie.",
    ),
    "reconcile": (
        "cli.run.reconcile:reconcile",
        "Rapprocher la copie de toute la démarche, et la réparer : zéro écart est la bonne valeur.",
    ),
    "registre": (
        "cli.registre.commands:registre",
        "Registre des situations : actes datés, état, mesures de l'agence, indicateur annuel.",
    ),
    "respond": (
        "cli.run.respond:respond",
        "Écrire sur DS ce qui est dû : annotations, labels, messages.",
    ),
    "rules": ("cli.rules.commands:rules", "Référentiels de complétude et de triage."),
    "run": (
        "cli.run.commands:run",
        "Tout faire une fois : lire la démarche, évaluer, répondre, exporter.",
    ),
    "sandbox": (
        "cli.demo.sandbox:sandbox",
        "Démarche fictive, pour s'entraîner et pour essayer une règle.",
    ),
    "serve": (
        "cli.portal.serve:serve",
        "Servir le portail : exports, changements, dossiers, indicateurs, journal.",
    ),
    "situations": (
        "cli.situations.commands:situations",
        "Situations : regroupements de signalements.",
    ),
    "status": (
        "cli.run.status:status",
        "Montrer où en est la passerelle : lecture, verdicts, attente, quarantaine, exports.",
    ),
    "sync": (
        "cli.run.commands:sync",
        "Lire ce qui a changé sur la démarche, sans rien écrire sur DS.",
    ),
    "upgrade": (
        "cli.run.operations:upgrade",
        "Mettre la base à jour pour cette version, après une copie ; sans copie possible, rien.",
    ),
    "users": ("cli.portal.users:users", "Comptes du portail."),
    "worker": (
        "cli.run.worker:worker",
        "Faire les passages que Prefect planifie ; arrêté, laisser finir celui qui est en cours.",
    ),
}
"""Where each command is, and what `unc --help` says of it: the first sentence of its own help, here
so that the list is shown without importing what every command works with."""


def make_app(*, listed: bool) -> App:
    """The command line; a command is imported when it is typed.

    Args:
        listed: Whether the list of commands is to be shown. What it says of a command would else
            stand in place of that command's own help.
    """
    app = App(
        name="unc",
        help="Passerelle entre démarches-simplifiées et les évaluateurs des usages non conformes.",
        version=f"unc {version('passerelle-unc')}",
        version_flags=["--version"],
        help_format="plaintext",
    )
    for name, (place, told) in COMMANDS.items():
        app.command(place, name=name, help=told if listed else None, **group_of(name))
    in_french(app)
    return app


def main() -> None:
    """Run the command of this process and leave with its exit code."""
    write_anywhere()
    gc.disable()  # nothing that imports make is to be collected: looking for it is a tenth of them
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        import_module(COMMANDS[sys.argv[1]][0].partition(":")[0])
    gc.freeze()  # what was imported stays: not looked through again while pages come and go
    gc.enable()
    sys.exit(_written(call(sys.argv[1:])))


def call(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    typed = arguments[0] if arguments else ""
    if typed in COMMANDS and typed != "doctor":  # which tells it in its own way
        _tell_unknown_settings()
    app = make_app(listed=typed not in COMMANDS)
    try:
        command, bound, _ = app.parse_args(arguments, exit_on_error=False, print_error=False)
        common = bound.arguments.get("common")
        with _demarche(common.demarche if common else None):
            code = command(*bound.args, **bound.kwargs)
    except CycloptsError as error:
        from cli.terminal.parsing import misunderstood

        return _could_not_run(arguments, misunderstood(error))
    except KeyboardInterrupt:
        say("Interrompu ; le prochain passage reprend où celui-ci s'est arrêté.")
        return 130
    except BrokenPipeError:  # who reads has read enough
        return 1
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _could_not_run(arguments, explain(error))
    return code if isinstance(code, int) else 0


@contextmanager
def _demarche(number: int | None) -> Iterator[None]:
    """Let a command work on the démarche that it was told, as ``UNC_DEMARCHE`` would.

    Raises:
        SettingsError: This installation does not follow it.
    """
    if number is None:
        yield
        return
    from settings import SettingsError, load_settings

    here = load_settings()
    if here.demarches is None and here.demarche not in {None, number}:
        raise SettingsError(
            f"--demarche {number} : cette installation suit la démarche {here.demarche}"
            " (UNC_DEMARCHE)."
        )
    given = os.environ.get(_DEMARCHE)
    os.environ[_DEMARCHE] = str(number)
    try:
        yield
    finally:
        if given is None:
            del os.environ[_DEMARCHE]
        else:
            os.environ[_DEMARCHE] = given


def _tell_unknown_settings() -> None:
    from cli.doctor.setting_names import unknown_names

    if told := unknown_names():
        say(f"Réglage {told}")


def _written(code: int) -> int:
    """The exit code, once what was printed is out; nothing more is written where nobody reads."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is sys.stdout:
                code = code or 1
    return code


def _could_not_run(arguments: list[str], sentence: str) -> int:
    """Say why; a program that asked for JSON gets its one object all the same."""
    say(sentence)
    if any(one.partition("=")[0] == "--json" for one in arguments):
        with suppress(OSError):  # it may be the output itself that refuses
            print_json({"error": sentence})
    return 2
