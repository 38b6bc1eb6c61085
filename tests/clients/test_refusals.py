"""A refusal stops at once, names what to change, and shows nothing that is secret."""

from typing import Any

import pytest
import requests
import responses

from clients.documents import document
from clients.errors import (
    DsBadRequest,
    DsError,
    DsIntermediary,
    DsNotFound,
    DsOutOfScope,
    DsRefused,
    DsSchemaMismatch,
    DsTimeout,
    DsTokenRefused,
    DsUnavailable,
)
from clients.transport import DsTransport, Retry
from tests.clients.conftest import Connect

URL = "https://ds.example/api/v2/graphql"
TOKEN = "secret-of-a-test"


@pytest.fixture
def ds(connect: Connect) -> DsTransport:
    return connect(URL, TOKEN)


def ask(ds: DsTransport, retry: Retry = Retry.ALL) -> dict[str, Any]:
    return ds.execute(document("Dossier"), {"number": 1}, retry=retry)


def root(code: str, *, message: str = "no", data: Any = None) -> dict[str, Any]:
    return {"data": data, "errors": [{"message": message, "extensions": {"code": code}}]}


@responses.activate
@pytest.mark.parametrize(
    ("answer", "kind", "named"),
    [
        ({"status": 403, "json": root("forbidden")}, DsTokenRefused, "UNC_DS_TOKEN"),
        ({"status": 401, "json": root("unauthorized")}, DsTokenRefused, "expiré"),
        (
            {"status": 403, "json": root("forbidden", message="not allowed: 192.0.2.7")},
            DsTokenRefused,
            "192.0.2.7",
        ),
        (
            {"status": 403, "json": root("forbidden", message="not allowed: 2001:db8::7 here")},
            DsTokenRefused,
            "2001:db8::7",
        ),
        ({"json": root("deprecated_token")}, DsTokenRefused, "UNC_DS_TOKEN"),
        ({"json": root("unauthorized")}, DsOutOfScope, "UNC_DEMARCHE"),
        ({"json": root("not_found")}, DsNotFound, "UNC_DEMARCHE"),
        ({"status": 400, "json": root("bad_request")}, DsBadRequest, "curseur"),
        (
            {"json": {"errors": [{"message": "Field 'zzz' doesn't exist on type 'Dossier'"}]}},
            DsSchemaMismatch,
            "zzz, Dossier",
        ),
        ({"status": 400, "json": root("graphql_parse_failed")}, DsSchemaMismatch, "UNC_DS_URL"),
        ({"status": 404, "body": "<html>"}, DsRefused, "UNC_DS_URL"),
        (
            {"status": 301, "headers": {"Location": "https://new.example/x?secret=1"}},
            DsRefused,
            "https://new.example/x\\)",
        ),
    ],
)
def test_a_refusal_stops_at_once_and_says_what_to_change(
    ds: DsTransport, answer: dict[str, Any], kind: type[DsError], named: str
) -> None:
    responses.post(URL, **answer)
    with pytest.raises(kind, match=named):
        ask(ds)
    assert ds.requests_sent == 1


@responses.activate
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 403, "body": "<html>", "content_type": "text/html"},
        {"status": 401, "body": "<html>", "content_type": "text/html"},
        {"status": 406, "body": "<html>", "content_type": "text/html"},
        {"status": 403, "json": {"message": "Forbidden"}},
        {"status": 403, "json": {"errors": [{"message": "blocked", "code": 1020}]}},
        {"status": 403, "json": {"errors": "blocked"}},
        {"status": 200, "body": "<html>Request Rejected", "content_type": "text/html"},
    ],
)
def test_a_refusal_that_is_not_of_ds_judges_no_token(
    ds: DsTransport, answer: dict[str, Any]
) -> None:
    responses.post(URL, **answer)
    with pytest.raises(DsIntermediary, match=r"intermédiaire a refusé.*ds\.example") as caught:
        ask(ds)
    assert (caught.value.status, caught.value.host) == (answer["status"], "ds.example")
    assert str(answer["status"]) in str(caught.value)
    assert ds.requests_sent == ds.policy.server_error_tries


@responses.activate
def test_the_gravest_of_several_errors_is_told(ds: DsTransport) -> None:
    both = root("not_found")["errors"] + root("timeout")["errors"]
    responses.post(URL, json={"data": {"dossier": None}, "errors": both})
    with pytest.raises(DsTimeout):
        ask(ds, Retry.SPLIT)


@responses.activate
def test_a_query_that_is_too_complex_is_one_to_split(ds: DsTransport) -> None:
    told = "Query has complexity of 70000, which exceeds max complexity of 60000"
    responses.post(URL, json={"errors": [{"message": told}]})
    with pytest.raises(DsTimeout):
        ask(ds, Retry.SPLIT)


@pytest.mark.parametrize("token", ["", "  ", "two words", "two\nlines", "accentué"])
def test_a_token_badly_copied_is_named_before_anything_is_sent(token: str) -> None:
    with pytest.raises(DsRefused, match="UNC_DS_TOKEN") as caught:
        DsTransport(URL, token)
    assert token.strip() == "" or token not in str(caught.value)


@pytest.mark.parametrize("url", ["ds.example/graphql", "ftp://ds.example", "https://"])
def test_an_address_that_is_none_is_named(connect: Connect, url: str) -> None:
    with pytest.raises(DsRefused, match="UNC_DS_URL"):
        ask(connect(url))


def test_an_unreachable_host_is_named_after_the_tries(connect: Connect) -> None:
    ds = connect("http://127.0.0.1:9/api/v2/graphql")
    with pytest.raises(DsUnavailable, match="UNC_DS_URL") as caught:
        ask(ds)
    assert not caught.value.sent
    assert ds.requests_sent == ds.policy.tries


@responses.activate
@pytest.mark.parametrize(
    "answer",
    [
        {"body": "SECRET ANSWER", "status": 200},
        {"json": root("internal_server_error", message="SECRET ANSWER")},
        {"json": {"errors": [{"message": "SECRET ANSWER"}]}},
        {"body": requests.ConnectionError("https://ds.example/?SECRET")},
    ],
)
def test_no_error_shows_the_token_the_query_or_the_answer(
    ds: DsTransport, answer: dict[str, Any]
) -> None:
    responses.post(URL, **answer)
    with pytest.raises(DsError) as caught:
        ask(ds)
    chain: list[BaseException] = [caught.value]
    while following := chain[-1].__cause__ or (
        None if chain[-1].__suppress_context__ else chain[-1].__context__
    ):
        chain.append(following)
    shown = " ".join(f"{one!r}" for one in chain)
    assert "SECRET" not in shown
    assert TOKEN not in shown
    assert "DossierComplet" not in shown
