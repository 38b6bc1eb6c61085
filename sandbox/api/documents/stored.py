"""The documents that DS keeps and that a client asks by ``queryId``.

Each is cut to what the schema of the instance knows, as an instance stores no query that it could
not answer.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_introspection_query,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
    visit,
)
from graphql.language import SelectionSetNode

from sandbox.common.errors import ApiError

_FOLDER = Path(__file__).parents[2]
_FILES = {"ds-query-v2": "stored.graphql", "ds-mutation-v2": "stored_mutations.graphql"}


@lru_cache(maxsize=16)
def stored_query(name: str, schema: GraphQLSchema) -> str:
    """Return the text of a stored document.

    Raises:
        ApiError: there is none with that name.
    """
    if name == "introspection":
        return get_introspection_query(descriptions=True)
    if name not in _FILES:
        raise ApiError(f'No query with id "{name}"', "bad_request")
    whole = parse((_FOLDER / _FILES[name]).read_text(encoding="utf-8"), no_location=True)
    return print_ast(_cut(whole, schema))


def _cut(document: DocumentNode, schema: GraphQLSchema) -> DocumentNode:
    """Leave out what the schema lacks, then what nothing needs any more."""
    info = TypeInfo(schema)
    before: DocumentNode | None = None
    while document != before:
        before = document
        named = {
            one.name.value
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        document = visit(document, TypeInfoVisitor(info, _Known(schema, info, named)))
        document = _used(document)
    return document


class _Known(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo, fragments: set[str]) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self._fragments = fragments

    def enter_field(self, node: FieldNode, *_args: Any) -> Any:
        found = self._info.get_field_def()
        if found is None:
            return REMOVE
        wants = is_composite_type(get_named_type(found.type))
        return REMOVE if wants and not _selects(node.selection_set) else None

    def enter_inline_fragment(self, node: InlineFragmentNode, *_args: Any) -> Any:
        on = node.type_condition
        known = on is None or on.name.value in self._schema.type_map
        return None if known and _selects(node.selection_set) else REMOVE

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_args: Any) -> Any:
        known = node.type_condition.name.value in self._schema.type_map
        return None if known and _selects(node.selection_set) else REMOVE

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: Any) -> Any:
        return None if node.name.value in self._fragments else REMOVE

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> Any:
        return None if _selects(node.selection_set) else REMOVE


def _selects(found: SelectionSetNode | None) -> bool:
    return found is not None and bool(found.selections)


def _used(document: DocumentNode) -> DocumentNode:
    """Leave out the fragments that nothing spreads, and the variables that nothing reads."""
    spread, read = set[str](), dict[str, set[str]]()
    reached = dict[str, set[str]]()
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode) and one.name:
            seen = _Seen()
            visit(one.selection_set, seen)
            for directive in one.directives or ():
                visit(directive, seen)
            read[one.name.value], reached[one.name.value] = seen.variables, seen.fragments
            spread |= seen.fragments

    def below(name: str, met: set[str]) -> set[str]:
        met.add(name)
        found = set(read.get(name, ()))
        for inner in reached.get(name, set()) - met:
            found |= below(inner, met)
        return found

    class Cut(Visitor):
        def enter_fragment_definition(self, node: FragmentDefinitionNode, *_args: Any) -> Any:
            return None if node.name.value in spread else REMOVE

        def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> Any:
            wanted = below(node.name.value if node.name else "", set())
            kept = tuple(
                one for one in node.variable_definitions or () if one.variable.name.value in wanted
            )
            if len(kept) == len(node.variable_definitions or ()):
                return None
            return OperationDefinitionNode(
                operation=node.operation,
                name=node.name,
                variable_definitions=kept,
                directives=node.directives,
                selection_set=node.selection_set,
            )

    cut: DocumentNode = visit(document, Cut())
    return cut


class _Seen(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()

    def enter_variable(self, node: VariableNode, *_args: Any) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: Any) -> None:
        self.fragments.add(node.name.value)
