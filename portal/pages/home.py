"""The first page: what waits for the person who is signed in, and what they have seen of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from exports.sheets.columns import Reason
from exports.sheets.values import content_text
from french.text import SEMICOLON, agreed, typographic
from portal.dossiers.library import Library
from portal.dossiers.lines import words_of
from portal.dossiers.search import PER_PAGE, page_number
from portal.dossiers.waiting import Due, Queue, Whose
from portal.errors import PortalError
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.sessions import Person, SignedIn
from portal.registre.rows import WOKEN
from portal.source import Source, now
from store.staff.lines import DossierLine
from triage.registre.register import State

NOTHING = Shown({})
"""A form that changes what is the person's alone: nobody else can have moved it."""

_LISTS = {
    "questions": "/questions",
    "a-valider": f"/situations?etat={quote(State.TO_VALIDATE)}",
    "reveillees": f"/situations?etat={quote(WOKEN)}",
    "a-rattacher": "/signaux",
}
"""Where all things of a kind are."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DueLine:
    """A dossier that waits, with its line of the lists and why now in words."""

    due: Due
    line: DossierLine
    told: str


@router.get("/")
def home(request: Request, person: SignedIn, motif: str = "", page: str = "1") -> Response:
    """What waits, the latest change first; of one reason where it is asked for."""
    source, library = _source(request), _library(request)
    queue = library.queue(whose(person))
    words = words_of(source.columns, person.role.audience)
    wrong = bool(motif) and motif not in words
    due = [one for one in queue.due if wrong or not motif or motif in one.why]
    pages = max(1, -(-len(due) // PER_PAGE))
    at = min(page_number(page), pages)
    shown = due[(at - 1) * PER_PAGE : at * PER_PAGE]
    return view_of(request).page(
        request,
        "a-traiter",
        person=person,
        queue=queue,
        words=words,
        motif="" if wrong else motif,
        wrong=motif if wrong else "",
        lines=_lines(library, person, shown, words),
        page=at,
        pages=pages,
        total=len(due),
        matters=source.matters(person.role.author),
        titles=_titles(library, person),
        lists=_LISTS,
        aside=_aside(source, person),
        gages=NOTHING,
        left=library.left,
        kept_inside=library.context.kept_inside,
    )


class SeenForm(PageForm):
    """Dossiers that a person has seen: each with the mark of what it was then."""

    for_readers: ClassVar[bool] = True

    vus: tuple[Annotated[str, "number.mark"], ...] = ()


@router.post("/a-traiter/vus")
def seen(sent: Annotated[Sent[SeenForm], Depends(form_of(SeenForm))]) -> Response:
    """Remember what a person has seen.

    Raises:
        PortalError: No page of ours named the dossiers so.
    """
    source, person = _source(sent.request), sent.person
    marks = dict(map(_mark, sent.form.vus))
    readable = _library(sent.request).lines_of(person.role.audience, [*marks])
    kept = {number: mark for number, mark in marks.items() if number in readable}
    count = len(kept)
    return sent.write(
        lambda: source.store.seen.save(source.demarche, person.email, kept, at=now()),
        shown=lambda: NOTHING,
        back="/",
        said=f"{agreed(count, 'dossier noté')} comme vu{'s' if count > 1 else ''}.",
        journal=None,  # what a person has read is theirs: the journal tells acts
    )


def note_seen(request: Request, person: Person, number: int) -> None:
    """Remember that a person read a dossier, where it waits for them as they have not seen it."""
    source = _source(request)
    queue: Queue = _library(request).queue(whose(person), number=number)
    for one in queue.due:
        if not one.seen:
            source.store.seen.save(source.demarche, person.email, {number: one.mark}, at=now())


def whose(person: Person) -> Whose:
    """Whose first page a person reads."""
    role = person.role
    return Whose(person.email, role.author, role.audience, role.centre)


def _mark(text: str) -> tuple[int, str]:
    number, _, mark = text.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 11 and len(mark) < 17):  # noqa: PLR2004
        raise PortalError
    return int(number), mark


def _lines(
    library: Library, person: Person, shown: list[Due], words: Mapping[Reason, str]
) -> list[DueLine]:
    found = library.lines_of(person.role.audience, [one.number for one in shown])
    return [
        DueLine(
            one, found[one.number], SEMICOLON.join(typographic(words[name]) for name in one.why)
        )
        for one in shown
        if one.number in found  # it may have left meanwhile
    ]


def _titles(library: Library, person: Person) -> Mapping[str, str]:
    """What situations are proposed to be called; nothing until it was worked out."""
    if person.role.audience != "agence":
        return {}
    figures = library.situations("agence")
    cells = figures.cells if figures else {}
    return {name: content_text(one.get("Titre")) for name, one in cells.items()}


def _aside(source: Source, person: Person) -> tuple[int, ...]:
    """Dossiers that were never read: the agency alone knows of them."""
    if person.role.audience != "agence":
        return ()
    numbers = source.store.quarantine.numbers(source.demarche)
    known = source.store.lines.of(source.demarche, "agence", sorted(numbers))
    return tuple(sorted(numbers - known.keys(), reverse=True))


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source


def _library(request: Request) -> Library:
    library: Library = request.app.state.dossier_pages.library
    return library
