"""What no page foresaw: told to the visitor in a page of ours, and to the operator by its kind."""

import logging
import re

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.errors import BaseAwayError, FaultError, PortalError
from portal.pages.view import view_of
from store.database.errors import Unstorable

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\"';\s]*)", re.IGNORECASE)
_log = logging.getLogger("unc.portal")


async def understood(request: Request) -> None:
    """Refuse what no browser sends and no base can hold, whatever the page.

    Raises:
        PortalError: A NUL in the address, or a form that is not said in UTF-8.
    """
    asked = (
        request.url.path,
        *(part for pair in request.query_params.multi_items() for part in pair),
    )
    told = _CHARSET.findall(request.headers.get("content-type", ""))
    if any("\0" in part for part in asked) or any(one.lower() != "utf-8" for one in told):
        raise PortalError


def base_away(request: Request, error: Exception) -> Response:
    """Say that the base does not do what a page asks of it; its own words are the operator's."""
    if isinstance(error, Unstorable):
        return refusal(request, PortalError())
    _log.error("%s : %s", _page(request.scope), error)
    return refusal(request, BaseAwayError())


def refusal(request: Request, error: PortalError) -> Response:
    """A page that asks nothing of the base, not even who is signed in."""
    return view_of(request).page(
        request, "refus", status=error.status, title=error.title, text=error.text
    )


class Faults:
    """An application of which no error gets out with what it quotes: it may be of a dossier."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RuntimeError: The answer had begun: it is cut, for the browser to know.
        """
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 (told by its kind)
            kind = type(error).__name__
            _log.error("%s : %s", _page(scope), kind)
            if begun:
                raise RuntimeError(kind) from None
            answer = refusal(Request(scope, receive), FaultError())
            await answer(scope, receive, send)


def _page(scope: Scope) -> str:
    """The page as its route names it, never with what an address holds."""
    return str(getattr(scope.get("route"), "path", "page"))
