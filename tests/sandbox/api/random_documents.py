"""Random GraphQL documents over a schema: valid ones, and ones with a mistake put in."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

Values = Mapping[str, Callable[[random.Random], str]]
"""Literals for arguments and input fields: by ``field.name``, else by name, else by type."""


class Documents:
    """Makes documents over a schema.

    Args:
        schema: what they are about.
        seed: the same seed makes the same documents.
        values: literals by name of argument, or by name of type.
    """

    def __init__(self, schema: GraphQLSchema, *, seed: int, values: Values) -> None:
        self.schema = schema
        self.random = random.Random(seed)
        self.values = values

    def query(self) -> str:
        """Return a valid query, but for the merging of its fields."""
        root = self.schema.query_type
        assert root is not None
        return f"query Q {{ {self._selections(root, self.random.randint(2, 6))} }}"

    def mutation(self, name: str) -> str:
        """Return a mutation that is valid; what it asks may not be possible."""
        root = self.schema.mutation_type
        assert root is not None
        return f"mutation M {{ {self._field(name, root.fields[name], 4)} }}"

    def mistaken(self) -> tuple[str, str]:
        """Return a query with one mistake, and what the mistake is."""
        name = self.random.choice(sorted(_MISTAKES))
        valid = self.query()
        return _MISTAKES[name](valid, self.random), name

    def _selections(self, of: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(of):
            possible = sorted(self.schema.get_possible_types(of), key=lambda one: one.name)
            chosen = self.random.sample(possible, k=min(len(possible), self.random.randint(1, 4)))
            inner = [f"... on {one.name} {{ {self._selections(one, depth)} }}" for one in chosen]
            common = self._fields(of, depth) if self.random.random() < 0.5 else []
            return " ".join(["__typename", *common, *inner])
        return " ".join(self._fields(of, depth) or ["__typename"])

    def _fields(self, of: Any, depth: int) -> list[str]:
        fields = [
            (name, one)
            for name, one in sorted(of.fields.items())
            if depth > 1 or is_leaf_type(get_named_type(one.type))
        ]
        chosen = self.random.sample(fields, k=min(len(fields), self.random.randint(1, 5)))
        told = [self._field(name, one, depth) for name, one in chosen]
        if self.random.random() < 0.2 and told:
            told.append(f"autre: {told[0].partition(': ')[2] or told[0]}")
        return told

    def _field(self, name: str, one: GraphQLField, depth: int) -> str:
        below = get_named_type(one.type)
        arguments = ", ".join(
            f"{key}: {self.value(key, argument, owner=name)}"
            for key, argument in sorted(one.args.items())
            if is_non_null_type(argument.type) or self.random.random() < 0.25
        )
        told = name + (f"({arguments})" if arguments else "")
        if is_leaf_type(below):
            return told
        return f"{told} {{ {self._selections(below, depth - 1)} }}"

    def value(self, name: str, argument: Any, *, owner: str = "") -> str:
        """Return a literal for an argument or an input field."""
        of = argument.type
        while is_non_null_type(of):
            of = of.of_type
        if is_list_type(of):
            return f"[{self.value(name, GraphQLArgument(of.of_type))}]"
        named = get_named_type(of)
        for key in (f"{owner}.{name}", name, named.name):
            if key in self.values:
                return self.values[key](self.random)
        if is_enum_type(named):
            return f"{self.random.choice(sorted(named.values))}"
        if isinstance(named, GraphQLInputObjectType):
            return self._input(named)
        raise LookupError(f"no value for {name}: {named.name}")

    def _input(self, of: GraphQLInputObjectType) -> str:
        fields = sorted(of.fields.items())
        if of.is_one_of:
            fields = [self.random.choice(fields)]
        told = [
            f"{name}: {self.value(name, one)}"
            for name, one in fields
            if of.is_one_of or is_non_null_type(one.type) or self.random.random() < 0.4
        ]
        return f"{{{', '.join(told)}}}"


def _inside(valid: str, more: str) -> str:
    return f"{valid.rstrip().removesuffix('}')} {more} }}"


_MISTAKES: dict[str, Callable[[str, random.Random], str]] = {
    "unknown field": lambda valid, _: _inside(valid, "inconnu"),
    "unknown argument": lambda valid, _: _inside(valid, "d: dossier(number: 1, de: 2) { id }"),
    "argument missing": lambda valid, _: _inside(valid, "d: dossier { id }"),
    "argument of another type": lambda valid, _: _inside(valid, 'd: dossier(number: "a") { id }'),
    "selection on a scalar": lambda valid, _: _inside(
        valid, "d: dossier(number: 1) { id { inconnu } }"
    ),
    "no selection": lambda valid, _: _inside(valid, "d: dossier(number: 1)"),
    "empty selection": lambda valid, _: _inside(valid, "d: dossier(number: 1) { }"),
    "undeclared variable": lambda valid, _: _inside(valid, "d: dossier(number: $n) { id }"),
    "unused variable": lambda valid, _: valid.replace("query Q {", "query Q($n: Int) {", 1),
    "unknown type of a variable": lambda valid, _: _inside(
        valid.replace("query Q {", "query Q($n: Inconnu) {", 1), "d: dossier(number: $n) { id }"
    ),
    "unknown fragment": lambda valid, _: _inside(valid, "... Inconnu"),
    "unused fragment": lambda valid, _: f"{valid} fragment F on Dossier {{ id }}",
    "circle": lambda valid, _: _inside(valid, "...F") + " fragment F on Query { ...F }",
    "fragment on an unknown type": lambda valid, _: _inside(valid, "... on Inconnu { id }"),
    "fragment on another type": lambda valid, _: _inside(valid, "... on Dossier { id }"),
    "two meanings": lambda valid, _: _inside(
        valid, "d: dossier(number: 1) { id } d: dossier(number: 2) { id }"
    ),
    "unknown directive": lambda valid, _: _inside(valid, "d: dossier(number: 1) @x { id }"),
    "unknown value": lambda valid, _: _inside(
        valid, "m: demarche(number: 1) { dossiers(state: perdu) { nodes { id } } }"
    ),
    "cut short": lambda valid, choose: valid[: choose.randrange(10, len(valid))].rstrip("} "),
}
