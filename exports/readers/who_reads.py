"""Which dossiers an audience reads."""

from collections.abc import Sequence
from typing import Any

from exports.later_dossier import LaterDossier
from exports.model import ExportContext, ExportedDossier
from exports.readers.facts import DossierFact
from exports.readers.policy import Policy
from exports.readers.reading import Reading
from mappings.report.model import Answer, AnswerState
from mappings.schema.model import Audience
from triage.replies.decision import EXCLUSION, STATUS, is_excluded

KEPT_BY_PERSON: DossierFact[bool] = DossierFact("kept by a person", bool)
_NOT_ASKED = Answer(AnswerState.NOT_ASKED)


def leaves_agency(entry: ExportedDossier, *, context: ExportContext, policy: Policy) -> bool:
    """Whether the dossier may go to the network at all."""
    if not entry.judged or context.kept_inside or kept_by_person(entry, policy):
        return False
    decision = entry.decision
    if decision.shown in policy.agency_only_statuses or decision.excluded:
        return False
    consent = entry.report.annotations.get(policy.consent, _NOT_ASKED)
    return consent.state is AnswerState.ANSWERED or context.network_default == "include"


def kept_by_person(entry: ExportedDossier, policy: Policy) -> bool:
    """Whether a person keeps the dossier at the agency, whatever its verdict; or may keep it."""
    notes = entry.report.annotations
    consent = notes.get(policy.consent, _NOT_ASKED)
    said = consent.state in {AnswerState.ANSWERED, AnswerState.UNREADABLE}
    if (said and consent.value is not True) or is_excluded(entry.held, verdict=False):
        return True
    decided = (notes.get(name, _NOT_ASKED) for name in (STATUS, EXCLUSION))
    return any(one.state is AnswerState.UNREADABLE for one in decided)


def readings(
    entries: Sequence[ExportedDossier],
    *,
    context: ExportContext,
    policy: Policy,
    audience: Audience,
) -> tuple[Reading, ...]:
    """Return the dossiers that the audience may read, by number."""
    found = []
    told: dict[str, Any] | None
    for entry in sorted(entries, key=lambda one: one.number):
        if isinstance(entry, LaterDossier):
            told = entry.facts.get(audience)
        else:
            open_ = audience == "agence" or leaves_agency(entry, context=context, policy=policy)
            told = {} if open_ else None
        if told is not None:
            found.append(Reading(entry, context, policy, audience, _known=told))
    return tuple(found)
