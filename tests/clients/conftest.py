"""What the tests of the conversation share: the official schema, a sandbox, a still clock."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema

from clients.limiter import Limiter
from clients.reading import DsReader
from clients.transport import DsTransport
from sandbox.generator import generate
from sandbox.server import Sandbox, running_sandbox

INTROSPECTION = Path(__file__).parents[3] / "shared" / "ds-api" / "introspection.json"


class StillClock:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def wall(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="session")
def official_schema() -> GraphQLSchema:
    if not INTROSPECTION.exists():
        missing = f"the official schema is not at {INTROSPECTION}: the documents were NOT checked"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    told = json.loads(INTROSPECTION.read_bytes())
    return build_client_schema(told.get("data", told))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A démarche of 130 dossiers, shared by the tests of a module."""
    seeds = generate(130, seed=7)
    home = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(home, seeds=seeds, rate_limit=1_000_000) as served:
        yield served


@pytest.fixture
def connect(clock: StillClock) -> Iterator[Callable[..., DsTransport]]:
    """Open transports that never sleep for real, and close them."""
    opened: list[DsTransport] = []

    def open_one(url: str, token: str = "a-token") -> DsTransport:  # noqa: S107
        limiter = Limiter(10**6, clock=clock)
        opened.append(DsTransport(url, token, limiter=limiter, clock=clock))
        return opened[-1]

    yield open_one
    for transport in opened:
        transport.close()


@pytest.fixture
def transport(sandbox: Sandbox, connect: Callable[..., DsTransport]) -> Iterator[DsTransport]:
    yield connect(sandbox.url, sandbox.token)
    sandbox.control.clear_faults()
    sandbox.control.broken()
    sandbox.control.switches(hidden_fields=[], registry_down=False)


@pytest.fixture
def reader(transport: DsTransport) -> DsReader:
    return DsReader(transport)
