"""The journal and how the bridge is, for administrators; and what the portal says of itself."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from french.time import PARIS, calendar_day
from portal.dossiers.search import page_number
from portal.errors import ForbiddenError
from portal.pages.health import HealthWatch
from portal.pages.view import view_of
from portal.people.sessions import SignedIn, sessions_of
from portal.source import Source
from store.staff.visits import Sought

PER_PAGE = 50
_LONGEST = 200
_RUNS = 10
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
    "invitation": "Invitation",
    "invitation withdrawn": "Invitation retirée",
    "account opened": "Compte ouvert",
    "account removed": "Compte retiré",
    "role changed": "Rôle changé",
    "password changed": "Mot de passe changé",
    "digest chosen": "Résumé de la semaine demandé ou arrêté",
    "rules proposed": "Règles proposées",
    "rules adopted": "Règles adoptées",
    "rules declined": "Règles écartées",
    "form changed": "Formulaire modifié",
    "register": "Acte au registre",
    "search fetched": "Recherche téléchargée",
}

router = APIRouter()


@router.get("/journal")
def journal(
    request: Request,
    person: SignedIn,
    page: str = "1",
    q: str = "",
    quoi: str = "",
    du: str = "",
    au: str = "",
) -> Response:
    """Who did what, when; of what is looked for, where something is.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.reads_journal:
        raise ForbiddenError
    source: Source = request.app.state.source
    asked = {"q": q.strip()[:_LONGEST], "quoi": quoi, "du": du, "au": au}
    wrong = (
        [f"« {quoi[:_LONGEST]} » n’est pas un genre de ligne"] if quoi not in {"", *EVENTS} else []
    )
    since, until = _day(du), _day(au)
    wrong += [
        f"« {one[:_LONGEST]} » n’est pas un jour" for one in (du, au) if one and not _day(one)
    ]
    sought = Sought(
        text=asked["q"],
        event=quoi if quoi in EVENTS else "",
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )
    total = source.store.visits.count(source.demarche, sought)
    pages = max(1, -(-total // PER_PAGE))
    shown = min(page_number(page), pages)
    lines = source.store.visits.list(
        source.demarche, limit=PER_PAGE, offset=(shown - 1) * PER_PAGE, sought=sought
    )
    return view_of(request).page(
        request,
        "journal",
        person=person,
        lines=lines,
        events=EVENTS,
        total=total,
        page=shown,
        pages=pages,
        asked=asked,
        wrong=wrong,
        query=urlencode({name: value for name, value in asked.items() if value}),
    )


def _day(text: str) -> date | None:
    try:
        return calendar_day(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


@router.get("/etat")
def state(request: Request, person: SignedIn) -> Response:
    """How the bridge is: the last reading, what waits, the last runs and the next ones.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.administers:
        raise ForbiddenError
    source: Source = request.app.state.source
    watch: HealthWatch = request.app.state.watch
    return view_of(request).page(
        request,
        "etat",
        person=person,
        health=watch.look(),
        told=watch.told(),
        runs=source.store.runs.last(source.demarche, limit=_RUNS),
        outcomes=source.outcomes,
        planned=source.planned(),
    )


@router.get("/accessibilite")
def accessibility(request: Request) -> Response:
    """How accessible the portal is, which the law asks to say."""
    person = sessions_of(request).person(request)
    return view_of(request).page(request, "accessibilite", person=person)
