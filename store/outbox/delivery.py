"""Before and after a reply is sent: what is uncertain, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, update

from store.database.settling import unsettle
from store.database.statements import in_chunks
from store.database.tables import plans, replies
from store.outbox import ours, reply_json
from store.outbox.stages import UNCERTAIN, Stage
from triage.replies.reply import Receipt

_IS_PLANNED = replies.c.stage == Stage.PLANNED
_IS_A_STATE = replies.c.kind.not_in(reply_json.EVENTS)

_before = replies.alias()
_NEXT = (
    select(func.coalesce(func.max(_before.c.sending), 0) + 1)
    .where(_before.c.demarche == replies.c.demarche, _before.c.number == replies.c.number)
    .scalar_subquery()
)
"""Place of a sending among those of its dossier: a clock may go back."""


def mark_intended(
    connection: Connection, demarche: int, *, keys: Iterable[str], at: datetime
) -> frozenset[str]:
    """Say that open replies are about to be sent; answer which of the keys are ours to send.

    The stage is compared and set in one statement: of two runs that want to send the same event,
    one has its key. A state that may have been sent is won again, since writing it twice is
    writing it once; an event that may have been sent is nobody's until DS was read.
    """
    claim = (
        update(replies)
        .filter_by(demarche=demarche)
        .where(or_(_IS_PLANNED, and_(replies.c.stage.in_(UNCERTAIN), _IS_A_STATE)))
        .values(
            stage=Stage.INTENDED,
            intended_at=at,
            sending=_NEXT,
            received_at=None,
            text="",
            message_id=None,
        )
        .returning(replies)
    )
    rows = [
        row
        for chunk in in_chunks(sorted(set(keys)))
        for row in connection.execute(claim.where(replies.c.key.in_(chunk)))
    ]
    if not rows:
        return frozenset()
    rows.sort(key=lambda row: int(row.id))
    held = ours.read(connection, demarche, {row.number for row in rows})
    for row in rows:
        ours.may_be(held, reply_json.decode(row.kind, row.payload))
    ours.save(connection, demarche, held)
    return frozenset(row.key for row in rows)


def plan_again(connection: Connection, demarche: int, *, keys: Iterable[str]) -> None:
    """Say that uncertain replies were surely not sent: they are as if only planned.

    The plans of their dossiers are due again: something else may be wanted by now. Why the answer
    was lost is kept: what failed before is not tried first.
    """
    again = (
        update(replies)
        .filter_by(demarche=demarche)
        .where(replies.c.stage.in_(UNCERTAIN))
        .values(
            stage=Stage.PLANNED,
            intended_at=None,
            sending=None,
            received_at=None,
            message_id=None,
        )
        .returning(replies.c.number)
    )
    numbers = {
        number
        for chunk in in_chunks(sorted(set(keys)))
        for number in connection.scalars(again.where(replies.c.key.in_(chunk)))
    }
    due_again(connection, demarche, numbers=numbers)


def due_again(connection: Connection, demarche: int, *, numbers: Iterable[int]) -> None:
    """Forget the plans of dossiers: they are made anew by the next judging."""
    for chunk in in_chunks(sorted(numbers)):
        here = delete(plans).filter_by(demarche=demarche)
        connection.execute(here.where(plans.c.number.in_(chunk)))
        unsettle(connection, demarche, chunk)


def record(
    connection: Connection, demarche: int, *, receipts: Sequence[Receipt], at: datetime
) -> None:
    """Keep what became of replies; those that are done already, or purged, are left alone."""
    by_key = {receipt.key: receipt for receipt in receipts}
    rows = [row for row in _by_key(connection, demarche, by_key) if row.stage != Stage.DONE]
    if not rows:
        return
    connection.execute(_RECEIVE, [_received(row, by_key[row.key], at) for row in rows])
    held = ours.read(connection, demarche, {row.number for row in rows})
    for row in rows:
        ours.settle(held, reply_json.decode(row.kind, row.payload), by_key[row.key])
    ours.save(connection, demarche, held)


_RECEIVED = ("stage", "intended_at", "sending", "received_at", "text", "message_id")
_RECEIVE = (
    update(replies)
    .where(replies.c.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=replies.c[name].type) for name in _RECEIVED})
)


def _received(row: Row[Any], receipt: Receipt, at: datetime) -> dict[str, Any]:
    if receipt.again:
        nothing = dict.fromkeys(_RECEIVED)
        return nothing | {"of_id": row.id, "stage": Stage.PLANNED, "text": receipt.text}
    return {
        "of_id": row.id,
        "stage": Stage(receipt.outcome.value),
        "intended_at": row.intended_at,
        "sending": row.sending,
        "received_at": at,
        "text": receipt.text,
        "message_id": receipt.message_id,
    }


def _by_key(connection: Connection, demarche: int, keys: Iterable[str]) -> list[Row[Any]]:
    # Held until the transaction ends: two runs that met cannot undo what the other recorded.
    query = select(replies).filter_by(demarche=demarche).order_by(replies.c.id).with_for_update()
    return [
        row
        for chunk in in_chunks(keys)
        for row in connection.execute(query.where(replies.c.key.in_(chunk)))
    ]
