"""Fixtures: a town whose dossiers are answered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.demarche.seed import SeedDossier
from tests.conftest import MakeBridge, few_centres
from tests.steps.answering import Town

MakeTown = Callable[..., AbstractContextManager[Town]]


@pytest.fixture
def town(bridge: MakeBridge, tmp_path: Path) -> MakeTown:
    """Make a town with the given dossiers, for the length of a block.

    Its runs make the workbooks of the agency, the network and one centre, unless ``columns`` is
    given.
    """
    one_centre = few_centres(tmp_path / "un-centre", ["lyon"])

    @contextmanager
    def make(seeds: Iterable[SeedDossier], **changes: Any) -> Iterator[Town]:
        with bridge(seeds, **{"columns": one_centre, **changes}) as made:
            yield Town(made)

    return make
