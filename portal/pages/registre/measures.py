"""A measure of the agency: its next state, and what is concluded of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from portal.errors import UnknownError
from portal.pages.registre.acting import ActForm, Done, FormPage, form_routes, when
from portal.pages.registre.actions import agency, shown_of
from portal.pages.registre.shared import access_of
from portal.people.sessions import Person
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import Input, pairs
from portal.registre.rows import title_of
from steps.registre import acting as steps
from triage.registre.measures import follows
from triage.registre.register import Measure, Situation

router = APIRouter()


class StateForm(ActForm):
    """Its next state."""

    etat: Annotated[str, Field(title="État de la mesure", max_length=40)] = ""


class ConclusionForm(ActForm):
    """What is concluded of it."""

    conclusion: Annotated[str, Field(title="Conclusion", max_length=40)] = ""


def _found(
    request: Request, person: Person
) -> tuple[RegisterAccess, RegisterRead, Measure, Situation]:
    agency(person)
    access = access_of(request)
    read = access.read(person.role)
    one = read.register.measures.get(request.path_params["measure"])
    if one is None:
        raise UnknownError
    return access, read, one, read.register.situations[one.situation]


def _page(
    found: tuple[RegisterAccess, RegisterRead, Measure, Situation],
    path: str,
    title: str,
    asked: Input,
) -> tuple[FormPage, int]:
    _, read, one, home = found
    return (
        FormPage(
            title=f"{title}\u00a0: {one.fields['type']} ({one.id})",
            inputs=[asked, *when()],
            shown=shown_of(read, home),
            action=f"/mesures/{one.id}/{path}",
            back=f"/situations/{home.id}#mesures",
            back_name=f"{home.id} · {title_of(read, home)}",
            button="Enregistrer",
            above=[("État", str(one.state)), ("Conclusion", one.conclusion or "aucune")],
        ),
        home.last,
    )


def _moving(request: Request, person: Person) -> tuple[FormPage, int]:
    found = _found(request, person)
    options = pairs(map(str, follows(found[2])))
    asked = Input("etat", "État de la mesure", "choix", options, required=True)
    return _page(found, "etat", "Changer l’état", asked)


def _concluding(request: Request, person: Person) -> tuple[FormPage, int]:
    found = _found(request, person)
    options = pairs(found[0].lists.conclusions)
    asked = Input("conclusion", "Conclusion", "choix", options, required=True)
    return _page(found, "conclure", "Conclure", asked)


_SAID = Done(lambda _: "La mesure est enregistrée.")


def _measure(sent: Any) -> str:
    return str(sent.request.path_params["measure"])


form_routes(
    router,
    "/mesures/{measure}/etat",
    StateForm,
    _moving,
    lambda services, sent, acting: steps.move_measure(
        services, _measure(sent), sent.form.etat, acting
    ),
    _SAID,
)
form_routes(
    router,
    "/mesures/{measure}/conclure",
    ConclusionForm,
    _concluding,
    lambda services, sent, acting: steps.conclude_measure(
        services, _measure(sent), sent.form.conclusion, acting
    ),
    _SAID,
)
