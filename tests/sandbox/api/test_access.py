"""Who may ask, how often, and what the refusals look like."""

import json
from typing import Any

import requests

CHEAP = "{ demarche(number: 48213) { id } }"


def test_without_a_token_the_answer_is_403_and_graphql_shaped(api: Any) -> None:
    answer = requests.post(api.sandbox.url, json={"query": CHEAP}, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["extensions"]["code"] == "forbidden"


def test_an_unknown_or_revoked_token_is_forbidden(api: Any) -> None:
    assert api.post(CHEAP, token="unknown").status_code == 403
    api.control.add_token("short-lived")
    assert api.post(CHEAP, token="short-lived").status_code == 200
    api.control.revoke_token("short-lived")
    assert api.post(CHEAP, token="short-lived").status_code == 403


def test_an_expired_token_is_unauthorized_with_401(api: Any) -> None:
    api.control.add_token("yearly", expires_at="2026-03-02T12:30:00+01:00")
    assert api.post(CHEAP, token="yearly").status_code == 200
    api.control.clock(advance=1800)
    answer = api.post(CHEAP, token="yearly")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "unauthorized"


def test_a_token_can_be_ended_at_once(api: Any) -> None:
    api.control.add_token("ended")
    api.control.expire_token("ended")
    assert api.post(CHEAP, token="ended").status_code == 401


def test_an_address_out_of_the_token_s_networks_is_named_in_the_refusal(api: Any) -> None:
    api.control.add_token("elsewhere", networks=["10.0.0.0/8"])
    answer = api.post(CHEAP, token="elsewhere")
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.json()["errors"][0]["message"]
    api.control.add_token("here", networks=["127.0.0.0/8"])
    assert api.post(CHEAP, token="here").status_code == 200


def test_a_demarche_out_of_scope_is_unauthorized_behind_http_200(api: Any) -> None:
    api.control.add_token("other", demarches=[1])
    for query in (CHEAP, "{ dossier(number: 1) { id } }"):
        answer = api.post(query, token="other")
        assert answer.status_code == 200
        assert answer.json()["data"] is None
        assert answer.json()["errors"][0]["extensions"]["code"] == "unauthorized"


def test_a_read_only_token_is_told_so_by_the_mutation_itself(api: Any) -> None:
    done = api.mutate(
        "dossierAjouterLabel",
        "label { name }",
        token=api.sandbox.read_only_token,
        dossierId="x",
        labelId="y",
    )
    assert done["label"] is None
    assert "lecture" in done["errors"][0]["message"]


def test_tokens_of_one_s_own_survive_a_restart(start: Any) -> None:
    with start() as api:
        api.control.add_token("mine", demarches=[48213])
    with start() as api:
        assert api.post(CHEAP, token="mine").status_code == 200


def test_past_the_limit_the_answer_is_plain_text_with_the_end_of_the_window(api: Any) -> None:
    api.control.rate_limit(3)
    for _ in range(3):
        assert api.post(CHEAP).status_code == 200
    answer = api.post(CHEAP)
    assert answer.status_code == 429
    assert "content-type" not in answer.headers
    assert "retry-after" not in answer.headers
    assert answer.headers["RateLimit-Remaining"] == "0"
    now = api.control.clock()["microseconds"] // 1_000_000
    assert int(answer.headers["RateLimit-Reset"]) == now - now % 60 + 60


def test_the_limit_is_each_token_s_and_ends_with_the_minute_of_the_clock(api: Any) -> None:
    api.control.rate_limit(1)
    assert api.post(CHEAP).status_code == 200
    assert api.post(CHEAP).status_code == 429
    assert api.post(CHEAP, token=api.sandbox.read_only_token).status_code == 200
    api.control.clock(advance=49)
    assert api.post(CHEAP).status_code == 429
    api.control.clock(advance=1)
    assert api.post(CHEAP).status_code == 200


def test_a_body_that_is_not_json_is_a_bad_request(api: Any) -> None:
    header = {"Authorization": f"Bearer {api.sandbox.token}"}
    answer = requests.post(api.sandbox.url, data="{", headers=header, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "bad_request"


def test_variables_that_are_text_but_not_json_fail_to_parse(api: Any) -> None:
    header = {"Authorization": f"Bearer {api.sandbox.token}"}
    bad = json.dumps({"query": CHEAP, "variables": "{"})
    answer = requests.post(api.sandbox.url, data=bad, headers=header, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "graphql_parse_failed"


def test_a_query_that_is_not_valid_is_http_200_without_data(api: Any) -> None:
    for query in ("{ nope }", "{", "query($n: Int!) { demarche(number: $n) { id } }"):
        answer = api.post(query)
        assert answer.status_code == 200
        assert "data" not in answer.json()
    assert "extensions" not in api.post("{").json()["errors"][0], "one that does not parse"


def test_what_does_not_exist_is_not_found(api: Any) -> None:
    assert api.code("{ demarche(number: 1) { id } }") == "not_found"
    assert api.code("{ dossier(number: 99) { id } }") == "not_found"


def test_only_loopback_hosts_are_answered(api: Any) -> None:
    answer = requests.get(
        f"{api.sandbox.base_url}/dossiers/1", headers={"Host": "evil.example"}, timeout=10
    )
    assert answer.status_code == 400


def test_the_schema_can_be_probed(api: Any) -> None:
    told = api.ask('{ __type(name: "Mutation") { fields(includeDeprecated: true) { name } } }')
    names = {one["name"] for one in told["__type"]["fields"]}
    assert {"dossierModifierAnnotations", "dossierModifierAnnotationText"} <= names


def test_an_older_instance_lacks_what_is_hidden(api: Any) -> None:
    api.control.switches(hidden_fields=["Mutation.dossierModifierAnnotations", "Dossier.labels"])
    told = api.ask('{ __type(name: "Mutation") { fields { name } } }')
    assert "dossierModifierAnnotations" not in {one["name"] for one in told["__type"]["fields"]}
    answer = api.post("{ dossier(number: 1) { labels { id } } }")
    assert answer.status_code == 200
    assert "data" not in answer.json()
    api.control.switches(hidden_fields=[])
    assert api.dossier(1, "labels { id }") == {"labels": []}
