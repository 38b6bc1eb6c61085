"""The situations of the register: the list, and each of them."""

from fastapi import APIRouter, Request, Response

from portal.pages.registre.desk import at_of, desk_of
from portal.pages.view import view_of
from portal.people.sessions import SignedIn
from portal.registre.rows import ORDERS, WOKEN, listed, refused
from steps.judge.acts import today

router = APIRouter()


@router.get("/situations")
def situations(request: Request, person: SignedIn) -> Response:
    """The situations that a person may read, a page at a time."""
    desk, params = desk_of(request), request.query_params
    at, no_days = at_of(params)
    asked, wrong = refused(params, desk.lists.niveaux)
    read = desk.read(person.role, at)
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
        levels=desk.lists.niveaux,
        years=[desk.year(one, at) for one in (year, year - 1)] if agency else [],
        agency=agency,
    )
