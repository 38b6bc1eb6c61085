"""How the faults in force spoil one request."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from starlette.responses import Response, StreamingResponse

from sandbox.api.faults import InjectedFault, InjectedFaults, Kind, Place
from sandbox.api.graphql_endpoint import HttpAnswer, crash
from sandbox.api.instance import Instance
from sandbox.common.errors import ApiError, body
from sandbox.common.ids import champ_id, decode_number

TOO_MANY = b"Retry later\n"
DROPPED = Response(status_code=499)
_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
_SAID = {
    403: "403 Forbidden",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable",
    504: "504 Gateway Time-out",
}
_PROXIES: tuple[Kind, ...] = ("http", "redirect")
_INSTEAD: tuple[Kind, ...] = (*_PROXIES, "drop_before", "root_error", "rate_limit")
_DROPS = 20
_CUTS: tuple[Kind, ...] = ("timeout", "invalid_null")


class OperationFaults:
    """The faults that one operation meets."""

    def __init__(
        self,
        faults: InjectedFaults,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
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
            case "http" | "redirect" if fault:
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
        kinds: tuple[Kind, ...] = (*_CUTS, *_PROXIES, "patch")
        return self._faults.find(kinds, self.kind, self.fields, self.name) is not None

    def after(self, answer: HttpAnswer) -> Response | None:
        """Return what arrives instead of the answer to an executed request."""
        for patch in self._faults.all(("patch",), self.kind, self.fields, self.name):
            if _patched(answer, patch):
                self._faults.spend(patch)
        for proxy in self._faults.all(_PROXIES, self.kind, self.fields, self.name):
            if proxy.number is not None and any(_shown(answer.content.get("data"), proxy.number)):
                return _page(self._faults.spend(proxy))
        for cut in self._faults.all(_CUTS, self.kind, self.fields, self.name):
            if _meets(answer, cut):
                return _cut(answer, self._faults.spend(cut))
        ends: tuple[Kind, ...] = ("truncated", "drop_after", "drip")
        fault = self._faults.take(ends, self.kind, self.fields, self.name)
        if fault is None:
            return None
        if fault.kind == "drop_after":
            return DROPPED
        whole = answer.encoded()
        if fault.kind == "drip":
            drops = _dripping(whole, fault.seconds)
            return StreamingResponse(drops, answer.status, media_type="application/json")
        return Response(whole[: len(whole) * 2 // 3], 200, media_type="application/json")


def _written(variables: Mapping[str, Any]) -> Iterator[int]:
    """Yield the dossiers that mutations name."""
    for value in variables.values():
        if isinstance(value, dict) and isinstance(value.get("dossierId"), str):
            with suppress(ApiError):
                yield decode_number(value["dossierId"], "Dossier")


async def _dripping(whole: bytes, seconds: float) -> AsyncIterator[bytes]:
    """Yield an answer in pieces, the last of them after so many seconds."""
    size = max(1, -(-len(whole) // _DROPS))
    for start in range(0, len(whole), size):
        await asyncio.sleep(seconds / _DROPS)
        yield whole[start : start + size]


def maintenance(status: int = 200) -> Response:
    """Return the page that stands in for a server under maintenance."""
    return Response(_HTML.format("Maintenance en cours"), status, media_type="text/html")


def _page(fault: InjectedFault) -> Response:
    if fault.kind == "redirect":
        answer = maintenance(fault.status if 300 <= fault.status < 400 else 302)  # noqa: PLR2004
        answer.headers["Location"] = fault.location or "/maintenance"
        return answer
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


def _patched(answer: HttpAnswer, patch: InjectedFault) -> bool:
    """Put a value where a patch says, wherever that place is in an answer."""
    if patch.number is None:
        return _put(answer.content, ["data", *patch.path], patch)
    places = list(_shown(answer.content.get("data"), patch.number))
    return sum(_put(holder, [key, *patch.path], patch) for holder, key in places) > 0


def _put(holder: Any, path: list[str | int], patch: InjectedFault) -> bool:
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


def _root_error(fault: InjectedFault) -> Response:
    if fault.code == "internal_server_error":
        answer = crash()
    else:
        answer = HttpAnswer(200, body(fault.message, fault.code))
    return Response(answer.encoded(), answer.status, media_type="application/json")


Row = tuple[Place, dict[str, Any]]


def _rows(answer: HttpAnswer) -> list[Row]:
    """Return the dossiers of the page that an answer shows, each with its place."""
    data = answer.content.get("data") or {}
    for name, top in data.items() if isinstance(data, dict) else ():
        for inner_name, inner in top.items() if isinstance(top, dict) else ():
            if isinstance(inner, dict) and isinstance(inner.get("nodes"), list):
                return [
                    ([name, inner_name, "nodes", at], node)
                    for at, node in enumerate(inner["nodes"])
                    if isinstance(node, dict)
                ]
    return []


def _cut_rows(answer: HttpAnswer, fault: InjectedFault) -> list[Row]:
    """Return the dossiers that a timeout or a null takes champs from."""
    rows = _rows(answer)
    if fault.number is None:
        served = len(rows) // 2
        return [row for at, row in enumerate(rows) if at >= served or at % 3 == 0]
    found = [row for row in rows if row[1].get("number") == fault.number]
    alone = (answer.content.get("data") or {}).get("dossier")
    if isinstance(alone, dict) and alone.get("number") == fault.number:
        found.append((["dossier"], alone))
    return found


def _meets(answer: HttpAnswer, fault: InjectedFault) -> bool:
    if fault.number is not None:
        return bool(_cut_rows(answer, fault))
    return len(_rows(answer)) > fault.page_over


def _cut(answer: HttpAnswer, fault: InjectedFault) -> Response:
    """Null champs here and there, even in rows already served, each told with its place.

    As on DS, only the first of the fields that come too late has the code ``timeout``.
    """
    errors = []
    for place, node in _cut_rows(answer, fault):
        for name in ("champs", "annotations"):
            champs = node.get(name)
            if isinstance(champs, list):
                taken = [at for at, one in enumerate(champs) if _taken(fault, at, one)]
                errors += [_lost(fault, [*place, name, at], champs[at]) for at in taken]
                node[name] = [None if at in taken else one for at, one in enumerate(champs)]
    if not errors:
        errors = [_lost(fault, place, None) for place, _ in _cut_rows(answer, fault)[:1]]
    for error in errors[1:] if fault.kind == "timeout" else ():
        del error["extensions"]
    spoilt = HttpAnswer(200, {**answer.content, "errors": errors})
    return Response(spoilt.encoded(), 200, media_type="application/json")


def _taken(fault: InjectedFault, at: int, champ: Any) -> bool:
    if fault.champ is None:
        return at % 2 == 1
    if not isinstance(champ, dict):
        return False
    return champ_id(fault.champ) in {champ.get("id"), champ.get("champDescriptorId")}


def _lost(fault: InjectedFault, place: Place, champ: Any) -> dict[str, Any]:
    """Say which field of a champ could not be served."""
    fields = champ if isinstance(champ, dict) else {}
    field = next((name for name in ("label", "stringValue", "id") if name in fields), "label")
    owner = fields.get("__typename", "Champ")
    said = f"Timeout on {owner}.{field}"
    if fault.kind == "invalid_null":
        said = f"Cannot return null for non-nullable field {owner}.{field}"
    return {"message": said, "path": [*place, field], "extensions": {"code": fault.kind}}
