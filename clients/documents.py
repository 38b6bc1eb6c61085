"""The GraphQL documents of ``queries/*.graphql``: read once, cut to what an instance knows.

Every definition of every file is in one library, by name. A document is one operation with the
fragments that it reaches. Fragments of ``optional.graphql`` are left out where the instance lacks
them, together with each spread of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

_OPTIONAL_FILE = "optional.graphql"


@dataclass(frozen=True, slots=True)
class Document:
    """One operation with its fragments, parsed and printed.

    Attributes:
        name: Name of the operation.
        node: Its syntax tree.
        text: What is sent.
    """

    name: str
    node: DocumentNode
    text: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions of the room, by name.

    Attributes:
        operations: Queries and mutations.
        fragments: Fragments, the optional ones included.
        optional: Names of the fragments that an instance may lack.
    """

    operations: Mapping[str, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    optional: frozenset[str]


@cache
def library() -> Definitions:
    """Return every definition of ``queries/``, parsed once per process."""
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    optional: set[str] = set()
    folder = resources.files("clients") / "queries"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".graphql"):
            continue
        for definition in parse(file.read_text("utf-8"), no_location=True).definitions:
            match definition:
                case FragmentDefinitionNode():
                    fragments[definition.name.value] = definition
                    if file.name == _OPTIONAL_FILE:
                        optional.add(definition.name.value)
                case OperationDefinitionNode(name=name) if name is not None:
                    operations[name.value] = definition
    return Definitions(
        MappingProxyType(operations), MappingProxyType(fragments), frozenset(optional)
    )


@cache
def document(name: str, *, without: frozenset[str] = frozenset()) -> Document:
    """Return an operation of ``queries/`` with the fragments that it reaches.

    Args:
        name: Name of the operation.
        without: Optional fragments that the instance lacks.
    """
    return assemble(name, library().operations[name], without=without)


def assemble(
    name: str, operation: OperationDefinitionNode, *, without: frozenset[str] = frozenset()
) -> Document:
    """Join an operation with the fragments that it reaches, and print it once."""
    definitions: list[OperationDefinitionNode | FragmentDefinitionNode] = []
    queue: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]
    met: set[str] = set()
    while queue:
        definition = _cut(queue.pop(0), without)
        definitions.append(definition)
        for spread in spreads(definition):
            if spread not in met:
                met.add(spread)
                queue.append(library().fragments[spread])
    node = DocumentNode(definitions=tuple(definitions))
    return Document(name=name, node=node, text=print_ast(node))


def spreads(node: Node) -> Iterator[str]:
    """Yield the names of the fragments that a definition spreads, anywhere in it."""
    found: list[str] = []

    class Collect(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
            found.append(spread.name.value)

    visit(node, Collect())
    yield from found


def _cut(
    definition: OperationDefinitionNode | FragmentDefinitionNode, without: frozenset[str]
) -> OperationDefinitionNode | FragmentDefinitionNode:
    """Leave out the spreads of the fragments that an instance lacks."""
    if not without:
        return definition

    class Cut(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
            kept = tuple(
                selection
                for selection in node.selections
                if not (
                    isinstance(selection, FragmentSpreadNode) and selection.name.value in without
                )
            )
            return SelectionSetNode(selections=kept)

    cut: OperationDefinitionNode | FragmentDefinitionNode = visit(definition, Cut())
    return cut
