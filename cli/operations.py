"""What an operator does now and then: back up, upgrade, erase what is kept no longer."""

from pathlib import Path

from rich.console import Console

from cli.output import ERROR, Common, print_json, progress
from cli.several import for_each
from flows.export import export
from flows.retention import purge as erase_what_is_over
from flows.retention import remove_old_workbooks
from flows.services import now, open_services
from flows.summary import Summary
from settings import Settings, load_settings
from store.backup import backup as copy_database
from store.repository import open_store
from triage.checks import PARIS

_DEFAULT = Common()


def backup(*, to: Path | None = None, common: Common = _DEFAULT) -> int:
    """Copier la base embarquée (SQLite), même pendant un passage.

    Args:
        to: Fichier de la copie ; par défaut UNC_HOME/sauvegardes/unc-<date>.sqlite.
    """
    settings = load_settings()
    target = to or _dated(settings, "unc")
    copy_database(settings.database(), to=target.absolute())
    _tell(common, f"Sauvegarde : {target.absolute()}", backup=str(target.absolute()))
    return 0


def upgrade(*, common: Common = _DEFAULT) -> int:
    """Mettre la base à jour pour cette version, après une copie de la base embarquée."""
    settings = load_settings()
    saved: Path | None = None
    with open_store(settings.database()) as store:
        current = store.schema_is_current()
        if not current and not store.is_empty() and settings.database().startswith("sqlite"):
            saved = _dated(settings, "avant-mise-a-jour").absolute()
            copy_database(settings.database(), to=saved)
        store.upgrade()
    if current:
        _tell(common, "La base est déjà à jour.", upgraded=False, backup=None)
    else:
        copied = f" Copie d'avant : {saved}" if saved else ""
        told = str(saved) if saved else None
        _tell(common, f"La base est à jour.{copied}", upgraded=True, backup=told)
    return 0


def purge(*, common: Common = _DEFAULT) -> int:
    """Effacer les dossiers et les classeurs dont la durée de conservation est finie."""
    return for_each(_purge, common, finish=_finish_purge, troubles=_troubles)


def _purge(settings: Settings, summary: Summary) -> None:
    with (
        progress() as tell,
        open_services(settings, tell=tell) as services,
        services.store.lock(services.demarche),
    ):
        erase_what_is_over(services, summary)
        export(services, summary)
        for folder in remove_old_workbooks(services):
            ERROR.print(f"Classeurs effacés : {folder}", markup=False, highlight=False)


def _finish_purge(summary: Summary, common: Common) -> int:
    numbers = sorted(summary.deleted)
    listed = f" : {', '.join(map(str, numbers))}" if numbers else ""
    _tell(common, f"{len(numbers)} dossier(s) effacé(s){listed}", erased=numbers)
    return 0


def _troubles(_summary: Summary) -> int:
    return 0


def _dated(settings: Settings, name: str) -> Path:
    stamp = f"{now().astimezone(PARIS):%Y-%m-%d-%H%M%S}"
    return settings.home / "sauvegardes" / f"{name}-{stamp}.sqlite"


def _tell(common: Common, sentence: str, **facts: object) -> None:
    if common.json:
        print_json(facts)
    else:
        Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
