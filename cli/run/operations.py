"""What an operator does now and then: back up, upgrade, erase what is kept no longer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter
from cyclopts.validators import Number

from cli.run.several import for_each
from cli.terminal.console import ERROR, Console
from cli.terminal.output import Common, print_json, progress
from french.text import agreed
from french.time import PARIS
from settings import Settings
from settings_parts import LARGEST_NUMBER
from steps.publish.current_workbooks import foresee_withdrawal
from steps.publish.export import export
from steps.publish.retention import old_workbooks, remove_old_workbooks
from steps.read.retention import over
from steps.read.retention import purge as erase_what_is_over
from steps.wiring.failures import RequestError
from steps.wiring.inputs import BACKUPS
from steps.wiring.memory import place_of, require_base, require_no_trace
from steps.wiring.services import each_base, now, open_services, the_base
from steps.wiring.summary import Summary
from store.database.backup import backup as copy_database
from store.database.errors import StoreError
from store.repository import is_new, open_store

_DEFAULT = Common()
_NOT_COPIED = (
    "Sans copie, la base n'est pas mise à jour ({}) : rien n'y a changé. Si vous en avez fait une"
    " vous-même : unc upgrade --sans-copie."
)
Copies: TypeAlias = Annotated[int, Parameter(validator=Number(gte=1, lte=LARGEST_NUMBER))]


def init(*, common: Common = _DEFAULT) -> int:
    """Préparer l'installation : le dossier de travail et une base neuve.

    Relancée, la commande ne change rien. Là où une base a disparu, elle refuse : restaurez-la.
    """
    made: list[str] = []
    for settings in each_base():
        if not is_new(settings.database()):
            continue
        require_no_trace(settings)
        with open_store(settings.database()) as store:
            store.upgrade()
        made.append(place_of(settings))
    told = [f"Base prête : {one}." for one in made] or ["Rien à préparer : la base est déjà là."]
    _tell(common, "\n".join((*told, "Ensuite : unc doctor, puis unc run.")), made=made)
    return 0


def backup(*, to: Path | None = None, keep: Copies | None = None, common: Common = _DEFAULT) -> int:
    """Copier la base, même pendant un passage ; celle de PostgreSQL par pg_dump.

    Args:
        to: Fichier de la copie, pas encore là, dans un dossier qui existe ; par défaut
            UNC_HOME/sauvegardes/unc-<date>.sqlite (ou .dump).
        keep: Ne garder, de ces copies par défaut, que tant des dernières.
    """
    if to is not None and keep is not None:
        raise RequestError("--keep ne va pas avec --to : il fait tourner UNC_HOME/sauvegardes.")
    if to is not None and not to.absolute().parent.is_dir():
        raise RequestError(f"Le dossier {to.absolute().parent} n'existe pas : créez-le d'abord.")
    every = each_base() if to is None else (the_base(),)
    for settings in every:
        require_base(settings)
    targets = [(to or _dated(one, _name("unc", one, every))).absolute() for one in every]
    for settings, target in zip(every, targets, strict=True):
        copy_database(settings.database(), to=target)
    names = [(one, _name("unc", one, every)) for one in every if keep]
    removed = [str(old) for one, name in names for old in _let_go(one, name, keep=keep or 0)]
    _tell(
        common,
        "\n".join(
            [f"Sauvegarde : {target}" for target in targets]
            + [f"Effacée, car trop vieille : {old}" for old in removed]
        ),
        backup=str(targets[0]),
        **({"removed": removed} if keep else {}),
        **({"backups": list(map(str, targets))} if len(targets) > 1 else {}),
    )
    return 0


def upgrade(
    *,
    without_copy: Annotated[bool, Parameter(name="--sans-copie", negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Mettre la base à jour pour cette version, après une copie ; sans copie possible, rien.

    Args:
        without_copy: Sans faire de copie : vous avez fait la vôtre.
    """
    every = each_base()
    for settings in every:
        require_base(settings)
    done = [
        _upgrade(settings, "" if without_copy else _name("avant-mise-a-jour", settings, every))
        for settings in every
    ]
    sentences = [
        f"La base est {'à jour' if upgraded else 'déjà à jour'} ({place_of(settings)})."
        + (f" Copie d'avant : {saved}" if saved else "")
        for settings, (upgraded, saved) in zip(every, done, strict=True)
    ]
    copies = [str(saved) for _, saved in done if saved]
    _tell(
        common,
        "\n".join(sentences),
        upgraded=any(upgraded for upgraded, _ in done),
        backup=copies[0] if copies else None,
        **({"backups": copies} if len(copies) > 1 else {}),
    )
    return 0


def _upgrade(settings: Settings, name: str) -> tuple[bool, Path | None]:
    """Bring a base to this version: whether it was not, and the copy that was made before.

    Args:
        settings: Those of the base.
        name: That of the copy; "" for none.

    Raises:
        StoreError: No copy can be made, and nothing is changed; or the database failed.
    """
    with open_store(settings.database()) as store:
        if store.schema_is_current():
            return False, None
        saved = _dated(settings, name).absolute() if name else None
        if saved:
            try:
                copy_database(settings.database(), to=saved)
            except StoreError as error:
                raise StoreError(f"{error} {_NOT_COPIED.format(place_of(settings))}") from error
        store.upgrade()
    return True, saved


def _name(name: str, settings: Settings, every: Sequence[Settings]) -> str:
    """The name of a copy: of several bases, with the démarche that each belongs to."""
    return f"{name}-{settings.demarche}" if len(every) > 1 else name


def purge(
    *, dry_run: Annotated[bool, Parameter(negative=())] = False, common: Common = _DEFAULT
) -> int:
    """Effacer les dossiers et les classeurs dont la durée de conservation est finie.

    Args:
        dry_run: Montrer ce qui serait effacé, refait ou supprimé, sans rien effacer ni publier.
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
                foreseen = foresee_withdrawal(services, summary.deleted)
                summary.remade += foreseen.remade
                summary.withdrawn += foreseen.removed
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
            yield f"{agreed(len(numbers), 'dossier')} à effacer{listed}"
            yield f"{agreed(len(self.removed), 'export')} trop vieux (UNC_EXPORT_RETENTION_DAYS)"
            yield from (f"  {folder}" for folder in self.removed)
            yield (
                f"{agreed(len(summary.remade), 'édition ou export', 'éditions ou exports')}"
                " à refaire sans ce qui en part"
            )
            yield from (f"  {folder}" for folder in summary.remade)
            if summary.withdrawn:
                yield agreed(
                    len(summary.withdrawn),
                    "fichier à supprimer, impossible à refaire",
                    "fichiers à supprimer, impossibles à refaire",
                )
                yield from (f"  {file}" for file in summary.withdrawn)
            yield from self._out_of_reach()
            due = numbers or self.removed or summary.remade or summary.withdrawn
            yield "Rien n'est effacé : unc purge le fait." if due else "Rien à effacer."
            return
        yield f"{agreed(len(numbers), 'dossier effacé')}{listed}"
        yield f"{agreed(len(summary.workbooks), 'classeur publié')} de nouveau"
        yield agreed(
            len(self.removed),
            "édition ou export trop vieux, effacé",
            "éditions ou exports trop vieux, effacés",
        )
        yield agreed(
            len(summary.remade),
            "édition ou export refait sans ce qui en part",
            "éditions ou exports refaits sans ce qui en part",
        )
        yield from (f"  {folder}" for folder in summary.remade)
        if summary.withdrawn:
            yield agreed(
                len(summary.withdrawn),
                "fichier supprimé, qui ne pouvait être refait",
                "fichiers supprimés, qui ne pouvaient être refaits",
            )
            yield from (f"  {file}" for file in summary.withdrawn)
        yield from self._out_of_reach()

    def _out_of_reach(self) -> Iterator[str]:
        """Where what was erased may still be."""
        if self.copies:
            yield (
                agreed(
                    len(self.copies),
                    "sauvegarde de la base garde en clair ce qui est effacé",
                    "sauvegardes de la base gardent en clair ce qui est effacé",
                )
                + " après elles : effacez les plus vieilles,"
                " chiffrez-les (docs/exploitation.md, § 6)"
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
    """Where the next copy of this name goes: of two in one second, the later has a number."""
    stamp = f"{now().astimezone(PARIS):%Y-%m-%d-%H%M%S}"
    kind = "sqlite" if settings.database().startswith("sqlite") else "dump"
    first = settings.home / BACKUPS / f"{name}-{stamp}.{kind}"
    numbered = (first.with_stem(f"{first.stem}-{number}") for number in count(2))
    return next(one for one in chain([first], numbered) if not one.exists())


def _let_go(settings: Settings, name: str, *, keep: int) -> list[Path]:
    """Erase the oldest copies of this name, but for the last ones; which they were."""
    dated = re.compile(rf"{re.escape(name)}-\d{{4}}-\d\d-\d\d-\d{{6}}(?:-\d+)?\.(?:sqlite|dump)")
    folder = settings.home / BACKUPS
    found = [one for one in folder.iterdir() if one.is_file() and dated.fullmatch(one.name)]
    old = sorted(found, key=lambda one: (one.stat().st_mtime, one.name))[:-keep]
    for one in old:
        one.unlink()
    return old


def _copies(settings: Settings) -> tuple[Path, ...]:
    """Copies of the base that stay here, oldest first: a purge does not reach into them."""
    found = [one for one in (settings.home / BACKUPS).rglob("*") if one.is_file()]
    return tuple(sorted(found, key=lambda one: one.stat().st_mtime))


def _tell(common: Common, sentence: str, **facts: object) -> None:
    if common.json:
        print_json(facts)
    else:
        Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
