"""Join a publication that another worker began: make some of its workbooks, publish nothing."""

import time
from dataclasses import dataclass, replace

from exports.model import ExportContext, ExportedDossier
from exports.published.current import current
from exports.published.editions import EditionKind, editions
from exports.published.folders import is_held
from exports.published.tasks import WorkbookTasks
from steps.publish.current_workbooks import export_context, workbook_set
from steps.publish.kept import KeptDossiers
from steps.publish.publication import Publication
from steps.publish.sharing import key_of
from steps.publish.source import source_digest
from steps.wiring.services import Services

_SECONDS, _PATIENCE = 0.5, 20


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What was read here.

    Attributes:
        source: Of what, see :func:`steps.publish.sharing.source_digest`.
        entries: Every dossier.
        kept: What a former publication made of them.
        context: Circumstances.
    """

    source: str
    entries: tuple[ExportedDossier, ...]
    kept: KeptDossiers
    context: ExportContext


def join_publication(services: Services) -> tuple[str, ...]:
    """Make workbooks that nobody makes, for as long as somebody publishes; their names.

    Dossiers are read while the publisher reads them; the current workbooks after an edition are
    waited for. The publisher alone gives a set its name, and makes what a worker that was killed
    had taken. What is made of other data, settings or versions than are read here is left to it.

    Args:
        services: Store and data files; the démarche need not be held, for nothing is published.

    Raises:
        ExportError: A workbook could not be written.
        DataFileError: The columns or the policy file is wrong.
    """
    root, made, seen, alone = services.inputs.publishing.folder, list[str](), "", 0
    gathered = _gather(services) if is_held(root) else None
    while is_held(root) or (made and (alone := alone + 1) < _PATIENCE):
        tasks = WorkbookTasks.find(root, demarche=services.demarche)
        if tasks and tasks.plan.key != seen:
            if gathered is None or gathered.source != source_digest(services):
                gathered = _gather(services)
            if gathered:
                made += _help(services, tasks, gathered)
            seen, alone = tasks.plan.key, 0
        services.tell("Publication d'un autre worker", len(made), None)
        time.sleep(_SECONDS)
    return tuple(made)


def _gather(services: Services) -> _Gathered | None:
    """Read all dossiers; ``None`` where one cannot be read, or something moves meanwhile."""
    source, aside = source_digest(services), list[str]()
    kept = KeptDossiers.read(services)
    entries = kept.entries(told=aside)
    context = export_context(services, entries)
    same = source == source_digest(services)
    return _Gathered(source, entries, kept, context) if same and not aside else None


def _help(services: Services, tasks: WorkbookTasks, gathered: _Gathered) -> tuple[str, ...]:
    """Make some workbooks of a publication, unless other files would come out here."""
    root, plan, demarche = services.inputs.publishing.folder, tasks.plan, services.demarche
    kind = EditionKind(plan.kind) if plan.kind else EditionKind.WEEKLY
    base = next(iter(editions(root, kind, demarche=demarche)), None)
    context = replace(gathered.context, edition=plan.headline)
    if key_of(context, source=gathered.source, base=base) != plan.key:
        return ()
    rows = gathered.kept.rows
    made = workbook_set(services, gathered.entries, context, apart=root, made_before=rows)
    publication = Publication.joined(services, made, base=base, tasks=tasks, aside=[])
    try:
        there = None if plan.kind else current(root, demarche=demarche)
        return publication.make(there=there, finish=False)
    except FileNotFoundError:
        if tasks.folder.exists():
            raise
        return ()  # the publisher stopped
