"""What is due to a dossier (`Reply`), and what became of it (`Receipt`).

Annotations and labels are states: due when DS shows something else than wanted. Messages are
events: one for each set of faults, keyed; so is the passage en instruction, one for each
submission.
See ``docs/decisions/0002-replies.md``.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Literal, TypeAlias

AnnotationKind: TypeAlias = Literal[
    "text",
    "textarea",
    "integerNumber",
    "decimalNumber",
    "dropDownList",
    "multipleDropDownList",
    "datetime",
    "date",
    "checkbox",
    "yesNo",
    "other",
]
"""Key of ``AnnotationValueInput``: the annotation's exact type; ``other``: one that the API cannot
write, or that we do not."""


@dataclass(frozen=True, slots=True)
class AnnotationChange:
    """One annotation to write.

    Attributes:
        name: Name of the annotation in the mapping (``statut``, ``completude``, …).
        api_id: Id of the annotation champ on DS.
        kind: Its exact type.
        value: New value; an empty string clears a text or a drop-down. Datetimes are ISO 8601.
    """

    name: str
    api_id: str
    kind: AnnotationKind
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Annotate:
    """Write annotations of one dossier in one mutation."""

    key: str
    number: int
    dossier_id: str
    changes: tuple[AnnotationChange, ...]


@dataclass(frozen=True, slots=True)
class SetLabel:
    """Add or remove one label of a dossier."""

    key: str
    number: int
    dossier_id: str
    name: str
    present: bool


MessageKind: TypeAlias = Literal["received", "request", "reminder", "out_of_scope"]
"""Complete; something is missing; it still is, and nobody submitted; to be reported elsewhere."""


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send a message to the declarant, with a correction request or not.

    Attributes:
        key: Deterministic: dossier, kind, set of faults, how many were sent before.
        reference: Short code made from the key that the body ends with.
        body: Text in French.
        correction: Reason of the correction request, or ``None`` for a plain message.
        kind: What it says.
        items: What it lists: id, verdict and fields at fault of each item
            (``R1:missing:date_fin_analyse``), field and verdict of each scope question.
    """

    key: str
    number: int
    dossier_id: str
    reference: str
    body: str
    correction: Literal["incomplete", "incorrect"] | None
    kind: MessageKind
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassEnInstruction:
    """Pass a complete dossier ``en_instruction``: once for each submission by the declarant."""

    key: str
    number: int
    dossier_id: str


Reply: TypeAlias = Annotate | SetLabel | SendMessage | PassEnInstruction


def reply_key(number: int, *parts: str) -> str:
    """Deterministic key of a reply: the same intention has the same key in every run."""
    return sha256("\n".join([str(number), *parts]).encode()).hexdigest()


def reference_of(key: str) -> str:
    """Short code, made from the key of a message, that its text ends with."""
    return f"UNC-{key[:4]}-{key[4:8]}".upper()


class Outcome(StrEnum):
    """What became of a reply."""

    DONE = "done"
    REFUSED = "refused"
    """DS said no: recorded with its words, not sent again until something changes."""
    UNKNOWN = "unknown"
    """The answer was lost: read DS before anything else."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one reply.

    Attributes:
        key: Key of the reply.
        outcome: Done, refused or unknown.
        text: Reason in French, with DS's own words; empty when all of it was done.
        written: Names of the annotations that DS confirmed (a part of them may have been refused).
        message_id: Id of the message that DS created.
        again: Whether a refused reply is due again at the next run, because its reason may pass
            though nothing changes here: DS does not show the dossier now.
    """

    key: str
    outcome: Outcome
    text: str = ""
    written: tuple[str, ...] = ()
    message_id: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """An annotation that a human changed: the bridge leaves it alone.

    Attributes:
        annotation: Name of the annotation in the mapping.
        wanted: What the bridge would write.
        found: What the human wrote.
    """

    number: int
    annotation: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message that this bridge sent, or may have sent, to a dossier.

    Attributes:
        reference: Code that its text ends with.
        kind: What it said.
        items: What it listed (ids alone in an older version); ``None`` when only its reference is
            left of it.
        outcome: Done, or unknown.
        message_id: Its id on DS, when that is known.
    """

    reference: str
    kind: MessageKind
    items: tuple[str, ...] | None
    outcome: Outcome
    message_id: str | None = None
