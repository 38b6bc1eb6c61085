"""How pages of the register act: the same refusals as the commands, in the page, beside the field.

Whoever is signed in acts, by the door « portail ».
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from french.text import typographic
from portal.errors import BUSY, BusyError, NotWrittenError
from portal.pages.registre.shared import access_of
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.registre.inputs import LONG, Input, day_of, filled
from steps.judge.acts import today
from steps.registre.acting import Acting
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre.acts import By
from triage.registre.refused import Refused

DOOR = "portail"


class ActForm(PageForm):
    """From which day an act holds, and why."""

    le: Annotated[str, Field(title="Effet le", max_length=10)] = ""
    motif: Annotated[str, Field(title="Motif", max_length=LONG)] = ""


def when(*, reason: bool = False) -> list[Input]:
    """The fields of :class:`ActForm`."""
    return [
        Input(
            "le",
            "Effet le",
            "date",
            hint="Aujourd’hui s’il est vide\u00a0; un jour passé demande un motif",
        ),
        Input("motif", "Motif", "long", required=reason),
    ]


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page with one form.

    Attributes:
        title: Its heading.
        inputs: What it asks.
        shown: What somebody else might change meanwhile.
        action: Where it goes.
        back: The page that it is about.
        back_name: That page, as people name it.
        button: What its button says.
        above: What is told before it.
        warning: What is to know first.
        other: Another button: what it sends as ``geste``, and what it says.
        likely: Situations that it is likeliest about: id, title, what agrees.
        looked: Whether these were looked for.
    """

    title: str
    inputs: Sequence[Input]
    shown: Shown
    action: str
    back: str
    back_name: str
    button: str
    above: Sequence[tuple[str, str]] = field(default=())
    warning: str = ""
    other: tuple[str, str] = ("", "")
    likely: Sequence[tuple[str, str, str]] = ()
    looked: bool = False


def form_page(
    request: Request, person: Person, page: FormPage, *, form: PageForm | None = None, why: str = ""
) -> Response:
    """The page, with what was typed and why it was refused."""
    inputs = filled(page.inputs, form, why)
    return view_of(request).page(
        request,
        "acte",
        person=person,
        status=NotWrittenError.status if why else 200,
        page=page,
        inputs=inputs,
        why=why,
        beside=any(one.error for one in inputs),
        replies=access_of(request).lists.reponses,
    )


Build: TypeAlias = Callable[[Request, Person], tuple[FormPage, int | None]]
"""Makes the page as it is now, with the last act of its object; refuses who may not see it."""
Work: TypeAlias = Callable[[Services, Sent[Any], Acting], Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What the next page says was done, and which page it is; blank for the one that it is about.

    Attributes:
        said: What was done, of what the step gave.
        back: Where to go then, likewise.
    """

    said: Callable[[Any], str]
    back: Callable[[Any], str] = lambda _: ""


def form_routes(
    router: APIRouter, path: str, form: type[ActForm], build: Build, work: Work, done: Done
) -> None:
    """The two routes of a form: its page, and what it does.

    A refusal of the step is told on the page, beside the field that it names.
    """
    checked = form_of(form)

    def ask(request: Request, person: SignedIn) -> Response:
        page, _ = build(request, person)
        return form_page(request, person, page)

    def do(sent: Annotated[Sent[Any], Depends(checked)]) -> Response:
        return act(sent, build, work, done)

    router.add_api_route(path, ask, methods=["GET"], name=f"ask {path}")
    router.add_api_route(path, do, methods=["POST"], name=f"do {path}")


def act(sent: Sent[Any], build: Build, work: Work, done: Done) -> Response:
    """Do an act of the register, or show its form again with why it is refused.

    Raises:
        NotWrittenError: Somebody changed meanwhile what it is about.
    """
    request, person, source = sent.request, sent.person, access_of(sent.request).source
    here, _ = build(request, person)
    seen: list[int | None] = []
    given: list[Any] = []

    def shown() -> Shown:
        page, last = build(request, person)
        seen.append(last)
        return page.shown

    def alone(services: Services) -> None:
        # Another portal may have acted since the look: now it cannot any more.
        sent.refuse_stale(shown(), back=here.back)
        by, effect = By(person.email, DOOR), _effect(sent.form.le)
        given.append(work(services, sent, Acting(by, effect, sent.form.motif, seen[-1])))

    def acted() -> None:
        try:
            source.enter(alone)
        except (Refused, RequestError) as error:
            raise sent.refuse(typographic(str(error)), back=here.back) from error
        except BusyError as error:
            raise sent.refuse(BUSY, back=here.back) from error

    about = here.action.strip("/").replace("/", ", ")
    try:
        sent.write(acted, shown=shown, back=here.back, said="", journal=("register", about))
    except NotWrittenError as error:
        if error.changes:
            raise
        page, _ = build(request, person)
        return form_page(request, person, page, form=sent.form, why=error.why)
    return sent.done(done.said(given[-1]), back=done.back(given[-1]) or here.back)


def _effect(text: str) -> date | None:
    """The day of effect; today is no other day than none."""
    day = day_of(text, "Effet le")
    return None if day == today() else day
