"""The documents that DS keeps, asked by ``queryId``."""

from typing import Any

import pytest
import requests
from graphql import OperationDefinitionNode, parse

from sandbox.api.documents.analysis import MAX_COMPLEXITY, Analysis
from sandbox.api.documents.stored import stored_query
from sandbox.api.documents.validation import mistakes
from sandbox.api.schema import schema_with
from sandbox.common.ids import champ_id, encode
from sandbox.demarche.switches import NEWER

EVERYTHING = {
    f"include{part}": True
    for part in (
        "GroupeInstructeurs",
        "Dossiers",
        "PendingDeletedDossiers",
        "DeletedDossiers",
        "Revision",
        "Revisions",
        "Service",
        "Avis",
        "Messages",
        "Corrections",
        "Geometry",
        "Labels",
        "Assignments",
    )
}


def test_a_whole_demarche_is_read_page_by_page(shared: Any) -> None:
    given = {"demarcheNumber": 48213, "includeDossiers": True, "first": 3}
    page = shared.stored("getDemarche", **given)["demarche"]["dossiers"]
    after = page["pageInfo"]["endCursor"]
    rest = shared.stored("getDemarche", **given, after=after)["demarche"]["dossiers"]
    numbers = [one["number"] for one in (*page["nodes"], *rest["nodes"])]
    assert numbers == [1, 2, 3, 4, 5]
    champs = {one["__typename"] for one in page["nodes"][0]["champs"]}
    assert {"YesNoChamp", "IntegerNumberChamp", "DropDownListChamp", "RepetitionChamp"} <= champs


def test_what_is_included_is_there_and_what_is_not_is_not(shared: Any) -> None:
    plain = shared.stored("getDossier", dossierNumber=1)["dossier"]
    assert {"champs", "annotations", "traitements", "instructeurs"} <= set(plain)
    assert not {"messages", "labels", "avis"} & set(plain)
    bare = shared.stored("getDossier", dossierNumber=1, includeChamps=False, includeMessages=True)
    assert "champs" not in bare["dossier"]
    assert "bien été déposé" in bare["dossier"]["messages"][0]["body"]
    misspelled = shared.stored("getDossier", dossierNumber=1, includeAnotations=False)
    assert "annotations" not in misspelled["dossier"], "misspelled for years"


def test_every_stored_query_answers_with_everything(shared: Any) -> None:
    groupe = shared.ask("{ demarche(number: 48213) { groupeInstructeurs { number } } }")
    number = groupe["demarche"]["groupeInstructeurs"][0]["number"]
    for name, given in (
        ("getDemarche", {"demarcheNumber": 48213, **EVERYTHING}),
        ("getGroupeInstructeur", {"groupeInstructeurNumber": number, **EVERYTHING}),
        ("getDossier", {"dossierNumber": 1, **EVERYTHING}),
        ("getDossierRecords", {"dossierNumber": 1, "includeChamps": True, "champId": champ_id(7)}),
        ("getDemarcheDescriptor", {"demarche": {"number": 48213}, "includeRevision": True}),
    ):
        assert shared.stored(name, **given)
    shared.control.switches(descriptors=True)
    assert shared.stored("getDemarcheDescriptors")["demarcheDescriptors"]["nodes"] == []
    shared.control.switches(descriptors=False)


def test_a_stored_mutation_writes(shared: Any) -> None:
    given = {
        "dossierId": encode("Dossier", 1),
        "instructeurId": shared.robot(),
        "annotationId": champ_id(907),
        "value": "par une mutation gardée",
    }
    done = shared.stored("dossierModifierAnnotationText", "ds-mutation-v2", input=given)
    assert done["dossierModifierAnnotationText"]["annotation"]["value"] == given["value"]


def test_an_unknown_stored_document_is_a_bad_request(shared: Any) -> None:
    header = {"Authorization": f"Bearer {shared.sandbox.token}"}
    body = {"queryId": "ds-query-v0"}
    answer = requests.post(shared.sandbox.url, json=body, headers=header, timeout=10)
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["message"] == 'No query with id "ds-query-v0"'
    assert error["extensions"]["code"] == "bad_request"


def test_without_a_token_a_stored_query_sees_what_is_open_to_all(shared: Any) -> None:
    def ask(query_id: str, name: str, **variables: Any) -> Any:
        body = {"queryId": query_id, "operationName": name, "variables": variables}
        answer = requests.post(shared.sandbox.url, json=body, timeout=30)
        assert answer.status_code == 200
        return answer.json()

    told = ask("introspection", "IntrospectionQuery")["data"]["__schema"]
    assert "Dossier" in {one["name"] for one in told["types"]}
    refused = ask("ds-query-v2", "getDossier", dossierNumber=1)
    assert refused["errors"][0]["message"] == (
        "An object of type Dossier was hidden due to permissions"
    )
    descriptor = ask("ds-query-v2", "getDemarcheDescriptor", demarche={"number": 48213})
    assert descriptor["data"] == {"demarcheDescriptor": None}
    assert descriptor["errors"][0]["extensions"]["code"] == "unauthorized"


@pytest.mark.slow
@pytest.mark.parametrize("newer", [frozenset(), frozenset(NEWER)])
@pytest.mark.parametrize("name", ["ds-query-v2", "ds-mutation-v2"])
def test_a_stored_document_is_cut_to_what_the_instance_knows(
    name: str, newer: frozenset[str]
) -> None:
    schema = schema_with(
        frozenset({"Dossier.labels", "Demarche.labels", "Mutation.demarcheCloner"}), newer
    )
    text = stored_query(name, schema)
    assert mistakes(schema, parse(text)) == []
    assert ("assignments" in text) is (bool(newer) and name == "ds-query-v2")
    assert ("AnnulerDemandeCorrection" in text) is (bool(newer) and name == "ds-mutation-v2")
    assert "demarcheCloner" not in text
    assert "labels" not in text or name == "ds-mutation-v2"


def test_the_stored_queries_cost_what_ds_says_of_them() -> None:
    """getDossier 430 to 460, getDemarche with 100 dossiers 32,800 to 37,600: within the budget."""
    schema = schema_with()
    document = parse(stored_query("ds-query-v2", schema))
    operations = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    }

    def cost(name: str, **given: Any) -> int:
        analysis = Analysis(schema, document, given)
        assert analysis.refusal(operations[name]) is None
        root = schema.query_type
        assert root is not None
        return analysis.cost([operations[name].selection_set], root)

    assert 390 < cost("getDossier", **EVERYTHING) < 480
    assert 28_000 < cost("getDemarche", includeDossiers=True, first=100) < 34_000
    assert 33_000 < cost("getDemarche", first=100, **EVERYTHING) < MAX_COMPLEXITY
