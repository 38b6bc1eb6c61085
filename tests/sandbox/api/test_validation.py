"""A request that cannot be executed is refused in the words and with the codes of DS's engine."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from sandbox.api.documents.analysis import Analysis
from sandbox.api.documents.validation import mistakes
from sandbox.api.schema import schema_with

NOT_VALID = [
    (
        "{ demarche(number: 1) { } }",
        "selectionMismatch",
        (
            "Field must have selections (field 'demarche' returns Demarche but has no selections."
            " Did you mean 'demarche { ... }'?)"
        ),
        ["query", "demarche"],
    ),
    (
        "query Q { }",
        "selectionMismatch",
        (
            "Field must have selections (query 'Q' returns Query but has no selections."
            " Did you mean 'Q { ... }'?)"
        ),
        ["query Q"],
    ),
    (
        "{ demarche(number: 1) { title { a } } }",
        "selectionMismatch",
        (
            "Selections can't be made on scalars (field 'title' returns String"
            ' but has selections ["a"])'
        ),
        ["query", "demarche", "title"],
    ),
    (
        "query Q { d: dossier(number: 1) { champs { ... on TextChamp { nope } } } }",
        "undefinedField",
        "Field 'nope' doesn't exist on type 'TextChamp'",
        ["query Q", "d", "champs", "... on TextChamp", "nope"],
    ),
    (
        "{ demarche(number: 1, x: 2) { id } }",
        "argumentNotAccepted",
        "Field 'demarche' doesn't accept argument 'x'",
        ["query", "demarche", "x"],
    ),
    (
        "{ demarche { id } }",
        "missingRequiredArguments",
        "Field 'demarche' is missing required arguments: number",
        ["query", "demarche"],
    ),
    (
        '{ demarche(number: "a") { id } }',
        "argumentLiteralsIncompatible",
        "Argument 'number' on Field 'demarche' has an invalid value (\"a\"). Expected type 'Int!'.",
        ["query", "demarche", "number"],
    ),
    (
        "mutation { dossierArchiver(input: {dossierId: 1, instructeurId: 1, x: 2}) {__typename} }",
        "argumentNotAccepted",
        "InputObject 'DossierArchiverInput' doesn't accept argument 'x'",
        ["mutation", "dossierArchiver", "input", "x"],
    ),
    (
        "mutation { dossierAjouterLabel(input: {labelId: 1}) { errors { message } } }",
        "missingRequiredInputObjectAttribute",
        (
            "Argument 'dossierId' on InputObject 'DossierAjouterLabelInput' is required."
            " Expected type ID!"
        ),
        ["mutation", "dossierAjouterLabel", "input"],
    ),
    (
        "{ demarcheDescriptor(demarche: {id: 1, number: 2}) { id } }",
        "invalidOneOfInputObject",
        "OneOf Input Object 'FindDemarcheInput' must specify exactly one key.",
        ["query", "demarcheDescriptor", "demarche"],
    ),
    (
        "query A($n: Int) { demarche(number: $n) { id } }",
        "variableMismatch",
        "Nullability mismatch on variable $n and argument number (Int / Int!)",
        ["query A", "demarche", "number"],
    ),
    (
        "query A($n: Int!) { __typename }",
        "variableNotUsed",
        "Variable $n is declared by A but not used",
        ["query A"],
    ),
    (
        "{ demarche(number: $n) { id } }",
        "variableNotDefined",
        "Variable $n is used by anonymous query but not declared",
        ["query"],
    ),
    (
        "{ demarche(number: 1) { ...F } }",
        "useAndDefineFragment",
        "Fragment F was used, but not defined",
        ["query", "demarche", "... F"],
    ),
    (
        "{ __typename } fragment F on Demarche { id }",
        "useAndDefineFragment",
        "Fragment F was defined, but not used",
        ["fragment F"],
    ),
    (
        "{ demarche(number: 1) { ...F } } fragment F on Demarche { ...F }",
        "infiniteLoop",
        "Fragment F contains an infinite loop",
        ["fragment F", "... F"],
    ),
    (
        "{ demarche(number: 1) { ... on Nope { id } } }",
        "undefinedType",
        "No such type Nope, so it can't be a fragment condition",
        ["query", "demarche", "... on Nope"],
    ),
    (
        "{ demarche(number: 1) { ... on Dossier { id } } }",
        "cannotSpreadFragment",
        "Fragment on Dossier can't be spread inside Demarche",
        ["query", "demarche", "... on Dossier"],
    ),
    (
        "{ demarche(number: 1) { id: title id } }",
        "fieldConflict",
        "Field 'id' has a field conflict: title or id?",
        [],
    ),
    (
        "{ a: dossier(number: 1) { id } a: dossier(number: 2) { id } }",
        "fieldConflict",
        'Field \'a\' has an argument conflict: {"number":"1"} or {"number":"2"}?',
        [],
    ),
    ("subscription { x }", "missingSubscriptionConfiguration", None, ["subscription"]),
]


@pytest.mark.parametrize(("query", "code", "words", "path"), NOT_VALID)
def test_a_mistake_is_told_as_graphql_ruby_tells_it(
    query: str, code: str, words: str | None, path: list[str]
) -> None:
    (error,) = mistakes(schema_with(), parse(query))
    assert error["extensions"]["code"] == code
    assert words is None or error["message"] == words
    assert error["path"] == path


def test_fields_of_one_name_may_differ_in_type_but_not_in_what_they_ask() -> None:
    asked = "{{ dossier(number: 1) {{ champs {{ {0} }} }} }}"
    lax = (
        "... on TextChamp { value } ... on YesNoChamp { value } ... on IntegerNumberChamp { value }"
    )
    assert mistakes(schema_with(), parse(asked.format(lax))) == []
    strict = "... on TextChamp { v: value } ... on TextChamp { v: label }"
    (error,) = mistakes(schema_with(), parse(asked.format(strict)))
    assert error["extensions"]["conflicts"] == "value or label"


def test_values_of_several_types_are_served_under_one_name(shared: Any) -> None:
    names = ("TextChamp", "CheckboxChamp", "DecimalNumberChamp")
    kinds = " ".join(f"... on {name} {{ value }}" for name in names)
    shown = shared.dossier(1, f"champs {{ label {kinds} }}")["champs"]
    assert {type(one["value"]) for one in shown if "value" in one} >= {str, bool, float}


@pytest.mark.parametrize(
    ("value", "explanation"),
    [
        (None, "Expected value to not be null"),
        ("abc", 'Could not coerce value "abc" to Int'),
        ([1], "Could not coerce value [1] to Int"),
    ],
)
def test_a_variable_that_does_not_suit_is_told_with_its_problem(
    shared: Any, value: Any, explanation: str
) -> None:
    answer = shared.post("query($n: Int!) { dossier(number: $n) { id } }", n=value)
    assert answer.status_code == 200
    assert "data" not in answer.json()
    (error,) = answer.json()["errors"]
    assert error["message"] == "Variable $n of type Int! was provided invalid value"
    assert error["extensions"]["problems"] == [{"path": [], "explanation": explanation}]


def test_an_integer_beyond_32_bits_is_a_bad_request(shared: Any) -> None:
    query = "query($n: Int!) { demarche(number: $n) { id } }"
    assert shared.code(query, n=73282932000074) == "bad_request"


def test_a_name_inside_a_variable_is_told_with_its_place(shared: Any) -> None:
    query = """mutation($i: DossierModifierAnnotationsInput!) {
      dossierModifierAnnotations(input: $i) { errors { message } } }"""
    given = {"dossierId": "x", "instructeurId": "y"}
    annotations = [{"id": "z", "value": {"nope": 1}}]
    (error,) = shared.post(query, i={**given, "annotations": annotations}).json()["errors"]
    problems = error["extensions"]["problems"]
    assert problems[0]["path"] == ["annotations", 0, "value", "nope"]
    assert problems[0]["explanation"] == "Field is not defined on AnnotationValueInput"


def test_an_operation_must_be_named_and_known(shared: Any) -> None:
    def refused(**body: Any) -> Any:
        header = {"Authorization": f"Bearer {shared.sandbox.token}"}
        answer = shared.session.post(shared.sandbox.url, json=body, headers=header, timeout=10)
        return answer.json()["errors"][0]["message"]

    two = "query A { __typename } query B { __typename }"
    assert refused(query=two) == "An operation name is required"
    assert refused(query=two, operationName="C") == 'No operation named "C"'
    assert refused(variables={}) == "No query string was present"


# What a query costs is found in no time, whatever it nests

NESTED = "champDescriptors { label "


def counted(text: str) -> tuple[str | None, int]:
    """Why a query is refused, and how many sets of selections were counted."""
    document = parse(text)
    (operation, *_) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    analysis = Analysis(schema_with(), document, {})
    return analysis.refusal(operation), len(analysis._costs)


def test_nested_descriptors_are_counted_once_for_each_type(shared: Any) -> None:
    depth = 10
    inner = NESTED * depth + "}" * depth
    query = f"{{ demarche(number: 48213) {{ activeRevision {{ {inner} }} }} }}"
    refusal, count = counted(query)
    assert refusal is None
    assert count < 50 * depth
    assert "errors" not in shared.post(query).json()


def test_a_query_of_too_many_combinations_of_types_is_refused_and_not_counted_for_ever() -> None:
    types = ("Text", "Textarea", "Date", "YesNo", "Checkbox", "Repetition", "Siret", "Iban")
    inner = "label"
    for _ in range(9):
        by_type = " ".join(
            f"... on {one}ChampDescriptor {{ champDescriptors {{ {one}: label }} }}"
            for one in types
        )
        inner = f"champDescriptors {{ {by_type} {inner} }}"
    _, count = counted(f"{{ demarche(number: 1) {{ activeRevision {{ {inner} }} }} }}")
    assert count <= 20_001


def test_fragments_that_double_are_opened_once() -> None:
    chain = " ".join(
        f"fragment F{n} on Demarche {{ ...F{n + 1} a: id ...F{n + 1} }}" for n in range(30)
    )
    last = "fragment F30 on Demarche { id }"
    refusal, count = counted(f"{{ demarche(number: 1) {{ ...F0 }} }} {chain} {last}")
    assert refusal is None
    assert count == 2
