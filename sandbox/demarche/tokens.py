"""Who may ask what: bearer tokens with scopes, an end, networks."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.common.errors import ApiError, Refusal, body
from sandbox.demarche.state import StateFile

ROBOT = "bac-a-sable-passerelle-unc"  # fictional: opens nothing but a sandbox on this machine
READER = "bac-a-sable-lecture-seule"


@dataclass(frozen=True, slots=True)
class Token:
    """One bearer token; no ``demarches`` means all of them, no ``networks`` means from anywhere."""

    value: str
    demarches: list[int] | None = None
    read_only: bool = False
    expires_at: int | None = None
    networks: list[str] | None = None
    deprecated: bool = False

    def check_scope(self, demarche: int, shown: str = "Demarche") -> None:
        """Pass if the token covers the démarche that something (``shown``, its type) is of.

        Raises:
            ApiError: it does not.
        """
        if self.demarches is not None and demarche not in self.demarches:
            raise ApiError(
                f"An object of type {shown} was hidden due to permissions", "unauthorized"
            )

    def check_write(self) -> None:
        """Pass if the token may change something.

        Raises:
            Refusal: it may only read.
        """
        if self.read_only:
            raise Refusal("Le jeton utilisé est configuré seulement en lecture")


class RefusedRequest(Exception):  # noqa: N818  carries an answer, not a failure of the server
    """The request stops before GraphQL: an HTTP status and a body."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.told = told


class Tokens:
    """The tokens that the instance knows."""

    def __init__(self, state: StateFile) -> None:
        self._state = state
        self._known = {one["value"]: Token(**one) for one in state.meta("tokens", [])}
        if not self._known:
            self.add(Token(ROBOT))
            self.add(Token(READER, read_only=True))

    def add(self, token: Token) -> None:
        """Add a token, or replace the one with the same value."""
        self._known[token.value] = token
        self._keep()

    def revoke(self, value: str) -> None:
        """Forget a token."""
        self._known.pop(value, None)
        self._keep()

    def get(self, value: str) -> Token | None:
        """Return a token by its value."""
        return self._known.get(value)

    def _keep(self) -> None:
        self._state.remember("tokens", [asdict(one) for one in self._known.values()])

    def admit(self, header: str, address: str, now: int, *, stored: bool = False) -> Token:
        """Return the token of an Authorization header.

        Args:
            header: ``Bearer X``, ``Token X``, ``Bearer token=X`` or ``Token token="X"``.
            address: where the request comes from.
            now: the present instant.
            stored: whether a stored query is asked: anybody may, seeing what is open to all.

        Raises:
            Refused: none, unknown, expired, deprecated, or from a refused network.
        """
        token = self._known.get(_presented(header))
        if token is None and stored:
            return _NOBODY
        if token is None:
            raise RefusedRequest(
                403, body("Without a token, only persisted queries are allowed", "forbidden")
            )
        if token.deprecated:
            raise RefusedRequest(403, body("This token is deprecated", "deprecated_token"))
        if token.expires_at is not None and now >= token.expires_at:
            raise RefusedRequest(401, body("Token expired", "unauthorized"))
        if token.networks and not _within(address, token.networks):
            raise RefusedRequest(
                403, body(f"Request from a not allowed network: {address}", "forbidden")
            )
        return token


_NOBODY = Token("", demarches=[], read_only=True)


def _presented(header: str) -> str:
    """Return what follows the scheme of an Authorization header, as Rails reads it."""
    scheme, _, rest = header.partition(" ")
    if scheme not in {"Bearer", "Token"}:
        return ""
    first = re.split(r"[,;\t]", rest, maxsplit=1)[0].strip()
    return first.removeprefix("token=").strip('"')


def _within(address: str, networks: list[str]) -> bool:
    caller = ipaddress.ip_address(address)
    return any(caller in ipaddress.ip_network(network) for network in networks)
