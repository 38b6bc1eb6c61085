"""A dossier as DS serves it, with its champs decoded to proper values.

Names follow the API: dossier, champ, annotation, groupe instructeur, révision. A blank champ has
the value ``None``; a champ hidden by its condition is not in the list at all, as on DS.
"""

from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

Class = TypeVar("Class", bound=type)


def fills_slots(cls: Class) -> Class:
    """Give a frozen, slotted dataclass an ``__init__`` that fills its slots directly.

    The one that dataclasses write goes through ``object.__setattr__`` and looks each name up: three
    times slower, for values that are made a hundred times a dossier. Nothing else changes: the
    class stays frozen, and takes the same arguments. Not for a class with ``default_factory``,
    ``__post_init__`` or keyword-only fields.
    """
    specs = fields(cls)
    scope: dict[str, Any] = {f"_set_{one.name}": vars(cls)[one.name].__set__ for one in specs}
    scope |= {f"_default_{one.name}": one.default for one in specs}
    arguments = ", ".join(
        one.name if one.default is MISSING else f"{one.name}=_default_{one.name}" for one in specs
    )
    body = "\n".join(f"    _set_{one.name}(self, {one.name})" for one in specs)
    exec(f"def __init__(self, {arguments}):\n{body}", scope)  # noqa: S102 (names of our own fields)
    made = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = vars(cls)["__init__"].__annotations__
    cls.__init__ = made  # type: ignore[misc]
    return cls


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message of the dossier's conversation, without its text.

    Attributes:
        id: Id on DS.
        created_at: When it was sent.
        correction: Reason of the correction request that it carries, if any.
        resolved_at: When the declarant submitted again after it.
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


@fills_slots
@dataclass(frozen=True, slots=True)
class Text:
    """Free text, a telephone number, an e-mail address, or any value served as text."""

    text: str


@fills_slots
@dataclass(frozen=True, slots=True)
class Number:
    """An integer or a decimal number, exact."""

    number: int | Decimal


@fills_slots
@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date."""

    day: date


@fills_slots
@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time, aware."""

    moment: datetime


@fills_slots
@dataclass(frozen=True, slots=True)
class YesNo:
    """An answered yes/no question or a checkbox. Unanswered is ``None`` in place of this."""

    yes: bool


@fills_slots
@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a drop-down list."""

    option: str


@fills_slots
@dataclass(frozen=True, slots=True)
class Choices:
    """Options of a multiple list in the order served, or (primary, secondary) of a linked one."""

    options: tuple[str, ...]


@fills_slots
@dataclass(frozen=True, slots=True)
class Attachment:
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


@fills_slots
@dataclass(frozen=True, slots=True)
class Files:
    """The files of a champ, at least one."""

    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Files that were given and that DS does not list: an identity document, an infected file."""


@fills_slots
@dataclass(frozen=True, slots=True)
class Place:
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


@fills_slots
@dataclass(frozen=True, slots=True)
class Company:
    """A company, association or foundation by its register number.

    Attributes:
        identifier: SIRET, RNA or RNF number as typed or served.
        name: Raison sociale or title; ``None`` when the register did not answer.
    """

    identifier: str
    name: str | None


@fills_slots
@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a repetition, at least one; each row holds its champs."""

    rows: tuple[tuple["Champ", ...], ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
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


@fills_slots
@dataclass(frozen=True, slots=True)
class Champ:
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
        passed_en_instruction_at: When an instructeur took it up.
        decided_at: When it was decided.
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


RawDossier: TypeAlias = dict[str, Any]
"""The JSON of one dossier as the client read it (fragment ``DossierComplet``)."""
