"""Known vulnerabilities, asked of OSV: one request with the package URLs of all parts."""

from collections.abc import Sequence

import requests

from audit.parts import Part

OSV = "https://api.osv.dev/v1/querybatch"
"""Public and free (https://google.github.io/osv.dev/post-v1-querybatch/): at most 1,000 at once."""
_TIMEOUTS = (5.0, 30.0)


class UnreachableError(Exception):
    """Nothing was looked up."""


def known_vulnerabilities(parts: Sequence[Part]) -> dict[Part, tuple[str, ...]]:
    """Ids of the vulnerabilities of each part that has some.

    Raises:
        UnreachableError: The source does not answer from here, or not as it should.
    """
    queries = [{"package": {"purl": one.purl.to_string()}} for one in parts]
    try:
        answer = requests.post(OSV, json={"queries": queries}, timeout=_TIMEOUTS)
        answer.raise_for_status()
        results = answer.json()["results"]
        found = [tuple(sorted(v["id"] for v in one.get("vulns", ()))) for one in results]
        return {part: ids for part, ids in zip(parts, found, strict=True) if ids}
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreachableError(type(error).__name__) from error
