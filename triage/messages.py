"""Messages to declarants: at most one for each set of items, a few for each dossier."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from mappings.dossier import Dossier
from triage.assessment import Assessment, ItemResult, Verdict
from triage.reply import MessageSent, SendMessage
from triage.reply_policy import Sending
from triage.texts import Texts


def due_message(
    dossier: Dossier,
    assessment: Assessment,
    *,
    kind: Literal["received", "request"] | None,
    sent: Sequence[MessageSent],
    texts: Texts,
    sending: Sending,
) -> SendMessage | None:
    """The message due to the declarant, whatever the quiet period; ``None`` when none is."""
    if kind is None or not _may_write(dossier, sending):
        return None
    items = _items(assessment) if kind == "request" else ()
    if sent and (sent[-1].kind, set(sent[-1].items)) == (kind, set(items)):
        return None
    if kind == "received" and any(message.kind == "received" for message in sent):
        return None
    if kind == "request" and (exhausted(sent, sending) or dossier.correction_pending_since):
        return None
    return _message(
        dossier, assessment, kind=kind, items=items, sent=sent, texts=texts, sending=sending
    )


def exhausted(sent: Sequence[MessageSent], sending: Sending) -> bool:
    """Whether a dossier has had as many automatic requests as are allowed."""
    requests = sum(message.kind == "request" for message in sent)
    return sending.channel != "off" and requests >= sending.max_requests


def _may_write(dossier: Dossier, sending: Sending) -> bool:
    return (
        sending.channel != "off"
        and not dossier.archived
        and not dossier.state.decided
        and dossier.deposited_at >= sending.since
        and (not sending.pilot or dossier.number in sending.pilot)
    )


def _requested(assessment: Assessment) -> list[ItemResult]:
    """What is asked for: the items that block; while scope is open, only its questions."""
    return [] if assessment.unanswered_scope else [i for i in assessment.items if i.blocking]


def _items(assessment: Assessment) -> tuple[str, ...]:
    questions = (question.field for question in assessment.unanswered_scope)
    return (*questions, *(item.id for item in _requested(assessment)))


def _correction(
    assessment: Assessment, sending: Sending
) -> Literal["incomplete", "incorrect"] | None:
    if sending.channel != "correction":
        return None
    missing = any(item.verdict is Verdict.MISSING for item in _requested(assessment))
    return "incomplete" if missing or assessment.unanswered_scope else "incorrect"


def _message(
    dossier: Dossier,
    assessment: Assessment,
    *,
    kind: Literal["received", "request"],
    items: tuple[str, ...],
    sent: Sequence[MessageSent],
    texts: Texts,
    sending: Sending,
) -> SendMessage:
    stated = [str(dossier.number), kind, *sorted(items), str(len(sent))]
    key = sha256("\n".join(stated).encode()).hexdigest()
    reference = f"UNC-{key[:4]}-{key[4:8]}".upper()
    correction = _correction(assessment, sending) if kind == "request" else None
    body = texts.render(
        f"message_{kind}",
        number=dossier.number,
        reference=reference,
        correction=correction,
        unanswered_scope=assessment.unanswered_scope,
        requested=_requested(assessment),
    )
    return SendMessage(
        key=key,
        number=dossier.number,
        dossier_id=dossier.id,
        reference=reference,
        body=body,
        correction=correction,
        kind=kind,
        items=items,
    )
