"""Signing in and out."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from portal.errors import UnknownError
from portal.pages.view import view_of
from portal.people.oidc import Identity, OidcRefusedError, OidcSignIn
from portal.people.passwords import is_password
from portal.people.sessions import SignedIn, local_path, sessions_of
from portal.source import now
from store.repository import Store
from store.staff.sign_in_tries import PACE
from store.staff.visits import Event, Visit

_AFTER = "after"
_MINUTE = 60
_REFUSED = "Adresse ou mot de passe incorrect."
_TOO_MANY = "Trop d'essais depuis cet endroit : attendez {wait}, puis réessayez."
_NOT_KNOWN = (
    "Votre identité est confirmée, mais aucun compte du portail n'a votre adresse : demandez-le à"
    " l'agence."
)
_NOT_VERIFIED = (
    "Le fournisseur d'identité n'a pas confirmé votre adresse, que demande un premier accès :"
    " écrivez à l'agence."
)
_SOMEBODY_ELSE_S = (
    "Le compte de cette adresse est déjà celui d'une autre identité : écrivez à l'agence."
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
    doors, email = _doors(request), adresse.replace("\0", "").strip().lower()
    network = network_of(request)
    wait = doors.store.sign_in_tries.take(email, network, at=now(), pace=PACE)
    if wait:
        answer = _form(request, problem=_TOO_MANY.format(wait=_told(wait)), status=429)
        answer.headers["retry-after"] = str(_seconds(wait))
        return answer
    account = doors.store.accounts.get(email)
    if not is_password(mot_de_passe, account.password_hash if account else None):
        doors.write(email, "sign-in refused")
        return _form(request, problem=_REFUSED, status=403, email=adresse)
    doors.store.sign_in_tries.clear(email, network)
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
        identity = await doors.oidc.identity(request)
    except OidcRefusedError:
        return await run_in_threadpool(_form, request, problem=_NO_ANSWER, status=403)
    return await run_in_threadpool(_known, request, identity)


@router.post("/deconnexion")
def sign_out(
    request: Request, person: SignedIn, jeton: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Sign out, everywhere."""
    sessions_of(request).check_form(request, jeton)
    sessions_of(request).close(request)
    _doors(request).write(person.email, "sign-out")
    return RedirectResponse("/connexion", status_code=303)


def _known(request: Request, identity: Identity) -> Response:
    """Let in a person whom the provider vouches for, if there is an account.

    The address names the account the first time only: then it is theirs whatever their address
    becomes, and an address that is given to somebody else opens nothing.
    """
    doors = _doors(request)
    theirs = doors.store.accounts.of(identity.issuer, identity.subject)
    if theirs is not None:
        return _enter(request, theirs.email)
    problem = ""
    if not identity.email:
        problem = _NOT_VERIFIED
    elif doors.store.accounts.get(identity.email) is None:
        problem = _NOT_KNOWN
    elif not doors.store.accounts.bind(identity.email, identity.issuer, identity.subject):
        problem = _SOMEBODY_ELSE_S
    if problem:
        doors.write(identity.email or identity.subject, "sign-in refused")
        return _form(request, problem=problem, status=403)
    return _enter(request, identity.email)


def network_of(request: Request) -> str:
    """Where a try comes from."""
    return _network(request.client.host if request.client else "")


def _network(host: str) -> str:
    """Where a try comes from: an address, or the network that IPv6 gives to one subscriber."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False))
    return str(address)


def _seconds(wait: timedelta) -> int:
    return -(-int(wait.total_seconds() * 1000) // 1000) or 1


def _told(wait: timedelta) -> str:
    seconds = _seconds(wait)
    if seconds <= _MINUTE:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    return f"{-(-seconds // _MINUTE)} minutes"


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
