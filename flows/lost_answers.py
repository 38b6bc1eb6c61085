"""Messages whose answer was lost: DS is read before anything else, never asked twice blindly."""

import time
from datetime import datetime, timedelta
from typing import Any

from clients.errors import DsRefused, DsTokenRefused, DsUnavailable
from flows.services import Connected, now
from flows.summary import Summary
from store.outbox import StoredReply
from triage.reply import Outcome, Receipt, SendMessage

SETTLED = timedelta(seconds=30)
"""DS gives up on a request after so long: what is not there by then was not done."""


CLOCKS_APART = timedelta(minutes=5)
"""How far the clock of DS and ours may be apart."""


def close_lost_answers(services: Connected, summary: Summary, *, wait: bool) -> None:
    """Find out by reading whether messages that may have been sent were.

    One that is found gets its receipt. One that is not follows the next plan: it is sent if it is
    still wanted then.

    Args:
        services: Services of the run.
        summary: Counts of the run.
        wait: Whether to wait until DS has surely done with a request that was sent just now; else
            such a message stays open until the next run.

    Raises:
        DsTokenRefused: The token is refused.
    """
    store, demarche = services.store, services.demarche
    present = store.dossiers.known_numbers(demarche)
    for stored in store.outbox.pending(demarche):
        message = stored.reply
        if not isinstance(message, SendMessage) or not stored.maybe_sent:
            continue
        if message.number in present:
            _close(services, summary, stored, message=message, wait=wait)


def _close(
    services: Connected, summary: Summary, stored: StoredReply, *, message: SendMessage, wait: bool
) -> None:
    settles_at = (stored.intended_at or now()) + SETTLED
    try:
        found = _find(services, message, since=stored.intended_at)
        if found is None and now() < settles_at:
            if not wait:
                return
            time.sleep(max(0.0, (settles_at - now()).total_seconds()))
            found = _find(services, message, since=stored.intended_at)
    except DsTokenRefused:
        raise
    except DsRefused as error:  # it may be hidden for a moment: open until it can be read
        told = (message.number, str(error))
        summary.refused += [] if told in summary.refused else [told]
        return
    except DsUnavailable:
        summary.unknown.add(message.number)  # this dossier only: a broken one must stop no other
        return
    summary.unknown.discard(message.number)
    if found is None:
        services.store.outbox.plan_again(services.demarche, [message.key])
        return
    _record(services, Receipt(message.key, Outcome.DONE, message_id=found))
    summary.messages += 1


def _find(services: Connected, message: SendMessage, *, since: datetime | None) -> str | None:
    """Id of the message on DS, by its reference.

    One of ours that somebody withdrew has no text any more: whatever was withdrawn since then and
    comes from our account may be it, and is taken for it rather than sent again.
    """
    ours = services.settings.instructeur_name().lower()
    for one in services.reader.message_bodies(message.number):
        if message.reference in one["body"] or (
            one["discardedAt"] and one["email"].lower() == ours and _after(one, since)
        ):
            return str(one["id"])
    return None


def _after(message: dict[str, Any], since: datetime | None) -> bool:
    created_at = datetime.fromisoformat(message["createdAt"])
    return since is not None and created_at >= since - CLOCKS_APART


def _record(services: Connected, receipt: Receipt) -> None:
    services.store.outbox.record(services.demarche, [receipt], at=now())
