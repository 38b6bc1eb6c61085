"""Questions to the centres: asked by the agency, answered by each centre, which reads its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from portal.errors import ForbiddenError, UnknownError
from portal.pages.registre.acting import DOOR, ActForm, Done, FormPage, form_routes, when
from portal.pages.registre.actions import agency
from portal.pages.registre.shared import access_of, at_of
from portal.pages.view import view_of
from portal.pages.writing import Shown
from portal.people.sessions import Person, SignedIn
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import LONG, Input, day_of
from steps.registre import questions as steps
from steps.registre.acting import Acting
from steps.wiring.services import Services
from triage.registre.acts import Verb
from triage.registre.questions import Asked
from triage.registre.refused import Refused

router = APIRouter()
_PAGES = "/questions"


@router.get(_PAGES)
def questions(request: Request, person: SignedIn) -> Response:
    """Questions, the late ones first; a centre reads its own."""
    at, wrong = at_of(request.query_params)
    read = access_of(request).read(person.role, at)
    return view_of(request).page(
        request,
        "questions",
        person=person,
        found=read.reading.asked,
        named=read.reading.named,
        readable=read.reading.situations,
        numbers=read.reading.numbers,
        at=at,
        day=read.day,
        wrong=wrong,
        agency=person.role.audience == "agence",
        acts=person.role.acts_on_register and not at.is_past,
        answers=_may_answer(person) and not at.is_past,
    )


class AskForm(ActForm):
    """A question to centres."""

    sujet: Annotated[str, Field(title="Sujet", max_length=60)] = ""
    texte: Annotated[str, Field(title="Question", max_length=LONG)] = ""
    centres: tuple[Annotated[str, Field(max_length=60)], ...] = ()
    echeance: Annotated[str, Field(title="Échéance", max_length=10)] = ""


class CentreAnswerForm(ActForm):
    """What a centre answers."""

    reponse: Annotated[str, Field(title="Réponse", max_length=LONG)] = ""


def _may_answer(person: Person) -> bool:
    """Whether they answer: a centre for itself, the agency in the name of any."""
    return person.role.acts_on_register or bool(person.role.centre)


def last_of(read: RegisterRead, person: Person, verb: Verb) -> str:
    """The last thing of a kind that a person entered here: what a form sent twice would repeat."""
    mine = [
        one.object
        for one in read.acts
        if one.verb is verb and one.door == DOOR and one.person == person.email
    ]
    return max(mine, default="aucun")


def _asking(request: Request, person: Person) -> tuple[FormPage, None]:
    agency(person)
    access = access_of(request)
    read = access.read(person.role)
    subject = request.query_params.get("sujet", "")[:60]
    return (
        FormPage(
            title="Poser une question",
            inputs=[
                Input(
                    "sujet",
                    "Sujet",
                    value=subject,
                    required=True,
                    hint="Une situation (SIT-0001) ou un numéro de dossier",
                ),
                Input("texte", "Question", "long", required=True, hint="Sans donnée de patient"),
                Input(
                    "centres",
                    "Centres",
                    "cases",
                    [(one.code, one.name) for one in access.source.centres],
                ),
                Input("echeance", "Échéance", "date", required=True),
                *when(),
            ],
            shown=Shown({"Votre dernière question": last_of(read, person, Verb.QUESTION)}),
            action=f"{_PAGES}/poser",
            back=f"/situations/{subject}" if subject in read.reading.situations else _PAGES,
            back_name="Questions",
            button="Poser la question",
        ),
        None,
    )


def _ask(services: Services, sent: Any, acting: Acting) -> object:
    form: AskForm = sent.form
    due = day_of(form.echeance, "Échéance")
    if due is None:
        raise Refused("Échéance : à donner.")
    if not form.centres:
        raise Refused("Centres : nommez-en au moins un.")
    given = {"texte": form.texte}
    named = " ; ".join(form.centres)
    return steps.ask(services, form.sujet, given, named, due=due, acting=acting)


def _one(request: Request, person: Person) -> tuple[RegisterAccess, Asked]:
    access = access_of(request)
    read = access.read(person.role)
    wanted = (request.path_params["question"], request.path_params["centre"])
    for one in read.reading.asked:
        if (one.question.id, one.centre) == wanted:
            return access, one
    raise UnknownError


def _told(access: RegisterAccess, one: Asked) -> tuple[str, list[tuple[str, str]]]:
    names = {each.code: each.name for each in access.source.centres}
    name = names.get(one.centre, one.centre)
    due = f"{one.question.due_on:%d/%m/%Y} ({one.told})"
    return name, [("Question", one.question.text), ("Échéance", due), ("Centre", name)]


def _answering(request: Request, person: Person) -> tuple[FormPage, None]:
    if not _may_answer(person):
        raise ForbiddenError
    access, one = _one(request, person)
    name, above = _told(access, one)
    answer = one.answer.text if one.answer else ""
    return (
        FormPage(
            title=f"Répondre à {one.question.id}",
            inputs=[
                Input(
                    "reponse",
                    "Réponse",
                    "long",
                    value=answer,
                    hint="Sans donnée de patient\u00a0; vide, elle retire la réponse",
                ),
                *(when() if person.role.acts_on_register else ()),
            ],
            shown=Shown(
                {
                    "Question": one.question.text,
                    "Échéance": f"{one.question.due_on:%d/%m/%Y}",
                    f"Réponse de {name}": answer,
                    "Retirée": one.question.withdrawn,
                }
            ),
            action=f"{_PAGES}/{one.question.id}/{one.centre}/repondre",
            back=_PAGES,
            back_name="Questions",
            button="Enregistrer la réponse",
            above=above,
        ),
        None,
    )


def _answer(services: Services, sent: Any, acting: Acting) -> object:
    names = sent.request.path_params
    if sent.person.role.centre and (sent.form.le or sent.form.motif):
        raise ForbiddenError
    return steps.answer(services, names["question"], names["centre"], sent.form.reponse, acting)


def _withdrawing(request: Request, person: Person) -> tuple[FormPage, int]:
    agency(person)
    access = access_of(request)
    one = access.read(person.role).register.questions.get(request.path_params["question"])
    if one is None:
        raise UnknownError
    return (
        FormPage(
            title=f"Retirer {one.id}",
            inputs=when(reason=True),
            shown=Shown({"Retirée": one.withdrawn, "Réponses": ", ".join(one.answers)}),
            action=f"{_PAGES}/{one.id}/retirer",
            back=_PAGES,
            back_name="Questions",
            button="Retirer la question",
            above=[("Question", one.text)],
        ),
        one.last,
    )


form_routes(
    router,
    f"{_PAGES}/poser",
    AskForm,
    _asking,
    _ask,
    Done(lambda one: f"{one.id} est posée.", lambda _: _PAGES),
)
form_routes(
    router,
    f"{_PAGES}/{{question}}/{{centre}}/repondre",
    CentreAnswerForm,
    _answering,
    _answer,
    Done(lambda _: "La réponse est enregistrée."),
)
form_routes(
    router,
    f"{_PAGES}/{{question}}/retirer",
    ActForm,
    _withdrawing,
    lambda services, sent, acting: steps.withdraw(
        services, sent.request.path_params["question"], acting
    ),
    Done(lambda one: f"{one.id} est retirée."),
)
