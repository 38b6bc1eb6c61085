"""A provider that tells the address in a signed userinfo only, as ProConnect does."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from portal.serving import listen


@dataclass
class SignedProvider:
    """Vouches for one person; ``signer`` signs the userinfo, with the right key or another."""

    email: str
    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k"}))
    signer: RSAKey | None = None
    nonce: str = ""
    subject: str = "s1"
    verified: object = True

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/jwks", self.jwks),
            Route("/userinfo", self.userinfo),
        ]

    def discovery(self, _request: Request) -> Response:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return JSONResponse(
            {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
            | {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def authorize(self, request: Request) -> Response:
        asked = request.query_params
        assert asked["code_challenge_method"] == "S256"
        self.nonce = asked["nonce"]
        back = urlencode({"code": "c", "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")

    async def token(self, request: Request) -> Response:
        form = await request.form()
        assert form["code_verifier"]
        told = {"aud": "unc", "exp": time.time() + 60, "iat": time.time(), "nonce": self.nonce}
        signed = self._sign({"iss": self.url, "sub": self.subject, **told}, self.key)
        return JSONResponse(
            {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": signed}
        )

    def jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def userinfo(self, _request: Request) -> Response:
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": self.subject,
            "aud": "unc",
            "email": self.email,
        }
        if self.verified is not ...:
            claims["email_verified"] = self.verified
        signed = self._sign(claims, self.signer or self.key)
        return Response(signed, media_type="application/jwt")

    def _sign(self, claims: dict[str, Any], key: RSAKey) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k"}, claims, key)


@contextmanager
def signed_provider(email: str) -> Iterator[SignedProvider]:
    """Serve such a provider for the length of a block."""
    provider = SignedProvider(email)
    with listen("127.0.0.1", 0) as sock:
        provider.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        app = Starlette(routes=provider.routes())
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(timeout=20)
