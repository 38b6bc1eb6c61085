"""What a query costs, counted as graphql-ruby does, and how deep it goes.

A field costs 1 and what it contains; a connection costs its page size times the fields of one of
its rows, plus the fields of its page; several fragments on different types cost as much as the
dearest type. Introspection is free.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)

from sandbox.demarche.cursors import MAX_PAGE

MAX_COMPLEXITY = 60_000
MAX_DEPTH = 15
_ROWS = frozenset({"nodes", "edges"})


def type_conditions(document: DocumentNode) -> frozenset[str]:
    """Return every type that a fragment of the document is about."""
    return frozenset(_conditions(document.definitions))


def _conditions(nodes: Any) -> Iterator[str]:
    for node in nodes:
        condition = getattr(node, "type_condition", None)
        if condition is not None:
            yield condition.name.value
        selection_set = getattr(node, "selection_set", None)
        if selection_set is not None:
            yield from _conditions(selection_set.selections)


@dataclass
class Analysis:
    """The cost and the depth of one operation of a valid document."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)

    def __post_init__(self) -> None:  # noqa: D105  dataclasses name it
        self._fragments = {
            node.name.value: node
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def refusal(self, operation: OperationDefinitionNode) -> str | None:
        """Return why the operation is too much, if it is."""
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            return None
        depth = self._depth(operation.selection_set)
        if depth > MAX_DEPTH:
            return f"Query has depth of {depth}, which exceeds max depth of {MAX_DEPTH}"
        cost = self.cost([operation.selection_set], root)
        if cost > MAX_COMPLEXITY:
            return (
                f"Query has complexity of {cost}, which exceeds max complexity of {MAX_COMPLEXITY}"
            )
        return None

    def cost(self, sets: list[SelectionSetNode], of: GraphQLNamedType) -> int:
        """Return the cost of selections on a type: that of its dearest possible type."""
        if is_abstract_type(of):
            return max(self._cost_on(sets, one) for one in self.schema.get_possible_types(of))
        return self._cost_on(sets, of) if isinstance(of, GraphQLObjectType) else 0

    def _cost_on(self, sets: list[SelectionSetNode], of: GraphQLObjectType) -> int:
        merged: dict[str, list[FieldNode]] = {}
        for one in sets:
            for node in self._fields(one, of):
                key = node.alias.value if node.alias else node.name.value
                merged.setdefault(key, []).append(node)
        return sum(self._cost_of(nodes, of) for nodes in merged.values())

    def _cost_of(self, nodes: list[FieldNode], of: GraphQLObjectType) -> int:
        first = nodes[0]
        found = self.schema.get_field(of, first.name.value)
        if found is None or first.name.value.startswith("__"):
            return 0
        below = get_named_type(found.type)
        sets = [node.selection_set for node in nodes if node.selection_set]
        if not below.name.endswith("Connection"):
            return 1 + (self.cost(sets, below) if sets else 0)
        if not isinstance(below, GraphQLObjectType):
            return 1
        inner = [node for one in sets for node in self._fields(one, below)]
        rows = sum(self._cost_of([one], below) for one in inner if one.name.value in _ROWS)
        rest = sum(self._cost_of([one], below) for one in inner if one.name.value not in _ROWS)
        return 1 + rest + rows * self._page_size(first)

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                size: Any = None
                if isinstance(argument.value, IntValueNode):
                    size = int(argument.value.value)
                elif isinstance(argument.value, VariableNode):
                    size = self.variables.get(argument.value.name.value)
                if isinstance(size, int):
                    return max(0, min(size, MAX_PAGE))
        return MAX_PAGE

    def _fields(self, one: SelectionSetNode, of: GraphQLObjectType) -> Iterator[FieldNode]:
        for node in one.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                spread = self._fragments[node.name.value]
                if self._applies(spread.type_condition.name.value, of):
                    yield from self._fields(spread.selection_set, of)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, of):
                    yield from self._fields(node.selection_set, of)

    def _applies(self, condition: str, of: GraphQLObjectType) -> bool:
        return condition == of.name or any(one.name == condition for one in of.interfaces)

    def _depth(self, one: SelectionSetNode) -> int:
        deepest = 0
        for node in one.selections:
            if isinstance(node, FieldNode):
                inner = self._depth(node.selection_set) if node.selection_set else 0
                own = 0 if node.name.value.startswith("__") else 1 + inner
            elif isinstance(node, FragmentSpreadNode):
                own = self._depth(self._fragments[node.name.value].selection_set)
            else:
                own = self._depth(node.selection_set) if isinstance(node, InlineFragmentNode) else 0
            deepest = max(deepest, own)
        return deepest
