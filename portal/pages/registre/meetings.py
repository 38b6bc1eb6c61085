"""Séances of the committee: agenda, fiches, advice. The committee advises, the agency decides."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from french.text import agreed, typographic
from portal.errors import UnknownError
from portal.headers import HEAD
from portal.pages.registre.acting import ActForm, Done, FormPage, form_routes, when
from portal.pages.registre.actions import agency
from portal.pages.registre.forms import AdviceForm, ItemForm, PlanForm
from portal.pages.registre.shared import access_of, at_of
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import Input, day_of, pairs
from portal.registre.rows import title_of
from portal.source import now
from steps.registre import committee as steps
from steps.registre.around import Viewpoint
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from store.staff.visits import Visit
from triage.registre.committee.fiche import Reader
from triage.registre.committee.seances import Meeting, meetings
from triage.registre.refused import Refused
from triage.registre.register import State

router = APIRouter()
_READERS: dict[Reader, str] = {
    "agence": "Fiches de l’agence",
    "patients": "Fiches des représentants des patients",
}
_FICHES = "fiches"


@router.get("/seances")
def list_(request: Request, person: SignedIn) -> Response:
    """Every séance, the latest first.

    Raises:
        ForbiddenError: The person is not of the agency.
    """
    _reads(person)
    at, wrong = at_of(request.query_params)
    read = access_of(request).read(person.role, at)
    found = sorted(meetings(read.acts).values(), key=lambda one: one.on, reverse=True)
    return view_of(request).page(
        request,
        "seances",
        person=person,
        found=found,
        at=at,
        day=read.day,
        wrong=wrong,
        acts=person.role.acts_on_register and not at.is_past,
    )


def show(request: Request, meeting: str, person: SignedIn) -> Response:
    """A séance: its agenda, its fiches, its advice.

    Raises:
        ForbiddenError: The person is not of the agency.
        UnknownError: There is none of this id.
    """
    _reads(person)
    access = access_of(request)
    at, wrong = at_of(request.query_params)
    read = access.read(person.role, at)
    one = _find(read, meeting)
    known = read.register.situations
    return view_of(request).page(
        request,
        "seance",
        person=person,
        one=one,
        titles={
            item.situation: title_of(read, known[item.situation])
            for item in one.items
            if item.situation in known
        },
        without=[
            item.situation
            for item in one.items
            if item.situation in known and not known[item.situation].fields.get("resume_clair")
        ],
        at=at,
        day=read.day,
        wrong=wrong,
        acts=person.role.acts_on_register and not at.is_past,
        readers=_READERS,
        ready={reader for reader in _READERS if _folder(access, one, reader).is_dir()},
        shown=_shown(one),
    )


def _reads(person: Person) -> None:
    """Refuse whoever is not of the agency: agendas and advice do not leave it here."""
    if person.role.audience != "agence":
        agency(person)


def _find(read: RegisterRead, name: str) -> Meeting:
    found = meetings(read.acts).get(name)
    if found is None:
        raise UnknownError
    return found


def _folder(access: RegisterAccess, one: Meeting, reader: str) -> Path:
    home: Path = access.source.look_up(lambda services: services.inputs.home)
    return home / _FICHES / one.id / reader


def _shown(one: Meeting) -> Shown:
    return Shown(
        {
            "Date": f"{one.on:%d/%m/%Y}",
            "État": str(one.state),
            "Ordre du jour": ", ".join(item.situation for item in one.items),
            "Avis": ", ".join(one.advice),
            "Dernier acte": str(one.last),
        }
    )


def _needed(text: str) -> Any:
    day = day_of(text, "Date")
    if day is None:
        raise Refused("Date : à donner.")
    return day


def _planning(request: Request, person: Person) -> tuple[FormPage, None]:
    agency(person)
    read = access_of(request).read(person.role)
    known = sorted(meetings(read.acts))
    return (
        FormPage(
            title="Préparer une séance",
            inputs=[Input("date", "Date", "date", required=True)],
            shown=Shown({"Dernière séance": known[-1] if known else ""}),
            action="/seances/preparer",
            back="/seances",
            back_name="Séances",
            button="Préparer la séance",
        ),
        None,
    )


Inputs = Callable[[RegisterAccess, RegisterRead, Meeting], Sequence[Input]]


def _build(path: str, title: str, inputs: Inputs) -> Callable[..., tuple[FormPage, int]]:
    def build(request: Request, person: Person) -> tuple[FormPage, int]:
        agency(person)
        access = access_of(request)
        read = access.read(person.role)
        one = _find(read, request.path_params["meeting"])
        return (
            FormPage(
                title=f"{title}\u00a0: séance du {one.on:%d/%m/%Y}",
                inputs=inputs(access, read, one),
                shown=_shown(one),
                action=f"/seances/{one.id}/{path}",
                back=f"/seances/{one.id}",
                back_name=f"Séance du {one.on:%d/%m/%Y}",
                button=title,
                above=[("État", str(one.state))],
            ),
            one.last,
        )

    return build


def _on_agenda(read: RegisterRead, one: Meeting) -> list[tuple[str, str]]:
    known = read.register.situations
    return [
        (
            item.situation,
            f"{item.situation} · {title_of(read, known[item.situation])}"
            if item.situation in known
            else item.situation,
        )
        for item in one.items
    ]


def _putting(_: RegisterAccess, read: RegisterRead, __: Meeting) -> Sequence[Input]:
    known = [
        (name, f"{name} · {title_of(read, one)}")
        for name, one in read.reading.situations.items()
        if one.state is not State.DISCARDED and (one.dossiers or one.signals or one.identified_on)
    ]
    return [
        Input("situation", "Situation", "choix", [("", "Choisir"), *known], required=True),
        Input("question", "Question", "long", required=True),
        Input("rapporteur", "Rapporteur", required=True),
        *when(),
    ]


def _taking_off(_: RegisterAccess, read: RegisterRead, one: Meeting) -> Sequence[Input]:
    listed = [("", "Choisir"), *_on_agenda(read, one)]
    return [Input("situation", "Situation", "choix", listed, required=True), *when()]


def _advising(access: RegisterAccess, read: RegisterRead, one: Meeting) -> Sequence[Input]:
    lists = access.lists
    listed = [("", "Choisir"), *_on_agenda(read, one)]
    none = "Aucune mesure proposée"
    return [
        Input("situation", "Situation", "choix", listed, required=True),
        Input("texte", "Avis", "long", required=True, hint="Sans donnée de patient"),
        Input("suite", "Suite"),
        Input("qui", "Qui"),
        Input("echeance", "Échéance", "date"),
        Input("type", "Type de mesure", "choix", pairs(lists.mesures, none)),
        Input("mode", "Prise ou exigée", "choix", pairs(lists.modes, "–")),
        Input("cible", "Cible"),
        *when(),
    ]


def _dating(_: RegisterAccess, __: RegisterRead, one: Meeting) -> Sequence[Input]:
    return [Input("date", "Date", "date", value=one.on.isoformat(), required=True), *when()]


def _nothing(_: RegisterAccess, __: RegisterRead, ___: Meeting) -> Sequence[Input]:
    return when()


def _says(text: str) -> Done:
    return Done(lambda _: text)


def _name(sent: Any) -> str:
    return str(sent.request.path_params["meeting"])


form_routes(
    router,
    "/seances/preparer",
    PlanForm,
    _planning,
    lambda services, sent, acting: steps.plan(services, _needed(sent.form.date), acting),
    Done(lambda one: f"{one.id} est préparée.", lambda one: f"/seances/{one.id}"),
)
for _path, _title, _form, _inputs, _work, _said in (
    (
        "inscrire",
        "Inscrire une situation",
        ItemForm,
        _putting,
        lambda services, sent, acting: steps.put_on_agenda(
            services,
            _name(sent),
            sent.form.situation,
            acting,
            question=sent.form.question,
            rapporteur=sent.form.rapporteur,
        ),
        "La situation est à l’ordre du jour.",
    ),
    (
        "retirer",
        "Retirer une situation",
        ItemForm,
        _taking_off,
        lambda services, sent, acting: steps.take_off_agenda(
            services, _name(sent), sent.form.situation, acting
        ),
        "La situation n’est plus à l’ordre du jour.",
    ),
    (
        "reporter",
        "Changer la date",
        PlanForm,
        _dating,
        lambda services, sent, acting: steps.postpone(
            services, _name(sent), _needed(sent.form.date), acting
        ),
        "La date est enregistrée.",
    ),
    (
        "tenue",
        "Séance tenue",
        ActForm,
        _nothing,
        lambda services, sent, acting: steps.hold(services, _name(sent), acting),
        "La séance est tenue\u00a0: saisissez ses avis.",
    ),
    (
        "avis",
        "Saisir un avis",
        AdviceForm,
        _advising,
        lambda services, sent, acting: steps.advise(
            services,
            _name(sent),
            sent.form.situation,
            sent.form.given(),
            acting,
            measure=sent.form.measure(),
        ),
        "L’avis est enregistré.",
    ),
    (
        "compte-rendu",
        "Valider le compte rendu",
        ActForm,
        _nothing,
        lambda services, sent, acting: steps.validate_minutes(services, _name(sent), acting),
        "Le compte rendu est validé.",
    ),
):
    form_routes(
        router,
        f"/seances/{{meeting}}/{_path}",
        _form,
        _build(_path, _title, _inputs),
        _work,
        _says(_said),
    )


class PackForm(PageForm):
    """For whom."""

    pour: Literal["agence", "patients"] = "agence"


@router.post("/seances/{meeting}/fiches")
def prepare(meeting: str, sent: Annotated[Sent[PackForm], Depends(form_of(PackForm))]) -> Response:
    """« Préparer les fiches »: one page for each situation, as PDF and as docx.

    Raises:
        ForbiddenError: The person does not act in the agency's name.
        UnknownError: There is no such séance.
        NotWrittenError: Nothing is on its agenda.
    """
    from steps.publish import packs  # what makes pages is not for the other pages

    sent.require(sent.person.role.acts_on_register)
    access, reader = access_of(sent.request), sent.form.pour
    one = _find(access.read(sent.person.role), meeting)
    back = f"/seances/{one.id}"

    def make(services: Services) -> packs.Pack:
        return packs.prepare(services, one.id, services.inputs.home / _FICHES, reader, Viewpoint())

    try:
        done = access.source.look_up(make)
    except (Refused, RequestError) as error:
        raise sent.refuse(typographic(str(error)), back=back) from error
    told = f"{_READERS[reader]}\u00a0: {agreed(len(done.files), 'fichier prêt')}"
    if done.absent:
        names = ", ".join(name for name, _ in done.absent)
        told += f"\u00a0; absente, sans «\u00a0Résumé en langage clair\u00a0»\u00a0: {names}"
    return sent.done(f"{told}.", back=f"{back}#fiches")


@router.get("/seances/{meeting}/fiches/{reader}")
def fetch(request: Request, meeting: str, reader: str, person: SignedIn) -> Response:
    """The fiches of a séance, as they were last prepared, in one file.

    Raises:
        ForbiddenError: The person is not of the agency.
        UnknownError: There is no such séance, or none was prepared.
    """
    _reads(person)
    access = access_of(request)
    one = _find(access.read(person.role), meeting)
    folder = _folder(access, one, reader)
    if reader not in _READERS or not folder.is_dir():
        raise UnknownError
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in sorted(folder.iterdir()):
            if file.suffix in {".pdf", ".docx"}:
                pack.write(file, file.name)
    name = f"{one.id}-{reader}.zip"
    if HEAD not in request.scope:
        line = Visit(now(), person.email, "download", file=name)
        access.source.store.visits.record(access.source.demarche, line)
    return Response(
        made.getvalue(),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


router.add_api_route("/seances/{meeting}", show, methods=["GET"])  # after « preparer »
