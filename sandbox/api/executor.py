"""An executor that is quick on plain values and does not execute an unchanged dossier twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import orjson
from graphql import (
    GraphQLObjectType,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution import Executor
from graphql.pyutils import Path


class Cache:
    """Executed dossiers as JSON text, the least recently used leaving first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept under a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, value: bytes) -> None:
        """Keep a value, letting the oldest go."""
        self._kept[key] = value
        if len(self._kept) > self.size:
            self._kept.popitem(last=False)


_Plan = list[tuple[str, str, Callable[[Any], Any] | None]]


class SandboxExecutor(Executor[Any]):
    """Reads leaves of plain dictionaries directly; reuses executed dossiers."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Execute the fields of one object: plain leaves here, the rest by graphql-core."""
        if type(source_value) is not dict:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        results = {}
        for name, key, coerce in self._plan(parent_type, grouped_field_set):
            if coerce is not None:
                value = source_value.get(key)
                if value is not None and not callable(value):
                    results[name] = coerce(value)
                    continue
            result = self.execute_field(
                parent_type,
                source_value,
                grouped_field_set[name],
                Path(path, name, parent_type.name),
                position_context,
            )
            results[name] = result
        return results

    def _plan(self, parent_type: GraphQLObjectType, grouped: Any) -> _Plan:
        plans: dict[Any, tuple[Any, _Plan]] = self.__dict__.setdefault("_plans", {})
        known = plans.get((parent_type.name, id(grouped)))
        if known is not None:
            return known[1]
        plan: _Plan = []
        for name, details in grouped.items():
            key = details[0].node.name.value
            found = self.schema.get_field(parent_type, key)
            coerce = None
            if found is not None and found.resolve is None and not found.args:
                inner = found.type.of_type if is_non_null_type(found.type) else found.type
                coerce = inner.coerce_output_value if is_leaf_type(inner) else None
            plan.append((name, key, coerce))
        plans[parent_type.name, id(grouped)] = (grouped, plan)
        return plan

    def collect_and_execute_subfields(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Execute an object, unless it is a dossier already executed for these very fields."""
        execute = super().collect_and_execute_subfields
        arguments = (return_type, field_details_list, path, result, position_context)
        context = self.context_value
        if return_type.name != "Dossier":
            return execute(*arguments)
        context.instance.faults.check_selected(result["number"])
        if not context.caching:
            return execute(*arguments)
        dossier = result["_dossier"]
        key = (dossier.number, dossier.version, *self._selection(field_details_list, path))
        kept = context.cache.get(key)
        if kept is None:
            before = len(self.collected_errors.errors)
            executed = execute(*arguments)
            if len(self.collected_errors.errors) > before:
                return executed
            kept = orjson.dumps(executed)
            context.cache.put(key, kept)
        return orjson.Fragment(kept)

    def _selection(self, field_details_list: Any, path: Path) -> tuple[Hashable, ...]:
        known: dict[int, Any] = self.__dict__.setdefault("_selections", {})
        found = known.get(id(field_details_list))
        if found is None:
            place = tuple(key for key in path.as_list() if isinstance(key, str))
            nodes = [details.node for details in field_details_list]
            context = self.context_value
            used = context.prepared.used_variables(place, nodes)
            values = tuple(repr(context.variables.get(name)) for name in used)
            found = known[id(field_details_list)] = (place, values, *context.moment())
        return tuple(found)
