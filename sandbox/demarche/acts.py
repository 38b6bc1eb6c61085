"""What people do to a dossier. Each act changes a `Dossier` in hand; keeping it is the caller's."""

from collections.abc import Mapping
from typing import Any

from sandbox.common.errors import Refusal
from sandbox.common.texts import normalised
from sandbox.demarche.demarche import Agent, Demarche
from sandbox.demarche.dossier import FINAL_STATES, OPEN_STATES, DepositedDossier
from sandbox.demarche.notices import add_message, notify
from sandbox.demarche.retypings import present
from sandbox.form.validity import check_submission

_EVENTS = {"accepte": "accepte", "refuse": "refuse", "sans_suite": "classe_sans_suite"}


def submit(
    dossier: DepositedDossier, answers: Mapping[str, Any], now: int, demarche: Demarche
) -> None:
    """The declarant submits what was typed since the last time, and answers a correction request.

    Raises:
        Refusal: the dossier is no longer the declarant's to change, or not as DS wants it.
    """
    if dossier.state != "en_construction":
        raise Refusal("Le dossier n’est plus modifiable par l’usager")
    dossier.write(dict(answers), now)
    revision = demarche.revision(dossier.revision)
    read = present(dossier, demarche, dossier.answers)
    check_submission(revision, read, mandatory=dossier.mandatory)
    dossier.draft = {}
    _resolve(dossier, now)
    dossier.champs_at = dossier.updated_at = now
    dossier.treat("depose_correction_usager", now, None)


def send_message(
    dossier: DepositedDossier, body: str, *, sender: str, now: int, reason: str | None = None
) -> dict[str, Any]:
    """An instructeur writes to the declarant, asking for a correction if there is a reason.

    A request made while another one waits, or on a decided dossier, is a mere message. One about
    a dossier that is being examined gives it back to the declarant.

    Raises:
        Refusal: nobody can be written to about this dossier, or there is nothing to say.
    """
    if dossier.archived or dossier.account_deleted or dossier.hidden_by_user_at is not None:
        raise Refusal("La messagerie n’est pas disponible pour ce dossier")
    if not body.strip():
        raise Refusal("Le champ « Votre message » doit être rempli")
    flags = reason is not None and dossier.state in OPEN_STATES and not dossier.pending_correction
    sent = add_message(dossier, normalised(body), sender, now)
    if flags:
        sent["reason"] = reason
        if dossier.state == "en_instruction":
            back_en_construction(dossier, now, sender)
    return sent


def _resolve(dossier: DepositedDossier, now: int) -> None:
    """Close the correction request that waits, if any."""
    asked = dossier.pending_correction
    if asked is not None:
        asked["resolved_at"] = now


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


def pass_en_instruction(
    dossier: DepositedDossier, now: int, by: Agent | None, *, blocked: bool = False
) -> None:
    """An instructeur takes the dossier up, and follows it; a correction request is closed.

    Args:
        dossier: the dossier.
        now: the instant.
        by: the instructeur, if it is known who.
        blocked: whether a correction request that waits forbids it, as some démarches want.

    Raises:
        Refusal: it is not waiting to be taken up, or waits for the declarant.
    """
    if dossier.state != "en_construction":
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    if blocked and dossier.pending_correction:
        raise Refusal("Le dossier est en attente de correction")
    dossier.draft = {}
    _move(dossier, "en_instruction", "passe_en_instruction", (now, by.email if by else None))
    dossier.instruction_at = now
    _resolve(dossier, now)
    if by is not None:
        follow(dossier, by.id, now, on=True)


def follow(dossier: DepositedDossier, instructeur: int, now: int, *, on: bool) -> None:
    """An instructeur follows the dossier, or does no longer; nothing if that is so already."""
    if on is (instructeur in dossier.followers):
        return
    if on:
        dossier.followers.append(instructeur)
    else:
        dossier.followers.remove(instructeur)
    dossier.updated_at = now


def ask_avis(
    dossier: DepositedDossier, question: str, *, expert: str, by: str, now: int
) -> dict[str, Any]:
    """An instructeur asks somebody's opinion about the dossier."""
    asked = {
        "n": len(dossier.avis) + 1,
        "question": question,
        "expert": expert,
        "by": by,
        "asked_at": now,
        "answer": None,
        "answered_at": None,
    }
    dossier.avis.append(asked)
    dossier.updated_at = now
    return asked


def answer_avis(dossier: DepositedDossier, number: int, answer: str, now: int) -> None:
    """An expert gives an opinion.

    Raises:
        Refusal: none was asked under that number.
    """
    found = next((one for one in dossier.avis if one["n"] == number), None)
    if found is None:
        raise Refusal(f"Aucun avis n° {number} n’est demandé sur ce dossier")
    found["answer"], found["answered_at"] = answer, now
    dossier.updated_at = now


def back_en_construction(dossier: DepositedDossier, now: int, by: str | None) -> None:
    """An instructeur gives the dossier back to the declarant; when it was taken up stays.

    Raises:
        Refusal: it is not being examined.
    """
    if dossier.state != "en_instruction":
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    _move(dossier, "en_construction", "repasse_en_construction", (now, by))
    dossier.construction_at = now


def back_en_instruction(dossier: DepositedDossier, now: int, by: str | None) -> None:
    """An instructeur takes a decision back; when it was taken stays.

    Raises:
        Refusal: no decision was taken.
    """
    if dossier.state not in FINAL_STATES:
        raise Refusal(f"Le dossier est déjà {_said(dossier.state)}")
    dossier.motivation = dossier.hidden_by_user_at = None
    _move(dossier, "en_instruction", "repasse_en_instruction", (now, by))
    dossier.instruction_at = now
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
    dossier.decided_at, dossier.motivation = now, motivation
    _move(dossier, state, _EVENTS[state], (now, by))


def _move(
    dossier: DepositedDossier, state: str, event: str, signed: tuple[int, str | None]
) -> None:
    dossier.state = state
    dossier.updated_at = signed[0]
    dossier.treat(event, *signed)
    notify(dossier, event, signed[0])


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
