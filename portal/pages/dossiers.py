"""The dossiers: searching, reading one, and counting them."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from portal.dossiers.card import Card, make_card
from portal.dossiers.charts import draw
from portal.dossiers.library import Library
from portal.dossiers.search import ORDERS, Wanted
from portal.dossiers.situation_names import situation_at_head
from portal.errors import UnknownError
from portal.pages.view import view_of
from portal.people.roles import Role
from portal.people.sessions import SignedIn
from portal.source import Source

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
    plain = number.isascii() and number.isdecimal() and len(number) < 11  # noqa: PLR2004
    card = _dossier_pages(request).card(int(number), person.role) if plain else None
    if card is None:
        raise UnknownError
    return view_of(request).page(request, "dossier", person=person, card=card)


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
