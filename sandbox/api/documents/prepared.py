"""Documents parsed and checked once, however often a client sends them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    parse,
    visit,
)
from graphql.language import Visitor

from sandbox.api.documents.analysis import type_conditions
from sandbox.api.documents.validation import mistakes


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_args: Any) -> None:
        self.names.add(node.name.value)


@dataclass
class Prepared:
    """A document with what validation and analysis found in it."""

    text: str
    schema: GraphQLSchema
    document: DocumentNode
    errors: list[dict[str, Any]]
    fragments: frozenset[str]
    shows_files: bool
    _used: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation to execute, if that is clear."""
        found = [
            node
            for node in self.document.definitions
            if isinstance(node, OperationDefinitionNode)
            and (name is None or (node.name is not None and node.name.value == name))
        ]
        return found[0] if len(found) == 1 else None

    def used_variables(self, place: tuple[str, ...], nodes: Sequence[FieldNode]) -> list[str]:
        """Return the variables that the selections at a place of the answer depend on."""
        if place not in self._used:
            seen = _Variables()
            below: list[Node] = [node.selection_set for node in nodes if node.selection_set]
            below += [
                node
                for node in self.document.definitions
                if isinstance(node, FragmentDefinitionNode)
            ]
            for node in below:
                visit(node, seen)
            self._used[place] = sorted(seen.names)
        return self._used[place]


@lru_cache(maxsize=64)
def prepare(text: str, schema: GraphQLSchema) -> Prepared:
    """Return a document parsed and validated against the schema in force, once a process.

    Raises:
        GraphQLError: it does not parse.
    """
    document = parse(text)
    return Prepared(
        text=text,
        schema=schema,
        document=document,
        errors=mistakes(schema, document),
        fragments=type_conditions(document),
        shows_files="url" in text,
    )
