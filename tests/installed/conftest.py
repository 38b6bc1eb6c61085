"""What the tests of an installation stand on, made before they leave the network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installed import debian
from tests.ops.conftest import cluster

__all__ = ["cluster"]


@pytest.fixture(scope="module")
def debian_machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Machines can be made, on a network of their own; the tree of the release before."""
    debian.require("debootstrap", "systemd-nspawn", "nsenter", "mount")
    tree = tmp_path_factory.mktemp("avant")
    debian.wheels()
    debian.release_before(tree)
    debian.with_packages()
    with debian.private_network():
        yield tree


@pytest.fixture(scope="module")
def image_tools() -> None:
    """An image can be built, and its commands run on a network of their own."""
    debian.require("debootstrap", "buildah")
    debian.wheels()
    debian.minimal()
