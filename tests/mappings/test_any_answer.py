"""Mapping never raises on any JSON that the schema allows for our own query.

Answers are drawn from the schema itself: each object of the document ``Dossier``, with the fields
that the query's fragments ask of its type, any type that an interface allows, any value that a
scalar allows, ``null`` wherever the schema permits it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    is_abstract_type,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.documents import document, library
from mappings.content import hashes
from mappings.decode import decode_dossier
from mappings.display import show
from mappings.mapper import map_report
from mappings.mapping import FormMapping
from mappings.mapping_file import parse_mapping
from mappings.report import AnswerState

_ROOT = Path(__file__).parents[2]
_odd = st.sampled_from(["", " ", "\x00", "oui", "12,5", "31/12/2026", "1.000", "’", "-", "🩺" * 40])
_text = _odd | st.text(max_size=30)
_zoned = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
# Dates of a dossier are DS's own; those of champs are whatever the declarant typed.
_scalars: dict[str, st.SearchStrategy[Any]] = {
    "String": _text,
    "ID": _text | st.integers(1, 999).map(lambda n: f"Champ-{n}"),
    "Boolean": st.booleans(),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "BigInt": st.integers().map(str),
    "ISO8601Date": st.dates().map(lambda day: day.isoformat()),
    "ISO8601DateTime": _zoned,
    "URL": _text,
}


@cache
def _schema() -> GraphQLSchema:
    return build_schema((_ROOT / "sandbox" / "schema.graphql").read_text("utf-8"))


@cache
def _mapping() -> FormMapping:
    path = _ROOT / "mappings" / "unc" / "mapping.yaml"
    return parse_mapping(path.read_text("utf-8"), source=path.name)


def _fields(selections: SelectionSetNode, kind: GraphQLObjectType) -> Iterator[FieldNode]:
    """The fields that a selection asks of an object of this type, fragments followed."""
    for one in selections.selections:
        match one:
            case FieldNode():
                yield one
            case FragmentSpreadNode():
                fragment = library().fragments[one.name.value]
                if _applies(fragment, kind):
                    yield from _fields(fragment.selection_set, kind)
            case InlineFragmentNode():
                yield from _fields(one.selection_set, kind)


def _applies(fragment: FragmentDefinitionNode, kind: GraphQLObjectType) -> bool:
    wanted = fragment.type_condition.name.value
    return wanted in {kind.name, *(interface.name for interface in kind.interfaces)}


def _draw(draw: st.DrawFn, kind: GraphQLType, selections: SelectionSetNode | None) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _draw_present(draw, kind.of_type, selections)
    return None if draw(st.booleans()) else _draw_present(draw, kind, selections)


def _draw_present(draw: st.DrawFn, kind: Any, selections: SelectionSetNode | None) -> Any:
    if isinstance(kind, GraphQLList):
        count = draw(st.integers(0, 3))
        return [_draw(draw, kind.of_type, selections) for _ in range(count)]
    if isinstance(kind, GraphQLScalarType):
        return draw(_scalars[kind.name])
    if isinstance(kind, GraphQLEnumType):
        return draw(st.sampled_from(sorted(kind.values)))
    if is_abstract_type(kind):
        kind = draw(st.sampled_from(_schema().get_possible_types(kind)))
    return _draw_object(draw, kind, cast("SelectionSetNode", selections))


def _draw_object(draw: st.DrawFn, kind: Any, selections: SelectionSetNode) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for asked in _fields(selections, kind):
        key = asked.alias.value if asked.alias else asked.name.value
        if asked.name.value == "__typename":
            drawn[key] = kind.name
        elif key not in drawn or asked.selection_set is None:
            drawn[key] = _draw(draw, kind.fields[asked.name.value].type, asked.selection_set)
    return drawn


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    """Any dossier that a server with the official schema may answer to our query."""
    operation = cast("OperationDefinitionNode", document("Dossier").node.definitions[0])
    asked = cast("FieldNode", operation.selection_set.selections[0])
    kind = cast("GraphQLObjectType", _schema().type_map["Dossier"])
    drawn = _draw_object(draw, kind, cast("SelectionSetNode", asked.selection_set))
    # Champs meet converters that they were not made for: each has the id of some field.
    ids = sorted({spec.champs[0] for spec in _mapping().fields.values()})
    for champ in drawn["champs"]:
        champ["champDescriptorId"] = draw(st.sampled_from(ids))
    return drawn


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(dossiers())
def test_mapping_never_raises_and_loses_nothing(raw: dict[str, Any]) -> None:
    dossier = decode_dossier(raw, revision=None)
    report = map_report(dossier, mapping=_mapping(), revision=None)
    assert hashes(raw).content != hashes(raw).fingerprint
    answered = [champ for champ in dossier.champs if champ.value is not None]
    taken = {answer.origin.champ_id for answer in report.fields.values() if answer.origin}
    left = {one.champ_id for one in report.unmapped}
    assert {champ.id for champ in answered} <= taken | left
    for answer in report.fields.values():
        if answer.state is AnswerState.UNREADABLE:
            assert answer.problem
        if answer.value is not None:
            show(answer.value)
