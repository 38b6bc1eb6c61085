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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, Select, Table, func, select

from store.database.engine import Scope
from store.database.statements import in_chunks
from store.database.tables import conflicts, replies
from store.outbox import delivery, ours, plans, reply_json, sent
from store.outbox.plans import DuePlan
from store.outbox.sent import SentBefore
from store.outbox.stages import OPEN, UNCERTAIN, Stage
from triage.replies.reply import Conflict, MessageSent, Receipt, Reply


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


@dataclass(frozen=True, slots=True)
class OursThere:
    """What is ours on one dossier.

    Attributes:
        annotations: Values of each annotation that are ours, in canonical form: the last that DS
            confirmed, and those sent since whose answer was lost.
        confirmed: The last of them that DS confirmed, where nothing was sent since.
        labels: Labels that we added and did not take off.
        uncertain_labels: Labels whose last change was sent, and whose answer was lost.
    """

    annotations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    uncertain_labels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, places: Mapping[ours.Place, ours.Ours]) -> Self:
        """What some places hold."""
        labels = {name: here for (kind, name), here in places.items() if kind == ours.LABEL}
        annotations = {
            name: here for (kind, name), here in places.items() if kind == ours.ANNOTATION
        }
        return cls(
            annotations={name: here.values for name, here in annotations.items()},
            confirmed={
                name: here.confirmed
                for name, here in annotations.items()
                if here.confirmed is not None and not here.unconfirmed
            },
            labels=frozenset(name for name, here in labels.items() if ours.THERE in here.values),
            uncertain_labels=frozenset(name for name, here in labels.items() if here.unconfirmed),
        )


class Outbox:
    """Replies of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save_plans(self, demarche: int, new: Sequence[DuePlan], *, at: datetime) -> None:
        """Save what is due to dossiers that are in store, in place of their earlier plans.

        Open state replies and planned messages that a new plan does not have are dropped;
        a message that is intended or unknown never is. Conflicts become those of the plan.
        """
        with self._scope.write() as connection:
            plans.save_plans(connection, demarche, plans=new, at=at)

    def follow_our_writes(self, demarche: int, contents: Mapping[int, tuple[str, str]]) -> None:
        """Let plans stand that were made of dossiers as they were before our own writes.

        Those of which something is still due, or was refused, are made anew.

        Args:
            demarche: Number of the démarche.
            contents: What each plan was made of, and is now of, by dossier number.
        """
        with self._scope.write() as connection:
            plans.follow_our_writes(connection, demarche, contents)

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

    def waiting(self, demarche: int) -> int:
        """How many replies are without a final receipt."""
        query = select(func.count()).select_from(replies).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return connection.scalar(query.where(replies.c.stage.in_(OPEN))) or 0

    def put_off(self, demarche: int) -> tuple[StoredReply, ...]:
        """Replies without a final receipt that failed before, with why, by dossier number."""
        query = select(replies).filter_by(demarche=demarche).where(replies.c.stage.in_(OPEN))
        ordered = query.where(replies.c.text != "").order_by(replies.c.number, replies.c.id)
        return tuple(_stored(row) for row in self._rows(ordered, replies, None))

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

    def ours(self, demarche: int, *, numbers: Iterable[int] | None = None) -> dict[int, OursThere]:
        """What is ours on DS, by dossier number."""
        with self._scope.read() as connection:
            held = ours.read(connection, demarche, numbers)
        return {number: OursThere.of(places) for number, places in held.items()}

    def messages_sent(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, tuple[MessageSent, ...]]:
        """Messages that were sent or may have been, by dossier number, the oldest first.

        One that is intended counts as unknown; one that DS refused was not sent.
        """
        with self._scope.read() as connection:
            return sent.messages_sent(connection, demarche, numbers=numbers)

    def recall(self, demarche: int, number: int, *, messages: Sequence[SentBefore]) -> None:
        """Remember messages that DS shows and that memory lacks; the plan is due anew.

        Args:
            demarche: Number of the démarche.
            number: Dossier.
            messages: All of ours that its conversation shows, the oldest first.
        """
        with self._scope.write() as connection:
            sent.remember(connection, demarche, number, messages=messages)
            delivery.due_again(connection, demarche, numbers=[number])

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
