"""Before and after a reply is sent: what is uncertain, and what is known to be ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, update

from store import jsontext, reply_json
from store.stages import UNCERTAIN, Stage
from store.statements import in_chunks, upsert
from store.tables import dossiers, labels_added, replies, written_annotations
from triage.reply import (
    Annotate,
    Outcome,
    PassEnInstruction,
    Receipt,
    SendMessage,
    SetLabel,
)

_IS_PLANNED = replies.c.stage == Stage.PLANNED
_IS_A_STATE = replies.c.kind.not_in(reply_json.EVENTS)

_before = replies.alias()
_NEXT = (
    select(func.coalesce(func.max(_before.c.sending), 0) + 1)
    .where(_before.c.demarche == replies.c.demarche, _before.c.number == replies.c.number)
    .scalar_subquery()
)
"""Place of a sending among those of its dossier: a clock may go back."""

Place = tuple[int, str]
"""Dossier number and annotation name."""


@dataclass(slots=True)
class Ours:
    """What we wrote in one annotation.

    Attributes:
        confirmed: JSON of the last value that DS confirmed.
        unconfirmed: JSON of values sent since then whose answer is not known, in order.
    """

    confirmed: str | None = None
    unconfirmed: list[str] = field(default_factory=list)


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
    ours = _ours(connection, demarche, rows)
    labels = []
    for row in rows:
        match reply_json.decode(row.kind, row.payload):
            case Annotate() as reply:
                for change in reply.changes:
                    _may_be_ours(ours[row.number, change.name], jsontext.dump(change.value))
            case SetLabel(present=True) as reply:
                # Known as ours before it is sent: a run that dies must be able to remove it.
                labels.append(_label(demarche, reply, at))
            case SetLabel() | SendMessage() | PassEnInstruction():
                pass
            case other:
                assert_never(other)
    _save_ours(connection, demarche, ours)
    if labels:
        connection.execute(upsert(connection, labels_added, update=()), labels)
    return frozenset(row.key for row in rows)


def plan_again(connection: Connection, demarche: int, *, keys: Iterable[str]) -> None:
    """Say that uncertain replies were surely not sent: they are as if only planned.

    The plans of their dossiers are due again: something else may be wanted by now.
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
            text="",
            message_id=None,
        )
        .returning(replies.c.number)
    )
    numbers = {
        number
        for chunk in in_chunks(sorted(set(keys)))
        for number in connection.scalars(again.where(replies.c.key.in_(chunk)))
    }
    for chunk in in_chunks(sorted(numbers)):
        due = update(dossiers).filter_by(demarche=demarche).where(dossiers.c.number.in_(chunk))
        connection.execute(due.values(planned_key=None))


def record(
    connection: Connection, demarche: int, *, receipts: Sequence[Receipt], at: datetime
) -> None:
    """Keep what became of replies; those that are done already, or purged, are left alone."""
    by_key = {receipt.key: receipt for receipt in receipts}
    rows = [row for row in _by_key(connection, demarche, by_key) if row.stage != Stage.DONE]
    if not rows:
        return
    connection.execute(_RECEIVE, [_received(row, by_key[row.key], at) for row in rows])
    ours = _ours(connection, demarche, rows)
    for row in rows:
        receipt = by_key[row.key]
        match reply_json.decode(row.kind, row.payload):
            case Annotate() as reply:
                _settle(ours, reply, receipt)
            case SetLabel() as reply:
                _settle_label(connection, _label(demarche, reply, at), reply, receipt.outcome)
            case SendMessage() | PassEnInstruction():
                pass
            case other:
                assert_never(other)
    _save_ours(connection, demarche, ours)


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


def _settle(ours: dict[Place, Ours], reply: Annotate, receipt: Receipt) -> None:
    for change in reply.changes:
        place = ours[reply.number, change.name]
        value = jsontext.dump(change.value)
        # DS names what it wrote; an answer "done" that names nothing is about all of it.
        whole = receipt.outcome is Outcome.DONE and not receipt.written
        if whole or change.name in receipt.written:
            place.confirmed, place.unconfirmed = value, []
        elif receipt.outcome is not Outcome.UNKNOWN and value in place.unconfirmed:
            place.unconfirmed.remove(value)


def _may_be_ours(place: Ours, value: str) -> None:
    if value != place.confirmed and value not in place.unconfirmed:
        place.unconfirmed.append(value)


def _settle_label(
    connection: Connection, label: dict[str, Any], reply: SetLabel, outcome: Outcome
) -> None:
    if outcome is Outcome.UNKNOWN:
        return
    if reply.present and outcome is Outcome.DONE:
        connection.execute(upsert(connection, labels_added, update=()), label)
    elif reply.present or outcome is Outcome.DONE:
        here = {name: label[name] for name in ("demarche", "number", "name")}
        connection.execute(delete(labels_added).filter_by(**here))


def _label(demarche: int, reply: SetLabel, at: datetime) -> dict[str, Any]:
    return {"demarche": demarche, "number": reply.number, "name": reply.name, "added_at": at}


def _by_key(connection: Connection, demarche: int, keys: Iterable[str]) -> list[Row[Any]]:
    # Held until the transaction ends: two runs that met cannot undo what the other recorded.
    query = select(replies).filter_by(demarche=demarche).order_by(replies.c.id).with_for_update()
    return [
        row
        for chunk in in_chunks(keys)
        for row in connection.execute(query.where(replies.c.key.in_(chunk)))
    ]


def _ours(connection: Connection, demarche: int, rows: Sequence[Row[Any]]) -> dict[Place, Ours]:
    ours: dict[Place, Ours] = {}
    numbers = sorted({row.number for row in rows if row.kind == reply_json.ANNOTATE})
    query = select(written_annotations).filter_by(demarche=demarche)
    for chunk in in_chunks(numbers):
        for row in connection.execute(query.where(written_annotations.c.number.in_(chunk))):
            ours[row.number, row.name] = Ours(row.confirmed, jsontext.load(row.unconfirmed))
    for row in rows:
        if row.kind == reply_json.ANNOTATE:
            for change in jsontext.load(row.payload)["changes"]:
                ours.setdefault((row.number, change["name"]), Ours())
    return ours


def _save_ours(connection: Connection, demarche: int, ours: dict[Place, Ours]) -> None:
    if not ours:
        return
    connection.execute(
        upsert(connection, written_annotations, update=["confirmed", "unconfirmed"]),
        [
            {
                "demarche": demarche,
                "number": number,
                "name": name,
                "confirmed": place.confirmed,
                "unconfirmed": jsontext.dump(place.unconfirmed),
            }
            for (number, name), place in ours.items()
        ],
    )
