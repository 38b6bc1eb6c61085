"""Mapping never raises on any JSON that the schema allows for our own query.

Answers are drawn from the schema itself: each object of the document ``Dossier``, with the fields
that the query's fragments ask of its type, any type that an interface allows, any value that a
scalar allows, ``null`` wherever the schema permits it.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
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
    is_abstract_type,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.documents import document, library
from mappings.dossier.content import hashes
from mappings.dossier.decode import decode_dossier, decode_revision
from mappings.dossier.model import Champ, Rows
from mappings.dossier.revision import NO_ANSWER, Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Needs
from mappings.drift.proposals import propose
from mappings.drift.reviewing import review
from mappings.report.display import show
from mappings.report.mapper import map_report
from mappings.report.model import Answer, AnswerState, Report
from mappings.report.provenance import card
from mappings.schema.file import parse_mapping
from mappings.schema.model import FieldSpec, FormMapping
from sandbox.api.schema import schema_with

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
    return schema_with(frozenset(), frozenset({"conditions"}))  # all that is asked


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


def _field(name: str, among: Iterator[FieldNode]) -> FieldNode:
    return next(one for one in among if one.name.value == name)


def _asked(query: str) -> tuple[GraphQLObjectType, SelectionSetNode]:
    """What a query of ours asks of the one object that it names."""
    operation = cast("OperationDefinitionNode", document(query).node.definitions[0])
    asked = cast("FieldNode", operation.selection_set.selections[0])
    kind = cast("GraphQLObjectType", _schema().type_map[asked.name.value.capitalize()])
    return kind, cast("SelectionSetNode", asked.selection_set)


def _ids(specs: Iterable[FieldSpec]) -> list[str]:
    """Ids of the champs of some fields, as DS serves them."""
    return [b64encode(f"Champ-{spec.champs[0]}".encode()).decode() for spec in specs]


_SPECS = list(_mapping().fields.values())
_TOP = _ids(_SPECS)
_REPEATED = _ids(spec for spec in _SPECS if spec.fields)
_INNER = _ids(one for spec in _SPECS for one in spec.fields.values())


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    """Any dossier that a server with the official schema may answer to our query."""
    kind, asked = _asked("Dossier")
    drawn = _draw_object(draw, kind, asked)
    repetition = cast("GraphQLObjectType", _schema().type_map["RepetitionChamp"])
    champs = cast("SelectionSetNode", _field("champs", _fields(asked, kind)).selection_set)
    drawn["champs"] += [
        _draw_object(draw, repetition, champs) for _ in range(draw(st.integers(0, 2)))
    ]
    # Champs meet converters that they were not made for: each has the id of some field.
    for champ in drawn["champs"]:
        repeated = champ["__typename"] == "RepetitionChamp" and draw(st.booleans())
        champ["champDescriptorId"] = draw(st.sampled_from(_REPEATED if repeated else _TOP))
        for row in champ.get("rows") or ():
            for inner in row["champs"]:
                inner["champDescriptorId"] = draw(st.sampled_from(_INNER + _TOP[:3]))
    return drawn


@st.composite
def revisions(draw: st.DrawFn) -> Revision:
    """Any revision that a server may answer, of champs that the mapping names."""
    kind, asked = _asked("Demarche")
    served = cast("SelectionSetNode", _field("revisions", _fields(asked, kind)).selection_set)
    revision = cast("GraphQLObjectType", _schema().type_map["Revision"])
    raw = _draw_object(draw, revision, served)
    for one in (*raw["champDescriptors"], *raw["annotationDescriptors"]):
        one["id"] = draw(st.sampled_from(_TOP + _REPEATED))
        for inner in one.get("champDescriptors") or ():
            inner["id"] = draw(st.sampled_from(_INNER + _TOP[:3]))
    return decode_revision(raw)


_any = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.slow
@_any
@given(dossiers(), st.none() | revisions())
def test_mapping_never_raises_and_loses_nothing(
    raw: dict[str, Any], revision: Revision | None
) -> None:
    dossier = decode_dossier(raw, revision=revision)
    report = map_report(dossier, mapping=_mapping(), revision=revision)
    assert hashes(raw).content != hashes(raw).fingerprint
    asking = [champ for champ in dossier.champs if champ.type not in NO_ANSWER]
    answered = [champ for champ in asking if champ.value is not None]
    taken = {answer.origin.champ_id for answer in report.fields.values() if answer.origin}
    left = {one.champ_id for one in report.unmapped}
    assert {champ.id for champ in answered} <= taken | left
    for answer in report.fields.values():
        if answer.state is AnswerState.UNREADABLE:
            assert answer.problem
        if answer.value is not None:
            show(answer.value)
    assert all(line.title for line in card(report, mapping=_mapping()))
    _loses_no_answer_of_a_row(report, {champ.id: champ for champ in asking})


def _loses_no_answer_of_a_row(report: Report, champs: dict[str, Champ]) -> None:
    left = {one.champ_id for one in report.unmapped}
    for answer in report.fields.values():
        rows = _rows(answer)
        if not rows or answer.origin is None:
            continue
        inner = [one for row in rows for one in row.values() if one.origin]
        taken = {one.origin.champ_id for one in inner if one.origin}
        served = champs[answer.origin.champ_id].value
        assert isinstance(served, Rows)
        for row in served.rows:
            asking = {one.id for one in row if one.value is not None and one.type not in NO_ANSWER}
            assert asking <= taken | left


def _rows(answer: Answer) -> list[Mapping[str, Answer]]:
    many = answer.value if isinstance(answer.value, tuple) else ()
    return [row for row in many if isinstance(row, Mapping)]


@pytest.mark.slow
@_any
@given(st.lists(revisions(), min_size=1, max_size=3), st.booleans())
def test_comparing_never_raises(forms: list[Revision], accepted: bool) -> None:
    needs = Needs(scope=frozenset({"but_medical"}), options={"population": frozenset({"Enfant"})})
    reviewed = review(forms[:1]) if accepted else None
    observed = Observed(forms, forms[-1].id)
    drifts = compare(observed, mapping=_mapping(), reviewed=reviewed, needs=needs)
    assert all(one.advice for one in drifts)
    propose(drifts, mapping=_mapping(), revisions=forms)
