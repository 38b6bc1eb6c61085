"""Years of the indicator: frozen when they are over; those before the register, from a table."""

from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request, Response

from exports.errors import ExportError
from french.text import typographic
from portal.errors import BUSY, BusyError, UnknownError
from portal.pages.registre.acting import DOOR, ActForm, Done, FormPage, form_routes, when
from portal.pages.registre.actions import agency
from portal.pages.registre.shared import access_of
from portal.pages.view import view_of
from portal.pages.writing import ConfirmForm, PageForm, Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.published.returns import Pending, Returns, reading
from portal.registre.access import RegisterAccess
from portal.source import now
from steps.judge.acts import today
from steps.registre import acting as steps
from steps.registre import past_years
from steps.wiring.services import Services
from triage.registre.acts import By
from triage.registre.years.indicator import YearFigure, years_of
from triage.registre.years.past_years import Past

_PAGE = "/annees"
_TABLE = f"{_PAGE}/reprise"
_NAME = "annees-passees.xlsx"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOTHING = Shown({})


router = APIRouter()


@router.get(_PAGE)
def years(request: Request, person: SignedIn) -> Response:
    """Every year of the register, the last first.

    Raises:
        ForbiddenError: The person is not of the agency.
    """
    return _page(request, person, None)


def _page(
    request: Request,
    person: Person,
    one: Pending[bytes] | None,
    *,
    past: Past | None = None,
    gone: bool = False,
) -> Response:
    if person.role.audience != "agence":
        agency(person)
    access = access_of(request)
    known = access.read(person.role).acts
    return view_of(request).page(
        request,
        "annees",
        person=person,
        found=[access.year(year) for year in sorted(years_of(known), reverse=True)],
        over=today().year,
        acts=person.role.acts_on_register,
        one=one,
        past=past,
        gone=gone,
        gages=_NOTHING,
        shown=_shown(past) if past else _NOTHING,
    )


def _told(one: YearFigure) -> dict[str, str]:
    frozen = f"{one.frozen_on:%d/%m/%Y}" if one.frozen_on else "non"
    return {"Arrêtée": frozen, "Indicateur": typographic(one.told())}


def _freezing(request: Request, person: Person) -> tuple[FormPage, None]:
    agency(person)
    text, access = request.path_params["year"], access_of(request)
    if not (text.isascii() and text.isdecimal() and len(text) == len("2026")):
        raise UnknownError
    year = int(text)
    if year not in years_of(access.read(person.role).acts):
        raise UnknownError
    one = access.year(year)
    return (
        FormPage(
            title=f"Arrêter l’année {year}",
            inputs=[one for one in when() if one.name != "le"],
            shown=Shown(_told(one)),
            action=f"{_PAGE}/{year}/arreter",
            back=_PAGE,
            back_name="Années",
            button=f"Arrêter {year}",
            above=[*_told(one).items()],
            warning="Rien ne changera plus les listes de cette année, ni fusion ni effacement.",
        ),
        None,
    )


form_routes(
    router,
    f"{_PAGE}/{{year}}/arreter",
    ActForm,
    _freezing,
    lambda services, sent, acting: steps.freeze(
        services, int(sent.request.path_params["year"]), acting
    ),
    Done(lambda one: f"L’année {one.year} est arrêtée."),
)


@router.get(f"{_PAGE}/tableau")
def template(request: Request, person: SignedIn) -> Response:
    """The blank table of past years.

    Raises:
        ForbiddenError: The person does not act in the agency's name.
    """
    agency(person)
    return Response(
        access_of(request).source.look_up(past_years.template),
        media_type=_XLSX,
        headers={"content-disposition": f'attachment; filename="{_NAME}"'},
    )


class TableForm(PageForm):
    """A table of past years that was filled in."""

    most_files: ClassVar[int] = 1


@router.post(_TABLE)
def send(sent: Annotated[Sent[TableForm], Depends(form_of(TableForm))]) -> Response:
    """Keep a table for an hour at most, until the person says yes to what it would bring.

    Raises:
        ForbiddenError: The person does not act in the agency's name.
        NotWrittenError: It is no workbook, or there is none.
    """
    agency(sent.person)
    file, access = sent.file, access_of(sent.request)
    if file is None:
        raise sent.refuse("Choisissez d’abord le tableau rempli.", back=_PAGE)
    _brought(access, file.content, sent)
    one = _tables(sent.request).put(sent.person.email, file.name, file.content, at=now())
    return sent.done("", back=f"{_TABLE}/{one.id}")


@router.get(f"{_TABLE}/{{name}}")
def look(request: Request, name: str, person: SignedIn) -> Response:
    """What a table would bring, row by row; or why nothing of it is taken.

    Raises:
        ForbiddenError: The person does not act in the agency's name.
    """
    agency(person)
    one = _tables(request).get(name, person.email, at=now())
    if one is None:
        return _page(request, person, None, gone=True)
    past = _read(access_of(request), one.taken, person)
    return _page(request, person, one, past=past)


@router.post(f"{_TABLE}/{{name}}")
def answer(
    name: str, sent: Annotated[Sent[ConfirmForm], Depends(form_of(ConfirmForm))]
) -> Response:
    """Take in a table, as it was shown; or forget it.

    Raises:
        ForbiddenError: The person does not act in the agency's name.
        UnknownError: None of this person's waits under this name.
        NotWrittenError: Something of it is wrong, or the register changed meanwhile.
    """
    agency(sent.person)
    access, tables = access_of(sent.request), _tables(sent.request)
    one = tables.get(name, sent.person.email, at=now())
    if one is None:
        raise UnknownError
    if sent.form.geste == "renoncer":
        tables.drop(name)
        return sent.done("Rien n’a été repris de ce tableau.", back=_PAGE)
    made: list[int] = []

    def shown() -> Shown:
        return _shown(_brought(access, one.taken, sent))

    def alone(services: Services) -> Past:
        sent.refuse_stale(shown(), back=_PAGE)  # another portal may have acted since the look
        by = By(sent.person.email, DOOR)
        return past_years.import_past_years(services, one.taken, by=by, dry_run=False)

    def act() -> None:
        try:
            past = access.source.enter(alone)
        except BusyError as error:
            raise sent.refuse(BUSY, back=f"{_TABLE}/{name}") from error
        if past.problems:
            raise sent.refuse(" ; ".join(past.problems), back=f"{_TABLE}/{name}")
        made.append(len(past.made))
        tables.drop(name)

    sent.write(
        act,
        shown=shown,
        back=_PAGE,
        said="",
        journal=("register", "années passées"),
    )
    return sent.done(f"Situations reprises du tableau\u00a0: {made[-1]}.", back=_PAGE)


def _brought(access: RegisterAccess, content: bytes, sent: Sent[Any]) -> Past:
    try:
        return _read(access, content, sent.person)
    except ExportError as error:
        raise sent.refuse(typographic(str(error)), back=_PAGE) from error


def _read(access: RegisterAccess, content: bytes, person: Person) -> Past:
    """What a table would bring; nothing is entered."""
    by = By(person.email, DOOR)
    with reading():
        return access.source.look_up(
            lambda services: past_years.import_past_years(services, content, by=by, dry_run=True)
        )


def _shown(past: Past) -> Shown:
    """What a table would bring to the register as it is."""
    return Shown(
        {
            "À reprendre": ", ".join(past.made),
            "Déjà là": ", ".join(past.unchanged),
            "À corriger": " ; ".join(past.problems),
        }
    )


def _tables(request: Request) -> Returns[bytes]:
    tables: Returns[bytes] = request.app.state.tables
    return tables
