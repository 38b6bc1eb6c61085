"""What people do to a dossier. Each act changes a `Dossier` in hand; keeping it is the caller's."""

from collections.abc import Mapping
from typing import Any

from sandbox.demarche.dossier import FINAL_STATES, OPEN_STATES, DepositedDossier
from sandbox.demarche.errors import Refusal

_EVENTS = {"accepte": "accepte", "refuse": "refuse", "sans_suite": "classe_sans_suite"}


def submit(dossier: DepositedDossier, answers: Mapping[str, Any], now: int) -> None:
    """The declarant submits what was typed since the last time, and answers a correction request.

    Raises:
        Refusal: the dossier is no longer the declarant's to change.
    """
    if dossier.state != "en_construction":
        raise Refusal("Le dossier n’est plus modifiable par l’usager")
    dossier.answers = {**dossier.answers, **answers}
    dossier.draft = {}
    asked = dossier.pending_correction
    if asked is not None:
        asked["resolved_at"] = now
    dossier.champs_at = dossier.updated_at = now
    dossier.treat("depose_correction_usager", now, None)


def send_message(
    dossier: DepositedDossier, body: str, *, sender: str, now: int, reason: str | None = None
) -> dict[str, Any]:
    """An instructeur writes to the declarant, asking for a correction if there is a reason.

    A request made while another one waits, or on a decided dossier, is a mere message.

    Raises:
        Refusal: nobody can be written to about this dossier, or there is nothing to say.
    """
    if dossier.archived or dossier.account_deleted or dossier.hidden_by_user_at is not None:
        raise Refusal("La messagerie n’est pas disponible pour ce dossier")
    if not body.strip():
        raise Refusal("Le champ « Votre message » doit être rempli")
    flags = reason is not None and dossier.state in OPEN_STATES and not dossier.pending_correction
    sent = add_message(dossier, body, sender, now)
    if flags:
        sent["reason"] = reason
        dossier.state = "en_construction"
        dossier.instruction_at = None
    return sent


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


def discard_message(
    dossier: DepositedDossier, number: int, sender: str, now: int
) -> dict[str, Any]:
    """An instructeur withdraws a message of their own.

    Raises:
        Refusal: it is somebody else's, or withdrawn already.
    """
    found = next((one for one in dossier.messages if one["n"] == number), None)
    if found is None or found["email"] != sender or found["discarded_at"] is not None:
        raise Refusal("Le message ne peut pas être supprimé")
    found["discarded_at"] = dossier.updated_at = now
    found["body"] = ""
    if found["reason"] and found["resolved_at"] is None:
        found["resolved_at"] = now
    return found


def add_label(dossier: DepositedDossier, label: int, now: int, *, moves_date: bool) -> None:
    """Put a label on a dossier.

    Raises:
        Refusal: it is there already.
    """
    if label in dossier.labels:
        raise Refusal("Ce label est déjà associé au dossier")
    dossier.labels.append(label)
    if moves_date:
        dossier.updated_at = now


def remove_label(dossier: DepositedDossier, label: int, now: int, *, moves_date: bool) -> None:
    """Take a label off a dossier.

    Raises:
        Refusal: it is not there.
    """
    if label not in dossier.labels:
        raise Refusal("Ce label n’est pas associé au dossier")
    dossier.labels.remove(label)
    if moves_date:
        dossier.updated_at = now


def pass_en_instruction(dossier: DepositedDossier, now: int, by: str | None) -> None:
    """An instructeur takes the dossier up.

    Raises:
        Refusal: it is not waiting to be taken up.
    """
    if dossier.state != "en_construction":
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    if dossier.pending_correction:
        raise Refusal("Le dossier est en attente de correction")
    _move(dossier, "en_instruction", "passe_en_instruction", (now, by))
    dossier.instruction_at = now


def back_en_construction(dossier: DepositedDossier, now: int, by: str | None) -> None:
    """An instructeur gives the dossier back to the declarant.

    Raises:
        Refusal: it is not being examined.
    """
    if dossier.state != "en_instruction":
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    _move(dossier, "en_construction", "repasse_en_construction", (now, by))
    dossier.instruction_at = None


def back_en_instruction(dossier: DepositedDossier, now: int, by: str | None) -> None:
    """An instructeur takes a decision back.

    Raises:
        Refusal: no decision was taken.
    """
    if dossier.state not in FINAL_STATES:
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    _move(dossier, "en_instruction", "repasse_en_instruction", (now, by))
    dossier.decided_at = dossier.motivation = None
    dossier.archived = False


def decide(
    dossier: DepositedDossier,
    state: str,
    *,
    now: int,
    by: str | None,
    motivation: str | None = None,
) -> None:
    """An instructeur decides.

    Raises:
        Refusal: the dossier is not being examined.
    """
    if dossier.state != "en_instruction":
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    _move(dossier, state, _EVENTS[state], (now, by))
    dossier.decided_at, dossier.motivation = now, motivation


def _move(
    dossier: DepositedDossier, state: str, event: str, signed: tuple[int, str | None]
) -> None:
    dossier.state = state
    dossier.updated_at = signed[0]
    dossier.treat(event, *signed)


def _said(state: str) -> str:
    return state.replace("_", " ")


def archive(dossier: DepositedDossier, now: int, *, archived: bool) -> None:
    """Put a decided dossier away, or take it out again.

    Raises:
        Refusal: it is not decided.
    """
    if archived and dossier.state not in FINAL_STATES:
        raise Refusal("Un dossier ne peut être archivé qu’une fois le traitement terminé")
    dossier.archived = archived
    dossier.updated_at = now


def change_groupe(dossier: DepositedDossier, groupe: int, now: int) -> None:
    """Hand the dossier to another groupe.

    Raises:
        Refusal: it is there already.
    """
    if dossier.groupe == groupe:
        raise Refusal("Le dossier est déjà avec le même groupe instructeur")
    previous, dossier.groupe = dossier.groupe, groupe
    dossier.assign(now, "manual", None, previous)
    dossier.updated_at = now


def follow(dossier: DepositedDossier, instructeur: int, now: int, *, on: bool) -> None:
    """An instructeur follows the dossier, or does no longer; nothing if that is so already."""
    if on is (instructeur in dossier.followers):
        return
    if on:
        dossier.followers.append(instructeur)
    else:
        dossier.followers.remove(instructeur)
    dossier.updated_at = now


def cancel_correction(dossier: DepositedDossier, number: int, now: int) -> dict[str, Any]:
    """An instructeur takes a correction request back, leaving its message.

    Raises:
        Refusal: the message asks for no correction, or no longer.
    """
    found = next((one for one in dossier.messages if one["n"] == number), None)
    if found is None or not found["reason"] or found["resolved_at"] or found["discarded_at"]:
        raise Refusal("La demande de correction ne peut pas être annulée")
    found["resolved_at"] = dossier.updated_at = now
    return found
