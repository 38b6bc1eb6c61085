"""Apply: replies that are due go to DS, until nothing more is."""

from collections.abc import Sequence

from flows.delivery import deliver
from flows.description import refresh_form
from flows.judge import judge
from flows.lost_answers import EVENTS, close_lost_answers
from flows.services import Connected, Services, now
from flows.summary import Summary
from store.stages import Stage
from triage.reply import Reply, SendMessage

ROUNDS = 3
"""A reply can make another one due (the last request, then « À relancer »): never more rounds."""


def respond(services: Connected, summary: Summary) -> None:
    """Deliver what is due until nothing more is, lost answers first.

    Raises:
        DsError: DS refused the token, or does not answer: what was delivered is kept.
    """
    _remember_channel(services)
    close_lost_answers(services, summary, wait=True)
    judge(services, summary)
    if _something_depends_on_the_form(services):
        refresh_form(services, summary)
        judge(services, summary)
    left = services.settings.messages_per_run
    for _ in range(ROUNDS):
        replies = _sendable(due_replies(services), left=left)
        if not replies:
            break
        left -= sum(isinstance(reply, SendMessage) for reply in replies)
        deliver(services, summary, replies)
        close_lost_answers(services, summary, wait=False)
        judge(services, summary)
    refused = services.store.outbox.recorded(services.demarche, stages=[Stage.REFUSED])
    summary.still_refused = {one.reply.number for one in refused}


def due_replies(services: Services) -> tuple[Reply, ...]:
    """What would be sent now, in the order of delivery; nothing is sent.

    Dossiers that were hidden wait: they may come back. So do those in quarantine: what was planned
    for them may be false by now, and is planned again once DS serves them. A message or a passage
    whose answer was lost waits for DS to be read.
    """
    present = services.store.dossiers.known_numbers(services.demarche)
    present -= services.store.quarantine.numbers(services.demarche)
    return tuple(
        stored.reply
        for stored in services.store.outbox.pending(services.demarche)
        if stored.reply.number in present
        and not (stored.maybe_sent and isinstance(stored.reply, EVENTS))
    )


def _remember_channel(services: Connected) -> None:
    """Note when the channel to declarants goes on: what was deposited before is never mailed."""
    demarches = services.store.demarches
    if services.settings.declarant_channel != "off":
        demarches.channel_switched_on(services.demarche, at=now())
    else:
        demarches.channel_switched_off(services.demarche)


def _something_depends_on_the_form(services: Connected) -> bool:
    """Whether labels and groupes matter now: something is due, or lacked one of them before."""
    outbox, demarche = services.store.outbox, services.demarche
    labels = services.store.demarches.state(demarche).labels or ()
    return bool(
        due_replies(services)
        or outbox.recorded(demarche, stages=[Stage.REFUSED])
        or set(services.form.policy.labels.managed).difference(labels)
    )


def _sendable(replies: Sequence[Reply], *, left: int) -> list[Reply]:
    """Everything but the messages beyond those that the run may still send."""
    allowed = {one.key for one in replies if isinstance(one, SendMessage)}
    messages = [one.key for one in replies if one.key in allowed][: max(0, left)]
    return [one for one in replies if one.key not in allowed or one.key in messages]
