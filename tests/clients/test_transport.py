"""What the transport makes of answers that are not plain data, and how long it insists."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import responses

from clients.documents import document
from clients.errors import (
    DsRateLimited,
    DsServerError,
    DsTimeout,
    DsUnavailable,
)
from clients.transport import DsTransport, Retry
from sandbox.server import Sandbox
from tests.clients.conftest import Connect, StillClock

URL = "https://ds.example/api/v2/graphql"
TOKEN = "secret-of-a-test"


@pytest.fixture
def ds(connect: Connect) -> DsTransport:
    return connect(URL, TOKEN)


def ask(ds: DsTransport, retry: Retry = Retry.ALL) -> dict[str, Any]:
    return ds.execute(document("Dossier"), {"number": 1}, retry=retry)


def root(code: str, *, message: str = "no", data: Any = None) -> dict[str, Any]:
    return {"data": data, "errors": [{"message": message, "extensions": {"code": code}}]}


GOOD = {"data": {"dossier": {"number": 1}}}


@responses.activate
def test_a_good_answer_is_its_data(ds: DsTransport) -> None:
    responses.post(URL, json=GOOD)
    assert ask(ds) == GOOD["data"]
    assert ds.requests_sent == 1
    sent = responses.calls[0].request
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "gzip" in sent.headers["Accept-Encoding"]


@responses.activate
@pytest.mark.parametrize(
    "bad",
    [
        {"body": requests.ConnectionError("cut")},
        {"body": requests.exceptions.ChunkedEncodingError("cut")},
        {"body": requests.ReadTimeout("slow")},
        {"body": '{"data": {"dossier": {"num'},
        {"body": "<html>Bad Gateway</html>", "status": 502},
        {"body": "<html>Unavailable</html>", "status": 503},
        {"body": "<html>Gateway Timeout</html>", "status": 504},
        {"body": "<html>200 but a page</html>", "status": 200},
        {"json": [1, 2]},
        {"json": {"data": None}},
        {"json": {"neither": 1}, "status": 503},
        {"json": root("timeout", data={"dossier": {"number": 1}})},
        {"json": root("internal_server_error"), "status": 500},
        {"json": root("invalid_null", data={"dossier": None})},
    ],
)
def test_a_transient_failure_is_tried_again(ds: DsTransport, bad: dict[str, Any]) -> None:
    responses.post(URL, **bad)
    responses.post(URL, json=GOOD)
    assert ask(ds) == GOOD["data"]
    assert ds.requests_sent == 2


@responses.activate
def test_tries_and_waits_are_bounded(ds: DsTransport, clock: StillClock) -> None:
    responses.post(URL, status=502, body="<html>")
    with pytest.raises(DsUnavailable, match="HTTP 502"):
        ask(ds)
    assert ds.requests_sent == ds.policy.tries
    assert sum(clock.slept) < ds.policy.total
    assert all(0 < wait <= ds.policy.longest for wait in clock.slept)


@responses.activate
def test_an_internal_error_is_tried_fewer_times(ds: DsTransport) -> None:
    responses.post(URL, status=500, json=root("internal_server_error"))
    with pytest.raises(DsServerError):
        ask(ds)
    assert ds.requests_sent == ds.policy.server_error_tries


@responses.activate
@pytest.mark.parametrize(
    ("retry", "code", "sent"),
    [(Retry.SPLIT, "timeout", 1), (Retry.ONCE, "internal_server_error", 1)],
)
def test_a_caller_that_asks_for_less_is_told_at_once(
    ds: DsTransport, retry: Retry, code: str, sent: int
) -> None:
    responses.post(URL, json=root(code))
    with pytest.raises(DsTimeout if code == "timeout" else DsServerError):
        ask(ds, retry)
    assert ds.requests_sent == sent


@responses.activate
@pytest.mark.parametrize(
    "bad",
    [
        {"body": requests.ConnectionError("cut")},
        {"body": "{", "status": 200},
        {"body": "<html>", "status": 502},
        {"json": root("timeout")},
        {"json": root("internal_server_error"), "status": 500},
    ],
)
def test_what_may_have_been_done_is_never_repeated(ds: DsTransport, bad: dict[str, Any]) -> None:
    responses.post(URL, **bad)
    with pytest.raises(DsUnavailable) as caught:
        ask(ds, Retry.NEVER)
    assert caught.value.sent
    assert ds.requests_sent == 1


@responses.activate
def test_what_ds_surely_did_not_do_may_be_repeated(ds: DsTransport, clock: StillClock) -> None:
    responses.post(URL, status=429, body="Retry later", headers={"Retry-After": "7"})
    responses.post(URL, json=GOOD)
    assert ask(ds, Retry.NEVER) == GOOD["data"]
    assert clock.slept == [7.0]


@responses.activate
@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"RateLimit-Reset": "1000030"}, 30.5),
        ({"RateLimit-Reset": "1000500"}, 75.0),
        ({"RateLimit-Reset": "999000"}, 1.0),
        ({"Date": "Mon, 12 Jan 1970 13:46:00 GMT", "RateLimit-Reset": "1000000"}, 40.5),
        ({"Retry-After": "12", "RateLimit-Reset": "1000030"}, 12.0),
        ({"Retry-After": "Mon, 12 Jan 1970 13:46:50 GMT"}, 10.0),
    ],
)
def test_a_429_waits_for_the_window_that_the_server_names(
    ds: DsTransport, clock: StillClock, headers: dict[str, str], waited: float
) -> None:
    responses.post(URL, status=429, body="Retry later\n", headers=headers)
    responses.post(URL, json=GOOD)
    ask(ds)
    assert clock.slept == [waited]


@responses.activate
def test_a_429_without_a_word_backs_off(ds: DsTransport, clock: StillClock) -> None:
    responses.post(URL, status=429, body="", headers={"Retry-After": "soon"})
    with pytest.raises(DsRateLimited) as caught:
        ask(ds)
    assert not caught.value.sent
    assert len(clock.slept) == ds.policy.tries - 1


def test_threads_share_the_token_and_the_count(transport: DsTransport, sandbox: Sandbox) -> None:
    numbers = {"number": sandbox.demarche, "first": 5, "after": None, "updatedSince": None}
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(transport.execute, document("Reperes"), numbers, retry=Retry.ALL)
            for _ in range(12)
        ]
    assert all(len(job.result()["demarche"]["dossiers"]["edges"]) == 5 for job in jobs)
    assert transport.requests_sent == 12


def test_an_answer_that_comes_drop_by_drop_is_given_up(connect: Connect, sandbox: Sandbox) -> None:
    numbers = {"number": sandbox.demarche, "first": 5, "after": None, "updatedSince": None}
    patient = connect(sandbox.url, sandbox.token)
    sandbox.control.fault("drip", seconds=0.4, count=1)
    assert patient.execute(document("Reperes"), numbers)["demarche"]
    hurried = connect(sandbox.url, sandbox.token, whole=1)
    sandbox.control.fault("drip", seconds=5, count=1)
    answer = hurried.execute(document("Reperes"), numbers)
    assert len(answer["demarche"]["dossiers"]["edges"]) == 5
    assert hurried.requests_sent == 2


@pytest.mark.parametrize("kind", ["truncated", "drop_before", "drop_after", "http", "rate_limit"])
def test_a_fault_of_the_real_server_is_survived(
    transport: DsTransport, sandbox: Sandbox, kind: str
) -> None:
    sandbox.control.fault(kind, count=1)
    numbers = {"number": sandbox.demarche, "first": 5, "after": None, "updatedSince": None}
    answer = transport.execute(document("Reperes"), numbers)
    assert len(answer["demarche"]["dossiers"]["edges"]) == 5
    assert transport.requests_sent == 2
