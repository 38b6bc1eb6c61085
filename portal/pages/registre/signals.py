"""Signals of other sources: entered, with the situations that they are likeliest of, and placed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from exports.sheets.centres import OF_CENTRES
from french.text import typographic
from portal.errors import ForbiddenError, UnknownError
from portal.pages.registre.acting import DOOR, ActForm, Done, FormPage, act, form_page, form_routes
from portal.pages.registre.actions import agency
from portal.pages.registre.questions import last_of
from portal.pages.registre.shared import access_of, at_of
from portal.pages.view import view_of
from portal.pages.writing import Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import LONG, Input, Kind, pairs
from portal.registre.rows import title_of
from steps.judge.acts import today
from steps.registre import signals as steps
from steps.registre.acting import Acting
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre.acts import By, Verb
from triage.registre.drafting import When
from triage.registre.refused import Refused
from triage.registre.register import Signal
from triage.registre.signals import FIELDS, Likely
from triage.registre.signals import enter as drawn

router = APIRouter()
ANEW = "nouvelle"
_ENTRY = "/signaux/saisir"
_NAMES = {
    "type": "type",
    "organisme": "organisme",
    "reçu_le": "recu_le",
    "période": "periode",
    "substance": "substance",
    "cis": "cis",
    "nature": "nature",
    "population": "population",
    "voie": "voie",
    "résumé": "resume",
    "cas": "cas",
    "référence": "reference",
    "diffusion": "diffusion",
    "suite": "suite",
}
"""Name in the form of each field of a signal, in their order."""


class SignalForm(ActForm):
    """What is told of a signal, and where it goes; blank: nowhere yet."""

    type: Annotated[str, Field(title="Type de source", max_length=100)] = ""
    organisme: Annotated[str, Field(title="Organisme", max_length=250)] = ""
    recu_le: Annotated[str, Field(title="Reçu le", max_length=10)] = ""
    periode: Annotated[str, Field(title="Période", max_length=250)] = ""
    substance: Annotated[str, Field(title="Substance", max_length=250)] = ""
    cis: Annotated[str, Field(title="Code CIS", max_length=8)] = ""
    nature: Annotated[str, Field(title="Nature de la non-conformité", max_length=500)] = ""
    population: Annotated[str, Field(title="Population", max_length=500)] = ""
    voie: Annotated[str, Field(title="Voie utilisée", max_length=500)] = ""
    resume: Annotated[str, Field(title="Résumé", max_length=LONG)] = ""
    cas: Annotated[str, Field(title="Nombre de cas", max_length=6)] = ""
    reference: Annotated[str, Field(title="Référence ou lien", max_length=1_000)] = ""
    diffusion: Annotated[str, Field(title="Diffusion", max_length=40)] = ""
    suite: Annotated[str, Field(title="Suite", max_length=1_000)] = ""
    situation: Annotated[str, Field(title="Où le rattacher", max_length=60)] = ""
    geste: Literal["chercher", "enregistrer"] = "enregistrer"

    def given(self, person: Person, access: RegisterAccess) -> dict[str, str]:
        """As the rules take it; of a centre, it is its own."""
        found = {field: str(getattr(self, name)) for field, name in _NAMES.items()}
        if person.role.centre:
            found |= {"type": OF_CENTRES, "organisme": _centre(person, access)}
        return found


def _centre(person: Person, access: RegisterAccess) -> str:
    return next((one.name for one in access.source.centres if one.code == person.role.centre), "")


@router.get("/signaux")
def signals(request: Request, person: SignedIn) -> Response:
    """Signals of other sources that a person may read."""
    at, wrong = at_of(request.query_params)
    read = access_of(request).read(person.role, at)
    return view_of(request).page(
        request,
        "signaux",
        person=person,
        found=sorted(read.reading.signals, key=lambda one: one.id, reverse=True),
        reading=read.reading,
        at=at,
        day=read.day,
        wrong=wrong,
        agency=person.role.audience == "agence",
        acts=person.role.acts_on_register and not at.is_past,
        enters=_may_enter(person),
    )


def _may_enter(person: Person) -> bool:
    return person.role.acts_on_register or bool(person.role.centre)


def _entry(
    request: Request, person: Person, found: Sequence[Likely] | None = None
) -> tuple[FormPage, None]:
    if not _may_enter(person):
        raise ForbiddenError
    access = access_of(request)
    read, lists = access.read(person.role), access.lists
    needed, places = {"type", "organisme", "substance", "résumé"}, _places(read, found)
    kinds: dict[str, Kind] = {"résumé": "long", "reçu_le": "date", "cas": "texte"}
    options = {"type": pairs(lists.sources), "diffusion": [(one, one) for one in lists.diffusions]}
    hints = {
        "reçu_le": "Aujourd’hui s’il est vide",
        "nature": "Comme dans les dossiers\u00a0; plusieurs séparées par «\u00a0;\u00a0»",
        "résumé": "Sans donnée de patient",
        "diffusion": "«\u00a0réseau\u00a0»\u00a0: tous les centres le lisent",
    }
    inputs = [
        Input(
            _NAMES[field],
            title,
            "choix" if field in options else kinds.get(field, "texte"),
            options.get(field, ()),
            required=field in needed,
            hint=hints.get(field, ""),
        )
        for field, title in FIELDS.items()
        if not (person.role.centre and field in {"type", "organisme", "suite"})
    ]
    if person.role.acts_on_register:
        hint = "Cherchez d’abord les plus proches, ou choisissez" if found is None else ""
        inputs.append(Input("situation", "Où le rattacher", "choix", places, hint=hint))
    return (
        FormPage(
            title="Saisir un signal",
            inputs=inputs,
            shown=Shown({"Votre dernier signal": last_of(read, person, Verb.SIGNAL)}),
            action=_ENTRY,
            back="/situations",
            back_name="Situations",
            button="Enregistrer et rattacher" if person.role.acts_on_register else "Enregistrer",
            other=("chercher", "Voir les situations les plus proches")
            if person.role.acts_on_register
            else ("", ""),
            likely=[*_told(access, read, found or ())],
            looked=found is not None,
        ),
        None,
    )


def _places(read: RegisterRead, found: Sequence[Likely] | None) -> list[tuple[str, str]]:
    near = [one.situation for one in found or ()]
    others = [
        name
        for name, one in read.reading.situations.items()
        if name not in near and (one.dossiers or one.signals or one.identified_on)
    ]
    told = [
        (name, f"{name} · {title_of(read, read.reading.situations[name])}")
        for name in (*near, *others)
        if name in read.reading.situations
    ]
    return [("", "Plus tard (à rattacher)"), (ANEW, "Nouvelle situation"), *told]


def _told(
    access: RegisterAccess, read: RegisterRead, found: Sequence[Likely]
) -> list[tuple[str, str, str]]:
    fields = access.source.look_up(lambda services: services.form.mapping.fields)
    return [
        (
            one.situation,
            title_of(read, read.reading.situations[one.situation]),
            ", ".join(
                fields[name].title if name in fields else name.capitalize() for name in one.agreeing
            ),
        )
        for one in found
        if one.situation in read.reading.situations
    ]


@router.get(_ENTRY)
def ask(request: Request, person: SignedIn) -> Response:
    """The form of a signal.

    Raises:
        ForbiddenError: The person enters none.
    """
    return form_page(request, person, _entry(request, person)[0])


@router.post(_ENTRY)
def enter(sent: Annotated[Sent[SignalForm], Depends(form_of(SignalForm))]) -> Response:
    """Enter a signal; or look for the situations that it is likeliest of, and enter nothing.

    Raises:
        ForbiddenError: The person enters none, or says whose it is in a centre's name.
    """
    form, person, request = sent.form, sent.person, sent.request
    access = access_of(request)
    stranger = form.type or form.organisme or form.suite or form.situation or form.le or form.motif
    sent.require(_may_enter(person) and not (person.role.centre and stranger))
    if form.geste == "enregistrer":
        return act(sent, _entry, _enter, Done(_entered, lambda one: _after(one, person)))
    agency(person)
    try:
        found = access.source.look_up(lambda services: _near(services, sent, access))
    except (Refused, RequestError) as error:
        page, _ = _entry(request, person)
        return form_page(request, person, page, form=form, why=typographic(str(error)))
    page, _ = _entry(request, person, found)
    best = found[0].situation if found else ANEW
    shown = form if form.situation else form.model_copy(update={"situation": best})
    return form_page(request, person, page, form=shown)


def _near(services: Services, sent: Sent[SignalForm], access: RegisterAccess) -> tuple[Likely, ...]:
    """Situations that a signal is likeliest of, before it is entered: the same refusals."""
    given, day = sent.form.given(sent.person, access), today()
    by, when = By(sent.person.email, DOOR), When(day, day)
    (one,) = drawn("SIG-0000", given, by=by, when=when, lists=services.form.lists)
    read = access.read(sent.person.role)
    return steps.likeliest(services, Signal("SIG-0000", one.new, None, 0), read.register, read.told)


def _enter(services: Services, sent: Any, acting: Acting) -> steps.Entered:
    access = access_of(sent.request)
    given, where = sent.form.given(sent.person, access), sent.form.situation
    anew = where == ANEW
    return steps.enter(services, given, acting, situation="" if anew else where, anew=anew)


def _entered(found: steps.Entered) -> str:
    one = found.signal
    where = f"rattaché à {one.situation}" if one.situation else "à rattacher"
    return f"{one.id} est enregistré, {where}."


def _after(found: steps.Entered, person: Person) -> str:
    home = found.signal.situation
    return f"/situations/{home}" if home and person.role.acts_on_register else "/signaux"


class PlaceForm(ActForm):
    """Where a signal goes."""

    situation: Annotated[str, Field(title="Où le rattacher", max_length=60)] = ""


def _placing(request: Request, person: Person) -> tuple[FormPage, int]:
    agency(person)
    access = access_of(request)
    read = access.read(person.role)
    one = read.register.signals.get(request.path_params["signal"])
    if one is None:
        raise UnknownError
    found = access.source.look_up(
        lambda services: steps.likeliest(services, one, read.register, read.told)
    )
    _, *places = _places(read, found)
    told = f"{one.fields.get('substance', '')}\u00a0: {one.fields.get('résumé', '')}"
    return (
        FormPage(
            title=f"Rattacher {one.id}",
            inputs=[
                Input(
                    "situation",
                    "Où le rattacher",
                    "choix",
                    [("", "Choisir"), *places],
                    value=one.situation or (found[0].situation if found else ""),
                    required=True,
                ),
                Input("motif", "Motif", "long"),
            ],
            shown=Shown({"Rattaché à": one.situation or "", "Acte": str(one.last)}),
            action=f"/signaux/{one.id}/rattacher",
            back="/signaux",
            back_name="Signaux",
            button="Rattacher",
            above=[("Signal", told), ("Rattaché à", one.situation or "rien encore")],
            likely=[*_told(access, read, found)],
            looked=True,
        ),
        one.last,
    )


def _place(services: Services, sent: Any, acting: Acting) -> Signal:
    where, name = sent.form.situation, sent.request.path_params["signal"]
    if not where:
        raise Refused("Où le rattacher : à donner.")
    anew = where == ANEW
    asked = replace(acting, seen=None)
    return steps.place(services, name, asked, situation="" if anew else where, anew=anew)


form_routes(
    router,
    "/signaux/{signal}/rattacher",
    PlaceForm,
    _placing,
    _place,
    Done(lambda one: f"{one.id} est rattaché à {one.situation}."),
)
