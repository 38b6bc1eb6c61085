"""What the reader hands out, in the words of DS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mappings.dossier import RawDossier


@dataclass(frozen=True, slots=True)
class Instructeur:
    """Someone who may write to the dossiers of a groupe.

    Attributes:
        id: GraphQL id, which each write names.
        email: E-mail address, in lower case.
    """

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class GroupeInstructeur:
    """A groupe instructeur and its members."""

    id: str
    number: int
    label: str
    closed: bool
    instructeurs: tuple[Instructeur, ...]

    def has(self, instructeur_id: str) -> bool:
        """Say whether an instructeur belongs to this groupe."""
        return any(member.id == instructeur_id for member in self.instructeurs)


@dataclass(frozen=True, slots=True)
class DemarcheInfo:
    """A démarche without its dossiers.

    Attributes:
        id: GraphQL id.
        number: Number that people use.
        title: Title.
        state: ``publiee``, ``brouillon``, ``close`` or ``depubliee``.
        active_revision_id: Revision that new dossiers follow.
        revisions: JSON of each revision, with ``champDescriptors`` and ``annotationDescriptors``.
        labels: Name of a label → its id.
        groupes: Groupes instructeurs, closed ones included.
    """

    id: str
    number: int
    title: str
    state: str
    active_revision_id: str
    revisions: tuple[dict[str, Any], ...]
    labels: Mapping[str, str]
    groupes: tuple[GroupeInstructeur, ...]

    def instructeur(self, email_or_id: str) -> Instructeur | None:
        """Find an instructeur by e-mail address or id."""
        wanted = email_or_id.strip()
        for groupe in self.groupes:
            for member in groupe.instructeurs:
                if wanted in {member.id, member.email} or wanted.lower() == member.email:
                    return member
        return None


@dataclass(frozen=True, slots=True)
class BrokenDossier:
    """A dossier that DS cannot serve.

    Attributes:
        number: Its number.
        reason: Why, in French.
    """

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    """A page of dossiers: everything to store, and where to go on.

    Attributes:
        dossiers: JSON of each dossier (fragment ``DossierComplet``).
        broken: Dossiers of this page that DS could not serve.
        cursor_before: Cursor that the page was asked with.
        end_cursor: Cursor to go on from; on an empty page that of before, never a null over it.
        has_next: Whether another page follows.
        active_revision_id: Revision that new dossiers follow.
    """

    dossiers: tuple[RawDossier, ...]
    broken: tuple[BrokenDossier, ...]
    cursor_before: str | None
    end_cursor: str | None
    has_next: bool
    active_revision_id: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """A dossier that left the démarche.

    Attributes:
        number: Its number.
        deleted_at: When it was hidden or purged.
        reason: ``user_request``, ``expired``, …
        state: State that it had.
    """

    number: int
    deleted_at: datetime
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Deletions:
    """What left the démarche since a date.

    Attributes:
        pending: Hidden, not purged yet: may come back.
        deleted: Purged for good.
    """

    pending: tuple[Deletion, ...]
    deleted: tuple[Deletion, ...]


def demarche_info(raw: Mapping[str, Any]) -> DemarcheInfo:
    """Read the answer of the query ``Demarche``."""
    return DemarcheInfo(
        id=raw["id"],
        number=raw["number"],
        title=raw["title"],
        state=raw["state"],
        active_revision_id=raw["activeRevision"]["id"],
        revisions=tuple(raw["revisions"]),
        labels=MappingProxyType({label["name"]: label["id"] for label in raw.get("labels", ())}),
        groupes=tuple(
            GroupeInstructeur(
                id=groupe["id"],
                number=groupe["number"],
                label=groupe["label"],
                closed=groupe["closed"],
                instructeurs=tuple(
                    Instructeur(id=member["id"], email=member["email"].lower())
                    for member in groupe["instructeurs"]
                ),
            )
            for groupe in raw["groupeInstructeurs"]
        ),
    )


def deletion(raw: Mapping[str, Any]) -> Deletion:
    """Read one node of ``deletedDossiers`` or ``pendingDeletedDossiers``."""
    return Deletion(
        number=raw["number"],
        deleted_at=datetime.fromisoformat(raw["dateSupression"]),
        reason=raw["reason"],
        state=raw["state"],
    )
