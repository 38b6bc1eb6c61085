"""Faults, switched on through the control API: what goes wrong, for which requests, how often."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox.common.errors import ApiError, InternalError
from sandbox.common.ids import decode_champ

Kind = Literal[
    "http",
    "redirect",
    "truncated",
    "drip",
    "drop_before",
    "drop_after",
    "timeout",
    "invalid_null",
    "root_error",
    "rate_limit",
    "latency",
    "patch",
    "broken",
    "unlistable",
    "hole",
    "slow_list",
    "file",
    "lookup",
]

Place = list[str | int]


@dataclass(slots=True)
class InjectedFault:
    """One fault. Nothing in a matcher means any request; no ``count`` means until cleared."""

    kind: Kind
    count: int | None = None
    operation: Literal["query", "mutation"] | None = None
    mutation: str | None = None
    name: str | None = None
    """Name of the operation, as the client gave it."""
    number: int | None = None
    """A dossier. It is the one that is ``broken``, ``unlistable`` or has a ``hole``; an ``http``,
    ``redirect``, ``timeout`` or ``invalid_null`` meets the answers that show it, a ``patch`` what
    they show of it; what replaces an answer meets the requests with a mutation of it."""
    champ: int | None = None
    """Stable id of the champ with a ``hole``, or the only one that a ``timeout`` or an
    ``invalid_null`` takes away."""
    path: Place = field(default_factory=list)
    """Where a ``patch`` puts its ``value``: from ``data``, or from the dossier ``number``. Where
    the null of a ``hole`` is, from the champ."""
    value: Any = None
    """What a ``patch`` puts; the text that a ``file`` holds instead of its content; the body that
    the service of a référentiel answers, with 200."""
    drop: bool = False
    """Whether a ``patch`` takes the key away instead."""
    status: int = 502
    location: str = ""
    """Where a ``redirect`` or a ``file`` leads; a ``redirect`` that does not say leads to a page
    of maintenance."""
    seconds: float = 0.0
    """How long a request, or a ``file``, waits; how long a ``drip`` takes; a ``lookup`` that takes
    longer than DS waits is silence."""
    page_over: int = 0
    connection: str = ""
    filename: str = ""
    """Of a ``file``, as its declarant gave it; every file if there is none."""
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
class InjectedFaults:
    """The faults in force.

    A ``broken`` dossier breaks every answer that shows its champs or annotations; an
    ``unlistable`` one every answer that selects anything of it, even its number: only
    ``edges { cursor }`` lists it. A champ with a ``hole`` has a null where the schema allows none.
    A ``slow_list`` times out when more rows than so many are asked of the connection.
    """

    active: list[InjectedFault] = field(default_factory=list)

    def take(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> InjectedFault | None:
        """Return the first fault of ``kinds`` for a request, and count it as spent."""
        fault = self.find(kinds, kind, names, name)
        return None if fault is None else self.spend(fault)

    def find(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> InjectedFault | None:
        """Return the first fault of ``kinds`` for a request, without spending it."""
        return next(iter(self.all(kinds, kind, names, name)), None)

    def all(
        self, kinds: Iterable[Kind], kind: str, names: Iterable[str] = (), name: str = ""
    ) -> list[InjectedFault]:
        """Return every fault of ``kinds`` for a request, without spending them."""
        names = list(names)
        return [f for f in self.active if f.kind in kinds and f.meets(kind, names, name)]

    def spend(self, fault: InjectedFault) -> InjectedFault:
        """Count a fault as having happened; its last time removes it."""
        fault.hits += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.active.remove(fault)
        return fault

    def _of(self, kind: Kind, number: int) -> Iterator[InjectedFault]:
        return (one for one in self.active if one.kind == kind and one.number == number)

    def check_content(self, number: int) -> None:
        """Pass if the content of a dossier can be shown.

        Raises:
            InternalError: the dossier is broken.
        """
        for fault in self._of("broken", number):
            self.spend(fault)
            raise InternalError(f"dossier {number} is broken")

    def check_selected(self, number: int) -> None:
        """Pass if any field of a dossier can be computed.

        Raises:
            InternalError: it is unlistable.
        """
        for fault in self._of("unlistable", number):
            self.spend(fault)
            raise InternalError(f"no field of dossier {number} can be computed")

    def check_size(self, owner: str, connection: str, asked: int) -> None:
        """Pass if a connection answers in time for so many rows.

        Args:
            owner: the type that it is a field of.
            connection: its name.
            asked: how many rows.

        Raises:
            ApiError: it does not.
        """
        for fault in self.active:
            slow = fault.kind == "slow_list" and fault.connection == connection
            if slow and asked > fault.page_over:
                self.spend(fault)
                raise ApiError(f"Timeout on {owner}.{connection}", "timeout")

    def of_file(self, filename: str) -> InjectedFault | None:
        """Return what is wrong with the address of a file, and count it as spent."""
        for fault in self.active:
            if fault.kind == "file" and fault.filename in {"", filename}:
                return self.spend(fault)
        return None

    def pierce(self, number: int, champs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the champs of a dossier as shown, with their holes, those of rows included."""
        holes = {f"{one.champ}": one.path for one in self._of("hole", number)}
        return [_holed(champ, holes) for champ in champs] if holes else champs

    def as_json(self) -> dict[str, Any]:
        """Return the faults in force as plain JSON values."""
        return {"active": [asdict(one) for one in self.active]}


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
