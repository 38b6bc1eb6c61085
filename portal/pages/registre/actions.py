"""What a person of the agency does of a situation: each a form of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request

from portal.errors import ForbiddenError
from portal.pages.registre import situation_fields
from portal.pages.registre.acting import ActForm, Done, FormPage, form_routes
from portal.pages.registre.forms import (
    CloseForm,
    CopyForm,
    DayForm,
    DossiersForm,
    EventForm,
    LevelForm,
    MeasureForm,
    MergeForm,
    TextsForm,
    ValidateForm,
)
from portal.pages.registre.shared import access_of, find
from portal.pages.writing import Shown
from portal.people.sessions import Person
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import Input, day_of
from portal.registre.rows import title_of
from steps.registre import acting as steps
from steps.registre import evidence
from steps.registre.acting import Acting
from steps.wiring.services import Services
from triage.registre import lifecycle
from triage.registre.lifecycle import REQUIRED
from triage.registre.refused import Refused
from triage.registre.register import OPEN, Situation, State
from triage.registre.sentences import state_of

router = APIRouter()


Work = Callable[[Services, str, Any, Acting], object]


@dataclass(frozen=True, slots=True)
class SituationAction:
    """Something that a person does of a situation.

    Attributes:
        path: Its name in an address.
        name: Its name on a button.
        form: Its fields.
        allowed: Whether it can be done of a situation as it is.
        inputs: How its fields are asked.
        work: The step.
        said: What was done.
    """

    path: str
    name: str
    form: type[ActForm]
    allowed: Callable[[Situation], bool]
    inputs: Callable[[RegisterAccess, RegisterRead, Situation], Sequence[Input]]
    work: Work
    said: str


def _in(*states: State) -> Callable[[Situation], bool]:
    return lambda one: one.state in states


def _drawn(draw: Callable[[Situation, Any, Any, Any, Any], list[Any]]) -> Work:
    """An act of a situation alone: what :mod:`triage.registre.lifecycle` draws of it."""

    def work(services: Services, name: str, form: Any, acting: Acting) -> object:
        lists, by = services.form.lists, acting.by
        return steps.act_on(
            services, name, acting, lambda one, when: draw(one, form, by, when, lists)
        )

    return work


def _change(one: Situation, form: TextsForm, by: Any, when: Any, lists: Any) -> list[Any]:
    given = form.texts()
    told = {n: text for n, text in given.items() if text or one.fields.get(n) or n in REQUIRED}
    return lifecycle.change(one, told, by=by, when=when, lists=lists)


def _identify(one: Situation, form: DayForm, by: Any, when: Any, _: Any) -> list[Any]:
    day = day_of(form.jour, "Identifiée le")
    if day is None:
        raise Refused("Identifiée le : à donner.")
    return lifecycle.identify(one, day, by=by, when=when)


def _merge(services: Services, name: str, form: MergeForm, acting: Acting) -> object:
    if not form.dans:
        raise Refused("Fondre dans : à donner.")
    return steps.merge(services, name, form.dans, acting)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _split(services: Services, name: str, form: DossiersForm, acting: Acting) -> object:
    return steps.split(services, name, _chosen(form), acting)


def _confirm(services: Services, name: str, form: DossiersForm, acting: Acting) -> object:
    return steps.confirm(services, name, _chosen(form), acting)


def _chosen(form: DossiersForm) -> list[int]:
    return [number for one in form.dossiers if (number := _number(one)) is not None]


def _copy(services: Services, name: str, form: CopyForm, acting: Acting) -> object:
    number, of = _number(form.dossier), _number(form.de)
    if number is None:
        raise Refused("Dossier : à choisir.")
    if form.de and of is None:
        raise Refused(f"Doublon du dossier : « {form.de} » n'est pas un numéro de dossier.")
    evidence.set_copy(services, number, of, acting, within=name)
    return number


ACTIONS: Mapping[str, SituationAction] = {
    one.path: one
    for one in (
        SituationAction(
            "valider",
            "Valider",
            ValidateForm,
            _in(State.TO_VALIDATE),
            situation_fields.for_validation,
            lambda services, name, form, acting: steps.validate(
                services, name, form.texts(), form.given(), acting
            ),
            "La situation est validée.",
        ),
        SituationAction(
            "ecarter",
            "Écarter",
            ActForm,
            _in(State.TO_VALIDATE),
            situation_fields.reason_only,
            _drawn(lambda one, _, by, when, __: lifecycle.discard(one, by=by, when=when)),
            "Le regroupement est écarté.",
        ),
        SituationAction(
            "modifier",
            "Modifier",
            TextsForm,
            _in(*OPEN, State.CLOSED),
            situation_fields.for_texts,
            _drawn(_change),
            "Les textes sont enregistrés.",
        ),
        SituationAction(
            "niveau",
            "Fixer le niveau",
            LevelForm,
            _in(*OPEN),
            situation_fields.for_level,
            lambda services, name, form, acting: steps.set_level(
                services, name, form.given(), acting
            ),
            "Le niveau est enregistré.",
        ),
        SituationAction(
            "mesure",
            "Enregistrer une mesure",
            MeasureForm,
            _in(*OPEN),
            situation_fields.for_measure,
            lambda services, name, form, acting: steps.add_measure(
                services, name, form.given(), form.dates(), acting
            ),
            "La mesure est enregistrée.",
        ),
        SituationAction(
            "clore",
            "Clore",
            CloseForm,
            _in(*OPEN),
            situation_fields.for_closing,
            _drawn(
                lambda one, form, by, when, lists: lifecycle.close(
                    one, form.conclusion, by=by, when=when, lists=lists
                )
            ),
            "La situation est close.",
        ),
        SituationAction(
            "rouvrir",
            "Rouvrir",
            ActForm,
            _in(State.CLOSED, State.DISCARDED),
            situation_fields.reason_only,
            _drawn(lambda one, _, by, when, __: lifecycle.reopen(one, by=by, when=when)),
            "La situation est rouverte.",
        ),
        SituationAction(
            "vu",
            "Vu, sans suite",
            ActForm,
            lambda one: one.woken,
            situation_fields.only_when,
            _drawn(lambda one, _, by, when, __: lifecycle.look(one, by=by, when=when)),
            "C’est noté\u00a0: vu, sans suite.",
        ),
        SituationAction(
            "dater",
            "Dater l’identification",
            DayForm,
            lambda one: one.identified_on is not None and one.state in {*OPEN, State.CLOSED},
            situation_fields.for_dating,
            _drawn(_identify),
            "La date est enregistrée.",
        ),
        SituationAction(
            "fondre",
            "Fondre dans…",
            MergeForm,
            lambda one: one.state is not State.MERGED,
            situation_fields.for_merging,
            _merge,
            "La situation est fondue.",
        ),
        SituationAction(
            "scinder",
            "Scinder",
            DossiersForm,
            lambda one: one.state is not State.MERGED and len(one.dossiers) > 1,
            situation_fields.for_splitting,
            _split,
            "Les dossiers choisis ouvrent une situation à valider.",
        ),
        SituationAction(
            "confirmer",
            "Confirmer des dossiers",
            DossiersForm,
            lambda one: one.state is not State.MERGED and {*one.dossiers} > {*one.confirmed},
            situation_fields.for_confirming,
            _confirm,
            "Les dossiers choisis sont confirmés\u00a0: aucun passage ne les déplacera.",
        ),
        SituationAction(
            "doublon",
            "Dire un doublon",
            CopyForm,
            lambda one: one.state is not State.MERGED and bool(one.dossiers),
            situation_fields.for_copy,
            _copy,
            "C’est noté\u00a0: les nombres en tiennent compte.",
        ),
        SituationAction(
            "evenement",
            "Noter un évènement",
            EventForm,
            lambda one: one.state is not State.MERGED,
            situation_fields.for_event,
            lambda services, name, form, acting: evidence.note(
                services, name, form.evenement, acting
            ),
            "L’évènement est noté.",
        ),
        SituationAction(
            "defaire",
            "Défaire",
            ActForm,
            lambda one: bool(one.merged_into or one.split_from),
            situation_fields.reason_only,
            lambda services, name, _, acting: steps.undo(services, name, acting),
            "C’est défait.",
        ),
    )
}


def actions_of(one: Situation) -> list[SituationAction]:
    """What can be done of a situation as it is."""
    return [each for each in ACTIONS.values() if each.allowed(one)]


def shown_of(read: RegisterRead, one: Situation) -> Shown:
    """What a page shows of a situation that somebody else might change."""
    register = read.register
    measures = (register.measures[name] for name in one.measures)
    last = next((each for each in read.acts if each.id == one.last), None)
    told = f"{last.verb} par {last.person}, acte {one.last}" if last else str(one.last)
    return Shown(
        {
            "État": state_of(one),
            "Titre public": str(one.fields.get("titre", "")),
            "Niveau": str(one.level.get("niveau", "")),
            "Pilote": str(one.fields.get("pilote", "")),
            "Dossiers": ", ".join(map(str, one.dossiers)),
            "Autres signaux": ", ".join(one.signals),
            "Mesures de l’agence": ", ".join(f"{each.id} ({each.state})" for each in measures),
            "Dernier acte": told,
        }
    )


def agency(person: Person) -> None:
    """Refuse whoever does not act in the agency's name.

    Raises:
        ForbiddenError: They do not.
    """
    if not person.role.acts_on_register:
        raise ForbiddenError


def _page(request: Request, person: Person, action: SituationAction) -> tuple[FormPage, int]:
    agency(person)
    access = access_of(request)
    read = access.read(person.role)
    one = find(read, request.path_params["name"])
    title = title_of(read, one)
    allowed = action.allowed(one)
    page = FormPage(
        title=f"{action.name.rstrip('…')}\u00a0: {title}",
        inputs=action.inputs(access, read, one),
        shown=shown_of(read, one),
        action=f"/situations/{one.id}/{action.path}",
        back=f"/situations/{one.id}",
        back_name=f"{one.id} · {title}",
        button=action.name.rstrip("…"),
        warning=""
        if allowed
        else f"Cette situation est dans l’état «\u00a0{state_of(one)}\u00a0»\u00a0:"
        " cet acte y sera refusé.",
    )
    return page, one.last


def _route(action: SituationAction) -> None:
    form_routes(
        router,
        f"/situations/{{name}}/{action.path}",
        action.form,
        lambda request, person: _page(request, person, action),
        lambda services, sent, acting: action.work(
            services, sent.request.path_params["name"], sent.form, acting
        ),
        Done(lambda _: action.said),
    )


for _one in ACTIONS.values():
    _route(_one)
