"""Resolvers of the mutations on groupes instructeurs and on the démarche itself."""

import copy
import re
from typing import Any

from sandbox.api import views
from sandbox.api.instance import Context
from sandbox.api.resolvers import asked_number, find_demarche
from sandbox.common.errors import ApiError, Refusal
from sandbox.common.ids import decode_number
from sandbox.demarche.demarche import Agent, Demarche
from sandbox.form.model import FormRevision

Json = dict[str, Any]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _groupe(context: Context, asked: Json) -> tuple[Demarche, int]:
    number = decode_number(asked["groupeInstructeurId"], "GroupeInstructeur")
    state = context.instance.state
    for found in map(state.demarche, state.numbers()):
        if number in found.groupes:
            context.token.check_scope(found.number, "GroupeInstructeur")
            return found, number
    raise ApiError("GroupeInstructeur not found", "not_found")


def _saved(context: Context, demarche: Demarche, groupe: int, invalid: list[str]) -> Json:
    context.instance.state.save_demarche(demarche)
    payload: Json = {"groupeInstructeur": views.groupe(demarche, groupe)}
    if invalid:
        said = "n’est pas une adresse valide" if len(invalid) == 1 else "ne sont pas valides"
        payload["warnings"] = [{"message": f"{', '.join(invalid)} {said}"}]
    return payload


def _named(demarche: Demarche, asked: list[Json]) -> tuple[list[str], list[str]]:
    """Return the e-mails of the people that profiles name, and those that are none."""
    known = {one.as_api()["id"]: one.email for one in demarche.instructeurs}
    given = [known.get(one["id"]) if one.get("id") else one.get("email") for one in asked]
    emails = [one.strip().lower() for one in given if one]
    return (
        [one for one in emails if _EMAIL.fullmatch(one)],
        [one for one in emails if not _EMAIL.fullmatch(one)],
    )


def _join(context: Context, demarche: Demarche, groupe: int, asked: list[Json]) -> list[str]:
    emails, invalid = _named(demarche, asked)
    for email in emails:
        known = demarche.instructeur(email)
        if known is None:
            demarche.instructeurs.append(Agent(context.instance.state.next_id(), email, [groupe]))
        elif groupe not in known.groupes:
            known.groupes.append(groupe)
    return invalid


def _label(demarche: Demarche, label: str, *, beside: int | None = None) -> str:
    if not label.strip():
        raise Refusal("Le champ « Libellé » doit être rempli")
    if any(label == other for number, other in demarche.groupes.items() if number != beside):
        raise Refusal("Le champ « Libellé » est déjà utilisé(e)")
    return label


def create_groupe(context: Context, asked: Json) -> Json:
    """Make a groupe of a démarche."""
    demarche = find_demarche(context, asked_number(asked["demarche"]))
    told = asked["groupeInstructeur"]
    number = context.instance.state.next_id()
    demarche.groupes[number] = _label(demarche, told["label"])
    if told.get("closed"):
        demarche.closed.append(number)
    invalid = _join(context, demarche, number, told.get("instructeurs") or [])
    return _saved(context, demarche, number, invalid)


def change_groupe(context: Context, asked: Json) -> Json:
    """Rename a groupe, close it or open it."""
    demarche, number = _groupe(context, asked)
    if asked.get("label") is not None:
        demarche.groupes[number] = _label(demarche, asked["label"], beside=number)
    closed = {*demarche.closed} - {number} | ({number} if asked.get("closed") else set())
    if asked.get("closed") is not None:
        if closed == set(demarche.groupes):
            raise Refusal("Il doit y avoir au moins un groupe instructeur actif")
        demarche.closed = sorted(closed)
    return _saved(context, demarche, number, [])


def add_instructeurs(context: Context, asked: Json) -> Json:
    """Put people in a groupe."""
    demarche, number = _groupe(context, asked)
    return _saved(
        context, demarche, number, _join(context, demarche, number, asked["instructeurs"])
    )


def remove_instructeurs(context: Context, asked: Json) -> Json:
    """Take people out of a groupe."""
    demarche, number = _groupe(context, asked)
    emails, _ = _named(demarche, asked["instructeurs"])
    for one in demarche.instructeurs:
        if one.email in emails and number in one.groupes:
            one.groupes.remove(number)
    return _saved(context, demarche, number, [])


def clone(context: Context, asked: Json) -> Json:
    """Copy a démarche as a draft; its questions get ids of their own."""
    state, now = context.instance.state, context.instance.clock.now()
    number = asked_number(asked["demarche"])
    try:
        found = find_demarche(context, number)
    except ApiError as error:
        raise Refusal(f'La démarche "{number}" ne peut pas être clonée.') from error
    raw = _renumbered(found.active.raw, context)
    groupe = state.next_id()
    copied = Demarche(
        number=max(state.numbers()) + 1,
        title=asked.get("title") or found.title,
        created_at=now,
        updated_at=now,
        revisions=[FormRevision.from_json(state.next_id(), now, raw)],
        labels=list(found.labels),
        groupes={groupe: "défaut"},
        state="brouillon",
    )
    state.save_demarche(copied)
    return {"demarche": views.descriptor_of_demarche(copied, copied.active)}


def _renumbered(raw: Any, context: Context) -> Json:
    form: Json = copy.deepcopy(dict(raw))
    ids: dict[str, int] = {}
    questions = [*form["champs"], *form["annotations"]]
    for one in questions:
        questions.extend(one.get("children", ()))
        ids[str(one["id"])] = context.instance.state.next_id()
    for one in questions:
        one["id"] = ids[str(one["id"])]
        if one.get("condition"):
            asked = str(one["condition"]["champ"])
            one["condition"] = {**one["condition"], "champ": ids.get(asked, asked)}
    return form


WORKS = {
    "groupeInstructeurCreer": create_groupe,
    "groupeInstructeurModifier": change_groupe,
    "groupeInstructeurAjouterInstructeurs": add_instructeurs,
    "groupeInstructeurSupprimerInstructeurs": remove_instructeurs,
    "demarcheCloner": clone,
}
