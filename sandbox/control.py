"""A small client of the control API, for tests and the demo."""

from typing import Any

import requests


class Control:
    """Acts on a sandbox from outside, as the people around a démarche do."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def call(self, path: str, **body: Any) -> Any:
        """POST to the control API and return what it answers."""
        answer = self._session.post(f"{self._base_url}/control/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()
