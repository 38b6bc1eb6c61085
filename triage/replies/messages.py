"""Messages to declarants: at most one for each set of faults, a few for each dossier.

A fault is an item, its verdict and the fields at fault: what was missing, and is now invalid, is
told. A request that nobody answers is recalled, within the limits of ``reponses.yaml``.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from french.text import typographic
from french.time import PARIS, in_words
from mappings.dossier.model import Dossier, DossierState, MessageSeen
from triage.replies.annotations import questions
from triage.replies.decision import DecisionTaken
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules, reach_told
from triage.replies.points import remarks, requested, requested_items
from triage.replies.reply import (
    MessageKind,
    MessageSent,
    Outcome,
    SendMessage,
    reference_of,
    reply_key,
)
from triage.replies.sending import Sending
from triage.verdict.model import Assessment, ItemResult, ScopeReason, Status, Verdict

_MARK = ":"
_LATER = "(donnée à l'envoi)"
"""What stands for a reference in a text that is not sent."""
MOST = 32
"""Messages to one dossier, far more than any has: how far a reference alone is looked for."""


def due_message(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: MessageKind | None,
    decision: DecisionTaken,
    reply_rules: ReplyRules,
    now: datetime,
) -> SendMessage | None:
    """The message due to the declarant, whatever the quiet period; ``None`` when none is.

    Nothing is sent while a correction request waits for the declarant, whoever made it, but what
    recalls it (:func:`due_reminder`); nor a request for what only a person finds missing, for the
    bridge cannot say what it is. Only a person sends a declarant elsewhere.
    """
    sending, sent = reply_rules.sending, memory.messages
    said = _without_reminders(sent)
    if kind is None or not sending.may_write(judged.dossier) or _waits(judged):
        return None
    items = _items(judged.assessment) if kind == "request" else ()
    if kind == "request" and not _can_be_asked(judged.assessment, decision):
        return None
    if kind == "out_of_scope" and not (decision.exclusion or decision.proposed):
        return None
    if said and _says(said[-1], judged.dossier.number, kind=kind, items=items):
        return None
    if kind != "request" and any(message.kind == kind for message in sent):
        return None
    if kind == "request" and len(_requests(sent)) >= sending.max_requests:
        return None
    return _message(judged, memory, kind=kind, items=items, reply_rules=reply_rules, now=now)


def due_reminder(
    judged: JudgedDossier, memory: Memory, *, reply_rules: ReplyRules, now: datetime
) -> tuple[SendMessage | None, datetime | None]:
    """The reminder due to a request that stands without an answer, and when the next step is.

    The next step is a later reminder, or the end of the deadline, when humans take over.
    """
    deadline = reply_rules.policy.deadline
    asked = _unanswered(judged, memory, reply_rules.sending)
    if asked is None or not reply_rules.sending.may_write(judged.dossier):
        return None, None
    said, days = _reminders(memory.messages), timedelta(days=1)
    end = asked.created_at + deadline.days * days if deadline.days else None
    if not deadline.remind_after or len(said) >= deadline.reminders or (end and now >= end):
        return None, end if end and now < end else None
    due_at = asked.created_at + deadline.remind_after * (len(said) + 1) * days
    if now < due_at:
        return None, due_at
    message = _message(judged, memory, kind="reminder", items=(), reply_rules=reply_rules, now=now)
    return message, end


def overdue(
    judged: JudgedDossier, memory: Memory, *, reply_rules: ReplyRules, now: datetime
) -> bool:
    """Whether the deadline of a request is over and nothing was submitted: humans take over."""
    asked = _unanswered(judged, memory, reply_rules.sending)
    days = reply_rules.policy.deadline.days
    return bool(asked and days and now >= asked.created_at + timedelta(days=days))


def exhausted(sent: Sequence[MessageSent], sending: Sending) -> bool:
    """Whether the last automatic request that a dossier may have was sent: humans take over."""
    requests = len(_requests(sent))
    return sending.channel != "off" and 0 < requests >= sending.max_requests


def unheeded(judged: JudgedDossier, memory: Memory, sending: Sending) -> bool:
    """Whether the declarant submitted again since the last request, and all of it stands.

    The same words are not sent twice: humans take over. Both dates are those of DS.
    """
    if judged.dossier.correction_pending_since is not None:
        return False
    asked = _standing(judged, memory, sending)
    return asked is not None and _answered(judged.dossier, asked)


def _standing(judged: JudgedDossier, memory: Memory, sending: Sending) -> MessageSeen | None:
    """The last request as DS shows it, where all that it asks is still to be asked."""
    said, dossier = _without_reminders(memory.messages), judged.dossier
    if sending.channel == "off" or not said:
        return None
    items = _items(judged.assessment)
    if not items or not _says(said[-1], dossier.number, kind="request", items=items):
        return None
    return _shown_on_ds(dossier, said[-1])


def asked_since(dossier: Dossier, sent: Sequence[MessageSent]) -> datetime | None:
    """Since when the declarant has something to answer; ``None`` where nothing is asked of them.

    Whoever made the correction request that is open; else our last request, as DS shows it.

    Args:
        dossier: As DS shows it.
        sent: Messages that we sent to it, oldest first.
    """
    if dossier.correction_pending_since is not None:
        return dossier.correction_pending_since
    said = _without_reminders(sent)
    asked = _shown_on_ds(dossier, said[-1]) if said and said[-1].kind == "request" else None
    return None if asked is None or _answered(dossier, asked) else asked.created_at


def _shown_on_ds(dossier: Dossier, sent: MessageSent) -> MessageSeen | None:
    seen = (one for one in dossier.messages if one.id == sent.message_id and not one.discarded)
    return next(seen, None)


def _unanswered(judged: JudgedDossier, memory: Memory, sending: Sending) -> MessageSeen | None:
    """The request that stands, where the declarant submitted nothing since."""
    asked = _standing(judged, memory, sending)
    return None if asked is None or _answered(judged.dossier, asked) else asked


def _answered(dossier: Dossier, asked: MessageSeen) -> bool:
    return dossier.answered_at(asked) is not None or dossier.champs_modified_at > asked.created_at


def kind_of_reference(number: int, reference: str) -> MessageKind:
    """What a message that we sent to a dossier was, told by its reference alone."""
    kinds: tuple[MessageKind, ...] = ("received", "reminder", "out_of_scope")
    for kind in kinds:
        if reference in {
            reference_of(message_key(number, kind, items=(), count=n)) for n in range(MOST)
        }:
            return kind
    return "request"


def message_key(number: int, kind: MessageKind, *, items: Collection[str], count: int) -> str:
    """Key of a message: the same words after the same number of messages are the same message."""
    return reply_key(number, kind, *sorted(items), str(count))


def previewed(
    judged: JudgedDossier, *, reply_rules: ReplyRules, now: datetime
) -> Iterator[tuple[str, str]]:
    """Each text that the declarant of this dossier could get as it is, after a title in French.

    Whatever the settings, and whatever was sent: it shows how texts read, without a reference.
    """
    before = MessageSent("", "request", None, Outcome.DONE)
    status = judged.assessment.open_status or judged.assessment.status
    chances: Sequence[tuple[str, MessageKind, tuple[MessageSent, ...]]] = ()
    if status is Status.HORS_CHAMP:
        chances = (("Une fois « Hors champ » confirmé par une personne", "out_of_scope", ()),)
    elif status is Status.COMPLET:
        chances = (
            ("Reçu et complet", "received", ()),
            ("Complet après une demande", "received", (before,)),
        )
    elif _items(judged.assessment):
        chances = (
            ("Première demande", "request", ()),
            ("Demande suivante, s’il restait tout cela", "request", (before,)),
            ("Rappel", "reminder", (before,)),
        )
    for title, kind, sent in chances:
        if f"message_{kind}" in reply_rules.texts:
            memory = Memory(messages=sent)
            yield (
                title,
                _text(
                    judged, memory, kind=kind, reply_rules=reply_rules, now=now, reference=_LATER
                ),
            )


def _text(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: MessageKind,
    reply_rules: ReplyRules,
    now: datetime,
    reference: str = "",
) -> str:
    correction = _correction(judged.assessment, reply_rules.sending) if kind == "request" else None
    shown = _shown(judged, memory, kind=kind, reply_rules=reply_rules, now=now)
    name = f"message_{kind}"
    text = reply_rules.texts.render(name, **shown, reference=reference, correction=correction)
    return typographic(text)


def _says(sent: MessageSent, number: int, *, kind: MessageKind, items: Collection[str]) -> bool:
    """Whether a message that was sent says this; one of an older version named items only."""
    if sent.kind != kind:
        return False
    named = {one.partition(_MARK)[0] for one in items}
    if sent.items is not None:
        listed = set(sent.items)
        return listed == (set(items) if any(_MARK in one for one in listed) else named)
    return any(
        sent.reference == reference_of(message_key(number, kind, items=told, count=n))
        for told in (items, named)
        for n in range(MOST)
    )


def _requests(sent: Sequence[MessageSent]) -> list[MessageSent]:
    return [message for message in sent if message.kind == "request"]


def _without_reminders(sent: Sequence[MessageSent]) -> list[MessageSent]:
    return [message for message in sent if message.kind != "reminder"]


def _reminders(sent: Sequence[MessageSent]) -> list[MessageSent]:
    """Reminders of the last request."""
    last = max((at for at, one in enumerate(sent) if one.kind == "request"), default=-1)
    return [one for one in sent[last + 1 :] if one.kind == "reminder"]


def _waits(judged: JudgedDossier) -> bool:
    """Whether a correction request waits for the declarant."""
    return judged.dossier.correction_pending_since is not None


def _can_be_asked(assessment: Assessment, decision: DecisionTaken) -> bool:
    """Whether the verdict has something to ask that the status in force asks for."""
    if decision.status is Status.A_PRECISER:
        return bool(_questions(assessment))
    return bool(_items(assessment))


def _questions(assessment: Assessment) -> tuple[ScopeReason, ...]:
    """The open scope questions that a declarant can answer: those that the form asks."""
    return tuple(one for one in assessment.unanswered_scope if one.asked)


def _items(assessment: Assessment) -> tuple[str, ...]:
    """What is asked for, fault by fault."""
    questions = (_MARK.join((one.field, one.verdict.value)) for one in _questions(assessment))
    return (*questions, *map(_fault, requested_items(assessment)))


def _fault(item: ItemResult) -> str:
    return _MARK.join((item.id, item.verdict.value, *item.at_fault))


def _correction(
    assessment: Assessment, sending: Sending
) -> Literal["incomplete", "incorrect"] | None:
    if sending.channel != "correction":
        return None
    questions = [one.verdict for one in _questions(assessment)]
    items = [one.verdict for one in requested_items(assessment)]
    return "incomplete" if Verdict.MISSING in (*questions, *items) else "incorrect"


def _message(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: MessageKind,
    items: tuple[str, ...],
    reply_rules: ReplyRules,
    now: datetime,
) -> SendMessage:
    """The message; its reference is made from its key, which the next one does not share."""
    dossier = judged.dossier
    key = message_key(dossier.number, kind, items=items, count=len(memory.messages))
    correction = _correction(judged.assessment, reply_rules.sending) if kind == "request" else None
    reference = reference_of(key)
    return SendMessage(
        key=key,
        number=dossier.number,
        dossier_id=dossier.id,
        reference=reference,
        body=_text(
            judged, memory, kind=kind, reply_rules=reply_rules, now=now, reference=reference
        ),
        correction=correction,
        kind=kind,
        items=items,
    )


def _shown(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: MessageKind,
    reply_rules: ReplyRules,
    now: datetime,
) -> dict[str, Any]:
    """What the text of a message may show, but for its reference and its correction request."""
    points = requested(judged)
    asked = [one for one in questions(judged.assessment, judged.labels) if one.asked]
    before = _requests(memory.messages)
    limit = _limit(judged, memory, kind=kind, reply_rules=reply_rules, now=now)
    return {
        "number": judged.dossier.number,
        "editable": judged.dossier.state is DossierState.EN_CONSTRUCTION,
        "unanswered_scope": asked,
        "requested": points,
        "remarks": remarks(judged),
        "points": len(asked) or len(points),
        "asked_before": bool(before),
        "reach": reach_told(judged, reply_rules),
        "deadline": "" if limit is None else in_words(limit),
        "exclusion": judged.assessment.out_of_scope.text if judged.assessment.out_of_scope else "",
    }


def _limit(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: MessageKind,
    reply_rules: ReplyRules,
    now: datetime,
) -> date | None:
    """Last day to answer: counted from the request, which a reminder recalls."""
    days = reply_rules.policy.deadline.days
    if not days:
        return None
    asked = _unanswered(judged, memory, reply_rules.sending) if kind == "reminder" else None
    start = now if asked is None else asked.created_at
    return (start + timedelta(days=days)).astimezone(PARIS).date()
