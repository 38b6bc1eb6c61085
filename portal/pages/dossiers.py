"""The dossiers: searching, reading one, and counting them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from portal.dossiers.card import Card, make_card
from portal.dossiers.charts import draw
from portal.dossiers.library import Library
from portal.dossiers.search import ORDERS, Wanted
from portal.dossiers.situation_names import situation_at_head
from portal.errors import ForbiddenError, UnknownError
from portal.pages.view import view_of
from portal.people.roles import Role
from portal.people.sessions import SignedIn, sessions_of
from portal.source import Passage, Source

_HIGHEST = 2**31

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DossierPages:
    """Where dossiers are read.

    Attributes:
        source: What is in the store.
        library: Lists and counts.
    """

    source: Source
    library: Library

    def passages(self, number: int, role: Role) -> Sequence[Passage]:
        """What looks like patient data in a dossier; nothing outside of the agency."""
        return self.source.passages(number) if role.audience == "agence" else ()

    def card(self, number: int, role: Role) -> Card | None:
        """A dossier as it is now; ``None`` when it is not there, or not for this reader."""
        if not 0 < number < _HIGHEST:
            return None
        entries, context = tuple(self.source.entries([number])), self.library.context
        for reading, _ in self.source.read(entries, context=context, audience=role.audience):
            return make_card(replace(reading, author=role.author), columns=self.source.columns)
        return None


def _dossier_pages(request: Request) -> DossierPages:
    dossier_pages: DossierPages = request.app.state.dossier_pages
    return dossier_pages


@router.get("/dossiers")
def dossiers(request: Request, person: SignedIn) -> Response:
    """The dossiers found, a page at a time."""
    library, audience = _dossier_pages(request).library, person.role.audience
    try:
        wanted = Wanted.model_validate(dict(request.query_params))
    except ValidationError:
        wanted = Wanted()
    return view_of(request).page(
        request,
        "dossiers",
        person=person,
        wanted=wanted,
        found=library.find(audience, wanted),
        choices=library.choices(audience),
        orders=ORDERS,
        centres=_dossier_pages(request).source.centres,
        all=library.count(audience),
        left=library.left,
    )


@router.get("/dossiers/{number}")
def dossier(request: Request, number: str, person: SignedIn) -> Response:
    """One dossier, read only.

    Raises:
        UnknownError: There is none of this number that this person may read.
    """
    pages = _dossier_pages(request)
    card = pages.card(int(number), person.role) if _is_number(number) else None
    if card is None:
        raise UnknownError
    passages = pages.passages(card.number, person.role)
    return view_of(request).page(request, "dossier", person=person, card=card, passages=passages)


@router.post("/dossiers/{number}/passages")
def say_of_passage(
    request: Request,
    number: str,
    person: SignedIn,
    code: Annotated[str, Form(max_length=40)] = "",
    geste: Annotated[Literal["montrer", "masquer"], Form()] = "masquer",
    jeton: Annotated[str, Form()] = "",
) -> Response:
    """Keep what a person of the agency says of a passage that looks like patient data.

    Raises:
        ForbiddenError: The person is not of the agency.
        ForgedFormError: No page of this session made the form.
        UnknownError: There is no such dossier or passage.
        BusyError: A run is going on.
    """
    if person.role.audience != "agence":
        raise ForbiddenError
    sessions_of(request).check_form(request, jeton)
    if not _is_number(number):
        raise UnknownError
    source = _dossier_pages(request).source
    source.say_of_passage(int(number), code, geste == "montrer", person.email)
    return RedirectResponse(f"/dossiers/{int(number)}#patients", status_code=303)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11  # noqa: PLR2004


@router.get("/indicateurs")
def indicators(request: Request, person: SignedIn) -> Response:
    """Key figures and charts."""
    library, audience = _dossier_pages(request).library, person.role.audience
    made = library.indicators(person.role.author)
    known = library.choices(audience).situations
    agency = person.role.audience == "agence"
    return view_of(request).page(
        request,
        "indicateurs",
        person=person,
        ready=made is not None,
        figures=made.figures if made else (),
        charts=[draw(block) for block in made.blocks if block.lines] if made else [],
        form=library.context if agency else None,
        situation_at_head=lambda text: situation_at_head(text, known),
    )
