"""Messages to declarants: at most one for each set of faults, a few for each dossier.

A fault is an item, its verdict and the fields at fault: what was missing, and is now invalid, is
told.
"""

from collections.abc import Collection, Sequence
from typing import Literal, TypeAlias

from mappings.dossier.model import DossierState
from triage.replies.annotations import questions
from triage.replies.decision import Decision
from triage.replies.inputs import JudgedDossier, Memory, Rulebook
from triage.replies.policy import Sending
from triage.replies.reply import MessageSent, SendMessage, reference_of, reply_key
from triage.replies.text_samples import Requested
from triage.verdict.model import Assessment, ItemResult, Status, Verdict

Kind: TypeAlias = Literal["received", "request"]

_MARK = ":"
MOST = 32
"""Messages to one dossier, far more than any has: how far a reference alone is looked for."""


def due_message(
    judged: JudgedDossier,
    memory: Memory,
    *,
    kind: Kind | None,
    decision: Decision,
    rulebook: Rulebook,
) -> SendMessage | None:
    """The message due to the declarant, whatever the quiet period; ``None`` when none is.

    Nothing is sent while a correction request waits for the declarant, whoever made it; nor a
    request for what only a person finds missing, for the bridge cannot say what it is.
    """
    sending, sent = rulebook.sending, memory.messages
    if kind is None or not _may_write(judged, sending):
        return None
    items = _items(judged.assessment) if kind == "request" else ()
    if kind == "request" and not _can_be_asked(judged.assessment, decision):
        return None
    if sent and _says(sent[-1], judged.dossier.number, kind=kind, items=items):
        return None
    if kind == "received" and any(message.kind == "received" for message in sent):
        return None
    if kind == "request" and len(_requests(sent)) >= sending.max_requests:
        return None
    return _message(judged, kind=kind, items=items, count=len(sent), rulebook=rulebook)


def exhausted(sent: Sequence[MessageSent], sending: Sending) -> bool:
    """Whether the last automatic request that a dossier may have was sent: humans take over."""
    requests = len(_requests(sent))
    return sending.channel != "off" and 0 < requests >= sending.max_requests


def unheeded(judged: JudgedDossier, memory: Memory, sending: Sending) -> bool:
    """Whether the declarant submitted again since the last request, and all of it stands.

    The same words are not sent twice: humans take over. Both dates are those of DS.
    """
    sent, dossier = memory.messages, judged.dossier
    if sending.channel == "off" or not sent or dossier.correction_pending_since is not None:
        return False
    if not _says(sent[-1], dossier.number, kind="request", items=_items(judged.assessment)):
        return False
    return any(
        message.id == sent[-1].message_id
        and not message.discarded
        and (
            dossier.answered_at(message) is not None
            or dossier.champs_modified_at > message.created_at
        )
        for message in dossier.messages
    )


def kind_of_reference(number: int, reference: str) -> Kind:
    """What a message that we sent to a dossier was, told by its reference alone."""
    received = {
        reference_of(message_key(number, "received", items=(), count=n)) for n in range(MOST)
    }
    return "received" if reference in received else "request"


def message_key(number: int, kind: Kind, *, items: Collection[str], count: int) -> str:
    """Key of a message: the same words after the same number of messages are the same message."""
    return reply_key(number, kind, *sorted(items), str(count))


def _says(sent: MessageSent, number: int, *, kind: Kind, items: Collection[str]) -> bool:
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


def _may_write(judged: JudgedDossier, sending: Sending) -> bool:
    dossier = judged.dossier
    return (
        sending.channel != "off"
        and not dossier.archived
        and not dossier.state.decided
        and dossier.correction_pending_since is None
        and dossier.deposited_at >= sending.since
        and (not sending.pilot or dossier.number in sending.pilot)
    )


def _requested(assessment: Assessment) -> list[ItemResult]:
    """What is asked for: the items that block; while scope is open, only its questions."""
    return [] if assessment.unanswered_scope else [i for i in assessment.items if i.blocking]


def _can_be_asked(assessment: Assessment, decision: Decision) -> bool:
    """Whether the verdict has something to ask that the status in force asks for."""
    if decision.status is Status.A_PRECISER:
        return bool(assessment.unanswered_scope)
    return bool(_items(assessment))


def _items(assessment: Assessment) -> tuple[str, ...]:
    """What is asked for, fault by fault."""
    questions = (_MARK.join((one.field, one.verdict.value)) for one in assessment.unanswered_scope)
    return (*questions, *map(_fault, _requested(assessment)))


def _fault(item: ItemResult) -> str:
    return _MARK.join((item.id, item.verdict.value, *item.at_fault))


def _correction(
    assessment: Assessment, sending: Sending
) -> Literal["incomplete", "incorrect"] | None:
    if sending.channel != "correction":
        return None
    questions = [one.verdict for one in assessment.unanswered_scope]
    items = [one.verdict for one in _requested(assessment)]
    return "incomplete" if Verdict.MISSING in (*questions, *items) else "incorrect"


def _message(
    judged: JudgedDossier, *, kind: Kind, items: tuple[str, ...], count: int, rulebook: Rulebook
) -> SendMessage:
    """The message; its reference is made from its key, which the next one does not share."""
    dossier, assessment = judged.dossier, judged.assessment
    key = message_key(dossier.number, kind, items=items, count=count)
    reference = reference_of(key)
    correction = _correction(assessment, rulebook.sending) if kind == "request" else None
    body = rulebook.texts.render(
        f"message_{kind}",
        number=dossier.number,
        reference=reference,
        correction=correction,
        editable=dossier.state is DossierState.EN_CONSTRUCTION,
        unanswered_scope=questions(assessment, judged.labels),
        requested=[_asked(item, judged) for item in _requested(assessment)],
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


def _asked(item: ItemResult, judged: JudgedDossier) -> Requested:
    labels = (judged.labels[field] for field in item.at_fault if field in judged.labels)
    return Requested(
        name=item.name,
        section=item.section,
        reason=item.reason,
        expected=item.expected,
        labels=tuple(dict.fromkeys(labels)),
    )
