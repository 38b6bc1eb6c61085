"""What a query costs, counted as graphql-ruby does, and how deep it goes.

A field costs 1 and what it contains; a connection costs its page size times the fields of one of
its rows, plus the fields of its page; several fragments on different types cost as much as the
dearest type. Introspection is free, and so is what ``@skip`` and ``@include`` leave out.

Each set of selections is counted once for a type, and only so many are counted: a query that needs
more is refused as too complex, so that none holds the server.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
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
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    value_from_ast_untyped,
)

from sandbox.demarche.cursors import MAX_PAGE

MAX_COMPLEXITY = 60_000
MAX_DEPTH = 15
_ROWS = frozenset({"nodes", "edges"})
_MOST_COUNTED = 20_000

_Sets = list[SelectionSetNode]


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


class _UncountableError(Exception):
    """More sets of selections than the server counts."""


@dataclass
class Analysis:
    """The cost and the depth of one operation of a valid document."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _costs: dict[tuple[str, tuple[int, ...]], int] = field(init=False, default_factory=dict)
    _depths: dict[int, int] = field(init=False, default_factory=dict)

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
        self.variables = {**_defaults(operation), **self.variables}
        depth = self._depth(operation.selection_set)
        if depth > MAX_DEPTH:
            return f"Query has depth of {depth}, which exceeds max depth of {MAX_DEPTH}"
        try:
            cost = self.cost([operation.selection_set], root)
        except _UncountableError:
            cost = MAX_COMPLEXITY + 1
        if cost > MAX_COMPLEXITY:
            return (
                f"Query has complexity of {cost}, which exceeds max complexity of {MAX_COMPLEXITY}"
            )
        return None

    def cost(self, sets: _Sets, of: GraphQLNamedType) -> int:
        """Return the cost of selections on a type: that of its dearest possible type."""
        key = (of.name, tuple(id(one) for one in sets))
        known = self._costs.get(key)
        if known is None:
            known = self._costs[key] = self._count(sets, of)
        return known

    def _count(self, sets: _Sets, of: GraphQLNamedType) -> int:
        if len(self._costs) > _MOST_COUNTED:
            raise _UncountableError
        if is_abstract_type(of):
            return max(self.cost(sets, one) for one in self.schema.get_possible_types(of))
        return self._cost_on(sets, of) if isinstance(of, GraphQLObjectType) else 0

    def _cost_on(self, sets: _Sets, of: GraphQLObjectType) -> int:
        merged: dict[str, list[FieldNode]] = {}
        for node in self._fields(sets, of):
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
        inner = list(self._fields(sets, below))
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

    def _fields(self, sets: _Sets, of: GraphQLObjectType) -> Iterator[FieldNode]:
        """Yield the fields that are asked of a type, a fragment spread twice giving them once."""
        spread: set[str] = set()
        waiting: list[SelectionNode] = [node for one in sets for node in one.selections]
        for node in waiting:  # grows as fragments are opened
            if self._left_out(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case FragmentSpreadNode():
                    if node.name.value not in spread:
                        spread.add(node.name.value)
                        found = self._fragments[node.name.value]
                        if self._applies(found.type_condition.name.value, of):
                            waiting += found.selection_set.selections
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or self._applies(condition.name.value, of):
                        waiting += node.selection_set.selections

    def _applies(self, condition: str, of: GraphQLObjectType) -> bool:
        return condition == of.name or any(one.name == condition for one in of.interfaces)

    def _left_out(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            told = {one.name.value: one.value for one in directive.arguments or ()}
            if name in {"skip", "include"} and self._holds(told["if"]) is (name == "skip"):
                return True
        return False

    def _holds(self, value: ValueNode) -> bool:
        if isinstance(value, VariableNode):
            return bool(self.variables.get(value.name.value))
        return isinstance(value, BooleanValueNode) and value.value

    def _depth(self, one: SelectionSetNode) -> int:
        known = self._depths.get(id(one))
        if known is None:
            known = self._depths[id(one)] = max(map(self._depth_of, one.selections), default=0)
        return known

    def _depth_of(self, node: SelectionNode) -> int:
        if self._left_out(node):
            return 0
        match node:
            case FieldNode():
                if node.name.value.startswith("__"):
                    return 0
                return 1 + (self._depth(node.selection_set) if node.selection_set else 0)
            case FragmentSpreadNode():
                return self._depth(self._fragments[node.name.value].selection_set)
            case InlineFragmentNode():
                return self._depth(node.selection_set)
        return 0


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
