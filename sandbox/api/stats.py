"""What was asked of the sandbox, counted."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stats:
    """Counts since the last reset."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    files: int = 0
    lookups: int = 0
    """Requests to the services behind référentiel champs."""

    def reset(self) -> None:
        """Start counting again."""
        self.requests = self.files = self.lookups = 0
        for counter in (self.statuses, self.operations, self.mutations):
            counter.clear()

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON values."""
        return {
            "requests": self.requests,
            "statuses": dict(self.statuses),
            "operations": dict(self.operations),
            "mutations": dict(self.mutations),
            "mutations_total": sum(self.mutations.values()),
            "files": self.files,
            "lookups": self.lookups,
        }
