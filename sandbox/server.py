"""Serving a sandbox on this machine: behind a test, in the demo, or in the foreground."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

import orjson
import requests

from sandbox.api.instance import DATABASE, Instance
from sandbox.app import PATH, build_app
from sandbox.common.clock import MovableClock
from sandbox.control import scenario
from sandbox.control.client import Control, ControlError
from sandbox.demarche.intake import NewDossier, deposit_all, open_demarche
from sandbox.demarche.seed import SeedDossier
from sandbox.demarche.state import StateFile
from sandbox.demarche.tokens import READER, ROBOT
from sandbox.generator.any_form import shipped_form
from sandbox.listening import (
    HOST,
    Connections,
    PromptServer,
    listen,
    server_of,
    wait_until_started,
)

INSTRUCTEUR = "passerelle@ansm.example"

Form = Mapping[str, Any]


def default_form() -> dict[str, Any]:
    """Return the form of the démarche UNC that comes with the package."""
    return shipped_form()


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox being served: where it is, and what opens it."""

    base_url: str
    token: str
    read_only_token: str
    demarche: int
    instructeur: str
    control: Control
    since: str | None = None
    """When the scenario that it plays begins, in ISO 8601."""

    @property
    def url(self) -> str:
        """The GraphQL endpoint."""
        return self.base_url + PATH


class Options(TypedDict, total=False):
    """How a sandbox can be made otherwise."""

    forms: Sequence[Form]
    """Form files, one a démarche; the démarche UNC when there are none."""
    seeds: Iterable[SeedDossier | NewDossier]
    """Dossiers deposited in the first démarche, if the state is new."""
    clock: MovableClock
    rate_limit: int
    """Requests a minute for each Authorization header: 400."""
    cache_size: int
    """Executed dossiers kept in memory: 2,000."""
    scenario: str
    """The days that are played one by one (`sandbox.control.scenario`), if the state is new."""


def fingerprint(form: Form) -> str:
    """Return what tells one form file from another."""
    return hashlib.sha256(orjson.dumps(form, option=orjson.OPT_SORT_KEYS)).hexdigest()


def made_from(home: Path) -> str | None:
    """Return the fingerprint of the first form that a state was made from, if it knows."""
    if not (home / DATABASE).is_file():
        return None
    with closing(StateFile(home / DATABASE)) as state:
        told: str | None = state.meta("made_from")
        return told


def server_on(home: Path, ask: Callable[[Control], None]) -> bool:
    """Ask something of the server of a folder; return whether there is one.

    Raises:
        ControlError: it refused.
    """
    if not (home / DATABASE).is_file():
        return False
    with closing(StateFile(home / DATABASE)) as state:
        base_url = state.meta("served_at")
    if base_url is None:
        return False
    with closing(Control(base_url)) as control:
        try:
            if Path(control.where()) != home.absolute():
                return False
        except (requests.ConnectionError, ControlError):
            return False
        ask(control)
    return True


def _forms(options: Options) -> Sequence[Form]:
    return options.get("forms") or [default_form()]


def open_instance(home: Path, **options: Unpack[Options]) -> Instance:
    """Open the state under ``home``; a new one gets its démarches, and the seeds in the first."""
    instance = Instance(
        home,
        clock=options.get("clock") or MovableClock(),
        rate_limit=options.get("rate_limit", 400),
        cache_size=options.get("cache_size", 2000),
    )
    instance.fill = partial(_fill, instance, options)
    instance.fill()
    return instance


def _fill(instance: Instance, options: Options) -> None:
    state, forms = instance.state, _forms(options)
    known = state.numbers()
    with state.transaction():
        if not known and "scenario" in options:
            scenario.begin(instance, options["scenario"])
        for form in forms:
            if form["number"] not in known:
                open_demarche(state, form, instance.clock)
        if not known:
            state.remember("made_from", fingerprint(forms[0]))
            deposit_all(state, state.demarche(forms[0]["number"]), options.get("seeds", ()))


def _server(instance: Instance) -> PromptServer:
    connections = Connections()
    return server_of(build_app(instance, connections.drop), connections)


def _describe(sock: socket.socket, instance: Instance, options: Options) -> Sandbox:
    played = scenario.scenario(instance)
    base_url = f"http://{HOST}:{sock.getsockname()[1]}"
    return Sandbox(
        base_url=base_url,
        token=ROBOT,
        read_only_token=READER,
        demarche=_forms(options)[0]["number"],
        instructeur=INSTRUCTEUR,
        control=Control(base_url),
        since=None if played is None else played["since"],
    )


@contextmanager
def running_sandbox(home: Path, *, port: int = 0, **options: Unpack[Options]) -> Iterator[Sandbox]:
    """Serve a sandbox in a thread while the block runs.

    Args:
        home: the folder of the state, kept between runs.
        port: where to listen on 127.0.0.1; 0 takes a free one.
        options: see `Options`.

    Yields:
        Where it listens, and what opens it.
    """
    with closing(listen(port)) as sock, closing(open_instance(home, **options)) as instance:
        server = _server(instance)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="sandbox")
        thread.start()
        try:
            wait_until_started(server, thread)
            sandbox = _describe(sock, instance, options)
            with closing(sandbox.control):
                yield sandbox
        finally:
            server.should_exit = True
            thread.join()


def serve(
    home: Path,
    *,
    port: int = 8484,
    announce: Callable[[Sandbox], None],
    **options: Unpack[Options],
) -> None:
    """Serve a sandbox in the foreground until it is interrupted.

    Args:
        home: the folder of the state, kept between runs.
        port: where to listen on 127.0.0.1; 0 takes a free one.
        announce: told where it listens, once it does.
        options: see `Options`.
    """
    with closing(listen(port)) as sock, closing(open_instance(home, **options)) as instance:
        sandbox = _describe(sock, instance, options)
        instance.serve_at(sandbox.base_url)
        announce(sandbox)
        with closing(sandbox.control), suppress(KeyboardInterrupt):
            _server(instance).run(sockets=[sock])
