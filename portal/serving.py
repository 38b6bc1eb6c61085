"""The portal on a socket: uvicorn, and what is done beside answering."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.source import Source, now

KEPT = timedelta(days=365)
"""How long a line of the journal is kept."""
_EVERY = 60.0
_TURN = 0.0005
"""Seconds."""
AT_ONCE = 12
"""Requests at work at once. They share a processor: of more, each takes longer, and the one whose
turn it is to write holds the others up for longer; the rest wait in order."""


class FewAtOnce:
    """An application whose requests work a few at a time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        current_default_thread_limiter().total_tokens = AT_ONCE
        await self._app(scope, receive, send)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        OSError: The address cannot be had.
    """
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # asyncio sends at once (TCP_NODELAY) only on sockets that name their protocol.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(1_024)
    except OSError:
        sock.close()
        raise
    return sock


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return a server of the application; only a proxy on this machine may name the client.

    Threads take turns ten times as often as Python has them: a page reads its rows one by one, and
    after each would wait for what makes lines beside it.
    """
    sys.setswitchinterval(_TURN)
    config = uvicorn.Config(
        FewAtOnce(app),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_keep_alive=75,  # longer than a proxy waits: it never meets a closing connection
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


@contextmanager
def each_minute(source: Source, *, tell: Callable[[], object] | None) -> Iterator[None]:
    """Once a minute while the block runs: send due notices, and erase journal lines too old."""
    over = threading.Event()

    def work() -> None:
        while True:
            source.store.visits.forget(before=now() - KEPT)
            if tell is not None:
                tell()
            if over.wait(_EVERY):
                return

    thread = threading.Thread(target=work, name="unc-portal-beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=30)
