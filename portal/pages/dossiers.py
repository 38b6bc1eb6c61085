"""The dossiers: searching, reading one, and counting them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, ValidationError

from portal.dossiers.card import Card, make_card
from portal.dossiers.charts import draw
from portal.dossiers.library import Library
from portal.dossiers.search import ORDERS, Wanted
from portal.dossiers.situation_names import situation_at_head
from portal.errors import UnknownError
from portal.headers import HEAD
from portal.pages.home import note_seen
from portal.pages.view import view_of
from portal.pages.writing import Form, Sent, Shown, form_of
from portal.people.roles import Role
from portal.people.sessions import SignedIn
from portal.source import Passage, Source

_HIGHEST = 2**31
_SAID_OF_PASSAGE = {
    True: "Noté\u00a0: ces mots ne désignent pas un patient.",
    False: "Noté\u00a0: ces mots sont masqués de nouveau.",
}

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
        for reading, to in self.source.read(entries, context=context, audience=role.audience):
            mine = replace(reading, author=role.author)
            return make_card(mine, columns=self.source.columns, centres=to.centres)
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
    card = pages.card(int(number), person.role) if is_number(number) else None
    if card is None:
        raise UnknownError
    if HEAD not in request.scope:
        note_seen(request, person, card.number)
    passages = [(one, passage_shown(one)) for one in pages.passages(card.number, person.role)]
    return view_of(request).page(
        request,
        "dossier",
        person=person,
        card=card,
        passages=passages,
        opinions=pages.source.columns.opinions,
        may_judge=person.role.may_judge(card.centres),
        shown=opinion_shown(card),
    )


class PassageForm(Form):
    """What a person of the agency says of a passage that looks like patient data."""

    code: Annotated[str, Field(max_length=40)] = ""
    geste: Literal["montrer", "masquer"] = "masquer"


@router.post("/dossiers/{number}/passages")
def say_of_passage(
    number: str, sent: Annotated[Sent[PassageForm], Depends(form_of(PassageForm))]
) -> Response:
    """Keep what a person of the agency says of a passage that looks like patient data.

    Raises:
        ForbiddenError: The person is not of the agency.
        UnknownError: There is no such dossier or passage.
        BusyError: A run is going on.
    """
    role, code, is_none = sent.person.role, sent.form.code, sent.form.geste == "montrer"
    sent.require(role.audience == "agence")
    if not is_number(number):
        raise UnknownError
    pages, place = _dossier_pages(sent.request), int(number)

    def shown() -> Shown:
        found = next((one for one in pages.passages(place, role) if one.code == code), None)
        if found is None:
            raise UnknownError
        return passage_shown(found)

    return sent.write(
        lambda: pages.source.say_of_passage(place, code, is_none, sent.person.email),
        shown=shown,
        back=f"/dossiers/{place}#patients",
        said=_SAID_OF_PASSAGE[is_none],
        journal=None,  # kept with the act, see steps.judge.patients
    )


def passage_shown(passage: Passage) -> Shown:
    """What the card shows of a passage, beside its text."""
    told = f"montré\u00a0: {passage.said_by}" if passage.said_by else "masqué"
    return Shown({"Hors de l’agence": told})


def opinion_shown(card: Card) -> Shown:
    """What the page of a dossier shows of the opinion of its reader."""
    return Shown({"Avis": card.judgement, "Commentaire": card.comment})


def is_number(text: str) -> bool:
    """Whether a part of an address may be the number of a dossier."""
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
