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
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str


class OidcSignIn:
    """Redirects to the provider, and checks the identity it sends back."""

    def __init__(self, provider: OidcProvider, *, callback: str) -> None:
        self.name = provider.name
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

    async def email(self, request: Request) -> str:
        """Address of the person who came back, in lower case, as the provider vouches for it.

        Raises:
            OidcRefusedError: State, signature, nonce or issuer is wrong, or no address is given.
        """
        try:
            token = await self._client.authorize_access_token(request)
            claims: Mapping[str, Any] = token.get("userinfo") or {}
            if not claims.get("sub"):
                raise OidcRefusedError("no id token")
            if not claims.get("email"):
                told = await self._userinfo(token)
                if told.get("sub") != claims["sub"]:
                    raise OidcRefusedError("userinfo of somebody else")
                claims = told
        except (AuthlibBaseError, HTTPError, JoseError, ValueError, KeyError) as error:
            raise OidcRefusedError(type(error).__name__) from error
        email = claims.get("email")
        if not isinstance(email, str) or not email or claims.get("email_verified") is False:
            raise OidcRefusedError("no verified e-mail")
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
