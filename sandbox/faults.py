"""Faults, switched on through the control API: what goes wrong, for which requests, how often."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox.errors import InternalError

Kind = Literal[
    "http",
    "truncated",
    "drop_before",
    "drop_after",
    "timeout",
    "invalid_null",
    "root_error",
    "rate_limit",
    "latency",
]


@dataclass(slots=True)
class Fault:
    """One fault. Nothing in a matcher means any request; no ``count`` means until cleared."""

    kind: Kind
    count: int | None = None
    operation: Literal["query", "mutation"] | None = None
    mutation: str | None = None
    status: int = 502
    seconds: float = 0.0
    page_over: int = 0
    code: str = "internal_server_error"
    message: str = "Internal Server Error"
    hits: int = 0

    def meets(self, kind: str, names: Iterable[str]) -> bool:
        """Say whether the fault is for a request of this kind that calls these mutations."""
        return (self.operation is None or self.operation == kind) and (
            self.mutation is None or self.mutation in names
        )


@dataclass(slots=True)
class Faults:
    """The faults in force, and the broken dossiers.

    A ``broken`` dossier breaks every answer that shows its champs or annotations; an
    ``unlistable`` one every page it is on, whatever is asked of it.
    """

    active: list[Fault] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    unlistable: set[int] = field(default_factory=set)

    def take(self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = ()) -> Fault | None:
        """Return the first fault of ``kinds`` for a request, and count it as spent."""
        fault = self.find(kinds, kind, names)
        return None if fault is None else self.spend(fault)

    def find(self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = ()) -> Fault | None:
        """Return the first fault of ``kinds`` for a request, without spending it."""
        names = list(names)
        return next((f for f in self.active if f.kind in kinds and f.meets(kind, names)), None)

    def spend(self, fault: Fault) -> Fault:
        """Count a fault as having happened; its last time removes it."""
        fault.hits += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.active.remove(fault)
        return fault

    def check_content(self, number: int) -> None:
        """Pass if the content of a dossier can be shown.

        Raises:
            InternalError: the dossier is broken.
        """
        if number in self.broken:
            raise InternalError(f"dossier {number} is broken")

    def check_page(self, numbers: Iterable[int]) -> None:
        """Pass if no unlistable dossier is on a page.

        Raises:
            InternalError: one is.
        """
        if not self.unlistable.isdisjoint(numbers):
            raise InternalError("an unlistable dossier is on this page")

    def as_json(self) -> dict[str, Any]:
        """Return the faults in force as plain JSON values."""
        return {
            "active": [asdict(one) for one in self.active],
            "broken": sorted(self.broken),
            "unlistable": sorted(self.unlistable),
        }
