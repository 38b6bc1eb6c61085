"""The application: what the pages work with, the routes, and what is refused how."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from exports.returned.taken_in import TakenIn
from portal.dossiers.library import Library
from portal.errors import (
    ForbiddenError,
    NotSignedInError,
    NotWrittenError,
    PortalError,
    UnknownError,
)
from portal.faults import Faults, base_away, understood
from portal.headers import SafeHeaders
from portal.pages import (
    accounts,
    dossiers,
    exports,
    form,
    health,
    home,
    journal,
    opinions,
    rules,
    sign_in,
    texts,
)
from portal.pages.registre import (
    actions,
    measures,
    meetings,
    questions,
    signals,
    situations,
    years,
)
from portal.pages.view import STATIC, View, dsfr_is_installed, view_of
from portal.people.oidc import OidcProvider, OidcSignIn
from portal.people.sessions import LASTS, Sessions, came_from, local_path, sessions_of
from portal.published.files import FetchableFiles
from portal.published.returns import Returns
from portal.registre.access import RegisterAccess
from portal.source import Source, now
from store.database.errors import StoreError
from store.staff.visits import Visit


@dataclass(frozen=True, slots=True)
class Site:
    """Where the portal is, and how people sign in.

    Attributes:
        url: Its public address, without a final slash.
        secret: Signs sessions and forms, names files.
        oidc: OpenID Connect provider; ``None`` for accounts with a password only.
        metrics: Whether Prometheus is shown how the bridge is.
        stalled_after: Time without a reading after which it is told as stopped.
        dsfr: Whether pages wear the State's design system, or a plain style of our own.
    """

    url: str
    secret: str
    oidc: OidcProvider | None = None
    metrics: bool = False
    stalled_after: timedelta = timedelta(hours=1)
    dsfr: bool = field(default_factory=dsfr_is_installed)

    @property
    def https(self) -> bool:
        """Whether browsers reach it over TLS."""
        return urlsplit(self.url).scheme == "https"


def make_app(source: Source, site: Site) -> FastAPI:
    """Make the application; lines of the dossiers that moved are made while it answers."""
    app = FastAPI(
        title="Portail UNC",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(understood)],
        lifespan=_until_work_is_done,
    )
    app.router.redirect_slashes = False  # it would send to the host that the request names
    fetchable = FetchableFiles(source.exports, demarche=source.demarche, secret=site.secret)
    door = (
        OidcSignIn(site.oidc, callback=f"{site.url}/connexion/oidc/retour") if site.oidc else None
    )
    app.state.source = source
    app.state.url = site.url
    app.state.writing = Lock()
    app.state.trials = rules.Trials()
    app.state.returns = Returns[TakenIn]()
    app.state.tables = Returns[bytes]()
    app.state.sessions = Sessions(source.store.accounts, site.secret)
    app.state.watch = health.HealthWatch(source.health, site.stalled_after, metrics=site.metrics)
    title = source.store.demarches.state(source.demarche).title or ""
    app.state.view = View(
        title=title,
        dsfr=site.dsfr,
        centres={centre.code: centre.name for centre in source.centres},
    )
    app.state.doors = sign_in.SignInServices(source.store, source.demarche, door)
    masks = (source.policy.mask, source.policy.patient_mask)
    app.state.counter = exports.DownloadPages(
        fetchable, source.store, source.demarche, source.columns, masks
    )
    library = Library(source)
    library.look()
    app.state.dossier_pages = dossiers.DossierPages(source, library)
    app.state.access = RegisterAccess(source, library)
    register = (situations, actions, measures, signals, questions, meetings, years)
    for pages in (
        home,
        journal,
        accounts,
        sign_in,
        exports,
        dossiers,
        opinions,
        health,
        rules,
        texts,
        form,
        *register,
    ):
        app.include_router(pages.router)
    # A route is made when a request first comes near it: here, no two requests make it at once.
    deque(iter_route_contexts(app.routes), maxlen=0)
    app.mount("/statique", StaticFiles(directory=STATIC), name="statique")
    app.add_exception_handler(PortalError, _refuse)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(StoreError, base_away)
    app.add_middleware(Faults)
    app.add_middleware(
        SessionMiddleware,
        secret_key=sha256(f"sessions\0{site.secret}".encode()).hexdigest(),
        session_cookie="__Host-unc" if site.https else "unc",
        max_age=int(LASTS.total_seconds()),
        same_site="lax",  # « strict » would lose the way back from an OpenID provider
        https_only=site.https,
    )
    app.add_middleware(SafeHeaders, https=site.https)
    return app


@asynccontextmanager
async def _until_work_is_done(app: FastAPI) -> AsyncIterator[None]:
    """While pages answer; then what is worked at beside them ends before the store is closed."""
    yield
    for beside in (app.state.trials, app.state.dossier_pages.library):
        await run_in_threadpool(beside.close)


def _refuse(request: Request, error: Exception) -> Response:
    """Say what is refused; whoever is not signed in may do so first."""
    assert isinstance(error, PortalError)  # noqa: S101 (registered for this class only)
    if isinstance(error, NotSignedInError) and request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/connexion?suite={quote(wanted, safe='')}", status_code=303)
    person = sessions_of(request).person(request)
    if isinstance(error, NotWrittenError):
        back = error.back or came_from(request)
        return view_of(request).page(
            request, "non-ecrit", person=person, status=error.status, error=error, back=back
        )
    if person is not None and isinstance(error, ForbiddenError):
        source: Source = request.app.state.source
        line = Visit(now(), person.email, "refused", file=request.url.path[:200])
        source.store.visits.record(source.demarche, line)
    return view_of(request).page(
        request, "refus", person=person, status=error.status, title=error.title, text=error.text
    )


def _no_such_page(request: Request, error: Exception) -> Response:
    """Say that there is no such page, or no such way of asking for it; a slash too many is none."""
    shorter = request.url.path.rstrip("/")
    missing = getattr(error, "status_code", 0) == UnknownError.status
    if missing and shorter != request.url.path and local_path(shorter) == shorter:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(local_path(shorter + query), status_code=307)
    answer = _refuse(request, UnknownError())
    answer.status_code = getattr(error, "status_code", UnknownError.status)
    answer.headers.update(getattr(error, "headers", None) or {})  # the methods that there are
    return answer


def _not_understood(request: Request, _error: Exception) -> Response:
    """Say that what was sent has no sense; never with what was sent."""
    return _refuse(request, PortalError())
