"""What the tests of the conversation share: the official schema, a sandbox, a still clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pytest
from graphql import GraphQLSchema, build_client_schema

from clients.limiter import Limiter
from clients.reading.demarche import DemarcheInfo
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from clients.writing.deliveries import Delivery
from clients.writing.writer import DsWriter
from mappings.dossier.model import RawDossier
from sandbox.generator.generate import generate
from sandbox.server import Sandbox, running_sandbox
from tests.official_schema import official_introspection
from triage.replies.reply import (
    Annotate,
    AnnotationChange,
    AnnotationKind,
    Reply,
    SendMessage,
    SetLabel,
)

Connect = Callable[..., DsTransport]


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
    return build_client_schema(official_introspection())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A démarche of 60 dossiers, shared by the tests of a module."""
    seeds = generate(60, seed=7)
    home = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(home, seeds=seeds, rate_limit=1_000_000) as served:
        yield served


@pytest.fixture
def connect(clock: StillClock) -> Iterator[Callable[..., DsTransport]]:
    """Open transports that never sleep for real, and close them."""
    opened: list[DsTransport] = []

    def open_one(url: str, token: str = "a-token", **more: Any) -> DsTransport:  # noqa: S107
        limiter = Limiter(10**6, clock=clock)
        opened.append(DsTransport(url, token, limiter=limiter, clock=clock, **more))
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


@dataclass
class WritableDemarche:
    """A démarche to write to: who reads it, who writes, its open dossiers."""

    sandbox: Sandbox
    connect: Connect
    transport: DsTransport
    reader: DsReader
    demarche: DemarcheInfo
    dossiers: list[RawDossier]

    def deliver(self, *replies: Reply, **how: Any) -> list[Delivery]:
        robot = self.demarche.instructeur(self.sandbox.instructeur)
        assert robot is not None
        how = {"instructeur_id": robot.id, "labels": self.demarche.labels, **how}
        return list(DsWriter(self.transport).deliver(replies, **how))

    def on_an_instance_without(self, *fields: str) -> "WritableDemarche":
        self.sandbox.control.switches(hidden_fields=list(fields))
        return replace(self, transport=self.connect(self.sandbox.url, self.sandbox.token))

    def now(self, dossier: RawDossier) -> RawDossier:
        return self.reader.dossier(dossier["number"])


@pytest.fixture(scope="module")
def dossiers(sandbox: Sandbox) -> list[RawDossier]:
    """The open dossiers that nobody wrote to, as they were before the tests of this module."""
    with DsTransport(sandbox.url, sandbox.token) as transport:
        pages = list(DsReader(transport).pages(sandbox.demarche, updated_since=None))
    return [
        one
        for page in pages
        for one in page.dossiers
        if one["state"] == "en_construction"
        and not one["archived"]
        and len(one["messages"]) <= 1  # that of the platform, at deposit
        and "deleted" not in one["usager"]["email"]
        and {label for label, _, _ in VALUES} <= {champ["label"] for champ in one["annotations"]}
    ]


@pytest.fixture
def target(
    sandbox: Sandbox, connect: Connect, transport: DsTransport, dossiers: list[RawDossier]
) -> WritableDemarche:
    reader = DsReader(transport)
    return WritableDemarche(
        sandbox, connect, transport, reader, reader.demarche(sandbox.demarche), dossiers
    )


Value: TypeAlias = tuple[str, AnnotationKind, str | int | bool]
VALUES: Sequence[Value] = (
    ("Statut du triage", "dropDownList", "Complet"),
    ("Complétude (%)", "integerNumber", 87),
    ("Éléments manquants", "textarea", 'A1 « "rubrique" »\n\u202eB2 \U0001f9ea {x} $y'),
    ("Situation", "text", "Hors indication"),
    ("Contrôlé le", "datetime", "2026-10-01T08:09:10+02:00"),
    ("Traitement manuel", "yesNo", False),
)


GONE = "Q2hhbXAtOTk5OTk="
"""Id of an annotation that no form has: a text that is no id makes DS fail."""


def annotate(
    dossier: RawDossier, *values: tuple[str, AnnotationKind, str | int | bool]
) -> Annotate:
    ids = {one["label"]: one["id"] for one in dossier["annotations"]}
    changes = tuple(
        AnnotationChange(label, ids.get(label, GONE), kind, value)
        for label, kind, value in values or VALUES
    )
    return Annotate(f"a{dossier['number']}", dossier["number"], dossier["id"], changes)


def label(dossier: RawDossier, name: str, *, present: bool = True) -> SetLabel:
    key = f"l{dossier['number']}{name}{present}"
    return SetLabel(key, dossier["number"], dossier["id"], name, present=present)


def message(dossier: RawDossier, reference: str = "UNC-1") -> SendMessage:
    body = f"Bonjour,\nil manque A1.\nRéf. {reference}"
    number, id_ = dossier["number"], dossier["id"]
    return SendMessage(f"m{reference}", number, id_, reference, body, None, "request", ("A1",))
