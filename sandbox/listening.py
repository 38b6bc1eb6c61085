"""uvicorn on a loopback socket: it stops at once, and can break a connection on demand."""

import asyncio
import logging
import socket
import threading

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"
_HOSTS = ["127.0.0.1", "localhost"]
_TICK = 0.01
_START_SECONDS = 180


class Connections:
    """Open connections by the caller's address, so that one can be broken."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return uvicorn's HTTP protocol, which tells here what it opens and closes."""
        known = self._open

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                known[transport.get_extra_info("peername")[:2]] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                known.pop(self.transport.get_extra_info("peername")[:2], None)
                super().connection_lost(exc)

        return Protocol

    def drop(self, request: Request) -> None:
        """Break the connection that a request came by."""
        if request.client is not None:
            transport = self._open.get((request.client.host, request.client.port))
            if transport is not None:
                transport.abort()


class PromptServer(uvicorn.Server):
    """uvicorn's server, without its tenths of a second of waiting at the end."""

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        while not await self.on_tick(0):  # noqa: ASYNC110  uvicorn's own flag is polled
            await asyncio.sleep(_TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection, leaving a second to those that are answering."""
        for server in self.servers:
            server.close()
        for sock in sockets or ():
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _ in range(100):
            if not (self.server_state.connections or self.server_state.tasks):
                break
            await asyncio.sleep(_TICK)
        for task in self.server_state.tasks:
            task.cancel()


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this machine only; port 0 takes a free one."""
    # asyncio sends at once (TCP_NODELAY) only on sockets that name their protocol: without it,
    # every answer waits 40 ms for the caller's delayed acknowledgement.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, port))
        sock.listen()
    except OSError:
        sock.close()
        raise
    return sock


class OwnPagesOnly:
    """Refuses what the page of another site makes a browser send: only ours may change anything.

    A browser says where a request comes from; whatever is no browser says nothing, and is let in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}:
            headers = Headers(scope=scope)
            site = headers.get("sec-fetch-site", "none")
            origin = headers.get("origin")
            own = f"http://{headers.get('host', '')}"
            if site not in {"same-origin", "none"} or origin not in {None, own}:
                refused = PlainTextResponse("Demande venue d’un autre site : refusée.", 403)
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


def server_of(app: Starlette, connections: Connections) -> PromptServer:
    """Return a server of the application, which answers to loopback names and its own pages."""
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    config = uvicorn.Config(
        app,
        http=connections.protocol(),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        timeout_keep_alive=60,
    )
    return PromptServer(config)


def wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    """Return once the server answers.

    Raises:
        RuntimeError: it does not, in some minutes.
    """
    pause = threading.Event()
    for _ in range(_START_SECONDS * 500):
        if server.started:
            return
        if not thread.is_alive():
            break
        pause.wait(0.002)
    raise RuntimeError("the sandbox did not start")
