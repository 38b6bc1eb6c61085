"""A dossier as DS serves it, with its champs decoded to proper values.

Names follow the API: dossier, champ, annotation, groupe instructeur, révision. A blank champ has
the value ``None``; a champ hidden by its condition is not in the list at all, as on DS.

Values that are made a hundred times a dossier are structs, made eight times faster than dataclasses
(``msgspec.structs.replace`` changes one).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

_SAME_ACT = timedelta(minutes=1)
"""How far two dates that DS writes in one act can be apart."""


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message of the dossier's conversation, without its text.

    Attributes:
        id: Id on DS.
        created_at: When it was sent.
        correction: Reason of the correction request that it carries, if any.
        resolved_at: When DS closed the request: the declarant submitted again, an instructeur took
            the dossier up, or the message was withdrawn (:meth:`Dossier.answered_at`).
        discarded: Whether it was withdrawn.
    """

    id: str
    created_at: datetime
    correction: str | None
    resolved_at: datetime | None
    discarded: bool


class DossierState(StrEnum):
    """State of a dossier on DS."""

    EN_CONSTRUCTION = "en_construction"
    EN_INSTRUCTION = "en_instruction"
    ACCEPTE = "accepte"
    REFUSE = "refuse"
    SANS_SUITE = "sans_suite"

    @property
    def decided(self) -> bool:
        """Whether an instructeur has closed the dossier (accepté, refusé, sans suite)."""
        return self in {DossierState.ACCEPTE, DossierState.REFUSE, DossierState.SANS_SUITE}


class Text(Struct, frozen=True):
    """Free text, a telephone number, an e-mail address, or any value served as text."""

    text: str


class Number(Struct, frozen=True):
    """An integer or a decimal number, exact."""

    number: int | Decimal


class Day(Struct, frozen=True):
    """A calendar date."""

    day: date


class Moment(Struct, frozen=True):
    """A date and time, aware."""

    moment: datetime


class YesNo(Struct, frozen=True):
    """An answered yes/no question or a checkbox. Unanswered is ``None`` in place of this."""

    yes: bool


class Choice(Struct, frozen=True):
    """One option of a drop-down list."""

    option: str


class Choices(Struct, frozen=True):
    """Options of a multiple list in the order served, or (primary, secondary) of a linked one."""

    options: tuple[str, ...]


class Attachment(Struct, frozen=True):
    """One file of a champ.

    Attributes:
        filename: As the user named it: never a path.
        size: Bytes.
        checksum: Base64 of the MD5, as DS gives it.
        content_type: MIME type.
        scan: Result of the antivirus: ``safe``, ``pending``, ``infected``, …
        created_at: When it was deposited.
    """

    filename: str
    size: int
    checksum: str
    content_type: str
    scan: str
    created_at: datetime | None = None


class Files(Struct, frozen=True):
    """The files of a champ, at least one."""

    files: tuple[Attachment, ...]


class Unlisted(Struct, frozen=True):
    """Files that were given and that DS does not list: an identity document, an infected file."""


class Place(Struct, frozen=True):
    """A commune, département, région, pays, EPCI or address.

    Attributes:
        kind: ``commune``, ``departement``, ``region``, ``pays``, ``epci`` or ``address``.
        code: Official code (INSEE, ISO), or an empty string.
        name: Name or the one-line address.
        parts: Further parts that DS gives (postal code, département of a commune, …).
    """

    kind: str
    code: str
    name: str
    parts: tuple[tuple[str, str], ...] = ()


class Company(Struct, frozen=True):
    """A company, association or foundation by its register number.

    Attributes:
        identifier: SIRET, RNA or RNF number as typed or served.
        name: Raison sociale or title; ``None`` when the register did not answer.
    """

    identifier: str
    name: str | None


class Rows(Struct, frozen=True):
    """The rows of a repetition, at least one; each row holds its champs."""

    rows: tuple[tuple["Champ", ...], ...]


class Unreadable(Struct, frozen=True):
    """A value that does not have the shape its type promises: kept raw, with the reason."""

    raw: str
    reason: str


ChampValue: TypeAlias = (
    Text
    | Number
    | Day
    | Moment
    | YesNo
    | Choice
    | Choices
    | Files
    | Unlisted
    | Place
    | Company
    | Rows
    | Unreadable
)


class Champ(Struct, frozen=True):
    """One champ (or annotation privée) with its answer.

    Attributes:
        id: Stable id, the decimal number in ``Champ-<stable>``; survives revisions.
        api_id: The id as served (base64), to write an annotation back.
        label: Label in the dossier's revision.
        type: Type of the descriptor in the dossier's revision (``textarea``, ``yes_no``, …).
        value: The decoded answer; ``None`` when blank.
        updated_at: Last change of this champ; ``None`` when DS did not say.
    """

    id: str
    api_id: str
    label: str
    type: str
    value: ChampValue | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier, decoded. Datetimes are aware.

    Attributes:
        id: GraphQL id on DS.
        number: Number that people use.
        state: State on DS.
        archived: Whether it was archived by the administration.
        revision_id: Revision of the form it follows now.
        deposited_at: Date of deposit.
        modified_at: Any change, our own writes included: a hint, never a proof.
        champs_modified_at: Last submission by the declarant.
        passed_en_instruction_at: When an instructeur last took it up, even if it was sent back.
        decided_at: When it was decided; ``None`` once that was taken back.
        correction_pending_since: Open correction request, if any.
        usager_email: E-mail of the account (personal).
        demandeur: Company of the account.
        groupe: Label of the groupe instructeur.
        groupe_id: GraphQL id of the groupe instructeur.
        champs: Visible champs of the form, in order.
        annotations: Annotations privées, in order.
        labels: Names of the labels it carries.
        messages: Conversation, oldest first, without texts.
        annotations_by_hand_at: Last change of an annotation by a person, at the latest; ``None``
            when no person ever changed one. What we write does not move it.
    """

    id: str
    number: int
    state: DossierState
    archived: bool
    revision_id: str
    deposited_at: datetime
    modified_at: datetime
    champs_modified_at: datetime
    passed_en_instruction_at: datetime | None
    decided_at: datetime | None
    correction_pending_since: datetime | None
    usager_email: str
    demandeur: Company | None
    groupe: str
    groupe_id: str
    champs: tuple[Champ, ...]
    annotations: tuple[Champ, ...]
    labels: frozenset[str]
    messages: tuple[MessageSeen, ...]
    annotations_by_hand_at: datetime | None = None

    def answered_at(self, message: MessageSeen) -> datetime | None:
        """When the declarant submitted again after a correction request.

        ``None`` while the request waits, and where it was closed otherwise: DS closes it too when
        its message is withdrawn, or when an instructeur takes the dossier up.
        """
        closed, taken_up = message.resolved_at, self.passed_en_instruction_at
        if closed is None or message.discarded:
            return None
        by_instructeur = taken_up is not None and abs(closed - taken_up) < _SAME_ACT
        return None if by_instructeur and self.champs_modified_at <= message.created_at else closed


RawDossier: TypeAlias = dict[str, Any]
"""The JSON of one dossier as the client read it (fragment ``DossierComplet``)."""
