"""Known vulnerabilities, asked of OSV by package URL; of PyPI, part by part, where OSV is silent.

``AUDIT_OSV_URL`` and ``AUDIT_PYPI_URL`` name a mirror of either, for a machine that reaches none.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from audit.parts import LockedPart

OSV = "https://api.osv.dev/v1/querybatch"
"""Public and free (https://google.github.io/osv.dev/post-v1-querybatch/): at most 1,000 at once."""
PYPI = "https://pypi.org/pypi"
"""``<name>/<version>/json`` tells the vulnerabilities of a release (https://docs.pypi.org/api/json/)."""
_AT_ONCE = 1000
_TIMEOUTS = (5.0, 30.0)
_WRONG = (requests.RequestException, ValueError, KeyError, TypeError, AttributeError)


class UnreachableError(Exception):
    """Nothing was looked up."""


def sources() -> tuple[str, str]:
    """Addresses of OSV and of PyPI, or of the mirrors that the environment names."""
    return os.environ.get("AUDIT_OSV_URL") or OSV, os.environ.get("AUDIT_PYPI_URL") or PYPI


def known_vulnerabilities(parts: Sequence[LockedPart]) -> dict[LockedPart, tuple[str, ...]]:
    """Ids of the vulnerabilities of each part that has some.

    Raises:
        UnreachableError: OSV does not answer from here, or not as it should.
    """
    found: dict[LockedPart, set[str]] = {}
    asked = [(one, {"package": {"purl": one.purl.to_string()}}) for one in parts]
    try:
        with requests.Session() as session:
            while asked:
                more: list[tuple[LockedPart, dict[str, Any]]] = []
                for start in range(0, len(asked), _AT_ONCE):
                    some = asked[start : start + _AT_ONCE]
                    for (part, query), told in _answers(session, some):
                        found.setdefault(part, set()).update(v["id"] for v in told.get("vulns", ()))
                        if token := told.get("next_page_token"):
                            more.append((part, {**query, "page_token": token}))
                asked = more
    except _WRONG as error:
        raise UnreachableError(type(error).__name__) from error
    return {part: tuple(sorted(ids)) for part, ids in found.items() if ids}


def told_by_pypi(parts: Sequence[LockedPart]) -> dict[LockedPart, tuple[str, ...]]:
    """Ids of the vulnerabilities that PyPI tells of each Python part that has some.

    Raises:
        UnreachableError: It does not answer from here, or not as it should.
    """
    found: dict[LockedPart, tuple[str, ...]] = {}
    _, address = sources()
    try:
        with requests.Session() as session:
            for part in parts:
                place = f"{address.rstrip('/')}/{part.purl.name}/{part.purl.version}/json"
                answer = session.get(place, timeout=_TIMEOUTS)
                answer.raise_for_status()
                told = answer.json()["vulnerabilities"]
                ids = sorted(one["id"] for one in told if not one.get("withdrawn"))
                if ids:
                    found[part] = tuple(ids)
    except _WRONG as error:
        raise UnreachableError(type(error).__name__) from error
    return found


def _answers(
    session: requests.Session, asked: Sequence[tuple[LockedPart, dict[str, Any]]]
) -> Iterator[tuple[tuple[LockedPart, dict[str, Any]], Mapping[str, Any]]]:
    address, _ = sources()
    queries = [query for _, query in asked]
    answer = session.post(address, json={"queries": queries}, timeout=_TIMEOUTS)
    answer.raise_for_status()
    return zip(asked, answer.json()["results"], strict=True)
