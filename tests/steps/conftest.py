"""Fixtures: an exchange whose dossiers are answered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from sandbox.demarche.seed import SeedDossier
from tests.conftest import MakeBridge
from tests.steps.answering import Exchange

MakeExchange = Callable[..., AbstractContextManager[Exchange]]


@pytest.fixture
def exchange(bridge: MakeBridge) -> MakeExchange:
    """Make an exchange with the given dossiers, for the length of a block: see `bridge`."""

    @contextmanager
    def make(seeds: Iterable[SeedDossier], **changes: Any) -> Iterator[Exchange]:
        with bridge(seeds, **changes) as made:
            yield Exchange(made)

    return make
