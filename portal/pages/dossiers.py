"""The dossiers: searching, reading one, and counting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from exports.published.flat import csv_bytes
from portal.dossiers.card import Card, CardFile, make_card
from portal.dossiers.charts import draw
from portal.dossiers.library import Library
from portal.dossiers.lines import situation_at_head
from portal.dossiers.search import (
    COLUMNS,
    ORDERS,
    VISIT,
    DossierSearch,
    RefusedPart,
    SearchChoices,
    wanted_of,
)
from portal.dossiers.search_file import table_of
from portal.errors import PortalError, UnknownError
from portal.headers import HEAD
from portal.pages.home import note_seen, whose
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.roles import Role
from portal.people.sessions import Person, SignedIn
from portal.source import MaskedPassage, Source, now
from store.staff.visits import Visit
from triage.verdict.model import Status

STATUSES = tuple(one.value for one in Status)
PRIORITIES = ("P1", "P2", "P3", "P4")
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

    def passages(self, number: int, role: Role) -> Sequence[MaskedPassage]:
        """What looks like patient data in a dossier; nothing outside of the agency."""
        return self.source.passages(number) if role.audience == "agence" else ()

    def file(self, one: CardFile) -> Path | None:
        """Where a file is, where it is kept and was found safe."""
        return self.source.attachment(one.checksum) if one.scan == "safe" else None

    def card(self, number: int, role: Role) -> Card | None:
        """A dossier as it is now; ``None`` when it is not there, or not for this reader."""
        if not 0 < number < _HIGHEST:
            return None
        entries, context = tuple(self.source.entries([number])), self.library.context
        for reading, to in self.source.read(entries, context=context, audience=role.audience):
            mine = reading.copy(author=role.author)
            return make_card(
                mine,
                columns=self.source.columns,
                centres=to.centres,
                sections=self.library.sections,
            )
        return None


def _dossier_pages(request: Request) -> DossierPages:
    dossier_pages: DossierPages = request.app.state.dossier_pages
    return dossier_pages


@router.get("/dossiers")
def dossiers(request: Request, person: SignedIn) -> Response:
    """The dossiers found, a page at a time; what has no sense in the address is told by name."""
    pages = _dossier_pages(request)
    library, audience = pages.library, person.role.audience
    choices = library.choices(audience)
    wanted, refused = _wanted(request, choices)
    since = _former_visit(pages.source, person) if wanted.depuis == VISIT else None
    return view_of(request).page(
        request,
        "dossiers",
        person=person,
        wanted=wanted,
        refused=refused,
        since=since,
        found=library.find(whose(person), wanted, since=since),
        choices=choices,
        statuses=STATUSES,
        priorities=PRIORITIES,
        orders=ORDERS,
        columns=COLUMNS,
        centres=pages.source.centres,
        all=library.count(audience),
        left=library.left,
        kept_inside=library.context.kept_inside,
        asks_all=library.context.asks_all,
    )


@router.get("/recherche.csv")
def as_csv(request: Request, person: SignedIn) -> Response:
    """The whole of a search as a file: what its list shows, and nothing that it does not.

    Raises:
        PortalError: The address has a part without sense: the file would not be what it seems.
    """
    pages = _dossier_pages(request)
    wanted, refused = _wanted(request, pages.library.choices(person.role.audience))
    if refused:
        raise PortalError
    since = _former_visit(pages.source, person) if wanted.depuis == VISIT else None
    found = pages.library.all(whose(person), wanted, since=since)
    if HEAD not in request.scope:
        line = Visit(now(), person.email, "search fetched", file=f"{len(found)} dossiers")
        pages.source.store.visits.record(pages.source.demarche, line)
    return Response(
        csv_bytes(table_of(found, asks_all=pages.library.context.asks_all)),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": 'attachment; filename="unc-recherche.csv"',
            "cache-control": "private, no-store",
        },
    )


def _wanted(
    request: Request, choices: SearchChoices
) -> tuple[DossierSearch, tuple[RefusedPart, ...]]:
    source = _dossier_pages(request).source
    known = {
        "statut": STATUSES,
        "priorite": PRIORITIES,
        "situation": choices.situations,
        "centre": [one.code for one in source.centres],
    }
    return wanted_of(request.query_params.multi_items(), known)


def _former_visit(source: Source, person: Person) -> datetime | None:
    return source.store.visits.former_sign_in(source.demarche, person.email)


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
        events=[
            one
            for one in pages.source.past_events(card.number)
            if person.role.audience == "agence" or not one.agency
        ],
        kept={one.id for one in card.files if pages.file(one) is not None},
        may_judge=person.role.may_judge(card.centres),
        shown=opinion_shown(card.judgement, card.comment),
    )


@router.get("/dossiers/{number}/pieces/{name}")
def attachment(request: Request, number: str, name: str, person: SignedIn) -> Response:
    """Hand out a file of a dossier to the agency, and write down to whom.

    What a file holds cannot be masked: it never leaves the agency. One that the antivirus did not
    find safe is not handed out, nor one that was not downloaded.

    Raises:
        UnknownError: There is no such dossier or file for this person.
    """
    pages = _dossier_pages(request)
    card = pages.card(int(number), person.role) if is_number(number) else None
    file = next((one for one in card.files if one.id == name), None) if card else None
    path = pages.file(file) if file else None
    if file is None or path is None:
        raise UnknownError
    if HEAD not in request.scope:
        source = pages.source
        line = Visit(now(), person.email, "download", file=f"dossier {number}, pièce {name[:12]}")
        source.store.visits.record(source.demarche, line)
    return FileResponse(
        path,
        media_type="application/octet-stream",  # never shown by the browser, whatever it says it is
        filename=file.name,
        headers={"cache-control": "private, no-store"},
    )


class PassageForm(PageForm):
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


def passage_shown(passage: MaskedPassage) -> Shown:
    """What the card shows of a passage, beside its text."""
    told = f"montré\u00a0: {passage.said_by}" if passage.said_by else "masqué"
    return Shown({"Hors de l’agence": told})


def opinion_shown(judgement: str, comment: str) -> Shown:
    """What the page of a dossier shows of the opinion of its reader."""
    return Shown({"Avis": judgement, "Commentaire": comment})


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
