"""Apply: replies that are due go to DS, until nothing more is."""

from collections.abc import Sequence

from clients.errors import DsRefused, DsTokenRefused
from steps.judge.judge import Judging, judge_everything
from steps.read.demarche_info import refresh_form
from steps.reply.lost_answers import EVENTS, close_lost_answers
from steps.wiring.drift import form_in_force
from steps.wiring.services import Connected, Services, now
from steps.wiring.summary import Summary
from store.outbox.stages import Stage
from triage.replies.reply import Reply, SendMessage

ROUNDS = 3
"""A reply can make another one due (the last request, then « À relancer »): never more rounds."""


def respond(services: Connected, summary: Summary) -> None:
    """Judge, and deliver what is due until nothing more is, lost answers first.

    What DS refuses as a whole (our instructeur is in no groupe) is told, and stops no later step.

    Raises:
        DsTokenRefused: The token is refused; what was delivered is kept.
        DsUnavailable: DS does not answer; what was delivered is kept.
    """
    _remember_channel(services)
    try:
        close_lost_answers(services, summary, wait=True)
    finally:  # what is published rests on verdicts, whatever DS answers
        judging = judge_everything(services, summary)
    try:
        _deliver_all(services, summary, judging)
    except DsTokenRefused:
        raise
    except DsRefused as error:
        summary.set_aside.append(str(error))
    finally:
        refused = services.store.outbox.recorded(services.demarche, stages=[Stage.REFUSED])
        numbers = {one.reply.number for one in refused}
        summary.still_refused = services.store.dossiers.listed(services.demarche, numbers)


def _deliver_all(services: Connected, summary: Summary, judging: Judging) -> None:
    """Deliver, then plan again what was delivered, and nothing else, as long as more is due."""
    if _something_depends_on_the_form(services):
        before = services.store.demarches.state(services.demarche)
        refresh_form(services, summary)
        if services.store.demarches.state(services.demarche) != before:
            judging = judge_everything(services, summary)
    if not due_replies(services):
        return
    from clients.writing.writer import Pace  # what writes: where something is due
    from steps.reply.delivery import deliver

    left = services.inputs.replying.messages_per_run
    pace = Pace(max(1, services.inputs.replying.batch_size))
    later: set[str] = set()
    for _ in range(ROUNDS):
        due = [reply for reply in due_replies(services) if reply.key not in later]
        replies = _sendable(due, left=left)
        if not replies:
            break
        left -= sum(isinstance(reply, SendMessage) for reply in replies)
        later |= deliver(services, summary, replies, pace=pace)
        close_lost_answers(services, summary, wait=False)
        judging.judge(only={reply.number for reply in replies})
        if judging.earlier.found:
            judging = judge_everything(services, summary)


def due_replies(services: Services) -> tuple[Reply, ...]:
    """What would be sent now, in the order of delivery; nothing is sent.

    Dossiers that were hidden wait: they may come back. So do those in quarantine: what was planned
    for them may be false by now, and is planned again once DS serves them. A message or a passage
    whose answer was lost waits for DS to be read. What failed before comes last: it keeps nothing
    else from being sent. All waits as long as nobody adopted the form as it is.
    """
    if not form_in_force(services):
        return ()
    pending = services.store.outbox.pending(services.demarche)
    numbers = {stored.reply.number for stored in pending}
    present = services.store.dossiers.listed(services.demarche, numbers)
    present -= services.store.quarantine.numbers(services.demarche)
    return tuple(
        stored.reply
        for stored in sorted(pending, key=lambda one: bool(one.maybe_sent or one.text))
        if stored.reply.number in present
        and not (stored.maybe_sent and isinstance(stored.reply, EVENTS))
    )


def _remember_channel(services: Connected) -> None:
    """Note when the channel to declarants goes on: what was deposited before is never mailed."""
    demarches = services.store.demarches
    if services.inputs.replying.channel != "off":
        demarches.channel_switched_on(services.demarche, at=now())
    else:
        demarches.channel_switched_off(services.demarche)


def _something_depends_on_the_form(services: Connected) -> bool:
    """Whether labels and groupes matter now: something is due, or lacked one of them before."""
    outbox, demarche = services.store.outbox, services.demarche
    labels = services.store.demarches.state(demarche).labels or ()
    form = services.form
    return bool(
        due_replies(services)
        or outbox.recorded(demarche, stages=[Stage.REFUSED])
        or form.mapping.labels_missing(form.policy.labels.managed, labels)
    )


def _sendable(replies: Sequence[Reply], *, left: int) -> list[Reply]:
    """Everything but the messages beyond those that the run may still send."""
    allowed = {one.key for one in replies if isinstance(one, SendMessage)}
    messages = [one.key for one in replies if one.key in allowed][: max(0, left)]
    return [one for one in replies if one.key not in allowed or one.key in messages]
