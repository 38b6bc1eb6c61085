"""Apply: replies that are due go to DS; what became of them, and what DS shows since, is kept."""

from collections.abc import Iterator, Sequence

from clients.deliveries import Delivery
from clients.errors import DsRefused
from flows.judge import judge
from flows.poll import row_of
from flows.services import Connected, Services, now
from flows.summary import Summary
from store.outbox import StoredReply
from triage.reply import Annotate, Outcome, Receipt, Reply, SendMessage, SetLabel

ROUNDS = 3
"""A reply can make another one due (the last request, then « À relancer »): never more rounds."""


def respond(services: Connected, summary: Summary) -> None:
    """Deliver what is due until nothing more is, lost answers first.

    Raises:
        DsError: DS refused the token, or does not answer: what was delivered is kept.
    """
    left = services.settings.messages_per_run
    for _ in range(ROUNDS):
        judge(services, summary)
        open_replies = services.store.outbox.pending(services.demarche)
        sendable = _sendable(open_replies, left=left)
        if not sendable:
            return
        before = summary.messages
        _deliver(services, summary, sendable)
        left -= summary.messages - before


def due_replies(services: Services) -> tuple[Reply, ...]:
    """What would be sent now, in the order of delivery; nothing is sent."""
    return tuple(stored.reply for stored in services.store.outbox.pending(services.demarche))


def _sendable(open_replies: Sequence[StoredReply], *, left: int) -> list[StoredReply]:
    """Every annotation and label, and as many messages as the run may still send."""
    states = [one for one in open_replies if not isinstance(one.reply, SendMessage)]
    messages = [one for one in open_replies if isinstance(one.reply, SendMessage)]
    lost = [one for one in messages if one.maybe_sent]
    planned = [one for one in messages if not one.maybe_sent]
    return [*states, *lost, *planned[: max(0, left - len(lost))]]


def _deliver(services: Connected, summary: Summary, chosen: Sequence[StoredReply]) -> None:
    store, demarche = services.store, services.demarche
    to_send = [one.reply for one in chosen if not _closed_by_reading(services, summary, one)]
    instructeur = instructeur_id(services)
    labels = dict(store.demarches.state(demarche).labels or {})
    sent = 0
    for batch in _batches(to_send, size=services.settings.batch_size):
        keys = store.outbox.mark_intended(demarche, [reply.key for reply in batch], at=now())
        deliveries = services.writer.deliver(
            [reply for reply in batch if reply.key in keys],
            instructeur_id=instructeur,
            labels=labels,
            batch_size=services.settings.batch_size,
        )
        for delivery in deliveries:
            _keep(services, summary, delivery)
        sent += len(batch)
        services.tell("Réponses à DS", sent, len(to_send))


def _batches(replies: Sequence[Reply], *, size: int) -> Iterator[list[Reply]]:
    """Annotations and labels of ``size`` dossiers at a time, then messages one by one.

    A batch is marked as intended before it is sent: a kill leaves at most one batch uncertain.
    """
    states: dict[int, list[Reply]] = {}
    for reply in replies:
        if not isinstance(reply, SendMessage):
            states.setdefault(reply.number, []).append(reply)
    groups = list(states.values())
    for start in range(0, len(groups), size):
        yield [reply for group in groups[start : start + size] for reply in group]
    for reply in replies:
        if isinstance(reply, SendMessage):
            yield [reply]


def _closed_by_reading(services: Connected, summary: Summary, stored: StoredReply) -> bool:
    """Whether a message whose answer was lost is found on DS: then it was sent, once."""
    if not isinstance(stored.reply, SendMessage) or not stored.maybe_sent:
        return False
    found = services.reader.find_message(stored.reply.number, reference=stored.reply.reference)
    if found is None:
        return False
    receipt = Receipt(stored.reply.key, Outcome.DONE, message_id=found)
    services.store.outbox.record(services.demarche, [receipt], at=now())
    summary.messages += 1
    return True


def _keep(services: Connected, summary: Summary, delivery: Delivery) -> None:
    """Keep the receipt, and the dossier as DS shows it since, in one transaction."""
    demarche, number = services.demarche, delivery.reply.number
    with services.store.transaction() as memory:
        memory.outbox.record(demarche, [delivery.receipt], at=now())
        stored = memory.dossiers.get(demarche, number)
        if stored is not None:
            memory.dossiers.replace_raw(demarche, [row_of(delivery.patched(stored.raw))])
    _count(summary, delivery)


def _count(summary: Summary, delivery: Delivery) -> None:
    receipt, number = delivery.receipt, delivery.reply.number
    match delivery.reply:
        case Annotate() if receipt.written:
            summary.annotated.add(number)
        case SetLabel() if receipt.outcome is Outcome.DONE:
            summary.labelled.add(number)
        case SendMessage() if receipt.outcome is Outcome.DONE:
            summary.messages += 1
        case _:
            pass
    match receipt.outcome:
        case Outcome.REFUSED:
            summary.refused.append((number, receipt.text))
        case Outcome.UNKNOWN:
            summary.unknown.add(number)
        case Outcome.DONE:
            pass


def instructeur_id(services: Connected) -> str:
    """GraphQL id of the instructeur in whose name the bridge writes.

    Raises:
        DsRefused: No groupe of the démarche has this instructeur.
    """
    wanted = services.settings.instructeur_name().strip()
    groupes = services.store.demarches.state(services.demarche).groupes or ()
    for groupe in groupes:
        for member in groupe["instructeurs"]:
            if wanted == member["id"] or wanted.lower() == member["email"].lower():
                return str(member["id"])
    raise DsRefused(
        f"UNC_INSTRUCTEUR : aucun groupe de la démarche {services.demarche} n'a l'instructeur"
        " indiqué. Ajoutez-le à chaque groupe instructeur sur DS, ou corrigez le réglage.",
        setting="UNC_INSTRUCTEUR",
    )
