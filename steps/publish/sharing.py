"""Of what a publication is made, and which workers make the same: they share its workbooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from uuid import uuid4

from exports.model import ExportContext
from exports.published.checksum import MADE
from exports.published.editions import EditionKind, editions
from exports.published.listing import last_sequence
from exports.published.manifest import PublishedExport
from exports.published.tasks import SetPlan, WorkbookTasks
from steps.judge.acts import today
from steps.registre.exported import register_stamp
from steps.wiring import handed_out_files
from steps.wiring.drift import absences_told, drift_of
from steps.wiring.public_data.reference import version_of
from steps.wiring.services import Services
from triage.verdict.assess import JUDGED


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


def source_digest(services: Services) -> str:
    """Hash of all that the workbooks are made from, without reading dossiers one by one."""
    store, demarche = services.store, services.demarche
    state = store.demarches.state(demarche)
    weekly = editions(services.inputs.publishing.folder, EditionKind.WEEKLY, demarche=demarche)
    parts = [
        MADE,
        *(str(one.sequence) for one in weekly[:1]),
        version("passerelle-unc"),
        services.form.mapping.digest,
        services.inputs.publishing.network_default,
        services.inputs.ds_url,
        services.inputs.publishing.portal,
        version_of(services.inputs.home),
        *handed_out_files.texts(services.inputs.publishing.columns),
        *store.dossiers.states(demarche),
        *map(str, store.outbox.conflicts(demarche)),
        *map(str, store.opinions.latest(demarche)),
        *register_stamp(services),
        *map(str, sorted(store.quarantine.numbers(demarche))),
        *map(str, store.corrections.list(demarche)),
        JUDGED,
        services.form.digest,
        *(rules.digest for rules in services.form.rulesets),
        *(one.advice for one in drift_of(services)),
        *(one.told for one in absences_told(services)),
        str(state.active_revision_id),
        str(state.title),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()
