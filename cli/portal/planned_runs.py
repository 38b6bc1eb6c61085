"""Runs that a Prefect server plans next, where there is one."""

import os
from collections.abc import Sequence
from datetime import datetime

import requests

from portal.source import Planned

_SECONDS = 3.0
_MOST = 8


def planned() -> Sequence[Planned] | None:
    """The next runs, the first one first; ``None``: no server is named, or it does not answer."""
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        return None
    user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    try:
        answer = requests.post(
            f"{address.rstrip('/')}/flow_runs/filter",
            json={
                "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
                "sort": "EXPECTED_START_TIME_ASC",
                "limit": _MOST,
            },
            auth=(user, password) if user else None,
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        return [
            Planned(str(one["name"]), datetime.fromisoformat(one["expected_start_time"]))
            for one in answer.json()
        ]
    except (requests.RequestException, LookupError, TypeError, ValueError):
        return None
