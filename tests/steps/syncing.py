"""A sandbox and a store that must end up the same, whatever happens in between."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clients.errors import DsError
from clients.limiter import Limiter
from clients.reading import paging
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from mappings.dossier.model import RawDossier
from sandbox.control.client import Control
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from settings import Settings
from steps.read.poll import poll
from steps.read.reconcile import reconcile
from steps.run import Step
from steps.wiring.services import Connected, Tell, connect, say_nothing
from steps.wiring.summary import Summary
from store.repository import Store, open_store
from tests.conftest import bridge_on

MOVING = {"url", "updatedAt", "dateDerniereModification", "dateDerniereModificationAnnotations"}
"""Served anew each time, or moved by our own writes: what is kept of them may be older."""


PAGE = 20
"""Dossiers a page here: what happens at the border of two is seen with few of them."""


@cache
def seeds(count: int, seed: int = 5) -> tuple[SeedDossier, ...]:
    return tuple(generate(count, seed=seed))


class Patient:
    """Time that passes when someone waits, here and on the sandbox, without anyone waiting."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.passed = 0.0
        self.slept: list[float] = []

    def wall(self) -> float:
        now: int = self.control.clock()["microseconds"]
        return now / 1_000_000

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        self.control.clock(advance=seconds)


@dataclass
class Mirror:
    """A démarche, and the bridge that copies it."""

    control: Control
    url: str
    settings: Settings
    clock: Patient
    home: Path
    loses_bases: bool = False
    """Whether who runs it says that a base is lost, as with `unc run --new-base`."""

    @property
    def demarche(self) -> int:
        return self.settings.demarche_number()

    @contextmanager
    def connected(self, tell: Tell = say_nothing, **changes: Any) -> Iterator[Connected]:
        settings = self.settings.model_copy(update=changes)
        limiter = Limiter(10**6, clock=self.clock)
        token = settings.token().get_secret_value()
        untimed = DsTransport(settings.ds_url, token, limiter=limiter, clock=self.clock)
        with connect(
            settings, tell=tell, new_base=self.loses_bases, make=True, transport=untimed
        ) as services:
            yield services

    def do(self, step: Step, tell: Tell = say_nothing, **changes: Any) -> Summary:
        summary = Summary()
        with self.connected(tell, **changes) as services:
            try:
                step(services, summary)
            finally:
                summary.requests = services.transport.requests_sent
        return summary

    def poll(self, tell: Tell = say_nothing, **changes: Any) -> Summary:
        return self.do(poll, tell, **changes)

    def try_to_poll(self) -> None:
        with suppress(DsError):
            self.poll()

    def reconcile(self) -> Summary:
        return self.do(reconcile)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.settings.database()) as store:
            store.upgrade()
            yield store

    def served(self) -> dict[int, RawDossier]:
        """Every dossier as the API serves it now."""
        with DsTransport(self.url, self.settings.token().get_secret_value()) as transport:
            pages = DsReader(transport).pages(self.demarche, updated_since=None)
            return {raw["number"]: raw for page in pages for raw in page.dossiers}

    def kept(self) -> dict[int, RawDossier]:
        with self.store() as store:
            return {one.number: one.raw for one in store.dossiers.iterate(self.demarche)}

    def assert_same(self, *, but: Iterable[int] = ()) -> None:
        """The store holds what the API serves and what the sandbox knows; nothing of the purged."""
        served, kept = self.served(), self.kept()
        aside = set(but)
        assert kept.keys() - aside == served.keys() - aside
        for number in kept.keys() - aside:
            assert still(kept[number]) == still(served[number]), number
        snapshots = self.control.snapshots(self.demarche)
        for number, one in snapshots.items():
            assert (number in kept) == one["listed"] or number in aside, number
            if number in kept and number not in aside:
                raw = kept[number]
                assert raw["state"] == one["state"], number
                assert raw["archived"] == one["archived"], number
                assert raw["groupeInstructeur"]["label"] == one["groupe"], number
                assert sorted(label["name"] for label in raw["labels"]) == one["labels"], number
                assert len(raw["messages"]) == len(one["messages"]), number
        with self.store() as store:
            known = store.dossiers.known_numbers(self.demarche, pending=True)
        assert known - aside <= snapshots.keys()

    def dump(self) -> list[tuple[Any, ...]]:
        """Every row of the store."""
        from sqlalchemy import select

        from store.database.tables import attachments, metadata

        assert attachments.metadata is metadata
        with self.store() as store, store._scope.read() as connection:
            return [
                (table.name, *row)
                for table in metadata.sorted_tables
                for row in connection.execute(select(table))
            ]


def still(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: still(one) for key, one in value.items() if key not in MOVING}
    return [still(one) for one in value] if isinstance(value, list) else value


class StoppedError(Exception):
    """A test ends a poll in the middle."""


def stop_after(pages: int) -> Tell:
    """Let so many pages be kept, then stop."""
    kept = iter(range(pages - 1))

    def tell(_step: str, _done: int, _total: int | None) -> None:
        if next(kept, None) is None:
            raise StoppedError

    return tell


def after_page(wanted: int, act: Callable[[], None]) -> Tell:
    """Act once, when so many pages were kept."""
    pages = 0

    def tell(_step: str, _done: int, _total: int | None) -> None:
        nonlocal pages
        pages += 1
        if pages == wanted:
            act()

    return tell


@contextmanager
def mirrored(
    folder: Path, dossiers: Iterable[SeedDossier] = (), *, page: int = PAGE, **changes: Any
) -> Iterator[Mirror]:
    """Serve a sandbox, and set the bridge to it; it reads ``page`` dossiers at a time at most."""
    with pytest.MonkeyPatch.context() as patch, bridge_on(folder, dossiers, **changes) as bridge:
        patch.setattr(paging, "LARGEST_PAGE", page)
        control = bridge.sandbox.control
        yield Mirror(control, bridge.sandbox.url, bridge.settings, Patient(control), bridge.home)
