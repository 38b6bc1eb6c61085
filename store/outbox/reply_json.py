"""Replies as JSON text, and back."""

from typing import Any, assert_never

from store.database import jsontext
from triage.replies.reply import (
    Annotate,
    AnnotationChange,
    PassEnInstruction,
    Reply,
    SendMessage,
    SetLabel,
)

ANNOTATE = "annotate"
LABEL = "label"
MESSAGE = "message"
PASSAGE = "passage"

EVENTS = frozenset({MESSAGE, PASSAGE})
"""Kinds whose key is done at most once, whatever plans come after."""


def kind_of(reply: Reply) -> str:
    """Kind under which a reply is stored."""
    match reply:
        case Annotate():
            return ANNOTATE
        case SetLabel():
            return LABEL
        case SendMessage():
            return MESSAGE
        case PassEnInstruction():
            return PASSAGE
        case _:
            assert_never(reply)


def encode(reply: Reply) -> str:
    """JSON text of a reply."""
    return jsontext.dump(reply)


def decode(kind: str, payload: str) -> Reply:
    """Reply of a kind from its JSON text.

    Raises:
        ValueError: No such kind.
    """
    values: dict[str, Any] = jsontext.load(payload)
    if kind == ANNOTATE:
        changes = tuple(AnnotationChange(**change) for change in values.pop("changes"))
        return Annotate(**values, changes=changes)
    if kind == LABEL:
        return SetLabel(**values)
    if kind == MESSAGE:
        return SendMessage(**{**values, "items": tuple(values["items"])})
    if kind == PASSAGE:
        return PassEnInstruction(**values)
    raise ValueError(f"no reply is of kind {kind}")
