"""Join a publication that another worker began: make some of its workbooks, publish nothing."""

import time
from dataclasses import replace

from exports.published.current import current
from exports.published.editions import EditionKind, editions
from exports.published.folders import is_held
from exports.published.tasks import WorkbookTasks
from steps.publish.export import entries_of, export_context, workbook_set
from steps.publish.publication import Publication
from steps.publish.sharing import key_of, source_digest
from steps.wiring.services import Services

_SECONDS, _PATIENCE = 0.5, 20


def join_publication(services: Services) -> tuple[str, ...]:
    """Make workbooks that nobody makes, for as long as somebody publishes; their names.

    A publisher that still reads its dossiers is waited for, and so are the current workbooks after
    an edition. The publisher alone gives a set its name, and makes what a worker that was killed
    had taken. What is made of other data, settings or versions than are read here is left to it.

    Args:
        services: Store and data files; the démarche need not be held, for nothing is published.

    Raises:
        ExportError: A workbook could not be written.
        DataFileError: The columns or the policy file is wrong.
    """
    root, made, seen, alone = services.inputs.publishing.folder, list[str](), "", 0
    while is_held(root) or (made and (alone := alone + 1) < _PATIENCE):
        tasks = WorkbookTasks.find(root, demarche=services.demarche)
        if tasks and tasks.plan.key != seen:
            made += _help(services, tasks)
            seen, alone = tasks.plan.key, 0
        services.tell("Publication d'un autre worker", len(made), None)
        time.sleep(_SECONDS)
    return tuple(made)


def _help(services: Services, tasks: WorkbookTasks) -> tuple[str, ...]:
    publication = _joined(services, tasks)
    if publication is None:
        return ()
    root, demarche = services.inputs.publishing.folder, services.demarche
    there = None if tasks.plan.kind else current(root, demarche=demarche)
    try:
        return publication.make(there=there, finish=False)
    except FileNotFoundError:
        if tasks.folder.exists():
            raise
        return ()  # the publisher stopped


def _joined(services: Services, tasks: WorkbookTasks) -> Publication | None:
    """The publication, as it is made here; ``None`` where other files would come out."""
    root, plan = services.inputs.publishing.folder, tasks.plan
    kind = EditionKind(plan.kind) if plan.kind else EditionKind.WEEKLY
    base = next(iter(editions(root, kind, demarche=services.demarche)), None)

    def same() -> bool:
        source = source_digest(services)
        return key_of(services, source=source, base=base, headline=plan.headline) == plan.key

    if not same():
        return None
    aside: list[str] = []
    entries = tuple(entries_of(services, told=aside))
    context = replace(export_context(services, entries), edition=plan.headline)
    if aside or not same():
        return None
    made = workbook_set(services, entries, context)
    return Publication.joined(services, made, base=base, tasks=tasks, aside=aside)
