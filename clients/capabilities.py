"""What the instance of DS at the other end knows, asked once at start.

Other bodies run older or newer instances: one unknown field refuses a whole query. The optional
fragments that this instance lacks are found here, from its own schema.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from clients.documents import document, library
from clients.errors import DsRefused, DsSchemaMismatch
from clients.transport import DsTransport

log = logging.getLogger("unc.ds")

SchemaFields: TypeAlias = Mapping[str, Mapping[str, str]]
"""Type name → field name → name of the field's type, lists and non-nulls taken off."""


NEWER = frozenset({"ConditionDeLaQuestion"})
"""Optional fragments that ask what came after the official schema of this version (August 2026)."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an instance can do.

    Attributes:
        without: Optional fragments to leave out of every document.
        grouped_annotations: ``dossierModifierAnnotations`` exists; else one mutation a type.
        labels: Labels can be added and removed.
        corrections: A message can carry a correction request.
    """

    without: frozenset[str] = NEWER
    grouped_annotations: bool = True
    labels: bool = True
    corrections: bool = True


_known: WeakKeyDictionary[DsTransport, Capabilities] = WeakKeyDictionary()
_lock = threading.Lock()


def capabilities_of(transport: DsTransport) -> Capabilities:
    """Return what the instance behind a transport knows: one request, the first time only."""
    with _lock:
        if transport not in _known:
            _known[transport] = _probe(transport)
        return _known[transport]


def _probe(transport: DsTransport) -> Capabilities:
    try:
        answer = transport.execute(document("IntrospectionQuery"), {})
    except DsSchemaMismatch:
        log.warning("Cette instance de DS cache son schéma : le schéma officiel est supposé.")
        return Capabilities()
    return from_schema(answer["__schema"]["types"])


def from_schema(types: list[dict[str, Any]]) -> Capabilities:
    """Find the capabilities in the types of an introspection.

    Raises:
        DsRefused: The server is not a DS that this version can talk to.
    """
    fields: dict[str, dict[str, str]] = {
        kind["name"]: {field["name"]: _named(field["type"]) for field in kind["fields"] or ()}
        for kind in types
    }
    inputs = {
        kind["name"]: {field["name"] for field in kind["inputFields"] or ()} for kind in types
    }
    if "demarche" not in fields.get("Query", {}):
        raise DsRefused(
            "Le serveur de UNC_DS_URL parle GraphQL mais n'est pas démarches-simplifiées :"
            " corrigez UNC_DS_URL.",
            setting="UNC_DS_URL",
        )
    mutations = fields.get("Mutation", {})
    return Capabilities(
        without=frozenset(name for name in library().optional if lacks(name, fields)),
        grouped_annotations="dossierModifierAnnotations" in mutations,
        labels={"dossierAjouterLabel", "dossierSupprimerLabel"} <= mutations.keys(),
        corrections="correction" in inputs.get("DossierEnvoyerMessageInput", ()),
    )


def lacks(fragment: str, fields: SchemaFields) -> bool:
    """Say whether an instance lacks something that a fragment asks for."""
    definition = library().fragments[fragment]
    return _unknown(definition.selection_set, definition.type_condition.name.value, fields)


def _unknown(selections: SelectionSetNode, type_name: str, fields: SchemaFields) -> bool:
    known = fields.get(type_name)
    if known is None:
        return True
    for selection in selections.selections:
        match selection:
            case FragmentSpreadNode():
                if selection.name.value not in library().optional and lacks(
                    selection.name.value, fields
                ):
                    return True
            case InlineFragmentNode(type_condition=condition):
                inner = condition.name.value if condition else type_name
                if _unknown(selection.selection_set, inner, fields):
                    return True
            case FieldNode() if selection.name.value != "__typename":
                name = selection.name.value
                if name not in known:
                    return True
                if selection.selection_set and _unknown(
                    selection.selection_set, known[name], fields
                ):
                    return True
    return False


def _named(type_ref: dict[str, Any]) -> str:
    while type_ref.get("ofType"):
        type_ref = type_ref["ofType"]
    return type_ref["name"] or ""
