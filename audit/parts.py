"""The parts made by others, as locked, with what the installed ones say of themselves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeAlias

from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from audit.licences import LicenceRules, said_licence

PRODUCT = "passerelle-unc"
Scope: TypeAlias = Literal["required", "optional", "excluded"]


class NotInstalledError(Exception):
    """The environment is not the one of the lock file."""


@dataclass(frozen=True, slots=True)
class LockedPart:
    """A package of a lock file.

    Attributes:
        purl: Its name everywhere (package URL), with its version.
        licence: SPDX expression, or the author's own words; blank where nothing says it.
        scope: ``required`` to run, ``optional``, or ``excluded``: for developers only.
        here: Whether it is for this system and this Python; another one is not installed.
        needs: Package URLs of the parts that it needs.
    """

    purl: PackageURL
    licence: str
    scope: Scope
    here: bool = True
    needs: tuple[PackageURL, ...] = ()

    def __str__(self) -> str:
        """As people read it."""
        name = "/".join(filter(None, (self.purl.namespace, self.purl.name)))
        return f"{name} {self.purl.version} ({self.licence or 'no licence told'})"


def python_parts(lock: Path, rules: LicenceRules) -> tuple[LockedPart, ...]:
    """Read the lock file of Python packages, and the metadata of those that are installed.

    Raises:
        NotInstalledError: One that is for this system is not installed as locked.
    """
    lines = [line for line in lock.read_text("utf-8").splitlines() if "==" in line]
    locked = [Requirement(line.rstrip(" \\")) for line in lines]
    here = {_name(one): _purl(one) for one in locked if _is_for_here(one)}
    required, optional = _reached(), _reached("parquet")
    parts = []
    for one in locked:
        name, purl = _name(one), _purl(one)
        if not _is_for_here(one):
            parts.append(LockedPart(purl, rules.licence_read(name), "excluded", here=False))
            continue
        try:
            told = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise NotInstalledError(f"{purl.name} is not installed: make setup") from None
        if told.version != purl.version:
            raise NotInstalledError(
                f"{name} {told.version} is installed, not as locked: make setup"
            )
        scope: Scope = (
            "required" if name in required else "optional" if name in optional else "excluded"
        )
        needs = tuple(here[other] for other, _ in sorted(_needs(name, set())) if other in here)
        parts.append(LockedPart(purl, said_licence(name, told.metadata, rules), scope, needs=needs))
    return tuple(parts)


def npm_parts(lock: Path) -> tuple[LockedPart, ...]:
    """Read the lock file of npm packages: assets of the portal, and tools of tests (optional)."""
    told = json.loads(lock.read_text("utf-8"))["packages"]
    return tuple(
        LockedPart(
            PackageURL("npm", space or None, name, one["version"]),
            one.get("license", ""),
            "excluded" if one.get("optional") or one.get("dev") else "optional",
        )
        for path, one in told.items()
        if path
        for space, _, name in (path.rpartition("node_modules/")[2].rpartition("/"),)
    )


def needed_by_the_product(parts: tuple[LockedPart, ...]) -> tuple[PackageURL, ...]:
    """Package URLs of the parts that the product itself names."""
    direct = {name for name, _ in _needs(PRODUCT, set())}
    return tuple(one.purl for one in parts if one.here and one.purl.name in direct)


def _name(one: Requirement) -> str:
    return canonicalize_name(one.name)


def _purl(one: Requirement) -> PackageURL:
    return PackageURL("pypi", None, _name(one), str(one.specifier).removeprefix("=="))


def _is_for_here(one: Requirement) -> bool:
    return one.marker is None or one.marker.evaluate()


def _needs(name: str, extras: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Names that a package needs here, with the extras that it asks of each."""
    for text in metadata.requires(name) or ():
        one = Requirement(text)
        asked = ({"extra": extra} for extra in (*extras, ""))
        if one.marker is None or any(one.marker.evaluate(env) for env in asked):
            yield _name(one), frozenset(one.extras)


@cache
def _reached(*extras: str) -> set[str]:
    """Names of all packages that the product with these extras needs, however far."""
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [(PRODUCT, frozenset(extras))]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left.extend(_needs(one[0], set(one[1])))
    return {name for name, _ in seen}
