"""What the product's store holds, for whoever looks from a test."""

from store.dossiers.absences import MissingDossier
from store.repository import Store
from store.verdicts.assessments import AssessmentRow


def current_verdicts(store: Store, demarche: int) -> dict[int, AssessmentRow]:
    """Current verdict by number of dossier, of those pending deletion too."""
    return {
        one.number: one.assessment
        for one in store.dossiers.iterate(demarche, pending=True)
        if one.assessment is not None
    }


def tombstones(store: Store, demarche: int) -> tuple[MissingDossier, ...]:
    """What is kept of the dossiers that were erased, by number."""
    return tuple(one for one in store.absences.list(demarche) if one.erased_at is not None)
