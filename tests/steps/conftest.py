"""Fixtures: a town whose dossiers are answered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from sandbox.demarche.seed import SeedDossier
from tests.conftest import MakeBridge
from tests.steps.answering import Town

MakeTown = Callable[..., AbstractContextManager[Town]]


@pytest.fixture
def town(bridge: MakeBridge) -> MakeTown:
    """Make a town with the given dossiers, for the length of a block: see `bridge`."""

    @contextmanager
    def make(seeds: Iterable[SeedDossier], **changes: Any) -> Iterator[Town]:
        with bridge(seeds, **changes) as made:
            yield Town(made)

    return make
