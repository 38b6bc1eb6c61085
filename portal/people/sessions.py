"""Sessions: a signed cookie that names an account, checked against the store at each request."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from portal.errors import ForgedFormError, NotSignedInError
from portal.people.roles import Role, parse_role
from portal.source import now
from store.staff.accounts import Accounts

LASTS = timedelta(hours=10)
"""A working day; then people sign in again."""
_HERE = re.compile(r"/(?!/|(?:de)?connexion)[\w/?=&%.+~-]*", re.ASCII)
"""A page of ours: not another host's (``//host``), nor one that only leads to signing in."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, checks and closes sessions. What the cookie says is signed by the middleware."""

    accounts: Accounts
    secret: str

    def open(self, request: Request, email: str) -> None:
        """Open a new session: nothing of the one before stays (no fixation)."""
        request.session.clear()
        account, opened = self.accounts.get(email), now()
        if account is not None:  # closed by a clock that was ahead: signing in opens all the same
            opened = max(opened, account.sessions_from + timedelta(microseconds=1))
        request.session.update(
            {"id": secrets.token_urlsafe(18), "email": email, "opened": opened.isoformat()}
        )

    def close(self, request: Request) -> None:
        """Close every session of this account, here and on other machines."""
        self.accounts.close_sessions(request.session["email"], at=now())
        request.session.clear()

    def person(self, request: Request) -> Person | None:
        """Who sent this request; the account decides, not what it was when they signed in."""
        email, opened = request.session.get("email"), request.session.get("opened")
        if not isinstance(email, str) or not isinstance(opened, str):
            return None
        account = self.accounts.get(email)
        since = datetime.fromisoformat(opened)
        if account is None or since <= account.sessions_from or now() - since > LASTS:
            return None
        try:
            return Person(email=account.email, role=parse_role(account.role))
        except ValueError:  # a role of another version, or written by hand: it opens nothing
            return None

    def form_token(self, request: Request) -> str:
        """What a form of this session must send back."""
        if "id" not in request.session:
            request.session["id"] = secrets.token_urlsafe(18)
        key = sha256(f"forms\0{self.secret}".encode()).digest()
        return hmac.new(key, request.session["id"].encode(), sha256).hexdigest()

    def check_form(self, request: Request, token: str) -> None:
        """Refuse a form that no page of this session made.

        Raises:
            ForgedFormError: Another site made it, or the session is over.
        """
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise ForgedFormError
        if not hmac.compare_digest(self.form_token(request).encode(), token.encode()):
            raise ForgedFormError


def sessions_of(request: Request) -> Sessions:
    """The sessions of this portal."""
    sessions: Sessions = request.app.state.sessions
    return sessions


def signed_in(request: Request) -> Person:
    """The person who asks.

    Raises:
        NotSignedInError: Nobody is signed in.
    """
    person = sessions_of(request).person(request)
    if person is None:
        raise NotSignedInError
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def local_path(wanted: str) -> str:
    """Where to go after signing in: a page of ours, never another site."""
    return wanted if _HERE.fullmatch(wanted) else "/"


def came_from(request: Request) -> str:
    """The page of ours that a request came from, where the browser says so."""
    parts = urlsplit(request.headers.get("referer", ""))
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))
