"""Serving a sandbox on this machine: behind a test, in the demo, or in the foreground."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request

from sandbox.app import PATH, build_app
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.instance import Instance
from sandbox.intake import deposit_all, open_demarche
from sandbox.listening import (
    HOST,
    Connections,
    PromptServer,
    listen,
    server_of,
    wait_until_started,
)
from sandbox.seed import SeedDossier
from sandbox.tokens import READER, ROBOT

INSTRUCTEUR = "passerelle@ansm.example"
FORM = Path(__file__).with_name("formulaire.json")

Form = Mapping[str, Any]


def default_form() -> dict[str, Any]:
    """Return the form of the démarche UNC that comes with the package."""
    form: dict[str, Any] = orjson.loads(FORM.read_bytes())
    return form


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox being served: where it is, and what opens it."""

    base_url: str
    token: str
    read_only_token: str
    demarche: int
    instructeur: str
    control: Control

    @property
    def url(self) -> str:
        """The GraphQL endpoint."""
        return self.base_url + PATH


def open_instance(
    home: Path,
    *,
    forms: Sequence[Form] | None = None,
    seeds: Iterable[SeedDossier] = (),
    clock: Clock | None = None,
    rate_limit: int = 400,
    cache_size: int = 2000,
) -> Instance:
    """Open the state under ``home``; a new one gets its forms, and the seeds in the first form."""
    instance = Instance(home, clock=clock or Clock(), rate_limit=rate_limit, cache_size=cache_size)
    known = instance.state.numbers()
    new = not known
    with instance.state.transaction():
        for form in forms or [default_form()]:
            if form["number"] not in known:
                open_demarche(instance.state, form, instance.clock)
        if new:
            first = (forms or [default_form()])[0]["number"]
            deposit_all(instance.state, instance.state.demarche(first), seeds)
    return instance


def create_app(home: Path, **options: Any) -> Starlette:
    """Return the application alone, for a server of one's own: it cannot drop connections.

    Args:
        home: the folder of the state.
        options: those of `open_instance`.
    """
    return build_app(open_instance(home, **options), _no_drop)


def _no_drop(_request: Request) -> None:
    raise RuntimeError("only the sandbox's own server can drop a connection")


def _server(instance: Instance) -> PromptServer:
    connections = Connections()
    return server_of(build_app(instance, connections.drop), connections)


def _describe(port: int, numbers: Sequence[int]) -> Sandbox:
    base_url = f"http://{HOST}:{port}"
    return Sandbox(
        base_url=base_url,
        token=ROBOT,
        read_only_token=READER,
        demarche=numbers[0],
        instructeur=INSTRUCTEUR,
        control=Control(base_url),
    )


@contextmanager
def running_sandbox(home: Path, *, port: int = 0, **options: Any) -> Iterator[Sandbox]:
    """Serve a sandbox in a thread while the block runs.

    Args:
        home: the folder of the state, kept between runs.
        port: where to listen on 127.0.0.1; 0 takes a free one.
        options: those of `open_instance`: ``forms``, ``seeds``, ``clock``, ``rate_limit``,
            ``cache_size``.

    Yields:
        Where it listens, and what opens it.
    """
    instance = open_instance(home, **options)
    forms = options.get("forms") or [default_form()]
    sock = listen(port)
    server = _server(instance)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="sandbox")
    thread.start()
    sandbox = _describe(sock.getsockname()[1], [form["number"] for form in forms])
    try:
        wait_until_started(server, thread)
        yield sandbox
    finally:
        sandbox.control.close()
        server.should_exit = True
        thread.join()
        sock.close()
        instance.close()


def serve(
    home: Path, *, port: int = 8484, announce: Callable[[Sandbox], None], **options: Any
) -> None:
    """Serve a sandbox in the foreground until it is interrupted.

    Args:
        home: the folder of the state, kept between runs.
        port: where to listen on 127.0.0.1; 0 takes a free one.
        announce: told where it listens, once it does.
        options: those of `open_instance`.
    """
    instance = open_instance(home, **options)
    forms = options.get("forms") or [default_form()]
    sock = listen(port)
    try:
        announce(_describe(sock.getsockname()[1], [form["number"] for form in forms]))
        with suppress(KeyboardInterrupt):
            _server(instance).run(sockets=[sock])
    finally:
        sock.close()
        instance.close()
