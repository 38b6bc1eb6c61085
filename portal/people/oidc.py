"""Sign-in at an OpenID Connect provider (ProConnect or any other), by Authlib."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request, Response
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_ALGORITHMS = ["RS256", "ES256", "PS256"]


class OidcRefusedError(Exception):
    """The provider did not say who the person is. The message is for the journal, in English."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A provider, as settings name it.

    Attributes:
        issuer: Its address; the discovery document is under it.
        client_id: Our name there.
        client_secret: Our secret there.
        name: Its name on the button.
        trusts_email: Whether it gives only addresses that it verified, without saying so.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    trusts_email: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says a person is.

    Attributes:
        issuer: Who says so.
        subject: Its own name for the person, which never changes.
        email: Address in lower case, where the provider vouches for it; else blank.
    """

    issuer: str
    subject: str
    email: str


class OidcSignIn:
    """Redirects to the provider, and checks the identity it sends back."""

    def __init__(self, provider: OidcProvider, *, callback: str) -> None:
        self.name = provider.name
        self._trusts_email = provider.trusts_email
        self._callback = callback
        self._client: Any = OAuth().register(
            "oidc",
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "leeway": 0,  # ProConnect's tokens last a minute: used at once, never kept
            },
        )

    async def send(self, request: Request) -> Response:
        """Redirect to the provider; state, nonce and PKCE verifier stay in the session.

        Raises:
            OidcRefusedError: The provider does not answer.
        """
        try:
            answer: Response = await self._client.authorize_redirect(request, self._callback)
        except (AuthlibBaseError, HTTPError, ValueError) as error:
            raise OidcRefusedError(type(error).__name__) from error
        return answer

    async def identity(self, request: Request) -> Identity:
        """Who came back.

        Raises:
            OidcRefusedError: State, signature, nonce or issuer is wrong.
        """
        try:
            token = await self._client.authorize_access_token(request)
            claims: Mapping[str, Any] = token.get("userinfo") or {}
            issuer, subject = claims.get("iss"), claims.get("sub")
            if not (issuer and subject and isinstance(issuer, str) and isinstance(subject, str)):
                raise OidcRefusedError("no id token")
            if not claims.get("email"):
                told = await self._userinfo(token)
                if told.get("sub") != subject:
                    raise OidcRefusedError("userinfo of somebody else")
                claims = told
        except (AuthlibBaseError, HTTPError, JoseError, ValueError, KeyError) as error:
            raise OidcRefusedError(type(error).__name__) from error
        return Identity(issuer, subject, self._email(claims))

    def _email(self, claims: Mapping[str, Any]) -> str:
        """The address that the provider vouches for: said to be verified, by ``true`` alone."""
        email = claims.get("email")
        silent = self._trusts_email and "email_verified" not in claims
        if not isinstance(email, str) or not (claims.get("email_verified") is True or silent):
            return ""
        return email.strip().lower()

    async def _userinfo(self, token: Mapping[str, Any]) -> Mapping[str, Any]:
        """Claims of the userinfo endpoint: JSON, or signed as ProConnect does."""
        metadata = await self._client.load_server_metadata()
        answer = await self._client.get(metadata["userinfo_endpoint"], token=token)
        answer.raise_for_status()
        if not answer.headers.get("content-type", "").startswith("application/jwt"):
            told: Mapping[str, Any] = answer.json()
            return told
        keys = KeySet.import_key_set(await self._client.fetch_jwk_set())
        signed = jwt.decode(answer.text, keys, algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": metadata["issuer"]},
        ).validate(signed.claims)
        return signed.claims
