"""The executable schema: the SDL, the scalars, which type a champ is served as.

An instance is older (fields that it lacks) or newer (parts of ``newer/``) than January 2026.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_ast_schema,
)

from sandbox.api.documents.sdl import whole_sdl
from sandbox.api.resolvers import RESOLVERS
from sandbox.api.writing.mutations import MUTATIONS
from sandbox.common.clock import parse as parse_instant
from sandbox.demarche.switches import Switches
from sandbox.form.kinds import served_as


def schema_of(switches: Switches) -> GraphQLSchema:
    """Return the schema of an instance."""
    return schema_with(*switches.shape())


@lru_cache(maxsize=16)
def schema_with(
    hidden: frozenset[str] = frozenset(), newer: frozenset[str] = frozenset()
) -> GraphQLSchema:
    """Return the schema of an instance that lacks some ``Type.field`` and has newer parts."""
    schema = build_ast_schema(whole_sdl(hidden, newer))
    _set_scalars(schema)
    champ = schema.type_map["Champ"]
    if isinstance(champ, GraphQLInterfaceType):
        champ.resolve_type = lambda shown, info, _type: served_as(
            shown["kind"], info.context.fragments
        )
    for (type_name, field_name), resolve in (*RESOLVERS.items(), *_mutations()):
        owner = schema.type_map.get(type_name)
        if isinstance(owner, GraphQLObjectType) and field_name in owner.fields:
            owner.fields[field_name].resolve = resolve
    return schema


def _mutations() -> list[tuple[tuple[str, str], Callable[..., Any]]]:
    return [(("Mutation", name), resolve) for name, resolve in MUTATIONS.items()]


def _set_scalars(schema: GraphQLSchema) -> None:
    for name, read, write in (
        ("BigInt", int, str),
        ("ISO8601Date", _date, str),
        ("ISO8601DateTime", _datetime, str),
    ):
        scalar = schema.type_map[name]
        if isinstance(scalar, GraphQLScalarType):
            scalar.coerce_output_value = write
            scalar.coerce_input_value = read


def _date(value: Any) -> str:
    if not isinstance(value, str) or len(value) != len("2025-01-31"):
        raise GraphQLError(f"{value!r} is not a valid ISO8601Date")
    return _checked(value, "ISO8601Date")


def _datetime(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{value!r} is not a valid ISO8601DateTime")
    return _checked(value, "ISO8601DateTime")


def _checked(value: str, name: str) -> str:
    try:
        parse_instant(value)
    except ValueError as cause:
        raise GraphQLError(f"{value!r} is not a valid {name}") from cause
    return value
