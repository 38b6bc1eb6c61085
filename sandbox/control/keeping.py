"""Control actions on the whole sandbox: begin again, keep a copy of it, return to one."""

from sandbox.api.instance import Instance
from sandbox.demarche import snapshots


def where(instance: Instance) -> dict[str, str]:
    """Return the folder that is served."""
    return {"home": str(instance.home.absolute())}


def kept(instance: Instance) -> list[str]:
    """Return the names of the copies that are kept."""
    return snapshots.names(instance.home)


def keep(instance: Instance, name: str) -> list[str]:
    """Copy the folder, with whatever was made of it there; return the names of the copies."""
    snapshots.keep(instance.home, name)
    return snapshots.names(instance.home)


def bring_back(instance: Instance, name: str) -> None:
    """Return to a copy: what was done since is lost, faults are off."""
    snapshots.check(instance.home, name)
    instance.close()
    try:
        snapshots.bring_back(instance.home, name)
    finally:
        instance.open()


def reset(instance: Instance) -> None:
    """Begin again, with the form and the dossiers that the sandbox was started with."""
    instance.close()
    try:
        snapshots.erase(instance.home)
    finally:
        instance.open()
        instance.fill()
