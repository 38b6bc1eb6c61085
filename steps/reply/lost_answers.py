"""Events whose answer was lost: DS is read before anything else, never asked twice blindly."""

import time
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from clients.errors import DsRefused, DsTokenRefused, DsUnavailable
from steps.read.keeping import keep
from steps.reply.messages_on_ds import after_a_lost_answer
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.outbox.outbox import StoredReply
from triage.replies.reply import Outcome, PassEnInstruction, Receipt, SendMessage

EVENTS = (SendMessage, PassEnInstruction)
Event: TypeAlias = SendMessage | PassEnInstruction

SETTLED = timedelta(seconds=30)
"""DS gives up on a request after so long: what is not there by then was not done."""


def close_lost_answers(services: Connected, summary: Summary, *, wait: bool) -> None:
    """Find out by reading whether messages and passages that may have been sent were.

    One that is found gets its receipt. One that is not follows the next plan: it is sent if it is
    still wanted then.

    Args:
        services: Services of the run.
        summary: Counts of the run.
        wait: Whether to wait until DS has surely done with a request that was sent just now; else
            such an event stays open until the next run.

    Raises:
        DsTokenRefused: The token is refused.
    """
    store, demarche = services.store, services.demarche
    pending = store.outbox.pending(demarche)
    present = store.dossiers.listed(demarche, {one.reply.number for one in pending})
    settling = _Settling()
    for stored in pending:
        event = stored.reply
        if not isinstance(event, EVENTS) or not stored.maybe_sent or event.number not in present:
            continue
        _close(services, summary, stored, event=event, settling=settling, wait=wait)


class _Settling:
    """How long DS may still carry out a request: no longer than it takes from here.

    What was asked before we began is settled once that time has passed, whatever a clock that was
    ahead wrote down: so no run ever waits longer.
    """

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def left(self, intended_at: datetime | None) -> float:
        """Seconds until DS has surely done with a request that was sent then."""
        whole = SETTLED.total_seconds()
        so_far = time.monotonic() - self._begun
        ago = 0.0 if intended_at is None else (now() - intended_at).total_seconds()
        return max(0.0, min(whole - ago, whole - so_far))


def _close(
    services: Connected,
    summary: Summary,
    stored: StoredReply,
    *,
    event: Event,
    settling: _Settling,
    wait: bool,
) -> None:
    try:
        receipt = _look(services, summary, event, since=stored.intended_at)
        left = settling.left(stored.intended_at)
        if receipt is None and left > 0:
            if not wait:
                return
            time.sleep(left)
            receipt = _look(services, summary, event, since=stored.intended_at)
    except DsTokenRefused:
        raise
    except DsRefused as error:  # it may be hidden for a moment: open until it can be read
        told = (event.number, str(error))
        summary.refused += [] if told in summary.refused else [told]
        return
    except DsUnavailable:
        summary.unknown.add(event.number)  # this dossier only: a broken one must stop no other
        return
    else:
        summary.unknown.discard(event.number)
    if receipt is None:
        services.store.outbox.plan_again(services.demarche, [event.key])
        return
    services.store.outbox.record(services.demarche, [receipt], at=now())
    if isinstance(event, SendMessage) and receipt.outcome is Outcome.DONE:
        summary.messages += 1


def _look(
    services: Connected, summary: Summary, event: Event, *, since: datetime | None
) -> Receipt | None:
    """The receipt of an event that DS shows; ``None`` when it does not."""
    match event:
        case SendMessage():
            found = after_a_lost_answer(services, event, since=since)
            return None if found is None else Receipt(event.key, Outcome.DONE, message_id=found)
        case PassEnInstruction():
            raw = services.reader.dossier(event.number)
            keep(services, summary, dossiers=[raw])
            passed = raw["state"] != "en_construction"
            return Receipt(event.key, Outcome.DONE) if passed else None
        case _:
            assert_never(event)
