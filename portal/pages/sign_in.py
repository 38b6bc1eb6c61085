"""Signing in and out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from portal.errors import UnknownError
from portal.pages.view import view_of
from portal.people.oidc import OidcRefusedError, OidcSignIn
from portal.people.passwords import is_password
from portal.people.sessions import SignedIn, local_path, sessions_of
from portal.source import now
from store.repository import Store
from store.staff.visits import Event, Visit

LIMITS = (5, 30, timedelta(minutes=15))
"""Tries of an account, tries from an address, within."""
_AFTER = "after"
_REFUSED = "Adresse ou mot de passe incorrect."
_TOO_MANY = "Trop d'essais : attendez 15 minutes, puis réessayez."
_NOT_KNOWN = (
    "Votre identité est confirmée, mais aucun compte du portail n'a votre adresse : demandez-le à"
    " l'agence."
)
_NO_ANSWER = "Le fournisseur d'identité n'a pas confirmé votre identité. Réessayez."

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInServices:
    """Ways to sign in (password, OpenID Connect), and the journal where each is recorded.

    Attributes:
        store: Accounts, tries and journal.
        demarche: Number of the démarche.
        oidc: The OpenID Connect provider, if there is one.
    """

    store: Store
    demarche: int
    oidc: OidcSignIn | None

    def passwords(self) -> bool:
        """Whether an account has a password: else the form is not shown."""
        return any(account.password_hash for account in self.store.accounts.list())

    def write(self, account: str, event: Event) -> None:
        """Write a line of the journal."""
        self.store.visits.record(self.demarche, Visit(now(), account[:200], event))


def _doors(request: Request) -> SignInServices:
    doors: SignInServices = request.app.state.doors
    return doors


@router.get("/connexion")
def sign_in(request: Request, suite: str = "") -> Response:
    """The page where people sign in."""
    request.session[_AFTER] = local_path(suite)
    return _form(request)


@router.post("/connexion")
def by_password(
    request: Request,
    adresse: Annotated[str, Form(max_length=200)] = "",
    mot_de_passe: Annotated[str, Form(max_length=1_000)] = "",
    jeton: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Sign in with an address and a password."""
    sessions_of(request).check_form(request, jeton)
    doors, email = _doors(request), adresse.strip().lower()
    host = request.client.host if request.client else ""
    if not doors.store.sign_in_tries.take(email, host, at=now(), limits=LIMITS):
        return _form(request, problem=_TOO_MANY, status=429)
    account = doors.store.accounts.get(email)
    if not is_password(mot_de_passe, account.password_hash if account else None):
        doors.write(email, "sign-in refused")
        return _form(request, problem=_REFUSED, status=403, email=adresse)
    doors.store.sign_in_tries.clear(email)
    return _enter(request, email)


@router.get("/connexion/oidc")
async def to_provider(request: Request) -> Response:
    """Send to the OpenID Connect provider."""
    door = _doors(request).oidc
    if door is None:
        raise UnknownError
    try:
        return await door.send(request)
    except OidcRefusedError:
        return await run_in_threadpool(_form, request, problem=_NO_ANSWER, status=502)


@router.get("/connexion/oidc/retour")
async def from_provider(request: Request) -> Response:
    """Sign in a person whom the provider sent back."""
    doors = _doors(request)
    if doors.oidc is None:
        raise UnknownError
    try:
        email = await doors.oidc.email(request)
    except OidcRefusedError:
        return await run_in_threadpool(_form, request, problem=_NO_ANSWER, status=403)
    return await run_in_threadpool(_known, request, email)


@router.post("/deconnexion")
def sign_out(
    request: Request, person: SignedIn, jeton: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Sign out, everywhere."""
    sessions_of(request).check_form(request, jeton)
    sessions_of(request).close(request)
    _doors(request).write(person.email, "sign-out")
    return RedirectResponse("/connexion", status_code=303)


def _known(request: Request, email: str) -> Response:
    """Let in a person whom the provider vouches for, if there is an account."""
    if _doors(request).store.accounts.get(email) is None:
        _doors(request).write(email, "sign-in refused")
        return _form(request, problem=_NOT_KNOWN, status=403)
    return _enter(request, email)


def _enter(request: Request, email: str) -> Response:
    after = local_path(str(request.session.get(_AFTER, "")))
    sessions_of(request).open(request, email)
    _doors(request).write(email, "sign-in")
    return RedirectResponse(after, status_code=303)


def _form(request: Request, *, problem: str = "", status: int = 200, email: str = "") -> Response:
    doors = _doors(request)
    return view_of(request).page(
        request,
        "connexion",
        status=status,
        problem=problem,
        email=email,
        oidc=doors.oidc.name if doors.oidc else "",
        passwords=doors.oidc is None or doors.passwords(),
    )
