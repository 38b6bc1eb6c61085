"""The journal, for administrators; and what the portal says of itself."""

from fastapi import APIRouter, Request, Response

from portal.errors import ForbiddenError
from portal.pages.view import view_of
from portal.people.sessions import SignedIn, sessions_of
from portal.source import Source

PER_PAGE = 50
EVENTS = {
    "sign-in": "Connexion",
    "sign-out": "Déconnexion",
    "sign-in refused": "Connexion refusée",
    "download": "Téléchargement",
    "refused": "Accès refusé",
    "not a patient": "Passage dit sans patient",
    "a patient again": "Passage de nouveau masqué",
    "opinion": "Avis donné",
    "workbook returned": "Classeur renvoyé",
    "register": "Acte au registre",
    "search fetched": "Recherche téléchargée",
}

router = APIRouter()


@router.get("/journal")
def journal(request: Request, person: SignedIn, page: int = 1) -> Response:
    """Who did what, when.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.reads_journal:
        raise ForbiddenError
    source: Source = request.app.state.source
    total = source.store.visits.count(source.demarche)
    pages = max(1, -(-total // PER_PAGE))
    shown = min(max(page, 1), pages)
    lines = source.store.visits.list(source.demarche, limit=PER_PAGE, offset=(shown - 1) * PER_PAGE)
    return view_of(request).page(
        request,
        "journal",
        person=person,
        lines=lines,
        events=EVENTS,
        total=total,
        page=shown,
        pages=pages,
    )


@router.get("/accessibilite")
def accessibility(request: Request) -> Response:
    """How accessible the portal is, which the law asks to say."""
    person = sessions_of(request).person(request)
    return view_of(request).page(request, "accessibilite", person=person)
