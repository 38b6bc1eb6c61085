"""What every answer carries, and what no request may bring: plain ASGI, outside of everything."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 16_384
"""Of a form, unless :data:`LARGER` says otherwise."""
LARGER = (
    (re.compile(r"/dossiers/[0-9]{1,10}/avis"), 512 * 1024),  # the text of a cell, as forms send it
    (re.compile(r"/formulaire/[a-z]+"), 64 * 1024),  # what a page shows of a long form
    (re.compile(r"/regles"), 300 * 1024),
    (re.compile(r"/textes"), 128 * 1024),
    (
        re.compile(r"/(?:situations|mesures|signaux|questions|seances)(?:/.*)?"),
        128 * 1024,
    ),  # its texts
    (re.compile(r"/annees/reprise"), 4 * 2**20),
    (re.compile(r"/annees/reprise/.*"), 128 * 1024),  # what it would bring
    (re.compile(r"/renvoi"), 48 * 2**20),  # the agency's workbook of 10,000 dossiers, twice
)
"""Paths of forms that may be longer, with their bytes: a long text, a file."""
HEAD = "unc.head"
"""Key of the scope of a request that asks for no body: nothing is handed out."""
CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script at all, ours included: the site works without."""


class SafeHeaders:
    """Adds the headers that keep a page from doing more than it should."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": CSP,
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
        }
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        head = scope["method"] == "HEAD"
        if head:  # as GET, without its body
            scope = {**scope, "method": "GET", HEAD: True}

        async def send_safely(message: Message) -> None:
            if head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if _too_much(scope):
            refusal = PlainTextResponse(
                "Demande trop grande.\n",
                status_code=413,
                headers={"connection": "close"},  # its body is not read: nothing may follow it
            )
            await refusal(scope, receive, send_safely)
            return
        await self._app(scope, receive, send_safely)


def _too_much(scope: Scope) -> bool:
    """Whether a request brings a body that is too long, or does not say how long."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    path = scope["path"]
    most = next((size for where, size in LARGER if where.fullmatch(path)), MOST_BYTES)
    return "transfer-encoding" in headers or not length.isdecimal() or int(length) > most
