"""What an operator does now and then: back up, upgrade, erase what is kept no longer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from cli.run.several import for_each
from cli.terminal.output import ERROR, Common, print_json, progress
from french.time import PARIS
from settings import Settings, load_settings
from steps.publish.export import export
from steps.read.retention import old_workbooks, over, remove_old_workbooks
from steps.read.retention import purge as erase_what_is_over
from steps.wiring.failures import RequestError
from steps.wiring.services import now, open_services
from steps.wiring.summary import Summary
from store.database.backup import backup as copy_database
from store.repository import open_store

_DEFAULT = Common()
_BACKUPS = "sauvegardes"


def backup(*, to: Path | None = None, common: Common = _DEFAULT) -> int:
    """Copier la base embarquée (SQLite), même pendant un passage.

    Args:
        to: Fichier de la copie, pas encore là, dans un dossier qui existe ; par défaut
            UNC_HOME/sauvegardes/unc-<date>.sqlite.
    """
    settings = load_settings()
    if to is not None and not to.absolute().parent.is_dir():
        raise RequestError(f"Le dossier {to.absolute().parent} n'existe pas : créez-le d'abord.")
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


def purge(
    *, dry_run: Annotated[bool, Parameter(negative=())] = False, common: Common = _DEFAULT
) -> int:
    """Effacer les dossiers et les classeurs dont la durée de conservation est finie.

    Args:
        dry_run: Montrer ce qui serait effacé, sans rien effacer ni publier.
    """
    purging = _Purge(dry_run=dry_run)
    return for_each(purging.work, common, finish=purging.finish, troubles=_troubles)


@dataclass(slots=True)
class _Purge:
    """The purge of a démarche, and what its summary does not count.

    Attributes:
        dry_run: Whether nothing is to be done.
        months: How long dossiers are kept, if it is set.
        removed: Folders of workbooks that were too old.
        copies: Copies of the base of before, which may hold what was erased.
    """

    dry_run: bool
    months: int | None = None
    removed: tuple[str, ...] = field(default=())
    copies: tuple[Path, ...] = field(default=())

    def work(self, settings: Settings, summary: Summary) -> None:
        """Erase, publish without what was erased, then remove old workbooks."""
        self.months, self.removed = settings.retention_months, ()
        self.copies = _copies(settings)
        if self.dry_run:
            with open_services(settings) as services:
                summary.deleted |= set(over(services))
                self.removed = old_workbooks(services)
            return
        with (
            progress() as tell,
            open_services(settings, tell=tell) as services,
            services.store.lock(services.demarche),
        ):
            erase_what_is_over(services, summary)
            export(services, summary)
            self.removed = remove_old_workbooks(services)
        for folder in self.removed:
            ERROR.print(f"Classeurs effacés : {folder}", markup=False, highlight=False)

    def finish(self, summary: Summary, common: Common) -> int:
        """Tell all three, and the retention that is not set."""
        _tell(
            common,
            "\n".join(self._sentences(summary)),
            erased=sorted(summary.deleted),
            workbooks=summary.workbooks,
            removed=list(self.removed),
            remade=summary.remade,
            withdrawn=summary.withdrawn,
            copies=list(map(str, self.copies)),
            retention_months=self.months,
            **({"dry_run": True} if self.dry_run else {}),
        )
        return 0

    def _sentences(self, summary: Summary) -> Iterator[str]:
        if self.months is None:
            yield (
                "UNC_RETENTION_MONTHS est vide : aucun dossier n'est effacé pour son âge (il l'est"
                " quand DS l'efface)."
            )
        numbers = sorted(summary.deleted)
        listed = f" : {', '.join(map(str, numbers))}" if numbers else ""
        if self.dry_run:
            yield f"{len(numbers)} dossier(s) à effacer{listed}"
            yield f"{len(self.removed)} export(s) trop vieux (UNC_EXPORT_RETENTION_DAYS)"
            yield from (f"  {folder}" for folder in self.removed)
            due = numbers or self.removed
            yield "Rien n'est effacé : unc purge le fait." if due else "Rien à effacer."
            return
        yield f"{len(numbers)} dossier(s) effacé(s){listed}"
        yield f"{len(summary.workbooks)} classeur(s) publié(s) de nouveau"
        yield f"{len(self.removed)} édition(s) ou export(s) trop vieux effacé(s)"
        yield f"{len(summary.remade)} édition(s) ou export(s) refait(s) sans les dossiers retirés"
        yield from (f"  {folder}" for folder in summary.remade)
        if summary.withdrawn:
            yield f"{len(summary.withdrawn)} fichier(s) supprimé(s), qui ne pouvaient être refaits"
            yield from (f"  {file}" for file in summary.withdrawn)
        yield from self._out_of_reach()

    def _out_of_reach(self) -> Iterator[str]:
        """Where what was erased may still be."""
        if self.copies:
            yield (
                f"{len(self.copies)} sauvegarde(s) de la base gardent en clair ce qui a été effacé"
                " depuis : effacez les plus vieilles, ou chiffrez-les (docs/exploitation.md, § 6)"
            )
            for one in self.copies:
                day = datetime.fromtimestamp(one.stat().st_mtime, PARIS)
                yield f"  {one}, du {day:%d/%m/%Y}"
        yield (
            "Hors d'atteinte aussi : ce qui a été téléchargé, et les sauvegardes faites ailleurs"
            " (PostgreSQL, disques)."
        )


def _troubles(_summary: Summary) -> int:
    return 0


def _dated(settings: Settings, name: str) -> Path:
    stamp = f"{now().astimezone(PARIS):%Y-%m-%d-%H%M%S}"
    return settings.home / _BACKUPS / f"{name}-{stamp}.sqlite"


def _copies(settings: Settings) -> tuple[Path, ...]:
    """Copies of the base that stay here, oldest first: a purge does not reach into them."""
    found = [one for one in (settings.home / _BACKUPS).rglob("*") if one.is_file()]
    return tuple(sorted(found, key=lambda one: one.stat().st_mtime))


def _tell(common: Common, sentence: str, **facts: object) -> None:
    if common.json:
        print_json(facts)
    else:
        Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
