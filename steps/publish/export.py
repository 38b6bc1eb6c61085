"""Hand out: the current workbooks, kept up to date; nothing is made where nothing moved."""

from exports.published.current import current
from exports.published.listing import ClearedSets, retired
from exports.published.manifest import sequence_of
from steps.publish.source import KIND, source_digest
from steps.wiring.services import Services
from steps.wiring.summary import Summary


def export(services: Services, summary: Summary) -> None:
    """Replace the current workbooks whose own content moved; the others stay the files they are.

    A dossier or a workbook that cannot be made is left out and named; each run tries again.

    Raises:
        ExportError: They could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    source = source_digest(services)
    if not _is_settled(services, source) or _withdrawal_is_due(services):
        from steps.publish.current_workbooks import bring_up_to_date  # all that makes workbooks

        bring_up_to_date(services, summary, source=source)


def _is_settled(services: Services, source: str) -> bool:
    """Whether the current set is there, whole, and what these data give."""
    last = services.store.exports.last(services.demarche, kind=KIND)
    there = current(services.inputs.publishing.folder, demarche=services.demarche)
    known = (last.checksum, last.folder, sequence_of(last.manifest)) if last else None
    # A restored base may be older than the set that is there.
    return bool(there and there.intact and known == (source, str(there.folder), there.sequence))


def _withdrawal_is_due(services: Services) -> bool:
    """Whether it was never looked at, was killed on its way, or other rules were in between."""
    root, demarche = services.inputs.publishing.folder, services.demarche
    known = ClearedSets.read(root, demarche=demarche)
    return known is None or not known.columns or bool(retired(root, demarche=demarche))
