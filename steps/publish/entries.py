"""Dossiers as they are handed out, each with its verdict and what the store holds beside."""

from collections.abc import Iterable, Iterator

from exports.model import ExportedDossier
from mappings.medicines.facts import facts_of, medicines_of
from steps.judge.verdicts import ASSESSMENT
from steps.judge.verdicts_due import is_current
from steps.publish.dossier_additions import DossierAdditions
from steps.publish.held import HeldDossiers
from steps.wiring.case_files import CaseFile, CaseFiles
from steps.wiring.public_data.reference import matcher_of
from steps.wiring.services import Services
from store.dossiers.models import StoredDossier
from triage.replies.decision import held_by_person
from triage.replies.messages import asked_since


def entries_of(
    services: Services,
    *,
    numbers: Iterable[int] | None = None,
    told: list[str] | None = None,
    together: bool = False,
) -> Iterator[ExportedDossier]:
    """Every dossier in the store that has a verdict, by number.

    Where their answers come from is told of those that are asked for by number alone.

    Args:
        services: Store and data files.
        numbers: Only those.
        told: Where dossiers that cannot be read again are named; the journal by default.
        together: Whether they are held together, as all of them are.
    """
    files, mapping = CaseFiles.read(services), services.form.mapping
    numbers = None if numbers is None else sorted(set(numbers))
    beside, matcher = DossierAdditions.read(services, numbers), matcher_of(services.inputs.home)
    aside = services.store.quarantine.numbers(services.demarche)
    label = services.form.policy.labels.after_last_request
    held = HeldDossiers() if numbers is None or together else None

    def entry(stored: StoredDossier, case: CaseFile) -> ExportedDossier | None:
        if stored.assessment is None:
            return None
        number, written = stored.number, beside.written.get(stored.number, {})
        found = medicines_of(case.report, mapping=mapping, matcher=matcher)
        verdict = ASSESSMENT.validate_json(stored.assessment.detail)
        return ExportedDossier(
            report=held.report(case.report) if held else case.report,
            assessment=held.verdict(verdict) if held else verdict,
            conflicts=beside.conflicts.get(number, ()),
            held=held_by_person(case.dossier, written, mapping=mapping),
            opinions=beside.opinions.get(number, {}),
            situation=beside.situations.get(number, ""),
            first_checked_at=beside.first_checks.get(number),
            corrected=beside.corrected.get(number, ()),
            medicines=tuple(map(facts_of, found)),
            judged=is_current(stored, files),
            unreadable=number in aside,
            description=beside.descriptions.get(number),
            handed_over=bool(mapping.labels_in([label] if label else [], case.dossier.labels)),
            asked_at=asked_since(case.dossier, beside.messages.get(number, ())),
        )

    stored = services.store.dossiers.iterate(services.demarche, numbers=numbers)
    return files.each(stored, entry, told=told, done="mis dans les classeurs")
