"""Messages that were sent to declarants: what must outlive a dossier that is erased, or the base.

Of a message that went with its dossier, or that DS shows and memory lacks, its reference is left:
no text, no item. A declarant is never told the same thing twice all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from store.database.statements import in_chunks, upsert
from store.database.tables import replies, sent_messages
from store.outbox import reply_json
from store.outbox.stages import UNCERTAIN, Stage
from triage.replies.reply import MessageKind, MessageSent, Outcome, SendMessage


@dataclass(frozen=True, slots=True)
class SentBefore:
    """What is left of a message that was sent.

    Attributes:
        reference: Code that its text ends with.
        kind: What it said.
        message_id: Its id on DS, when that is known.
    """

    reference: str
    kind: MessageKind
    message_id: str | None


_MAY_BE_SENT = (
    select(replies)
    .where(replies.c.kind == reply_json.MESSAGE)
    .where(replies.c.stage.in_((Stage.DONE, *UNCERTAIN)))
    .order_by(replies.c.number, replies.c.sending, replies.c.id)
)


def messages_sent(
    connection: Connection, demarche: int, *, numbers: Iterable[int] | None
) -> dict[int, tuple[MessageSent, ...]]:
    """Messages that were sent or may have been, by dossier number, the oldest first.

    Those of which a reference is left come first, in their order: whatever is in the outbox beside
    was sent after them.
    """
    left = select(sent_messages).filter_by(demarche=demarche)
    left = left.order_by(sent_messages.c.number, sent_messages.c.place)
    found: dict[int, dict[str, MessageSent]] = {}
    for row in _rows(connection, left, sent_messages.c.number, numbers):
        one = MessageSent(row.reference, row.kind, None, Outcome.DONE, row.message_id)
        found.setdefault(row.number, {})[row.reference] = one
    query = _MAY_BE_SENT.where(replies.c.demarche == demarche)
    for row in _rows(connection, query, replies.c.number, numbers):
        known = _known(row)
        found.setdefault(row.number, {})[known.reference] = known
    return {number: tuple(one.values()) for number, one in found.items()}


def keep(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    """Keep the references of what was sent to dossiers that are about to be erased."""
    query = _MAY_BE_SENT.where(replies.c.demarche == demarche)
    told: dict[int, list[SentBefore]] = {}
    for row in _rows(connection, query, replies.c.number, numbers):
        one = _known(row)
        told.setdefault(row.number, []).append(SentBefore(one.reference, one.kind, one.message_id))
    for number, messages in told.items():
        remember(connection, demarche, number, messages=messages)


def remember(
    connection: Connection, demarche: int, number: int, *, messages: Sequence[SentBefore]
) -> None:
    """Keep what is left of messages to one dossier, the oldest first."""
    here = select(func.max(sent_messages.c.place)).filter_by(demarche=demarche, number=number)
    last = connection.scalar(here) or 0
    connection.execute(
        upsert(connection, sent_messages, update=()),
        [
            {
                "demarche": demarche,
                "number": number,
                "reference": one.reference,
                "kind": one.kind,
                "place": last + place,
                "message_id": one.message_id,
            }
            for place, one in enumerate(messages, start=1)
        ],
    )


def _rows(
    connection: Connection, query: Any, column: Any, numbers: Iterable[int] | None
) -> list[Row[Any]]:
    if numbers is None:
        return list(connection.execute(query))
    return [
        row
        for chunk in in_chunks(sorted(set(numbers)))
        for row in connection.execute(query.where(column.in_(chunk)))
    ]


def _known(row: Row[Any]) -> MessageSent:
    reply = reply_json.decode(row.kind, row.payload)
    if not isinstance(reply, SendMessage):
        raise TypeError(f"reply {row.key} is stored as a message and is none")
    return MessageSent(
        reference=reply.reference,
        kind=reply.kind,
        items=reply.items,
        outcome=Outcome.DONE if row.stage == Stage.DONE else Outcome.UNKNOWN,
        message_id=row.message_id,
    )
