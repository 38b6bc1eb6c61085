"""What the tests of an installation stand on, made before they leave the network."""

from collections.abc import Iterator

import pytest

from tests.installed import debian


@pytest.fixture(scope="module")
def debian_machines() -> Iterator[None]:
    """Machines can be made, on a network of their own."""
    debian.require("debootstrap", "systemd-nspawn", "nsenter", "mount")
    debian.wheels()
    debian.with_packages()
    with debian.private_network():
        yield


@pytest.fixture(scope="module")
def image_tools() -> None:
    """An image can be built, and its commands run on a network of their own."""
    debian.require("debootstrap", "buildah")
    debian.wheels()
    debian.minimal()
