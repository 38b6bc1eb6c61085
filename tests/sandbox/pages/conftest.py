"""A sandbox whose pages are visited, and Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import running_sandbox
from tests.sandbox.conftest import Stopped
from tests.sandbox.pages.visitor import FORM, Visitor

SHOTS = Path(__file__).parents[3] / "build" / "captures-bac-a-sable"


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("pages")
    with running_sandbox(folder, forms=[FORM], clock=Stopped()) as sandbox:
        visitor = Visitor(sandbox)
        yield visitor
        visitor.session.close()
