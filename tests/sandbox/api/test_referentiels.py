"""A référentiel champ in the sandbox: its service is asked over HTTP as DS asks one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from sandbox.api.faults import InjectedFaults
from sandbox.api.referentiels import Referentiels
from sandbox.api.stats import Stats
from sandbox.common.clock import MovableClock
from sandbox.control.client import ControlError
from sandbox.form.model import TypeDeChamp
from sandbox.form.referentiel import FAILING, FOUND, NOT_FOUND, REFUSED, Service

Answer = tuple[int, dict[str, str], bytes]
JSON = {"content-type": "application/json"}


@dataclass
class Served:
    """A service that answers what it is told to, and what it was asked."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    heard: threading.Event = field(default_factory=threading.Event)

    def says(self, *answers: Any) -> None:
        self.asked.clear()
        self.answers[:] = [
            one if isinstance(one, tuple) else (200, JSON, orjson.dumps(one)) for one in answers
        ]


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    told = Served("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("Authorization", "")))
            if told.silent.is_set():
                told.heard.wait(60)  # until the test ends its silence, however loaded the machine
            status, headers, body = told.answers[0]
            if len(told.answers) > 1:
                told.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # who asks has read enough
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def asking() -> Referentiels:
    clock = MovableClock()
    return Referentiels(clock, InjectedFaults(), Stats(), timeout=0.3, suggesting_timeout=0.3)


def exact(url: str, **more: Any) -> Service:
    return Service(url=f"{url}/v1?cis={{query}}", prefill={"$.nom": "2"}, **more)


GOOD = {"nom": "Exemplium"}


@pytest.mark.parametrize(
    ("answers", "outcome", "times"),
    [
        ([GOOD], FOUND, 1),
        ([(201, JSON, orjson.dumps(GOOD))], FOUND, 1),
        ([[GOOD]], NOT_FOUND, 1),
        ([{}], NOT_FOUND, 1),
        ([{"nom": None}], NOT_FOUND, 1),
        ([(404, JSON, b"{}")], NOT_FOUND, 1),
        ([(401, JSON, b"{}")], REFUSED, 1),
        ([(302, {"location": "/ailleurs"}, b"")], REFUSED, 1),
        ([(200, JSON, b'{"nom": ')], REFUSED, 1),
        ([(200, {"content-type": "text/html"}, b"<html></html>")], REFUSED, 1),
        ([(200, {"content-type": "text/plain"}, orjson.dumps(GOOD))], REFUSED, 1),
        ([(200, JSON, b"")], REFUSED, 1),
        ([(200, JSON, b'{"nom": "' + b"x" * 2**21 + b'"}')], REFUSED, 1),
        ([(500, JSON, b""), (503, JSON, b""), GOOD], FOUND, 3),
        ([(429, JSON, b"")], FAILING, 3),
        ([(500, JSON, b"")], FAILING, 3),
    ],
)
def test_answers_are_taken_as_ds_takes_them(
    service: Served, answers: list[Any], outcome: str, times: int
) -> None:
    service.says(*answers)
    assert asking().look_up(exact(service.url), "60001", {})[0] == outcome
    assert len(service.asked) == times


def test_silence_is_asked_again_then_given_up(service: Served) -> None:
    service.says(GOOD)
    service.silent.set()
    try:
        assert asking().look_up(exact(service.url), "60001", {})[0] == FAILING
    finally:
        service.silent.clear()
        service.heard.set()
    gone = exact("http://127.0.0.1:9")
    assert asking().look_up(gone, "60001", {})[0] == FAILING


def test_the_entry_is_form_encoded_and_the_secret_stands_in_the_header(service: Served) -> None:
    service.says(GOOD)
    secret = {"header": "Authorization", "value": "Bearer s"}
    asking().look_up(exact(service.url, **secret), "ACIDE É/&+ 1", {})
    assert service.asked == [("/v1?cis=ACIDE+%C3%89%2F%26%2B+1", "Bearer s")]


@pytest.mark.parametrize(
    "url",
    ["http://{query}.gouv.fr/", "https://ailleurs.example/{query}", "https://x.beta.gouv.fr/{id}",
     "http://x.gouv.fr/{id}", "https://x.gouv.fr/", "https://x.gouv.fr/{query}?t={tdc7}"],
)  # fmt: skip
def test_an_address_that_ds_refuses_is_not_asked(url: str) -> None:
    assert asking().look_up(Service(url=url), "60001", {})[0] == REFUSED


def test_an_answer_is_kept_as_long_as_it_says(service: Served) -> None:
    ask = asking()
    kept = {**JSON, "cache-control": "public, max-age=60"}
    service.says((200, kept, orjson.dumps(GOOD)))
    for _ in range(3):
        assert ask.look_up(exact(service.url), "60001", {})[0] == FOUND
    assert len(service.asked) == 1
    ask.clock.offset += 61 * 1_000_000
    ask.look_up(exact(service.url), "60001", {})
    assert len(service.asked) == 2
    service.says((200, {**JSON, "cache-control": "no-store"}, orjson.dumps(GOOD)))
    for _ in range(2):
        ask.look_up(exact(service.url), "60002", {})
    assert len(service.asked) == 2


QUESTIONS: tuple[tuple[dict[str, Any], Any, Any], ...] = (
    ({"type": "text"}, "un texte", "un texte"),
    ({"type": "text"}, ["un", "deux"], None),
    ({"type": "text"}, None, None),
    ({"type": "drop_down_list", "options": ["AMM", "AIP"]}, "AMM", "AMM"),
    ({"type": "drop_down_list", "options": ["AMM", "AIP"]}, "amm", None),
    ({"type": "drop_down_list", "options": ["AMM", "AIP"]}, ["AIP", "AMM"], "AIP"),
    ({"type": "multiple_drop_down_list", "options": ["A", "B"]}, ["A", "C"], ["A"]),
    ({"type": "yes_no"}, True, True),
    ({"type": "yes_no"}, "true", None),
    ({"type": "integer_number"}, 3, 3),
    ({"type": "integer_number"}, "3", None),
    ({"type": "decimal_number"}, 1.5, 1.5),
    ({"type": "date"}, "2026-01-02", "2026-01-02"),
)


@pytest.mark.parametrize(("question", "given", "kept"), QUESTIONS)
def test_what_does_not_fit_a_question_leaves_it_empty(
    question: dict[str, Any], given: Any, kept: Any
) -> None:
    one = TypeDeChamp.from_json({"id": 2, "label": "Cible", **question})
    made = Service(url="", prefill={"$.d[0].v": "2"})
    assert made.filled({"d": [{"v": given}]}, {"2": one}) == {"2": kept}


def test_a_dossier_is_filled_in_over_http_and_an_error_keeps_it_from_being_submitted(
    start: Callable[..., Any], service: Served
) -> None:
    told = {
        "url": f"{service.url}/v1?q={{query}}", "source": "$.resultats", "label": "libelle",
        "prefill": {"$.nom": 731, "$.statut": 732},
    }  # fmt: skip
    inner = [
        {"id": 730, "label": "Chercher", "type": "referentiel", "service": told},
        {"id": 731, "label": "Nom", "type": "text"},
        {"id": 732, "label": "Statut", "type": "drop_down_list", "options": ["AMM"]},
    ]
    block = {"id": 733, "label": "Bloc", "type": "repetition", "children": inner}
    with start() as api:
        api.control.publish(48213, edits=[{"op": "add", "champ": block}])
        service.says({"resultats": []})
        with pytest.raises(ControlError, match="Résultat introuvable"):
            api.control.submit(1, {733: [{730: "exemplium"}]})
        found = {"libelle": "Exemplium · CIS 1", "nom": "Exemplium", "statut": "AMM"}
        service.says({"resultats": [found, {**found, "libelle": "Autre"}]})
        api.control.submit(1, {733: [{730: "exemplium", 731: ""}]})
        (row,) = api.control.snapshot(1)["answers"]["733"]
        assert [row["champs"][one] for one in ("730", "731", "732")] == [
            "Exemplium · CIS 1", "Exemplium", "AMM",
        ]  # fmt: skip
        asked = len(service.asked)
        api.control.submit(1, {733: [{"id": row["id"], "champs": row["champs"]}]})
        assert len(service.asked) == asked, "what was looked up is not asked again"
        api.control.fault("lookup", status=500)
        with pytest.raises(ControlError, match="ne répond pas"):
            api.control.submit(1, {733: [{730: "autre chose"}]})
        assert len(service.asked) == asked
        api.control.clear_faults()
        for fault in ({"seconds": 5}, {"value": '{"resultats": ['}, {"status": 404}):
            api.control.fault("lookup", count=2, **fault)
            with pytest.raises(ControlError, match=r"Résultat introuvable|pas pu être vérifié"):
                api.control.submit(1, {733: [{730: "encore une autre"}]})
            api.control.clear_faults()
        assert api.control.stats()["lookups"] >= 8
