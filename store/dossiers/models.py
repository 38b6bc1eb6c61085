"""A dossier as it comes out of the store: whole, light, or as it was."""

from dataclasses import dataclass
from datetime import datetime

from mappings.dossier.model import RawDossier
from store.verdicts.assessments import AssessmentRow


@dataclass(frozen=True, slots=True)
class PlanMade:
    """What a plan of replies was made from.

    Attributes:
        conditions: Hash of verdict, state, settings, rules and whatever DS may refuse for.
        content: Hash of the dossier.
        again_at: When it is due again though nothing changed (UTC).
    """

    conditions: str
    content: str
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredDossier:
    """A dossier as it is kept; see :class:`store.dossiers.pages.DossierRow` for the rest.

    Attributes:
        changed_at: When this content was first seen (UTC).
        pending_since: Deletion date when it is pending deletion on DS.
        assessment: Its current assessment, which may be older than the content.
        plan: The last plan of replies, if any.
    """

    number: int
    dossier_id: str
    raw: RawDossier
    content_hash: str
    fingerprint: str
    state: str
    revision_id: str
    groupe_id: str
    modified_at: datetime
    deposited_at: datetime
    changed_at: datetime
    pending_since: datetime | None
    plan: PlanMade | None
    assessment: AssessmentRow | None


@dataclass(frozen=True, slots=True)
class LightRow:
    """A dossier without its content: what decides whether something is due to it.

    Attributes:
        earlier_number: Earlier dossier that its current assessment looked for.
        assessed_fingerprint: Fingerprint of its current assessment.
        assessed_basis: Basis of its current assessment.
        status: Status in force as it was last counted; ``None`` when no judging counted it.
        situation: Id of its situation, if it is in one.
        plan: The last plan of replies, if any.
    """

    number: int
    content_hash: str
    fingerprint: str
    state: str
    revision_id: str
    groupe_id: str
    modified_at: datetime
    deposited_at: datetime
    status: str | None
    situation: str | None
    earlier_number: int | None
    assessed_fingerprint: str | None
    assessed_basis: str | None
    plan: PlanMade | None


@dataclass(frozen=True, slots=True)
class DossierPast:
    """A content that a dossier had, or has.

    Attributes:
        seen_from: When it was first seen (UTC).
        seen_until: When another one was seen; ``None`` for the present one.
        content_hash: Hash of the content.
        fingerprint: Finds the assessments that were made of it.
        state: State on DS.
        revision_id: Revision of the form.
        raw: JSON of the dossier.
    """

    seen_from: datetime
    seen_until: datetime | None
    content_hash: str
    fingerprint: str
    state: str
    revision_id: str
    raw: RawDossier
