"""The SDL of an instance: that of January 2026, without what it lacks, with its newer parts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    parse,
)

from sandbox.demarche.switches import NEWER

_ROOM = Path(__file__).parents[2]
SDL = _ROOM / "schema.graphql"
_GONE = {"champ_types": {"cnaf", "dgfip", "mesri", "pole_emploi"}}
"""Types of champ that a newer part takes away."""
_LISTS = ("fields", "values")

Fields = tuple[Any, ...]


def whole_sdl(hidden: frozenset[str], newer: frozenset[str]) -> DocumentNode:
    """Return the definitions of a schema.

    Args:
        hidden: the ``Type.field`` (of an object, interface, input or enum) that it lacks.
        newer: the files of ``sandbox/newer/`` that it has. An object that extends or implements an
            interface there has its fields without naming them.
    """
    files = [SDL, *(_ROOM / "newer" / f"{name}.graphql" for name in sorted(newer))]
    nodes: list[Any] = [
        node
        for file in files
        for node in parse(file.read_text(encoding="utf-8"), no_location=True).definitions
    ]
    kinds = {kind for name in newer for kind in _GONE.get(name, ())}
    types = {f"{''.join(map(str.capitalize, kind.split('_')))}ChampDescriptor" for kind in kinds}
    hidden |= {f"TypeDeChamp.{kind}" for kind in kinds}
    definitions: dict[str, Any] = {}
    for node in nodes:
        name = node.name.value
        if name not in types:
            known = definitions.get(name)
            definitions[name] = node if known is None else _joined(known, node)
    shared = {
        node.name.value: definitions[node.name.value].fields
        for node in nodes
        if isinstance(node, InterfaceTypeDefinitionNode)
    }
    extended = {node.name.value for node in nodes if isinstance(node, InterfaceTypeExtensionNode)}
    whole = (_implementing(node, shared, extended) for node in definitions.values())
    return DocumentNode(definitions=tuple(_without(node, hidden) for node in whole))


@cache
def known_fields() -> frozenset[str]:
    """Return every ``Type.field`` of the schema, newer parts included."""
    whole = whole_sdl(frozenset(), frozenset(NEWER))
    return frozenset(
        f"{node.name.value}.{one.name.value}"
        for node in whole.definitions
        for name in _LISTS
        for one in getattr(node, name, None) or ()
        if isinstance(node, TypeDefinitionNode)
    )


def _joined(node: Any, extension: Any) -> Any:
    return _changed(
        node,
        {
            name: (*getattr(node, name), *getattr(extension, name))
            for name in _LISTS
            if getattr(extension, name, None)
        },
    )


def _changed(node: Any, changes: Mapping[str, Fields]) -> Any:
    return type(node)(**{name: getattr(node, name) for name in node.keys} | dict(changes))


def _implementing(node: Any, shared: Mapping[str, Fields], extended: set[str]) -> Any:
    """Give an object the fields of an interface that is extended, or that it only names."""
    if not isinstance(node, ObjectTypeDefinitionNode):
        return node
    own: Fields = tuple(node.fields or ())
    for interface in node.interfaces or ():
        name = interface.name.value
        had = {field.name.value for field in own}
        if name in extended or not had:
            own += tuple(field for field in shared[name] if field.name.value not in had)
    return _changed(node, {"fields": own})


def _without(node: Any, hidden: frozenset[str]) -> Any:
    changes = {
        name: tuple(
            one
            for one in getattr(node, name)
            if f"{node.name.value}.{one.name.value}" not in hidden
        )
        for name in _LISTS
        if getattr(node, name, None)
    }
    return _changed(node, changes) if changes else node
