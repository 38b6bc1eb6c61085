"""`unc classement`: situations in order, and what another file would move."""

from dataclasses import asdict
from pathlib import Path

from cyclopts import App

from cli.registre import view
from cli.registre.options import reading
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from datafiles.file import DataFileError, text_of
from steps.judge.acts import register_of
from steps.registre.ranking import ranked, tried
from triage.registre.ranking import parse_ranking

classement = App(name="classement", help="Classement des situations, expliqué ligne par ligne.")
_DEFAULT = Common()


@classement.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les situations par ordre, avec les lignes de leur score."""
    with reading() as services:
        register = register_of(services)
        found = ranked(services, register)
    if common.json:
        print_json({"situations": [asdict(one) for one in found]})
    else:
        Console().print(view.ranking_table(found, register))
    return 0


@classement.command(name="try")
def try_(file: Path, *, common: Common = _DEFAULT) -> int:
    """Essayer un autre classement.yaml : les situations qui changeraient, ligne par ligne.

    Rien n'est écrit.

    Args:
        file: Le fichier à essayer.
    """
    with reading() as services:
        found = tried(services, register_of(services), parse_ranking(_text(file), source=file.name))
    if common.json:
        print_json({"moves": [asdict(one) for one in found]})
    else:
        Console().print(view.moves_table(found))
    return 0


def _text(file: Path) -> str:
    try:
        return text_of(file.read_bytes(), source=file.name)
    except OSError as error:
        raise DataFileError([f"{file.name} : ce fichier ne peut pas être lu"]) from error
