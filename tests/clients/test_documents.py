"""Every GraphQL document of the room is one that the official API accepts."""

from itertools import pairwise

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.capabilities import NEWER, Capabilities
from clients.documents import document, library
from clients.writing.batches import _ANSWERS, WriteContext, batch_document, mutations_of
from sandbox.api.documents.analysis import MAX_COMPLEXITY, MAX_DEPTH, Analysis, type_conditions
from sandbox.api.schema import schema_with
from triage.replies.reply import Annotate, AnnotationChange, SetLabel

PAGE = {"number": 1, "first": 100}
OPERATIONS = sorted(library().operations)
RULES = [*specified_rules, NoDeprecatedCustomRule]


def problems(schema: GraphQLSchema, node: DocumentNode, *, deprecated: bool = False) -> list[str]:
    rules = specified_rules if deprecated else RULES
    return [error.message for error in validate(schema, node, rules)]


def operation(node: DocumentNode) -> OperationDefinitionNode:
    return next(one for one in node.definitions if isinstance(one, OperationDefinitionNode))


def cost(schema: GraphQLSchema, node: DocumentNode) -> tuple[int, int]:
    analysis = Analysis(schema, node, PAGE)
    asked = operation(node)
    root = schema.get_root_type(asked.operation)
    assert root is not None
    return analysis.cost([asked.selection_set], root), analysis._depth(asked.selection_set)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_document_is_valid_and_asks_for_nothing_deprecated(
    name: str, official_schema: GraphQLSchema
) -> None:
    assert problems(official_schema, document(name, without=NEWER).node) == []


def test_what_came_after_the_official_schema_is_asked_where_it_is_there() -> None:
    node = document("Demarche").node
    assert problems(schema_with(frozenset(), frozenset({"conditions"})), node) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_document_stays_valid_without_any_one_optional_fragment(
    name: str, official_schema: GraphQLSchema
) -> None:
    reached = {
        one.name.value
        for one in document(name).node.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    for missing in (library().optional & reached) - NEWER:
        node = document(name, without=NEWER | {missing}).node
        assert problems(official_schema, node) == []


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(without=st.frozensets(st.sampled_from(sorted(library().optional))))
def test_the_heaviest_document_stays_valid_without_any_set_of_optional_fragments(
    official_schema: GraphQLSchema, without: frozenset[str]
) -> None:
    node = document("Page", without=without).node
    assert problems(official_schema, node) == []
    assert problems(official_schema, document("Page", without=library().optional).node) == []


def test_no_champ_type_of_the_schema_falls_back(official_schema: GraphQLSchema) -> None:
    champ = official_schema.type_map["Champ"]
    assert isinstance(champ, GraphQLInterfaceType)
    types = {one.name for one in official_schema.get_possible_types(champ)}
    assert len(types) == 28
    for name in ("Page", "Dossier"):
        assert types <= type_conditions(document(name).node)


def test_a_page_of_one_hundred_dossiers_is_within_the_budget(
    official_schema: GraphQLSchema,
) -> None:
    spent, depth = cost(official_schema, document("Page").node)
    assert 5_000 < spent < MAX_COMPLEXITY
    assert depth <= MAX_DEPTH


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_document_is_within_the_budget(name: str, official_schema: GraphQLSchema) -> None:
    spent, depth = cost(official_schema, document(name).node)
    assert spent < MAX_COMPLEXITY
    assert depth <= MAX_DEPTH


def test_both_lists_of_deletions_together_are_light(official_schema: GraphQLSchema) -> None:
    spent, _ = cost(official_schema, document("Deletions").node)
    assert spent < 2_000


def replies() -> list[Annotate | SetLabel]:
    changes = (
        AnnotationChange("statut", "Q2hhbXAtMQ==", "dropDownList", "Complet"),
        AnnotationChange("completude", "Q2hhbXAtMg==", "integerNumber", 80),
        AnnotationChange("moyenne", "Q2hhbXAtNw==", "decimalNumber", 80),
        AnnotationChange("manquants", "Q2hhbXAtMw==", "textarea", "A1"),
        AnnotationChange("manuel", "Q2hhbXAtNA==", "yesNo", True),
        AnnotationChange("date", "Q2hhbXAtNQ==", "datetime", "2026-01-02T03:04:05+01:00"),
        AnnotationChange("jour", "Q2hhbXAtNg==", "date", "2026-01-02"),
    )
    return [
        Annotate("a", 1, "RG9zc2llci0x", changes),
        SetLabel("b", 1, "RG9zc2llci0x", "Complet", present=True),
        SetLabel("c", 2, "RG9zc2llci0y", "Urgent", present=False),
    ]


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("without", [frozenset(), library().optional])
def test_a_built_batch_is_valid_and_within_the_budget(
    official_schema: GraphQLSchema, *, grouped: bool, without: frozenset[str]
) -> None:
    capabilities = Capabilities(without=without, grouped_annotations=grouped)
    context = WriteContext("SW5zdHJ1Y3RldXItMQ==", {"Complet": "a", "Urgent": "b"}, capabilities)
    mutations = [one for reply in replies() * 8 for one in mutations_of(reply, context)[0]]
    built = batch_document(mutations, without=without)
    assert problems(official_schema, built.node, deprecated=not grouped) == []
    spent, depth = cost(official_schema, built.node)
    assert spent < MAX_COMPLEXITY
    assert depth <= MAX_DEPTH


def test_every_mutation_of_a_batch_is_valid_alone_and_beside_another(
    official_schema: GraphQLSchema,
) -> None:
    context = WriteContext(
        "i", {"Complet": "a", "Urgent": "b"}, Capabilities(grouped_annotations=False)
    )
    found = {one.name: one for reply in replies() for one in mutations_of(reply, context)[0]}
    context = WriteContext("i", {"Complet": "a", "Urgent": "b"}, Capabilities())
    found |= {one.name: one for reply in replies() for one in mutations_of(reply, context)[0]}
    assert found.keys() == _ANSWERS.keys()
    for pair in pairwise([*found.values(), *found.values()]):
        built = batch_document([*pair, pair[0]], without=frozenset())
        assert problems(official_schema, built.node, deprecated=True) == []


def test_a_value_never_enters_the_text_of_a_batch() -> None:
    hostile = '"}) { injected } #'
    change = AnnotationChange("x", "id", "text", hostile)
    context = WriteContext("i", {}, Capabilities())
    mutations, _ = mutations_of(Annotate("k", 1, hostile, (change,)), context)
    built = batch_document(mutations, without=frozenset())
    assert "injected" not in built.text


def test_a_document_is_parsed_and_printed_once() -> None:
    assert document("Page") is document("Page")
    assert library() is library()
