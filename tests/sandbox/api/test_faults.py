"""Faults, one by one: each arrives as it does on the real service, and ends when it should."""

import time
from base64 import urlsafe_b64decode
from typing import Any

import pytest
import requests

from sandbox.common.ids import champ_id, decode_champ

LIST = "{ demarche(number: 48213) { dossiers { nodes { number champs { id } } } } }"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_answers_html_as_often_as_asked(api: Any, status: Any) -> None:
    api.control.fault("http", status=status, count=2)
    for _ in range(2):
        answer = api.post(LIST)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
    assert api.post(LIST).status_code == 200
    assert api.control.faults()["active"] == []


def test_a_fault_without_a_count_lasts_until_cleared(api: Any) -> None:
    api.control.fault("http")
    assert [api.post(LIST).status_code for _ in range(3)] == [502] * 3
    api.control.clear_faults()
    assert api.post(LIST).status_code == 200


def test_json_can_be_cut_short(api: Any) -> None:
    api.control.fault("truncated", count=1)
    answer = api.post(LIST)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def written(api: Any) -> Any:
    return api.control.snapshot(1)["annotations"].get("907")


def test_a_connection_dropped_before_has_changed_nothing(api: Any) -> None:
    api.robot()
    api.control.fault("drop_before", operation="mutation", count=1)
    with pytest.raises(requests.ConnectionError):
        api.annotate(1, (907, {"text": "S"}))
    assert written(api) is None


def test_a_connection_dropped_after_hides_what_was_done(api: Any) -> None:
    api.control.fault("drop_after", mutation="dossierModifierAnnotations", count=1)
    with pytest.raises(requests.ConnectionError):
        api.annotate(1, (907, {"text": "S"}))
    assert written(api) == "S"
    assert api.post(LIST).status_code == 200


def test_a_timeout_comes_with_partial_data_even_in_rows_already_served(api: Any) -> None:
    api.control.fault("timeout", page_over=3)
    answer = api.post(LIST)
    assert answer.status_code == 200
    body = answer.json()
    assert body["errors"][0]["extensions"]["code"] == "timeout"
    assert None in body["data"]["demarche"]["dossiers"]["nodes"][0]["champs"]
    small = "{ demarche(number: 48213) { dossiers(first: 3) { nodes { champs { id } } } } }"
    assert "errors" not in api.post(small).json()


def test_a_field_that_comes_too_late_is_told_with_its_champ_and_only_the_first_with_a_code(
    api: Any,
) -> None:
    api.control.fault("timeout", count=1)
    body = api.post(LIST.replace("champs { id }", "champs { __typename id label }")).json()
    first, *others = body["errors"]
    assert first["path"] == ["demarche", "dossiers", "nodes", 0, "champs", 1, "label"]
    assert first["message"].startswith("Timeout on ")
    assert first["message"].endswith("Champ.label")
    assert first["extensions"] == {"code": "timeout"}
    assert others
    assert not [one for one in others if "extensions" in one]


def test_invalid_null_is_told_with_the_path_of_each_champ(api: Any) -> None:
    api.control.fault("invalid_null", count=1)
    body = api.post(LIST).json()
    for error in body["errors"]:
        assert error["extensions"]["code"] == "invalid_null"
        *place, _field = error["path"]
        value = body["data"]
        for step in place:
            value = value[step]
        assert value is None
    assert "errors" not in api.post(LIST).json()


def test_one_champ_of_one_dossier_can_be_lost_wherever_it_is_shown(api: Any) -> None:
    api.control.fault("invalid_null", number=3, champ=7)
    one = "{ dossier(number: 3) { number champs { id label } } }"
    (error,) = api.post(one).json()["errors"]
    assert error["path"][:2] == ["dossier", "champs"]
    lost = api.post(one).json()["data"]["dossier"]["champs"][error["path"][2]]
    assert lost is None
    (error,) = api.post(LIST).json()["errors"]
    assert error["path"][:4] == ["demarche", "dossiers", "nodes", 2]
    assert "errors" not in api.post("{ dossier(number: 2) { number champs { id } } }").json()


def test_a_maintenance_page_stands_in_for_the_server(api: Any) -> None:
    api.control.fault("redirect", count=2)
    header = {"Authorization": f"Bearer {api.sandbox.token}"}
    answer = requests.post(
        api.sandbox.url, json={"query": LIST}, headers=header, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/maintenance"
    followed = requests.post(api.sandbox.url, json={"query": LIST}, headers=header, timeout=10)
    assert followed.status_code == 200
    assert followed.headers["content-type"].startswith("text/html")
    api.control.fault("redirect", number=3, status=307, location="http://127.0.0.1:9/")
    small = LIST.replace("dossiers", "dossiers(first: 2)")
    assert api.post(small).status_code == 200


def test_an_answer_can_come_drop_by_drop(api: Any) -> None:
    whole = api.post(LIST).content
    api.control.fault("drip", seconds=3, count=1)
    header = {"Authorization": f"Bearer {api.sandbox.token}"}
    started = time.monotonic()
    answer = requests.post(
        api.sandbox.url, json={"query": LIST}, headers=header, timeout=2, stream=True
    )
    first = time.monotonic() - started
    assert answer.content == whole, "each piece comes before the timeout, the whole long after"
    assert time.monotonic() - started > max(2.5, first)


def test_a_file_can_fail_in_several_ways(api: Any) -> None:
    fields = "champs { ... on PieceJustificativeChamp { files { filename url } } }"
    champs = api.dossier(1, fields)["champs"]
    (file,) = next(one["files"] for one in champs if one.get("files"))
    api.control.fault("file", filename=file["filename"], status=503, count=1)
    assert requests.get(file["url"], timeout=10).status_code == 503
    api.control.fault("file", filename=file["filename"], value="autre chose", count=1)
    assert requests.get(file["url"], timeout=10).text == "autre chose"
    api.control.fault("file", status=302, location="/maintenance", count=1)
    told = requests.get(file["url"], timeout=10, allow_redirects=False)
    assert (told.status_code, told.headers["Location"]) == (302, "/maintenance")
    assert requests.get(file["url"], timeout=10).text == "du texte"


def test_faults_of_a_kind_are_cleared_and_the_others_stay(api: Any) -> None:
    api.control.broken(3)
    api.control.fault("http", status=503)
    assert {one["kind"] for one in api.control.faults()["active"]} == {"broken", "http"}
    api.control.clear_faults("http")
    assert [one["kind"] for one in api.control.faults()["active"]] == ["broken"]
    assert api.post(LIST).status_code == 500


def test_a_broken_dossier_breaks_every_page_that_shows_its_champs(api: Any) -> None:
    assert api.post(LIST).status_code == 200
    api.control.broken(3)
    answer = api.post(LIST)
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "internal_server_error"
    assert api.post("{ dossier(number: 3) { annotations { id } } }").status_code == 500
    assert api.post("{ dossier(number: 2) { champs { id } } }").status_code == 200
    assert api.numbers() == [1, 2, 3, 4, 5], "its number can be listed"
    api.control.broken()
    assert api.post(LIST).status_code == 200


def test_an_unlistable_dossier_breaks_even_a_list_of_numbers_but_not_of_cursors(api: Any) -> None:
    api.control.broken(3, unlistable=True)
    assert api.post("{ dossier(number: 3) { id } }").status_code == 500
    assert api.numbers("(first: 2)") == [1, 2]
    lists = "{ demarche(number: 48213) { dossiers(first: 3) { nodes { number } } } }"
    assert api.post(lists).status_code == 500
    rows = "edges { cursor } pageInfo { hasNextPage endCursor }"
    page = api.ask(f"{{ demarche(number: 48213) {{ dossiers(first: 3) {{ {rows} }} }} }}")
    cursors = [edge["cursor"] for edge in page["demarche"]["dossiers"]["edges"]]
    said = [urlsafe_b64decode(one + "=" * (-len(one) % 4)).decode() for one in cursors]
    assert [one.partition("Z;")[2] for one in said] == ["1", "2", "3"]
    api.control.clear_faults()
    assert api.numbers("(first: 3)") == [1, 2, 3]


def test_cursors_can_be_of_a_format_that_no_client_reads(api: Any) -> None:
    api.control.switches(opaque_cursors=True)
    info = "pageInfo { endCursor }"
    asked = "{{ demarche(number: 48213) {{ dossiers(first: 2{0}) {{ nodes {{ number }} {1} }} }} }}"
    first = api.ask(asked.format("", info))["demarche"]["dossiers"]
    cursor = first["pageInfo"]["endCursor"]
    with pytest.raises(ValueError, match=r".*"):
        urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    after = api.ask(asked.format(f', after: "{cursor}"', info))["demarche"]["dossiers"]
    assert [one["number"] for one in after["nodes"]] == [3, 4]
    api.control.switches(opaque_cursors=False)


def test_a_null_where_none_is_allowed_is_told_with_its_path(api: Any) -> None:
    champ = api.ask("{ dossier(number: 3) { champs { id } } }")["dossier"]["champs"][0]
    api.control.hole(3, int(decode_champ(champ["id"])[0]), "label")
    answer = api.post(LIST.replace("id }", "id label }"))
    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "invalid_null"
    assert error["path"] == ["demarche", "dossiers", "nodes", 2, "champs", 0, "label"]
    assert answer.json()["data"]["demarche"]["dossiers"]["nodes"][2] is None
    assert "errors" not in api.post(LIST).json(), "only where the query selects it"


def test_what_is_served_of_a_dossier_can_be_anything(api: Any) -> None:
    api.control.patch(3, "number", value="trois")
    api.control.patch(None, "demarche", "dossiers", "nodes", 0, value=None)
    api.control.patch(2, "champs", drop=True)
    nodes = api.ask(LIST)["demarche"]["dossiers"]["nodes"]
    assert nodes[0] is None
    assert nodes[1] == {"number": 2}
    assert nodes[2]["number"] == "trois"
    api.control.clear_faults()
    assert all(api.ask(LIST)["demarche"]["dossiers"]["nodes"])


def test_a_slow_list_answers_only_small_pages(api: Any) -> None:
    api.control.slow("pendingDeletedDossiers", page_over=10)
    asked = "{{ demarche(number: 48213) {{ pendingDeletedDossiers{0} {{ nodes {{ number }} }} }} }}"
    assert api.code(asked.format("")) == "timeout"
    assert "errors" not in api.post(asked.format("(first: 10)")).json()
    assert "errors" not in api.post(LIST).json()


def test_a_proxy_can_dislike_one_dossier_or_one_operation(api: Any) -> None:
    api.control.fault("http", status=403, number=3)
    assert api.post(LIST).status_code == 403
    assert api.post(LIST.replace("dossiers", "dossiers(first: 2)")).status_code == 200
    api.control.clear_faults()
    api.control.fault("http", status=403, name="Pages")
    assert api.post(f"query Pages {LIST}").status_code == 403
    assert api.post(f"query Other {LIST}").status_code == 200


def test_a_root_error_of_any_code_can_be_had(api: Any) -> None:
    api.control.fault("root_error", code="internal_server_error", count=1)
    assert api.post(LIST).status_code == 500
    api.control.fault("root_error", code="unauthorized", message="Non", count=1)
    answer = api.post(LIST)
    assert answer.status_code == 200
    assert answer.json()["data"] is None


def test_a_429_can_be_had_without_the_requests(api: Any) -> None:
    api.control.fault("rate_limit", count=1)
    answer = api.post(LIST)
    assert answer.status_code == 429
    assert int(answer.headers["RateLimit-Reset"]) % 60 == 0


def test_answers_can_be_slow(api: Any) -> None:
    api.control.fault("latency", seconds=1, count=1)
    assert api.post(LIST).elapsed.total_seconds() > 1
    assert api.post(LIST).elapsed.total_seconds() < 1


def test_a_fault_meets_only_the_requests_it_is_for(api: Any) -> None:
    api.control.fault("http", operation="mutation", mutation="dossierEnvoyerMessage", count=1)
    assert api.post(LIST).status_code == 200
    assert api.annotate(1, (907, {"text": "S"}))["annotations"] == [
        {"id": champ_id(907), "stringValue": "S"}
    ]
    with pytest.raises(requests.JSONDecodeError):
        api.send(1, "Bonjour")
