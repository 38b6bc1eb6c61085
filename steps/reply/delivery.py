"""Due replies go to DS; what became of each, and what DS shows since, is kept at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clients.errors import DsRefused, DsTokenRefused, DsUnavailable
from clients.writing.deliveries import Delivery, put_off, refused, refused_by
from clients.writing.writer import Pace
from mappings.dossier.shape import check_dossier
from steps.judge.reply_plans import planned_content
from steps.judge.situation_descriptions import follow_our_writes
from steps.read.keeping import row_of
from steps.reply.messages_on_ds import MessageAbsent, before_sending
from steps.wiring.failures import apart
from steps.wiring.observed import days_of_answers
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.repository import StoreMemory
from triage.replies.reply import (
    Annotate,
    Outcome,
    PassEnInstruction,
    Receipt,
    Reply,
    SendMessage,
    SetLabel,
)


def deliver(
    services: Connected, summary: Summary, replies: Sequence[Reply], *, pace: Pace
) -> frozenset[str]:
    """Write replies to DS: annotations and labels in batches, then the rest one by one.

    Each is marked as intended before it is sent, a batch at a time: a kill leaves at most one batch
    uncertain. What another run marked first is left to it. Before a message DS is asked for it: our
    memory may be older than what was sent.

    Args:
        services: What the run works with.
        summary: Where it is counted.
        replies: What is due.
        pace: Size of batches, and patience with DS, of all that the run delivers.

    Returns:
        Keys of what is due again, but not in this run: nothing that it can do would help.

    Raises:
        LockLost: This run is not alone on the démarche any more; what was delivered is kept.
        DsError: DS refused the token or does not answer; what was delivered is kept.
    """
    way = _Way(services, instructeur_id(services), outside=_outside(services), pace=pace)
    sent = 0
    later: set[str] = set()
    for batch in _batches(replies, pace=pace):
        services.store.require_alone(services.demarche)
        done: list[Delivery] = []
        try:
            for delivery in way.deliveries(batch):
                done.append(delivery)  # noqa: PERF402 (what came before an error is kept)
        finally:
            _keep(services, summary, done)
        later |= {one.reply.key for one in done if one.receipt.again or one.stopped}
        sent += len(batch)
        services.tell("Réponses à DS", sent, len(replies))
    return frozenset(later)


@dataclass(frozen=True, slots=True)
class _Way:
    """How replies go to DS.

    Attributes:
        services: What the run works with.
        instructeur: GraphQL id of the account that writes.
        outside: Dossiers where it may put labels only, and why.
        pace: Of the whole delivery.
    """

    services: Connected
    instructeur: str
    outside: Mapping[int, str]
    pace: Pace

    def deliveries(self, batch: Sequence[Reply]) -> Iterator[Delivery]:
        """Send what our instructeur may send and DS does not have, and say of the rest why not.

        What another run claims is left to it.
        """
        barred = [r for r in batch if r.number in self.outside and not isinstance(r, SetLabel)]
        yield from (refused(reply, self.outside[reply.number]) for reply in barred)
        due = []
        for reply in batch:
            if reply not in barred:
                found = (
                    self._found(reply) if isinstance(reply, SendMessage) else MessageAbsent.NEVER
                )
                if isinstance(found, Delivery):
                    yield found
                elif found is MessageAbsent.NEVER:
                    due.append(reply)
        services = self.services
        claimed = services.store.outbox.mark_intended(
            services.demarche, [reply.key for reply in due], at=now()
        )
        yield from services.writer.deliver(
            [reply for reply in due if reply.key in claimed],
            instructeur_id=self.instructeur,
            labels=_label_ids(services),
            pace=self.pace,
        )

    def _found(self, message: SendMessage) -> Delivery | MessageAbsent:
        """What became of a message that need not, or cannot, be sent now.

        Raises:
            DsUnavailable: DS does not answer, for one dossier after the other.
            DsTokenRefused: The token is refused.
        """
        try:
            found = before_sending(self.services, message)
        except DsTokenRefused:
            raise
        except DsRefused as error:
            return refused_by(message, error)
        except DsUnavailable as error:
            self.pace.lost.add(message.number)
            if self.pace.over:
                raise
            return put_off(message, error)
        if isinstance(found, MessageAbsent):
            return found
        return Delivery(message, Receipt(message.key, Outcome.DONE, message_id=found), sent=False)


def _label_ids(services: Connected) -> Mapping[str, str]:
    """Id of each label of the démarche, by its name and by what we call it."""
    ids = dict(services.store.demarches.state(services.demarche).labels or {})
    managed = services.form.policy.labels.managed
    there = services.form.mapping.labels_in(managed, ids.keys())
    return ids | {name: ids[their] for name, their in there.items()}


def _batches(replies: Sequence[Reply], *, pace: Pace) -> Iterator[list[Reply]]:
    """Annotations and labels of some dossiers at a time, then the other replies, one each."""
    states: dict[int, list[Reply]] = {}
    for reply in replies:
        if isinstance(reply, Annotate | SetLabel):
            states.setdefault(reply.number, []).append(reply)
    groups = list(states.values())
    while groups:
        some, groups = groups[: pace.size], groups[pace.size :]
        yield [reply for group in some for reply in group]
    for kind in (SendMessage, PassEnInstruction):
        for reply in replies:
            if isinstance(reply, kind):
                yield [reply]


def _keep(services: Connected, summary: Summary, done: Sequence[Delivery]) -> None:
    """Keep receipts, and the dossiers as DS shows them since, in one transaction."""
    demarche, days = services.demarche, days_of_answers(services)
    by_number: dict[int, list[Delivery]] = {}
    for delivery in done:
        by_number.setdefault(delivery.reply.number, []).append(delivery)

    def write(memory: StoreMemory) -> None:
        memory.outbox.record(demarche, [one.receipt for one in done], at=now())
        rows, before = [], {}
        for stored in memory.dossiers.iterate(demarche, numbers=by_number, pending=True):
            with apart(summary.set_aside, stored.number, "relu après écriture"):
                raw, before[stored.number] = stored.raw, stored.content_hash
                for delivery in by_number[stored.number]:
                    raw = delivery.patched(raw)
                check_dossier(raw)
                rows.append(row_of(raw, mapping=services.form.mapping, days=days))
        memory.dossiers.replace_raw(demarche, rows)
        own = {
            row.number: (before[row.number], row.content_hash)
            for row in rows
            if all(map(_as_planned, by_number[row.number]))
        }
        follow_our_writes(memory, demarche, own)
        contents = {
            n: (planned_content(was), planned_content(now)) for n, (was, now) in own.items()
        }
        memory.outbox.follow_our_writes(demarche, contents)

    services.store.together(write)
    for delivery in done:
        _count(summary, delivery)


def _as_planned(delivery: Delivery) -> bool:
    """Whether DS shows a state now as its plan wanted it: planning again would find nothing."""
    receipt, state = delivery.receipt, isinstance(delivery.reply, Annotate | SetLabel)
    return state and receipt.outcome is Outcome.DONE and not receipt.text


def _count(summary: Summary, delivery: Delivery) -> None:
    receipt, number = delivery.receipt, delivery.reply.number
    match delivery.reply:
        case Annotate() if receipt.written:
            summary.annotated.add(number)
        case SetLabel() if receipt.outcome is Outcome.DONE:
            summary.labelled.add(number)
        case SendMessage() if receipt.outcome is Outcome.DONE and delivery.sent:
            summary.messages += 1
        case _:
            pass
    if receipt.outcome is Outcome.UNKNOWN and not delivery.stopped:
        summary.unknown.add(number)
    elif receipt.text:
        summary.refused.append((number, receipt.text))


def _outside(services: Connected) -> Mapping[int, str]:
    """Dossiers of a groupe that our instructeur is not in, with the reason: labels only there."""
    state = services.store.demarches.state(services.demarche)
    wanted = services.inputs.replying.instructeur
    barred = {
        groupe["id"]: groupe["label"]
        for groupe in state.groupes or ()
        if not any(_is(member, wanted) for member in groupe["instructeurs"])
    }
    return {
        row.number: (
            f"L'instructeur UNC_INSTRUCTEUR n'est pas dans le groupe « {barred[row.groupe_id]} » :"
            " ajoutez-le à ce groupe sur DS. D'ici là, seuls les labels y sont tenus."
        )
        for row in (services.store.dossiers.light_rows(services.demarche) if barred else ())
        if row.groupe_id in barred
    }


def instructeur_id(services: Connected) -> str:
    """GraphQL id of the instructeur in whose name the bridge writes.

    Raises:
        DsRefused: No groupe of the démarche has this instructeur.
    """
    wanted = services.inputs.replying.instructeur
    groupes = services.store.demarches.state(services.demarche).groupes or ()
    for groupe in groupes:
        for member in groupe["instructeurs"]:
            if _is(member, wanted):
                return str(member["id"])
    raise DsRefused(
        f"UNC_INSTRUCTEUR : aucun groupe de la démarche {services.demarche} n'a l'instructeur"
        " indiqué. Ajoutez-le à chaque groupe instructeur sur DS, ou corrigez le réglage.",
        setting="UNC_INSTRUCTEUR",
    )


def _is(member: Mapping[str, str], wanted: str) -> bool:
    return wanted == member["id"] or wanted.lower() == member["email"].lower()
