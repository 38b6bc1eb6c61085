"""Every report in the store, mapped from what was read of its dossier."""

from collections.abc import Iterable, Iterator

from flows.failures import apart
from flows.judge import stored_revisions
from flows.services import Services
from mappings.decode import decode_dossier
from mappings.mapper import map_report
from mappings.report import Report


def reports_of(services: Services, *, numbers: Iterable[int] | None = None) -> Iterator[Report]:
    """Reports by number of dossier; of some dossiers only, when they are named."""
    revisions, mapping = stored_revisions(services), services.form.mapping
    for stored in services.store.dossiers.iterate(services.demarche, numbers=numbers):
        report = None
        with apart(None, stored.number, "relu"):
            revision = revisions.get(stored.revision_id)
            dossier = decode_dossier(stored.raw, revision=revision)
            report = map_report(dossier, mapping=mapping, revision=revision)
        if report is not None:
            yield report
