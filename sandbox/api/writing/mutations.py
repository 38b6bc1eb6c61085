"""Resolvers of mutations: who may, on which dossier, and the payload that says what was done."""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.api import views
from sandbox.api.instance import Context
from sandbox.api.resolvers import find_dossier
from sandbox.api.writing import administration, annotating, uploads
from sandbox.common.errors import ApiError, Refusal
from sandbox.common.ids import decode, decode_number
from sandbox.demarche import acts
from sandbox.demarche.demarche import Agent, Label
from sandbox.demarche.dossier import DepositedDossier

Json = dict[str, Any]
Info = GraphQLResolveInfo
Work = Callable[[Context, Json], Json]


def _mutation(work: Work) -> Callable[..., Json]:
    def resolve(_root: Any, info: Info, input: Json) -> Json:  # noqa: A002
        context: Context = info.context
        context.instance.stats.mutations[info.field_name] += 1
        payload: Json = {"clientMutationId": input.get("clientMutationId"), "errors": None}
        try:
            context.token.check_write()
            with context.instance.state.transaction():
                payload.update(work(context, input))
        except Refusal as refusal:
            payload["errors"] = [{"message": message} for message in refusal.messages]
        return payload

    return resolve


def _dossier(context: Context, asked: Json) -> DepositedDossier:
    return find_dossier(context, decode_number(asked["dossierId"], "Dossier"))


def _agent(context: Context, dossier: DepositedDossier, asked: Json) -> Agent:
    number = decode_number(asked["instructeurId"], "Instructeur")
    members = context.instance.state.demarche(dossier.demarche).members(dossier.groupe)
    for member in members:
        if member.id == number:
            return member
    raise Refusal("L’instructeur n’a pas les droits d’accès à ce dossier")


def _shown(context: Context, dossier: DepositedDossier, ids: list[str]) -> list[Json]:
    shown = views.annotations(dossier, context.instance, context.base_url)
    inner = [champ for one in shown for champ in one.get("champs", ())]
    by_id = {one["id"]: one for one in (*shown, *inner)}
    return [by_id[one] for one in ids if one in by_id]


def _annotations(context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    _agent(context, dossier, asked)
    revision = context.instance.state.demarche(dossier.demarche).revision(dossier.revision)
    silent = context.instance.switches.silent_annotations
    written: list[str] = []
    errors: list[str] = []
    files = {
        blob: uploads.take(context.instance, blob, scan="pending")
        for one in asked["annotations"]
        for blob in one["value"].get("pieceJustificative") or ()
    }
    for one in asked["annotations"]:
        ((key, value),) = one["value"].items()
        if key == "pieceJustificative":
            value = [files[blob] for blob in value]
        try:
            place = annotating.find(revision, one["id"], (annotating.KINDS[key],))
        except Refusal as refusal:
            errors += () if silent else refusal.messages
            continue
        try:
            annotating.write(dossier, place, value, context.instance.clock.now())
        except Refusal as refusal:
            errors += refusal.messages
            continue
        written.append(one["id"])
    if written:
        context.instance.state.save(dossier)
    payload: Json = {"annotations": _shown(context, dossier, written)}
    return {**payload, "errors": [{"message": one} for one in errors] or None}


def _annotation(kinds: tuple[str, ...], context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    _agent(context, dossier, asked)
    revision = context.instance.state.demarche(dossier.demarche).revision(dossier.revision)
    try:
        place = annotating.find(revision, asked["annotationId"], kinds)
    except Refusal as refusal:
        raise Refusal(f'L’annotation "{asked["annotationId"]}" n’existe pas') from refusal
    annotating.write(dossier, place, asked.get("value", 1), context.instance.clock.now())
    context.instance.state.save(dossier)
    return {"annotation": _shown(context, dossier, [asked["annotationId"]])[0]}


def _send(context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    agent = _agent(context, dossier, asked)
    now = context.instance.clock.now()
    reason = asked.get("correction")
    signed = asked.get("attachment")
    attached = uploads.take(context.instance, signed) if signed else None
    if (
        reason
        and dossier.pending_correction
        and context.instance.switches.second_correction_refused
    ):
        raise Refusal("Le dossier est déjà en attente de correction")
    sent = acts.send_message(dossier, asked["body"], sender=agent.email, now=now, reason=reason)
    sent["files"] = [attached] if attached else []
    context.instance.state.save(dossier)
    return {"message": views.message(dossier, sent)}


def _discard(context: Context, asked: Json) -> Json:
    number, _, place = decode(asked["messageId"], "Message").partition(".")
    dossier = find_dossier(context, int(number))
    agent = _agent(context, dossier, asked)
    now = context.instance.clock.now()
    correction = dossier.pending_correction
    gone = acts.discard_message(dossier, int(place), agent.email, now)
    if asked.get("cancelCorrection") is False and correction is gone:
        gone["resolved_at"] = None
    context.instance.state.save(dossier)
    return {"message": views.message(dossier, gone)}


def _cancel_correction(context: Context, asked: Json) -> Json:
    number, _, place = decode(asked["messageId"], "Message").partition(".")
    dossier = find_dossier(context, int(number))
    message = acts.cancel_correction(dossier, int(place), context.instance.clock.now())
    _agent(context, dossier, asked)
    context.instance.state.save(dossier)
    return {"message": views.message(dossier, message)}


def _follow(context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    agent = _agent(context, dossier, asked)
    acts.follow(dossier, agent.id, context.instance.clock.now(), on=asked["follow"])
    context.instance.state.save(dossier)
    return {"dossier": views.dossier(dossier), "instructeur": agent.as_api()}


def _upload(context: Context, asked: Json) -> Json:
    _dossier(context, asked)
    return {"directUpload": uploads.announce(context.instance, context.base_url, asked)}


def _label(context: Context, dossier: DepositedDossier, asked: Json) -> Label:
    number = decode_number(asked["labelId"], "Label")
    state = context.instance.state
    for demarche in map(state.demarche, state.numbers()):
        for label in demarche.labels:
            if label.id == number and demarche.number == dossier.demarche:
                return label
            if label.id == number:
                raise Refusal("Ce label n’appartient pas à la même démarche que le dossier")
    raise ApiError("Label not found", "not_found")


def _labelled(act: Callable[..., None], context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    label = _label(context, dossier, asked)
    moves = context.instance.switches.label_moves_date
    act(dossier, label.id, context.instance.clock.now(), moves_date=moves)
    context.instance.state.save(dossier)
    return {"dossier": views.dossier(dossier), "label": label.as_api()}


def _moved(
    act: Callable[[DepositedDossier, int, str], None], context: Context, asked: Json
) -> Json:
    dossier = _dossier(context, asked)
    agent = _agent(context, dossier, asked)
    act(dossier, context.instance.clock.now(), agent.email)
    context.instance.state.save(dossier)
    return {"dossier": views.dossier(dossier)}


def _taken_up(context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    agent, now = _agent(context, dossier, asked), context.instance.clock.now()
    blocked = context.instance.switches.correction_blocks_instruction
    acts.pass_en_instruction(dossier, now, agent, blocked=blocked)
    context.instance.state.save(dossier)
    return {"dossier": views.dossier(dossier)}


def _decided(state: str, context: Context, asked: Json) -> Json:
    signed = asked.get("justificatif")
    attached = uploads.take(context.instance, signed) if signed else None

    def act(dossier: DepositedDossier, now: int, by: str) -> None:
        acts.decide(dossier, state, now=now, by=by, motivation=asked.get("motivation"))
        dossier.motivation_file = attached

    return _moved(act, context, asked)


def _archived(archived: bool, context: Context, asked: Json) -> Json:
    def act(dossier: DepositedDossier, now: int, _by: str) -> None:
        acts.archive(dossier, now, archived=archived)

    return _moved(act, context, asked)


def _groupe(context: Context, asked: Json) -> Json:
    dossier = _dossier(context, asked)
    groupe = decode_number(asked["groupeInstructeurId"], "GroupeInstructeur")
    if groupe not in context.instance.state.demarche(dossier.demarche).groupes:
        raise ApiError("GroupeInstructeur not found", "not_found")
    acts.change_groupe(dossier, groupe, context.instance.clock.now())
    context.instance.state.save(dossier)
    return {"dossier": views.dossier(dossier)}


_WORKS: dict[str, Work] = {
    "dossierModifierAnnotations": _annotations,
    "dossierEnvoyerMessage": _send,
    "dossierSupprimerMessage": _discard,
    "dossierAjouterLabel": partial(_labelled, acts.add_label),
    "dossierSupprimerLabel": partial(_labelled, acts.remove_label),
    "dossierPasserEnInstruction": _taken_up,
    "dossierRepasserEnConstruction": partial(_moved, acts.back_en_construction),
    "dossierRepasserEnInstruction": partial(_moved, acts.back_en_instruction),
    "dossierAccepter": partial(_decided, "accepte"),
    "dossierRefuser": partial(_decided, "refuse"),
    "dossierClasserSansSuite": partial(_decided, "sans_suite"),
    "dossierArchiver": partial(_archived, True),
    "dossierDesarchiver": partial(_archived, False),
    "dossierChangerGroupeInstructeur": _groupe,
    "dossierBasculeSuivi": _follow,
    "dossierAnnulerDemandeCorrection": _cancel_correction,
    "createDirectUpload": _upload,
    **administration.WORKS,
    **{
        f"dossierModifierAnnotation{name}": partial(_annotation, kinds)
        for name, kinds in annotating.LEGACY.items()
    },
}

MUTATIONS: dict[str, Callable[..., Json]] = {name: _mutation(work) for name, work in _WORKS.items()}
