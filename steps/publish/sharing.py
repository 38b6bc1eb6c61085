"""Of what a publication is made, and which workers make the same: they share its workbooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import uuid4

from exports.model import ExportContext
from exports.published.listing import last_sequence
from exports.published.manifest import PublishedExport
from exports.published.tasks import SetPlan, WorkbookTasks
from steps.judge.acts import today
from steps.publish.source import source_digest
from steps.wiring.services import Services


@contextmanager
def shared(
    services: Services,
    context: ExportContext,
    *,
    source: str,
    base: PublishedExport | None,
    kind: str = "",
) -> Iterator[WorkbookTasks]:
    """Open the tasks of a publication, so that others may make some of its workbooks.

    Where something moved while the dossiers were read, others could read something else: nobody
    shares it. The caller holds the folder of the exports.

    Args:
        services: Store and data files.
        context: Circumstances of the publication.
        source: Of what the dossiers were made, asked before they were read.
        base: The edition that it is compared with.
        kind: Kind of an edition; blank for the current workbooks.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    same = source == source_digest(services)
    key = key_of(context, source=source, base=base) if same else uuid4().hex
    place = services.store.handed_out.last_sequence(demarche)
    sequence = 1 + max(last_sequence(root, demarche=demarche), place)
    plan = SetPlan(key, sequence, kind, context.edition)
    with WorkbookTasks.of(root, plan, demarche=demarche) as tasks:
        yield tasks


def key_of(context: ExportContext, *, source: str, base: PublishedExport | None) -> str:
    """Equal for whoever would make the same files: what passes with each reading included."""
    parts = (
        source,
        context.edition,
        base.sequence if base else 0,
        context.watermark,
        context.read_at,
        today(),  # a question to a centre may be late from one day to the next
    )
    return sha256(repr(parts).encode()).hexdigest()
