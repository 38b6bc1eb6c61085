"""How pages of the register act: the same refusals as the commands, in the page, beside the field.

Whoever is signed in acts, by the door « portail ».
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Request, Response
from pydantic import Field

from french.text import typographic
from portal.errors import BusyError, NotWrittenError
from portal.pages.registre.desk import desk_of
from portal.pages.view import view_of
from portal.pages.writing import Form, Sent, Shown
from portal.people.sessions import Person
from portal.registre.inputs import LONG, Input, day_of, filled
from steps.judge.acts import today
from steps.registre.acting import Acting
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre.acts import By
from triage.registre.refused import Refused

DOOR = "portail"
F = TypeVar("F", bound="ActForm")
_BUSY = "La passerelle travaille sur la démarche\u00a0: réessayez dans quelques minutes."


class ActForm(Form):
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
class Page:
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


def form_page(
    request: Request, person: Person, page: Page, *, form: Form | None = None, why: str = ""
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
        replies=desk_of(request).lists.reponses,
    )


def act(
    sent: Sent[F],
    work: Callable[[Services, Acting], object],
    *,
    page: Callable[[], Page],
    seen: Callable[[], int | None],
    said: str | Callable[[object], str],
    about: str,
    back: str | Callable[[object], str] = "",
) -> Response:
    """Do an act of the register, or show its form again with why it is refused.

    Args:
        sent: The form.
        work: The step.
        page: The page as it is now.
        seen: The last act of what it is about, as that page shows it.
        said: What was done.
        about: What it was done to, for the journal.
        back: Where to go then; the page that the form is about.

    Raises:
        NotWrittenError: Somebody changed it meanwhile.
    """
    source, here = desk_of(sent.request).source, page()
    given: list[object] = []

    def acted() -> None:
        by = By(sent.person.email, DOOR)
        try:
            acting = Acting(by, _effect(sent.form.le), sent.form.motif, seen())
            given.append(source.enter(lambda services: work(services, acting)))
        except (Refused, RequestError) as error:
            raise sent.refuse(typographic(str(error)), back=here.back) from error
        except BusyError as error:
            raise sent.refuse(_BUSY, back=here.back) from error

    try:
        answer = sent.write(
            acted,
            shown=lambda: page().shown,
            back=here.back,
            said="",
            journal=("register", about),
        )
    except NotWrittenError as error:
        if error.changes:
            raise
        return form_page(sent.request, sent.person, page(), form=sent.form, why=error.why)
    told = said if isinstance(said, str) else said(given[-1])
    where = back if isinstance(back, str) else back(given[-1])
    del answer
    return sent.done(told, back=where or here.back)


def _effect(text: str) -> date | None:
    """The day of effect; today is no other day than none."""
    day = day_of(text, "Effet le")
    return None if day == today() else day
