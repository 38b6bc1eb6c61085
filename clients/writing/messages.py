"""Sends one message to a declarant: once, and reads back what a correction request did."""

from dataclasses import replace

from clients.documents import document
from clients.errors import DsError, DsNotFound, DsRefused, DsTokenRefused, DsUnavailable
from clients.reading.reader import DsReader
from clients.transport import DsTransport, Retry
from clients.writing.batches import WriteContext
from clients.writing.deliveries import Delivery, errors_of, lost, refused, refused_by, unknown
from triage.replies.reply import Outcome, Receipt, SendMessage


def send_message(transport: DsTransport, reply: SendMessage, *, context: WriteContext) -> Delivery:
    """Send a message, once. A lost answer is ``unknown``: DS may have sent it.

    Raises:
        DsUnavailable: It was surely not sent, and DS does not answer.
        DsTokenRefused: The token is refused.
    """
    if reply.correction and not context.capabilities.corrections:
        return refused(
            reply,
            "Cette instance de DS ne connaît pas les demandes de correction :"
            " mettez UNC_DECLARANT_CHANNEL=message.",
        )
    values = {"dossierId": reply.dossier_id, "instructeurId": context.instructeur_id}
    values |= {"body": reply.body}
    if reply.correction:
        values |= {"correction": reply.correction}
    asked = document("EnvoyerMessage", without=context.capabilities.without)
    try:
        data = transport.execute(asked, {"input": values}, retry=Retry.NEVER)
    except DsTokenRefused:
        raise
    except DsRefused as error:
        return refused_by(reply, error)
    except DsUnavailable as error:
        if not error.sent:
            raise
        return lost(reply, error)
    payload = data["dossierEnvoyerMessage"]
    message = (payload or {}).get("message")
    if message is None:
        reasons = errors_of(payload)
        if not payload or not reasons:
            return unknown(reply, *reasons[:1])
        return _refused_for_now(transport, refused(reply, *reasons))
    receipt = Receipt(reply.key, Outcome.DONE, message_id=message["id"])
    if reply.correction is None:
        return Delivery(reply, receipt, message=message)
    return _followed_up(transport, Delivery(reply, receipt, message=message), number=reply.number)


def _refused_for_now(transport: DsTransport, told: Delivery) -> Delivery:
    again = is_hidden(transport, told.reply.number)
    return replace(told, receipt=replace(told.receipt, again=again))


def is_hidden(transport: DsTransport, number: int) -> bool:
    """Whether a dossier is in the bin now, from which it may come back: DS refuses in other words.

    Raises:
        DsTokenRefused: The token is refused.
    """
    try:
        raw = DsReader(transport).messages(number)
    except DsTokenRefused:
        raise
    except DsNotFound:
        return True
    except DsError:
        return False
    return any(raw.get(f"dateSuppressionPar{who}") for who in ("Usager", "Administration"))


def _followed_up(transport: DsTransport, sent: Delivery, *, number: int) -> Delivery:
    """Read the dossier back: DS answers success even when it flagged nothing."""
    try:
        dossier = DsReader(transport).messages(number)
    except DsError:
        return sent
    ours = sent.receipt.message_id
    message = next((one for one in dossier.pop("messages") if one["id"] == ours), sent.message)
    message = {name: value for name, value in (message or {}).items() if name not in _TEXTS}
    pending = dossier.get("dateDerniereCorrectionEnAttente") is not None
    flagged = pending and message.get("correction") is not None
    return Delivery(
        sent.reply,
        sent.receipt if flagged else replace(sent.receipt, text=_NOT_FLAGGED),
        message=message,
        correction_flagged=flagged,
        fields=dossier,
    )


_NOT_FLAGGED = (
    "Le message est parti, mais DS n'a pas ouvert la demande de correction : le dossier en"
    " attendait déjà une, ou n'est plus modifiable par le déclarant."
)


_TEXTS = frozenset({"body", "email"})
"""What the stored copy of a dossier does not keep of a message."""
