"""What the reader hands out, in the words of DS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from clients.answers import unservable
from mappings.dossier.decode import odd_descriptors
from mappings.dossier.model import RawDossier
from mappings.dossier.shape import (
    DELETION,
    GROUPE,
    Checks,
    ShapeError,
    check_demarche,
    check_object,
    key,
    text,
)


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
        odd: What of these lists cannot be read, in French.
    """

    id: str
    number: int
    title: str
    state: str
    active_revision_id: str
    revisions: tuple[dict[str, Any], ...]
    labels: Mapping[str, str]
    groupes: tuple[GroupeInstructeur, ...]
    odd: tuple[str, ...] = ()

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
    """A dossier that DS cannot serve, or not whole.

    Attributes:
        number: Its number; ``None`` when nothing tells it.
        reason: Why, in French.
    """

    number: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    """A page of dossiers: everything to store, and where to go on.

    Attributes:
        dossiers: JSON of each dossier (fragment ``DossierComplet``), of a sound shape.
        broken: Dossiers of this page that DS could not serve, or not whole: those are in
            ``dossiers`` too.
        cursor_before: Cursor that the page was asked with.
        end_cursor: Cursor to go on from; on an empty page that of before, never a null over it.
        has_next: Whether another page follows.
        active_revision_id: Revision that new dossiers follow; ``None`` when DS did not say.
        reached: What the last cursor says that dossiers are sorted by: the update date, if pages
            are of updates; ``None`` when it cannot be read.
        labels: Labels of the démarche, by name, each with its id; ``None`` when unsaid.
    """

    dossiers: tuple[RawDossier, ...]
    broken: tuple[BrokenDossier, ...]
    cursor_before: str | None
    end_cursor: str | None
    has_next: bool
    active_revision_id: str | None
    reached: datetime | None = None
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DeletedDossier:
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
    """What one list of DS says of the dossiers that left the démarche since a date.

    Attributes:
        found: Dossiers that left.
        odd: What of the list cannot be read, in French.
        until: Latest deletion of the list; ``None`` when it is empty.
    """

    found: tuple[DeletedDossier, ...]
    odd: tuple[str, ...]
    until: datetime | None


def demarche_info(raw: Any) -> DemarcheInfo:
    """Read the answer of the query ``Demarche``; what of its lists is odd is named and left out.

    Raises:
        DsUnservable: DS does not say which démarche this is, or which form is in force.
    """
    try:
        check_demarche(raw)
    except ShapeError as error:
        raise unservable(("demarche", *error.path)) from error
    odd: list[str] = []
    revisions = _sound(raw, "revisions", {"id": key}, odd)
    for revision in revisions:
        place = f"revisions « {revision['id']} »"
        odd += [f"{place}, {one}" for one in odd_descriptors(revision)]
    labels = _sound(raw, "labels", {"id": text, "name": text}, odd) if raw.get("labels") else []
    return DemarcheInfo(
        id=raw["id"],
        number=raw["number"],
        title=raw["title"],
        state=raw["state"],
        active_revision_id=raw["activeRevision"]["id"],
        revisions=tuple(revisions),
        labels=MappingProxyType({label["name"]: label["id"] for label in labels}),
        groupes=tuple(_groupe(one, odd) for one in _sound(raw, "groupeInstructeurs", GROUPE, odd)),
        odd=tuple(odd),
    )


def labels_told(raw: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The labels that come with a page; ``None`` where it has none, or they cannot all be read."""
    odd: list[str] = []
    if not isinstance(raw.get("labels"), list):
        return None
    found = _sound(dict(raw), "labels", {"id": text, "name": text}, odd)
    return None if odd else MappingProxyType({one["name"]: one["id"] for one in found})


def _groupe(raw: dict[str, Any], odd: list[str]) -> GroupeInstructeur:
    members = _sound(raw, "instructeurs", {"id": text, "email": text}, odd)
    return GroupeInstructeur(
        id=raw["id"],
        number=raw["number"],
        label=raw["label"],
        closed=raw["closed"],
        instructeurs=tuple(Instructeur(one["id"], one["email"].lower()) for one in members),
    )


def _sound(raw: dict[str, Any], name: str, checks: Checks, odd: list[str]) -> list[dict[str, Any]]:
    """The objects of a list that can be read; what is wrong with the others is told in ``odd``."""
    listed = raw.get(name)
    if not isinstance(listed, list):
        odd.append(f"{name} : une liste est attendue")
        return []
    kept = []
    for at, one in enumerate(listed):
        try:
            check_object(one, checks, (name, at))
        except ShapeError as error:
            odd.append(str(error))
        else:
            kept.append(one)
    return kept


def deletions(
    connection: Mapping[str, Any], name: str, *, odd: list[str]
) -> tuple[DeletedDossier, ...]:
    """Read a page of ``deletedDossiers`` or ``pendingDeletedDossiers``; odd entries are named."""
    return tuple(
        DeletedDossier(
            number=raw["number"],
            deleted_at=datetime.fromisoformat(raw["dateSupression"]),
            reason=raw["reason"],
            state=raw["state"],
        )
        for raw in _sound({name: connection.get("nodes")}, name, DELETION, odd)
    )
