"""The situations of the register: the list, and each of them."""

from fastapi import APIRouter, Request, Response

from portal.pages.registre.actions import actions_of
from portal.pages.registre.shared import access_of, at_of, find
from portal.pages.view import view_of
from portal.people.sessions import SignedIn
from portal.registre.page import LINES, page_of
from portal.registre.rows import ORDERS, WOKEN, listed, refused
from steps.judge.acts import today

_ENDED = frozenset({"Clos", "Hors champ"})

router = APIRouter()


@router.get("/situations")
def situations(request: Request, person: SignedIn) -> Response:
    """The situations that a person may read, a page at a time."""
    access, params = access_of(request), request.query_params
    at, no_days = at_of(params)
    asked, wrong = refused(params, access.lists.niveaux)
    read = access.read(person.role, at)
    year = (at.on or today()).year
    agency = person.role.audience == "agence"
    return view_of(request).page(
        request,
        "situations",
        person=person,
        read=read,
        at=at,
        asked=asked,
        wrong=(*wrong, *no_days),
        found=listed(read, asked),
        orders=ORDERS,
        woken=WOKEN,
        levels=access.lists.niveaux,
        years=[access.year(one, at) for one in (year, year - 1)] if agency else [],
        agency=agency,
    )


@router.get("/situations/{name}")
def situation(request: Request, name: str, person: SignedIn) -> Response:
    """One situation, with what may be done of it.

    Raises:
        UnknownError: There is none of this id that this person may read.
    """
    access = access_of(request)
    at, wrong = at_of(request.query_params)
    read = access.read(person.role, at)
    one = find(read, name)
    page = page_of(access, read, one)
    acts = person.role.acts_on_register and not at.is_past
    return view_of(request).page(
        request,
        "situation",
        person=person,
        page=page,
        most=LINES,
        at=at,
        wrong=wrong,
        day=read.day,
        counted=read.counted,
        actions=actions_of(one) if acts else [],
        gone=bool(page.lines) and all(line.status in _ENDED for line in page.lines),
        agency=person.role.audience == "agence",
    )
