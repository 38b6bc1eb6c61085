"""What the platform writes by itself to a declarant: a copy of each e-mail, among the messages."""

from html import escape
from typing import Any

from sandbox.demarche.dossier import DepositedDossier

PLATFORM = "contact@demarche.numerique.gouv.fr"
"""Address that these messages come from; nobody reads what is sent to it."""

_TEXTS = {
    "depose": ("a bien été déposé", "Vous pouvez encore le modifier."),
    "passe_en_instruction": ("est en cours d’instruction", "Il ne peut plus être modifié."),
    "accepte": ("a été accepté", ""),
    "refuse": ("a été refusé", ""),
    "classe_sans_suite": ("a été classé sans suite", ""),
    "repasse_en_instruction": ("va être réexaminé", "La décision précédente est caduque."),
}
"""By event: what happened, and what follows from it. Of other events nothing is written."""


def notify(dossier: DepositedDossier, event: str, now: int) -> None:
    """Add the message that an event of a dossier calls for, if any, and move its date."""
    if event in _TEXTS:
        add_message(dossier, _body(dossier, event), PLATFORM, now)


def _body(dossier: DepositedDossier, event: str) -> str:
    happened, follows = _TEXTS[event]
    told = f"Votre dossier n° {dossier.number} {happened}"
    motive = f"Motif : {escape(dossier.motivation)}" if dossier.motivation else ""
    parts = ("Bonjour,", f"{told}.", follows, motive)
    return f"[{told}]<br><br>" + "".join(f"<p>{part}</p>" for part in parts if part)


def add_message(dossier: DepositedDossier, body: str, sender: str, now: int) -> dict[str, Any]:
    """Add a message to the conversation, whoever wrote it."""
    sent = {
        "n": len(dossier.messages) + 1,
        "email": sender,
        "body": body,
        "at": now,
        "discarded_at": None,
        "reason": None,
        "resolved_at": None,
    }
    dossier.messages.append(sent)
    dossier.updated_at = now
    return sent
