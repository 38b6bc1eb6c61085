"""Control actions of the people of a dossier: its declarant, its instructeurs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sandbox.api.instance import Instance
from sandbox.common.clock import parse
from sandbox.common.errors import Refusal
from sandbox.common.texts import normalised
from sandbox.demarche import acts, intake
from sandbox.demarche.demarche import Agent, Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.notices import add_message
from sandbox.demarche.seed import SeedCompany
from sandbox.form.validity import check_written

Json = dict[str, Any]


@contextmanager
def changing(instance: Instance, number: int) -> Iterator[tuple[DepositedDossier, int]]:
    """Change a dossier in one transaction; gives it and the present instant."""
    with instance.state.transaction():
        dossier = instance.state.dossier(number)
        yield dossier, instance.clock.now()
        instance.state.save(dossier)


def _demarche(instance: Instance, dossier: DepositedDossier) -> Demarche:
    return instance.state.demarche(dossier.demarche)


# The declarant


def create(instance: Instance, demarche: int, dossier: Json, *, unlisted: bool = False) -> Json:
    """Deposit a dossier; ``unlisted`` keeps it out of lists until `release`.

    One that is not ``mandatory`` was written before its questions were: it may have blanks.
    """
    target = instance.state.demarche(demarche)
    revision = dossier.get("revision") or len(target.revisions)
    types = target.revisions[revision - 1].champs
    born = _when(instance, dossier.get("deposited_at"))
    seed = intake.NewDossier(
        number=dossier.get("number") or instance.state.last_number() + 1,
        revision=revision,
        state=dossier.get("state", "en_construction"),
        groupe=dossier.get("groupe", 0),
        deposited_at=born,
        updated_at=_when(instance, dossier.get("updated_at") or dossier.get("deposited_at")),
        usager_email=dossier.get("usager_email", "declarant@laboratoire.example"),
        company=_company(dossier),
        answers=instance.referentiels.filled(types, dossier.get("answers", {}), {}),
        archived=dossier.get("archived", False),
        annotations=dossier.get("annotations", {}),
        mandatory=dossier.get("mandatory", True),
        person=dossier.get("person"),
    )
    with instance.state.transaction():
        deposited = intake.deposit(instance.state, target, seed)
        if unlisted:
            deposited.unlisted = True
            instance.state.save(deposited)
    return {"number": seed.number}


def _company(dossier: Json) -> SeedCompany:
    if dossier.get("person"):
        return SeedCompany("", "")
    return SeedCompany(**dossier["company"])


def _when(instance: Instance, text: str | None) -> datetime:
    instant = parse(text) if text else instance.clock.now()
    return datetime.fromtimestamp(instant / 1_000_000, UTC)


def edit(instance: Instance, number: int, answers: Json) -> None:
    """Type answers without submitting them: nobody but the declarant sees them yet."""
    with changing(instance, number) as (dossier, _now):
        dossier.draft |= _filled(instance, dossier, answers)


def submit(instance: Instance, number: int, answers: Json | None = None) -> None:
    """Submit what was typed, and ``answers``."""
    with changing(instance, number) as (dossier, now):
        demarche = _demarche(instance, dossier)
        types = demarche.revision(dossier.revision).champs
        typed = {**dossier.draft, **_filled(instance, dossier, answers or {})}
        taken = intake.take_answers(instance.state, types, typed, (number, now))
        acts.submit(dossier, taken, now, demarche)


def _filled(instance: Instance, dossier: DepositedDossier, answers: Json) -> Json:
    """What is typed, with what the services behind its référentiel champs fill in."""
    types = _demarche(instance, dossier).revision(dossier.revision).champs
    return instance.referentiels.filled(types, answers, {**dossier.answers, **dossier.draft})


def hide(instance: Instance, number: int, by: str = "user") -> None:
    """Put the dossier in the bin, as its ``user`` or as the ``administration``."""
    with changing(instance, number) as (dossier, now):
        if by == "user":
            dossier.hidden_by_user_at = now
        else:
            dossier.hidden_by_admin_at = now
        dossier.updated_at = now


def restore(instance: Instance, number: int) -> None:
    """Take the dossier out of the bin, and undo its expiry."""
    with changing(instance, number) as (dossier, now):
        dossier.hidden_by_user_at = dossier.hidden_by_admin_at = None
        dossier.expired = False
        dossier.updated_at = now


def expire(instance: Instance, number: int) -> None:
    """Let the dossier expire: no list shows it any more, until it is purged."""
    with changing(instance, number) as (dossier, _now):
        dossier.expired = True


def purge(instance: Instance, number: int, reason: str | None = None) -> None:
    """Remove the dossier for good."""
    with instance.state.transaction():
        dossier = instance.state.dossier(number)
        pending = dossier.pending_deletion
        why = reason or (
            "expired" if dossier.expired else pending[1] if pending else "user_request"
        )
        instance.state.purge(dossier, why, instance.clock.now())


def release(instance: Instance, number: int) -> None:
    """Let a dossier created ``unlisted`` appear, with the timestamps that it had."""
    with changing(instance, number) as (dossier, _now):
        dossier.unlisted = False


def delete_account(instance: Instance, number: int) -> None:
    """Delete the account of the declarant."""
    with changing(instance, number) as (dossier, _now):
        dossier.account_deleted = True


def answer(instance: Instance, number: int, body: str) -> None:
    """Write a message as the declarant."""
    with changing(instance, number) as (dossier, now):
        add_message(dossier, normalised(body), dossier.usager_email, now)


# Instructeurs


def annotate(instance: Instance, number: int, annotations: Json) -> None:
    """Write annotations by hand; ``None`` clears one."""
    with changing(instance, number) as (dossier, now):
        types = _demarche(instance, dossier).revision(dossier.revision).annotations
        written = intake.take_answers(instance.state, types, annotations, (number, now))
        check_written(types, written)
        for stable, value in written.items():
            dossier.annotations[stable] = value
            dossier.annotation_dates[stable] = now
        dossier.mark_written(written)
        dossier.annotations_at = dossier.updated_at = now


def edit_champ(instance: Instance, number: int, answers: Json) -> None:
    """Change answers as an instructeur: the date of the champs stays."""
    with changing(instance, number) as (dossier, now):
        types = _demarche(instance, dossier).revision(dossier.revision).champs
        taken = intake.take_answers(instance.state, types, answers, (number, now))
        check_written(types, taken)
        dossier.write(taken, now)
        dossier.updated_at = dossier.champs_by_instructeur_at = now


def label(instance: Instance, number: int, name: str, *, on: bool = True) -> None:
    """Put a label on the dossier, or take it off."""
    with changing(instance, number) as (dossier, now):
        known = {one.name: one.id for one in _demarche(instance, dossier).labels}
        if name not in known:
            raise Refusal(f"Aucun label ne s’appelle « {name} » ; il y a {', '.join(known)}.")
        act = acts.add_label if on else acts.remove_label
        act(dossier, known[name], now, moves_date=instance.switches.label_moves_date)


def message(
    instance: Instance, number: int, body: str, by: str, correction: str | None = None
) -> Json:
    """Write to the declarant as an instructeur."""
    with changing(instance, number) as (dossier, now):
        return acts.send_message(dossier, body, sender=by, now=now, reason=correction)


def discard(instance: Instance, number: int, message: int, by: str) -> None:
    """Withdraw the ``message``-th message of the dossier."""
    with changing(instance, number) as (dossier, now):
        acts.discard_message(dossier, message, by, now)


def _agent(instance: Instance, dossier: DepositedDossier, email: str) -> Agent:
    """Return an instructeur of the démarche, or one who has left it."""
    return _demarche(instance, dossier).instructeur(email) or Agent(0, email, [])


def move(
    instance: Instance,
    number: int,
    state: str,
    by: str | None = None,
    motivation: str | None = None,
) -> None:
    """Bring the dossier to a state, through whatever lies between; a decision may say why."""
    with changing(instance, number) as (dossier, now):
        if state == "en_construction":
            if dossier.state not in {"en_construction", "en_instruction"}:
                acts.back_en_instruction(dossier, now, by)
            acts.back_en_construction(dossier, now, by)
        elif state == "en_instruction" and dossier.state != "en_construction":
            acts.back_en_instruction(dossier, now, by)
        else:
            if dossier.state == "en_construction":
                blocked = instance.switches.correction_blocks_instruction
                agent = _agent(instance, dossier, by) if by else None
                acts.pass_en_instruction(dossier, now, agent, blocked=blocked)
            if state != "en_instruction":
                acts.decide(dossier, state, now=now, by=by, motivation=motivation)


def follow(instance: Instance, number: int, by: str, *, on: bool = True) -> None:
    """Follow the dossier as an instructeur, or follow it no longer."""
    with changing(instance, number) as (dossier, now):
        agent = _demarche(instance, dossier).instructeur(by)
        if agent is None:
            raise Refusal(f"Aucun instructeur n’a l’adresse « {by} »")
        acts.follow(dossier, agent.id, now, on=on)


def ask_avis(instance: Instance, number: int, question: str, expert: str, by: str) -> Json:
    """Ask an expert's opinion about the dossier, as an instructeur."""
    with changing(instance, number) as (dossier, now):
        return acts.ask_avis(dossier, question, expert=expert, by=by, now=now)


def answer_avis(instance: Instance, number: int, avis: int, answer: str) -> None:
    """Give the ``avis``-th opinion that was asked."""
    with changing(instance, number) as (dossier, now):
        acts.answer_avis(dossier, avis, answer, now)


def archive(instance: Instance, number: int, *, archived: bool = True) -> None:
    """Put the dossier away whatever its state, or take it out again."""
    with changing(instance, number) as (dossier, now):
        dossier.archived = archived
        dossier.updated_at = now


def change_groupe(instance: Instance, number: int, groupe: str) -> None:
    """Hand the dossier to the groupe with that label."""
    with changing(instance, number) as (dossier, now):
        known = {name: key for key, name in _demarche(instance, dossier).groupes.items()}
        if groupe not in known:
            raise Refusal(f"Aucun groupe ne s’appelle « {groupe} » ; il y a {', '.join(known)}.")
        acts.change_groupe(dossier, known[groupe], now)
