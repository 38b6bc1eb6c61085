"""From a stored dossier to its report: revisions of the form, rules of its day, reports."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from french.time import PARIS
from mappings.dossier.decode import decode_dossier, decode_revision
from mappings.dossier.revision import Revision
from mappings.report.mapper import map_report
from mappings.report.model import Report
from steps.wiring.failures import apart
from steps.wiring.services import Services
from triage.rules.model import RuleSet, in_force

EARLIER = "dossier_precedent"
"""Field that names the dossier which this one completes."""


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


def rules_of(services: Services, deposited_at: datetime) -> RuleSet:
    """The rule-set in force on the day that a dossier was deposited."""
    return in_force(services.form.rulesets, deposited_at.astimezone(PARIS).date())


def stored_revisions(services: Services) -> dict[str, Revision]:
    """Revisions of the form that were read, by id."""
    raw = services.store.demarches.revisions(services.demarche)
    return {one: decode_revision(descriptors) for one, descriptors in raw.items()}
