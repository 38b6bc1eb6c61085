"""Faults, switched on through the control API: what goes wrong, for which requests, how often."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox.demarche.errors import ApiError, InternalError
from sandbox.demarche.ids import decode_champ

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
    "patch",
]

Place = list[str | int]


@dataclass(slots=True)
class Fault:
    """One fault. Nothing in a matcher means any request; no ``count`` means until cleared."""

    kind: Kind
    count: int | None = None
    operation: Literal["query", "mutation"] | None = None
    mutation: str | None = None
    name: str | None = None
    """Name of the operation, as the client gave it."""
    number: int | None = None
    """A dossier: an ``http`` fault then meets the answers that show it, a ``patch`` what they show
    of it; any that replaces an answer meets the requests with a mutation of it."""
    path: Place = field(default_factory=list)
    """Where a ``patch`` puts its ``value``: from ``data``, or from the dossier ``number``."""
    value: Any = None
    drop: bool = False
    """Whether a ``patch`` takes the key away instead."""
    status: int = 502
    seconds: float = 0.0
    page_over: int = 0
    code: str = "internal_server_error"
    message: str = "Internal Server Error"
    hits: int = 0

    def meets(self, kind: str, names: Iterable[str], name: str = "") -> bool:
        """Say whether the fault is for a request of this kind and name, with these mutations."""
        return (
            (self.operation is None or self.operation == kind)
            and (self.mutation is None or self.mutation in names)
            and (self.name is None or self.name == name)
        )


@dataclass(slots=True)
class FileFault:
    """What the address of one file answers instead of the file."""

    status: int = 500
    location: str = ""


@dataclass(slots=True)
class Faults:
    """The faults in force, and the broken dossiers.

    A ``broken`` dossier breaks every answer that shows its champs or annotations; an
    ``unlistable`` one every answer that selects anything of it, even its number: only
    ``edges { cursor }`` lists it. A champ with a hole has a null where the schema allows none. A
    slow connection times out when more rows than so many are asked of it.
    """

    active: list[Fault] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    unlistable: set[int] = field(default_factory=set)
    holes: dict[int, dict[str, Place]] = field(default_factory=dict)
    slow: dict[str, int] = field(default_factory=dict)
    files: dict[str, FileFault] = field(default_factory=dict)
    """By name of the file, as its declarant gave it."""

    def take(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> Fault | None:
        """Return the first fault of ``kinds`` for a request, and count it as spent."""
        fault = self.find(kinds, kind, names, name)
        return None if fault is None else self.spend(fault)

    def find(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> Fault | None:
        """Return the first fault of ``kinds`` for a request, without spending it."""
        return next(iter(self.all(kinds, kind, names, name)), None)

    def all(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> list[Fault]:
        """Return every fault of ``kinds`` for a request, without spending them."""
        names = list(names)
        return [f for f in self.active if f.kind in kinds and f.meets(kind, names, name)]

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

    def check_selected(self, number: int) -> None:
        """Pass if any field of a dossier can be computed.

        Raises:
            InternalError: it is unlistable.
        """
        if number in self.unlistable:
            raise InternalError(f"no field of dossier {number} can be computed")

    def check_size(self, connection: str, asked: int) -> None:
        """Pass if a connection answers in time for so many rows.

        Raises:
            ApiError: it does not.
        """
        if asked > self.slow.get(connection, asked):
            raise ApiError(f"Timeout on {connection}", "timeout")

    def pierce(self, number: int, champs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the champs of a dossier as shown, with their holes, those of rows included."""
        holes = self.holes.get(number)
        return [_holed(champ, holes) for champ in champs] if holes else champs

    def as_json(self) -> dict[str, Any]:
        """Return the faults in force as plain JSON values."""
        return {
            "active": [asdict(one) for one in self.active],
            "broken": sorted(self.broken),
            "unlistable": sorted(self.unlistable),
            "holes": {str(number): held for number, held in self.holes.items()},
            "slow": dict(self.slow),
        }


def _holed(champ: dict[str, Any], holes: dict[str, Place]) -> dict[str, Any]:
    place = holes.get(decode_champ(champ["id"])[0])
    if place is not None:
        return _pierced(champ, place)
    if not champ.get("rows"):
        return champ
    rows = [
        {**row, "champs": [_holed(one, holes) for one in row["champs"]]} for row in champ["rows"]
    ]
    return {**champ, "rows": rows}


def _pierced(shown: dict[str, Any], place: Place) -> dict[str, Any]:
    key, *rest = place
    inner = shown.get(str(key))
    if not rest or not isinstance(inner, dict):
        return {**shown, str(key): None}
    return {**shown, str(key): _pierced(inner, rest)}
