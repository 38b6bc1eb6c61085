"""How the faults in force spoil one request."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from starlette.responses import Response

from sandbox.api.faults import Fault, Faults, Kind
from sandbox.api.graphql_endpoint import HttpAnswer, crash
from sandbox.api.instance import Instance
from sandbox.demarche.errors import ApiError, body
from sandbox.demarche.ids import decode_number

TOO_MANY = b"Retry later\n"
DROPPED = Response(status_code=499)
_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
_SAID = {
    403: "403 Forbidden",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable",
    504: "504 Gateway Time-out",
}
_INSTEAD: tuple[Kind, ...] = ("http", "drop_before", "root_error", "rate_limit")
_CUTS: tuple[Kind, ...] = ("timeout", "invalid_null")


class Spoiler:
    """The faults that one operation meets."""

    def __init__(
        self, faults: Faults, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self._faults = faults
        self._written = set(_written(variables))
        self.kind = operation.operation.value
        self.fields = [
            node.name.value
            for node in operation.selection_set.selections
            if isinstance(node, FieldNode)
        ]
        first = self.fields[0] if self.fields else "fragments"
        self.name = operation.name.value if operation.name else f"{self.kind}:{first}"

    def seconds(self) -> float:
        """Return how long the request must wait."""
        fault = self._faults.take(("latency",), self.kind, self.fields, self.name)
        return fault.seconds if fault else 0.0

    def before(self, instance: Instance) -> Response | None:
        """Return what is answered instead of executing anything."""
        met = self._faults.all(_INSTEAD, self.kind, self.fields, self.name)
        fault = next((one for one in met if one.number in {None, *self._written}), None)
        if fault is not None:
            self._faults.spend(fault)
        match fault.kind if fault else None:
            case "http" if fault:
                return _page(fault)
            case "root_error" if fault:
                return _root_error(fault)
            case "rate_limit":
                return Response(TOO_MANY, 429, instance.limit.headers(instance.clock.now()))
            case "drop_before":
                return DROPPED
        return None

    def cuts_data(self) -> bool:
        """Say whether some of the data will have to be changed after it is executed."""
        kinds: tuple[Kind, ...] = (*_CUTS, "patch", "http")
        return self._faults.find(kinds, self.kind, self.fields, self.name) is not None

    def after(self, answer: HttpAnswer) -> Response | None:
        """Return what arrives instead of the answer to an executed request."""
        for patch in self._faults.all(("patch",), self.kind, self.fields, self.name):
            if _patched(answer, patch):
                self._faults.spend(patch)
        for proxy in self._faults.all(("http",), self.kind, self.fields, self.name):
            if proxy.number is not None and any(_shown(answer.content.get("data"), proxy.number)):
                return _page(self._faults.spend(proxy))
        cut = self._faults.find(_CUTS, self.kind, self.fields, self.name)
        if cut is not None and _rows(answer) > cut.page_over:
            self._faults.spend(cut)
            return _cut(answer, cut)
        ends: tuple[Kind, ...] = ("truncated", "drop_after")
        fault = self._faults.take(ends, self.kind, self.fields, self.name)
        if fault is None:
            return None
        if fault.kind == "drop_after":
            return DROPPED
        whole = answer.encoded()
        return Response(whole[: len(whole) * 2 // 3], 200, media_type="application/json")


def _written(variables: Mapping[str, Any]) -> Iterator[int]:
    """Yield the dossiers that mutations name."""
    for value in variables.values():
        if isinstance(value, dict) and isinstance(value.get("dossierId"), str):
            with suppress(ApiError):
                yield decode_number(value["dossierId"], "Dossier")


def _page(fault: Fault) -> Response:
    said = _SAID.get(fault.status, str(fault.status))
    return Response(_HTML.format(said), fault.status, media_type="text/html")


def _shown(value: Any, number: int) -> Iterator[tuple[Any, Any]]:
    """Yield where an answer shows a dossier: what holds it, and at which key."""
    if not isinstance(value, dict | list):
        return
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if key in {"nodes", "edges"} and isinstance(inner, list):
            for at, one in enumerate(inner):
                row = one.get("node") if key == "edges" and isinstance(one, dict) else one
                if isinstance(row, dict) and row.get("number") == number:
                    yield (inner, at) if key == "nodes" else (one, "node")
        elif key == "dossier" and isinstance(inner, dict) and inner.get("number") == number:
            yield value, key
        elif isinstance(value, dict):
            yield from _shown(inner, number)


def _patched(answer: HttpAnswer, patch: Fault) -> bool:
    """Put a value where a patch says, wherever that place is in an answer."""
    if patch.number is None:
        return _put(answer.content, ["data", *patch.path], patch)
    places = list(_shown(answer.content.get("data"), patch.number))
    return sum(_put(holder, [key, *patch.path], patch) for holder, key in places) > 0


def _put(holder: Any, path: list[str | int], patch: Fault) -> bool:
    for key in path[:-1]:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return False
    last = path[-1]
    there = (isinstance(holder, dict) and last in holder) or (
        isinstance(holder, list) and isinstance(last, int) and last < len(holder)
    )
    if not there:
        return False
    if patch.drop:
        del holder[last]
    else:
        holder[last] = patch.value
    return True


def _root_error(fault: Fault) -> Response:
    if fault.code == "internal_server_error":
        answer = crash()
    else:
        answer = HttpAnswer(200, body(fault.message, fault.code))
    return Response(answer.encoded(), answer.status, media_type="application/json")


def _nodes(answer: HttpAnswer) -> list[dict[str, object]]:
    data = answer.content.get("data") or {}
    for top in data.values() if isinstance(data, dict) else ():
        for inner in top.values() if isinstance(top, dict) else ():
            if isinstance(inner, dict) and isinstance(inner.get("nodes"), list):
                nodes: list[dict[str, object]] = inner["nodes"]
                return nodes
    return []


def _rows(answer: HttpAnswer) -> int:
    return len(_nodes(answer))


def _cut(answer: HttpAnswer, fault: Fault) -> Response:
    """Null champs here and there, even in rows already served, and say why at the root."""
    nodes = _nodes(answer)
    for at, node in enumerate(nodes):
        for name in ("champs", "annotations"):
            champs = node.get(name)
            if isinstance(champs, list) and (at >= len(nodes) // 2 or at % 3 == 0):
                node[name] = [None if place % 2 else one for place, one in enumerate(champs)]
    said = "Timeout on Champ.stringValue"
    if fault.kind == "invalid_null":
        said = "Cannot return null for non-nullable field Champ.label"
    error = {"message": said, "path": ["demarche"], "extensions": {"code": fault.kind}}
    spoilt = HttpAnswer(200, {**answer.content, "errors": [error]})
    return Response(spoilt.encoded(), 200, media_type="application/json")
