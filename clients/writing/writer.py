"""Delivers replies: annotations and labels in batches, then messages, alone and never twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from clients.capabilities import capabilities_of
from clients.errors import (
    DsError,
    DsRateLimited,
    DsRefused,
    DsTimeout,
    DsTokenRefused,
    DsUnavailable,
)
from clients.transport import DsTransport, Retry
from clients.writing.acts import DsActs
from clients.writing.batches import (
    StateReply,
    WriteContext,
    batch_document,
    batch_variables,
    mutations_of,
)
from clients.writing.deliveries import Delivery, lost, read_delivery, refused_by
from clients.writing.messages import is_hidden, send_message
from triage.replies.reply import (
    Annotate,
    Outcome,
    PassEnInstruction,
    Receipt,
    Reply,
    SendMessage,
    SetLabel,
)

DOSSIERS_PER_BATCH = 25

FAILURES_IN_A_ROW = 3
"""Lost answers one after the other before the delivery stops: DS is down, not one dossier."""


@dataclass(slots=True)
class Pace:
    """Batch size and lost answers of a delivery, kept across calls.

    Attributes:
        size: Dossiers in a batch; halved for good when DS finds that too heavy.
        lost: Dossiers whose answers were lost, in a row: one that is tried again counts once.
    """

    size: int = DOSSIERS_PER_BATCH
    lost: set[int] = field(default_factory=set)

    def watch(self, delivery: Delivery) -> Delivery:
        """Count what became of one delivery."""
        if delivery.receipt.outcome is Outcome.UNKNOWN:
            self.lost.add(delivery.reply.number)
        else:
            self.lost.clear()
        return delivery

    @property
    def over(self) -> bool:
        """Whether too many were lost in a row."""
        return len(self.lost) >= FAILURES_IN_A_ROW


@dataclass(frozen=True, slots=True)
class DsWriter:
    """Writes to one instance of DS with one token.

    Attributes:
        transport: The way to DS.
    """

    transport: DsTransport

    def deliver(
        self,
        replies: Sequence[Reply],
        *,
        instructeur_id: str,
        labels: Mapping[str, str],
        pace: Pace | None = None,
    ) -> Iterator[Delivery]:
        """Write replies to DS and yield what became of each, as soon as it is known.

        Annotations and labels go first, many dossiers in one request; they are states, written
        again without harm after a failure. Messages go last, one request each, sent once: a lost
        answer is ``unknown``, for :meth:`clients.reading.reader.DsReader.message_bodies` to close.
        Dossiers are passed en instruction after that, one request each.

        Args:
            replies: What is due.
            instructeur_id: GraphQL id of the account that writes.
            labels: Name of a label → its id.
            pace: Of the delivery that this call is a part of; one of its own by default.

        Raises:
            DsUnavailable: DS is down. No message was sent but those yielded; annotations and
                labels of the request under way may be written.
            DsTokenRefused: The token is refused; nothing was written but what was yielded.
        """
        context = WriteContext(instructeur_id, labels, capabilities_of(self.transport))
        states = [reply for reply in replies if isinstance(reply, Annotate | SetLabel)]
        pace = pace or Pace()
        yield from self._states(states, context=context, pace=pace)
        for reply in replies:
            if isinstance(reply, SendMessage):
                yield pace.watch(send_message(self.transport, reply, context=context))
                _require_patience(pace, "envois de messages")
        for reply in replies:
            if isinstance(reply, PassEnInstruction):
                yield pace.watch(self._pass(reply, instructeur_id=instructeur_id))
                _require_patience(pace, "passages en instruction")

    def _pass(self, reply: PassEnInstruction, *, instructeur_id: str) -> Delivery:
        act = DsActs(self.transport, instructeur_id).passer_en_instruction(reply.dossier_id)
        again = act.missing or (
            act.outcome is Outcome.REFUSED and is_hidden(self.transport, reply.number)
        )
        receipt = Receipt(reply.key, act.outcome, act.text, again=again)
        return Delivery(reply, receipt, fields=act.fields, stopped=act.stopped)

    def _states(
        self, replies: Sequence[StateReply], *, context: WriteContext, pace: Pace
    ) -> Iterator[Delivery]:
        queue = _by_dossier(replies)
        while queue:
            size = pace.size
            batch = list(chain.from_iterable(queue[:size]))
            deliveries: Iterable[Delivery]
            try:
                deliveries = self._batch(batch, context=context, retry=Retry.ONCE)
            except (DsTokenRefused, DsRateLimited):
                raise
            except DsError as error:
                others = {reply.number for reply in batch} - pace.lost
                if pace.over and others and isinstance(error, DsUnavailable):
                    raise
                heavy = isinstance(error, DsTimeout)
                if heavy and size > 1 and len(queue) > 1:
                    pace.size = min(size, len(queue)) // 2
                    continue
                deliveries = self._apart(queue[:size], context=context)
            told: set[int] = set()
            for delivery in deliveries:
                yield pace.watch(delivery)
                told.add(delivery.reply.number)
                if pace.over:
                    left = [group for group in queue if group[0].number not in told]
                    if left:
                        self._require_answers(left[:size], context=context, lost=delivery)
                        pace.lost.clear()
            queue = queue[size:]

    def _require_answers(
        self, groups: Sequence[Sequence[StateReply]], *, context: WriteContext, lost: Delivery
    ) -> None:
        """Pass if it is some dossiers that cannot be written, and not all: what is left tells.

        What is written here is written again in its turn, without harm.

        Raises:
            DsUnavailable: DS, or what stands before it, takes nothing.
        """
        try:
            self._batch(list(chain.from_iterable(groups)), context=context, retry=Retry.NEVER)
        except DsUnavailable as error:
            raise DsUnavailable(
                f"DS ne répond plus aux écritures : arrêt. {lost.receipt.text}"
            ) from error

    def _apart(
        self, groups: Sequence[Sequence[StateReply]], *, context: WriteContext
    ) -> Iterator[Delivery]:
        """Write dossiers that failed together, halving until the failure is alone."""
        if len(groups) == 1:
            for reply in groups[0]:
                yield self._alone(reply, context=context)
            return
        middle = len(groups) // 2
        for half in (groups[:middle], groups[middle:]):
            batch = list(chain.from_iterable(half))
            deliveries: Iterable[Delivery]
            try:
                deliveries = self._batch(batch, context=context, retry=Retry.NEVER)
            except (DsTokenRefused, DsRateLimited):
                raise
            except DsError:
                deliveries = self._apart(half, context=context)
            yield from deliveries

    def _alone(self, reply: StateReply, *, context: WriteContext) -> Delivery:
        try:
            return self._batch([reply], context=context, retry=Retry.ALL)[0]
        except (DsTokenRefused, DsRateLimited):
            raise
        except DsRefused as error:
            return refused_by(reply, error)
        except DsUnavailable as error:
            return lost(reply, error)

    def _batch(
        self, replies: Sequence[StateReply], *, context: WriteContext, retry: Retry
    ) -> list[Delivery]:
        plans = [(reply, *mutations_of(reply, context)) for reply in replies]
        mutations = list(chain.from_iterable(plan[1] for plan in plans))
        data = {}
        if mutations:
            document = batch_document(mutations, without=context.capabilities.without)
            data = self.transport.execute(document, batch_variables(mutations), retry=retry)
        answers = iter([(one, data.get(f"m{i}") or {}) for i, one in enumerate(mutations)])
        return [
            read_delivery(reply, [next(answers) for _ in sent], refusals=refusals)
            for reply, sent, refusals in plans
        ]


def _require_patience(pace: Pace, what: str) -> None:
    """Go on as long as answers come.

    Raises:
        DsUnavailable: Too many in a row were lost: it is not one dossier.
    """
    if pace.over:
        raise DsUnavailable(f"DS ne répond plus aux {what} : arrêt jusqu'au prochain passage.")


def _by_dossier(replies: Sequence[StateReply]) -> list[list[StateReply]]:
    """Put the replies of each dossier together, in the order of their first one."""
    groups: dict[int, list[StateReply]] = {}
    for reply in replies:
        groups.setdefault(reply.number, []).append(reply)
    return list(groups.values())
