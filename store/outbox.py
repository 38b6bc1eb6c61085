"""The outbox: replies that are due, and what became of them.

A message is an event: its key is sent at most once, whatever plans come after; once it is intended
it stays until its receipt. An annotation or a label is a state: its key may come back. So a plan
that differs from the last one *re-opens* a state reply that was done or refused, and a message
that was refused (DS said that it did not send it); a message that was done is never re-opened. The
same plan saved again re-opens nothing: what DS refused is not tried again until something changes.

A value that was sent and whose answer was lost may be ours: it is remembered as such from before
it is sent, even when a later plan drops the reply. Else a run that died would find its own value
and take it for a human's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, Table, select

from store import delivery, jsontext, plans, reply_json
from store.engine import Scope
from store.plans import Plan
from store.stages import OPEN, UNCERTAIN, Stage
from store.statements import in_chunks
from store.tables import conflicts, labels_added, replies, written_annotations
from triage.reply import Conflict, MessageSent, Outcome, Receipt, Reply, SendMessage

AnnotationValue: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply and what became of it.

    Attributes:
        reply: The reply.
        stage: How far it has come.
        planned_at: When it was planned, or re-opened (UTC).
        intended_at: When it was last about to be sent (UTC).
        sending: Its place among what was sent to this dossier, in order; a clock may go back.
        received_at: When its receipt came (UTC).
        text: Reason of a refusal, in French.
        message_id: Id of the message on DS.
    """

    reply: Reply
    stage: Stage
    planned_at: datetime
    intended_at: datetime | None
    sending: int | None
    received_at: datetime | None
    text: str
    message_id: str | None

    @property
    def maybe_sent(self) -> bool:
        """Whether DS may have it already: read before sending a message again."""
        return self.stage in UNCERTAIN


class Outbox:
    """Replies of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save_plans(self, demarche: int, new: Sequence[Plan], *, at: datetime) -> None:
        """Save what is due to dossiers that are in store, in place of their earlier plans.

        Open state replies and planned messages that a new plan does not have are dropped;
        a message that is intended or unknown never is. Conflicts become those of the plan.
        """
        with self._scope.write() as connection:
            plans.save_plans(connection, demarche, plans=new, at=at)

    def pending(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> tuple[StoredReply, ...]:
        """Replies without a final receipt, by dossier number, then in the order of the plan."""
        query = select(replies).filter_by(demarche=demarche).where(replies.c.stage.in_(OPEN))
        ordered = query.order_by(replies.c.number, replies.c.position, replies.c.id)
        return tuple(_stored(row) for row in self._rows(ordered, replies, numbers))

    def mark_intended(self, demarche: int, keys: Iterable[str], *, at: datetime) -> frozenset[str]:
        """Say, before sending, that replies are about to be sent.

        Returns:
            The keys to send. Not among them: a reply that has its final receipt, or is gone; a
            message or passage that was intended before, by a run that died or by another that
            sends it now. DS is read before it is planned again.
        """
        with self._scope.write() as connection:
            return delivery.mark_intended(connection, demarche, keys=keys, at=at)

    def plan_again(self, demarche: int, keys: Iterable[str]) -> None:
        """Say that replies that may have been sent were not: they follow the next plan."""
        with self._scope.write() as connection:
            delivery.plan_again(connection, demarche, keys=keys)

    def record(self, demarche: int, receipts: Sequence[Receipt], *, at: datetime) -> None:
        """Keep what became of replies, and with it what is ours on DS.

        Receipts of replies that are done, or of purged dossiers, change nothing.
        """
        with self._scope.write() as connection:
            delivery.record(connection, demarche, receipts=receipts, at=at)

    def recorded(
        self,
        demarche: int,
        *,
        numbers: Iterable[int] | None = None,
        stages: Sequence[Stage] = tuple(Stage),
    ) -> tuple[StoredReply, ...]:
        """Replies at these stages, by dossier number, in the order they were first planned."""
        query = select(replies).filter_by(demarche=demarche).where(replies.c.stage.in_(stages))
        ordered = query.order_by(replies.c.number, replies.c.id)
        return tuple(_stored(row) for row in self._rows(ordered, replies, numbers))

    def remarks(self, demarche: int) -> tuple[StoredReply, ...]:
        """Replies of which something was not done, though DS took them, by dossier number."""
        query = select(replies).filter_by(demarche=demarche, stage=Stage.DONE)
        ordered = query.where(replies.c.text != "").order_by(replies.c.number, replies.c.id)
        return tuple(_stored(row) for row in self._rows(ordered, replies, None))

    def conflicts(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> tuple[Conflict, ...]:
        """Annotations that humans hold now, by dossier number and name."""
        query = select(
            conflicts.c.number, conflicts.c.annotation, conflicts.c.wanted, conflicts.c.found
        ).filter_by(demarche=demarche)
        ordered = query.order_by(conflicts.c.number, conflicts.c.annotation)
        rows = self._rows(ordered, conflicts, numbers)
        return tuple(Conflict(row.number, row.annotation, row.wanted, row.found) for row in rows)

    def written_annotations(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, dict[str, tuple[AnnotationValue, ...]]]:
        """Values that are ours, by dossier number and annotation name.

        Returns:
            For each annotation the last value that DS confirmed, if any, then those sent since
            whose answer was lost. What DS shows is ours when it is any of them.
        """
        query = select(written_annotations).filter_by(demarche=demarche)
        found: dict[int, dict[str, tuple[AnnotationValue, ...]]] = {}
        for row in self._rows(query, written_annotations, numbers):
            confirmed = [] if row.confirmed is None else [row.confirmed]
            texts = confirmed + jsontext.load(row.unconfirmed)
            if texts:
                values = tuple(jsontext.load(text) for text in texts)
                found.setdefault(row.number, {})[row.name] = values
        return found

    def labels_added(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, frozenset[str]]:
        """Labels that we added and did not remove, by dossier number."""
        query = select(labels_added.c.number, labels_added.c.name).filter_by(demarche=demarche)
        found: dict[int, set[str]] = {}
        for row in self._rows(query, labels_added, numbers):
            found.setdefault(row.number, set()).add(row.name)
        return {number: frozenset(names) for number, names in found.items()}

    def messages_sent(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, tuple[MessageSent, ...]]:
        """Messages that were sent or may have been, by dossier number, the oldest first.

        One that is intended counts as unknown; one that DS refused was not sent.
        """
        query = (
            select(replies)
            .filter_by(demarche=demarche, kind=reply_json.MESSAGE)
            .where(replies.c.stage.in_((Stage.DONE, *UNCERTAIN)))
            .order_by(replies.c.number, replies.c.sending, replies.c.id)
        )
        found: dict[int, tuple[MessageSent, ...]] = {}
        for row in self._rows(query, replies, numbers):
            found[row.number] = (*found.get(row.number, ()), _sent(row))
        return found

    def _rows(
        self, query: Select[Any], table: Table, numbers: Iterable[int] | None
    ) -> list[Row[Any]]:
        with self._scope.read() as connection:
            if numbers is None:
                return list(connection.execute(query))
            return [
                row
                for chunk in in_chunks(sorted(set(numbers)))
                for row in connection.execute(query.where(table.c.number.in_(chunk)))
            ]


def _stored(row: Row[Any]) -> StoredReply:
    return StoredReply(
        reply=reply_json.decode(row.kind, row.payload),
        stage=Stage(row.stage),
        planned_at=row.planned_at,
        intended_at=row.intended_at,
        sending=row.sending,
        received_at=row.received_at,
        text=row.text,
        message_id=row.message_id,
    )


def _sent(row: Row[Any]) -> MessageSent:
    reply = reply_json.decode(row.kind, row.payload)
    if not isinstance(reply, SendMessage):
        raise TypeError(f"reply {row.key} is stored as a message and is none")
    return MessageSent(
        key=reply.key,
        kind=reply.kind,
        items=reply.items,
        sent_at=row.intended_at or row.received_at,
        outcome=Outcome.DONE if row.stage == Stage.DONE else Outcome.UNKNOWN,
    )
