"""What was said to a declarant, as DS shows it: read before a message, and after a lost answer.

DS does not deduplicate messages, and our memory of them can be lost, or older than what was sent:
the reference that ends each of them is looked for on DS before it is sent, always.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from mappings.dossier.model import RawDossier
from steps.wiring.services import Connected
from store.outbox.sent import SentBefore
from triage.replies.messages import kind_of_reference
from triage.replies.reply import SendMessage

CLOCKS_APART = timedelta(minutes=5)
"""How far the clock of DS and ours may be apart."""

_REFERENCE = re.compile(r"UNC-[0-9A-F]{4}-[0-9A-F]{4}")

RawMessage = Mapping[str, Any]


class MessageAbsent(Enum):
    """Whether a message that DS does not show may be sent now, and why not."""

    NEVER = "never"
    """It may be sent."""
    BEHIND = "behind"
    """DS shows other messages of ours that memory lacked: it is planned anew, knowing them."""
    OVERTAKEN = "overtaken"
    """The declarant submitted since the dossier was read: the next run reads what it says now."""


def before_sending(services: Connected, message: SendMessage) -> str | MessageAbsent:
    """Id of a message that DS has already, or whether it may be sent.

    Raises:
        DsError: DS refused, or does not answer: nothing is known.
    """
    raw = services.reader.messages(message.number)
    seen: list[RawMessage] = raw["messages"]
    there = _by_reference(seen, message)
    if there is not None:
        return there
    if _submitted_since(services, raw):
        return MessageAbsent.OVERTAKEN
    outbox, demarche = services.store.outbox, services.demarche
    known = outbox.messages_sent(demarche, numbers=[message.number]).get(message.number, ())
    ids = {one.message_id for one in known}
    withdrawn = [one for one in _withdrawn(services, seen) if one["id"] not in ids]
    if withdrawn and _created(withdrawn[-1]) < _known_since(services, message.number):
        return str(withdrawn[-1]["id"])  # from before we remember anything: it may be this one
    shown = _ours(services, message.number, seen)
    if {one.reference for one in shown} <= {one.reference for one in known}:
        return MessageAbsent.NEVER
    outbox.recall(demarche, message.number, messages=shown)
    return MessageAbsent.BEHIND


def after_a_lost_answer(
    services: Connected, message: SendMessage, *, since: datetime | None
) -> str | None:
    """Id of the message on DS, by its reference.

    One of ours that somebody withdrew has no text any more: whatever was withdrawn since then and
    comes from our account may be it, and is taken for it rather than sent again.

    Raises:
        DsError: DS refused, or does not answer: nothing is known.
    """
    seen = services.reader.message_bodies(message.number)
    there = _by_reference(seen, message)
    if there is not None or since is None:
        return there
    for one in _withdrawn(services, seen):
        if _created(one) >= since - CLOCKS_APART:
            return str(one["id"])
    return None


def our_addresses(services: Connected) -> frozenset[str]:
    """E-mail addresses of the account that writes, whether the setting gives its address or id."""
    wanted = services.inputs.replying.instructeur
    groupes = services.store.demarches.state(services.demarche).groupes or ()
    members = [member for groupe in groupes for member in groupe["instructeurs"]]
    found = {one["email"].lower() for one in members if one["id"] == wanted}
    return frozenset({*found, wanted.lower()})


def _by_reference(seen: Sequence[RawMessage], message: SendMessage) -> str | None:
    return next((str(one["id"]) for one in seen if message.reference in one["body"]), None)


def _withdrawn(services: Connected, seen: Sequence[RawMessage]) -> list[RawMessage]:
    ours = our_addresses(services)
    return [one for one in seen if one["discardedAt"] and one["email"].lower() in ours]


def _ours(services: Connected, number: int, seen: Sequence[RawMessage]) -> list[SentBefore]:
    """Our messages that a conversation shows, the oldest first; a declarant may quote one."""
    stored = services.store.dossiers.get(services.demarche, number)
    declarant = stored.raw["usager"]["email"].lower() if stored else ""
    found: dict[str, SentBefore] = {}
    for one in seen:
        references = _REFERENCE.findall(one["body"])
        if references and one["email"].lower() != declarant:
            last = references[-1]
            found.setdefault(
                last, SentBefore(last, kind_of_reference(number, last), str(one["id"]))
            )
    return list(found.values())


def _submitted_since(services: Connected, raw: RawDossier) -> bool:
    """Whether the declarant submitted after what we hold of the dossier was read."""
    stored = services.store.dossiers.get(services.demarche, raw["number"])
    if stored is None:
        return False
    now_there, here = (one.get("dateDerniereModificationChamps") for one in (raw, stored.raw))
    return bool(now_there != here)


def _known_since(services: Connected, number: int) -> datetime:
    """When the dossier was first kept here."""
    return services.store.dossiers.history(services.demarche, number)[0].seen_from


def _created(message: RawMessage) -> datetime:
    return datetime.fromisoformat(message["createdAt"])
