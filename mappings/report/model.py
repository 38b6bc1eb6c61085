"""The internal schema: one report of non-compliant use, field by field.

Which fields exist, what they mean and where they come from is data
(``mappings/<form>/mapping.yaml``,
see :mod:`mappings.schema.file`); this module says what an answer *is*. ``docs/rapport.md`` and
``docs/rapport.schema.json`` are made from that data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from mappings.dossier.model import Attachment, Company, DossierState, Place, Unlisted


class AnswerState(StrEnum):
    """Why a field has a value or not."""

    ANSWERED = "answered"
    BLANK = "blank"
    """The champ is shown and empty."""
    HIDDEN = "hidden"
    """The revision has the champ, but its condition hides it in this dossier."""
    NOT_ASKED = "not_asked"
    """The dossier's revision has no such champ."""
    UNREADABLE = "unreadable"
    """There is an answer, but it does not convert: see ``raw`` and ``problem``."""


class Origin(Struct, frozen=True):
    """Where an answer comes from: champ, label, type, revision and date of last change.

    Of several champs that give one answer, all are named, ids with commas between; what is known of
    the dossier without a champ has a label only.
    """

    champ_id: str
    label: str
    champ_type: str
    revision_id: str
    updated_at: datetime | None


Row: TypeAlias = Mapping[str, "Answer"]
Value: TypeAlias = (
    str
    | bool
    | int
    | Decimal
    | date
    | datetime
    | tuple[str, ...]
    | Place
    | Company
    | tuple[Attachment, ...]
    | Unlisted
    | tuple[Row, ...]
)


class Answer(Struct, frozen=True):
    """The answer to one field.

    Attributes:
        state: Why there is a value or not.
        value: Python value when answered, else ``None``. Text is kept as typed.
        origin: Champ that gave it; ``None`` when no champ did.
        raw: What was served, when it does not convert or when the mapping says it in other words.
        problem: Why it does not convert, is no answer, or is not read, in French.
    """

    state: AnswerState
    value: Value | None = None
    origin: Origin | None = None
    raw: str = ""
    problem: str = ""


SAYING_SO = "« Formulaire » du portail, ou `unc mapping same`"
"""Where the agency says that a question of before asks the same: nobody else can."""
NOT_READ = Answer(
    AnswerState.NOT_ASKED,
    problem="posée alors en d'autres mots, sans qu'il soit dit qu'elle demandait la même chose :"
    f" réponse non lue ({SAYING_SO})",
)
"""Of a field that was answered to other words than a person reviewed: as if it was not asked."""
ROWS_NOT_READ = (
    "ses lignes ont été demandées alors en d'autres mots, sans qu'il soit dit qu'elles demandaient"
    f" la même chose : non lues ({SAYING_SO})"
)
"""Why a field of rows that were answered so has no answer, whatever was asked in them."""
UNREAD = "réponse non lue : posée alors en d'autres mots"
"""The same beside the name of a field, where it is one of several facts."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """An answered champ that no rule of the mapping takes: kept, counted, shown.

    Attributes:
        champ_id: Stable id.
        label: Label in the dossier's revision.
        text: The answer as French readers see it.
        updated_at: Last change of the champ (aware); ``None`` when DS did not say.
    """

    champ_id: str
    label: str
    text: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report: the dossier's identity and every field of the mapping.

    Attributes:
        number: Number of the dossier on DS.
        dossier_id: GraphQL id of the dossier.
        state: State on DS.
        archived: Archived on DS.
        revision_id: Revision of the form.
        deposited_at: Deposit (aware).
        champs_modified_at: Last submission by the declarant (aware).
        decided_at: Decision on DS, if any.
        groupe: Label of the groupe instructeur.
        usager_email: Account of the declarant (personal).
        demandeur: Company of the account, or ``None``.
        fields: Answer of every field of the mapping, in the mapping's order.
        annotations: Answer of every annotation of the mapping, by name.
        unmapped: Answered champs that nothing maps.
        correction_pending_since: Open correction request.
        unasked: Fields that rules read, that the dossier's revision does not ask, and of which no
            person said so (:func:`mappings.adoption.absences.silent`).
        silent: Those of them that it would not give if all that was answered were read.
        not_read: Fields that were answered to other words than a person reviewed (:data:`NOT_READ`;
            ``rows.field`` in rows).
    """

    number: int
    dossier_id: str
    state: DossierState
    archived: bool
    revision_id: str
    deposited_at: datetime
    champs_modified_at: datetime
    decided_at: datetime | None
    groupe: str
    usager_email: str
    demandeur: Company | None
    fields: Mapping[str, Answer]
    annotations: Mapping[str, Answer]
    unmapped: tuple[Unmapped, ...]
    correction_pending_since: datetime | None
    unasked: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    not_read: frozenset[str] = frozenset()

    def value(self, field: str) -> Value | None:
        """Value of a field, ``None`` when it has none.

        Raises:
            KeyError: The mapping has no such field.
        """
        return self.fields[field].value
