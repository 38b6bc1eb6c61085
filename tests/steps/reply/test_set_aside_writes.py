"""One write, file, workbook or groupe that fails is named; the rest is done, exports included."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cli.run.status import _state
from clients.errors import DsError, DsTokenRefused, DsUnavailable
from exports.published.workbook import AudienceWorkbook
from sandbox.demarche.seed import SeedDossier
from steps.reply import lost_answers
from steps.run import run_once
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import few_centres
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.read.test_attachments import dossier, download, file, on_disk
from tests.steps.reply.test_respond import some
from tests.steps.syncing import mirrored

pytestmark = pytest.mark.slow


def run(made: Exchange, **changes: Any) -> Summary:
    """A whole run, that insists for less long."""
    summary = Summary()
    with made.services(**changes) as services:
        run_once(services, summary)
    return summary


def run_that_fails(made: Exchange, error: type[DsError], **changes: Any) -> Summary:
    summary = Summary()
    with pytest.raises(error), made.services(**changes) as services:
        run_once(services, summary)
    return summary


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http", "status": 403},
        {"kind": "http", "status": 413},
        {"kind": "http", "status": 503},
        {"kind": "root_error"},
        {"kind": "drop_before"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
@pytest.mark.parametrize("first", [True, False])
def test_one_dossier_whose_writes_fail_keeps_no_other_from_its_answer(
    exchange: MakeExchange, fault: dict[str, Any], *, first: bool
) -> None:
    seeds = sorted(some("Complet", 6), key=lambda one: one.number)
    odd, *others = seeds if first else reversed(seeds)
    with exchange(seeds) as made:
        made.control.fault(**fault, operation="mutation", number=odd.number)
        told = run(made)
        assert told.annotated == {one.number for one in others}
        assert len(told.workbooks) == 3
        assert told.needs_a_human()
        named = {number for number, _ in told.refused} | told.unknown
        assert named == {odd.number}
        again = run(made)
        assert {number for number, _ in again.refused} | again.unknown == {odd.number}
        made.control.clear_faults()
        healed = run(made)
        assert healed.annotated == {odd.number}
        assert not healed.needs_a_human()


def test_a_refusal_of_a_proxy_is_told_as_such_and_not_as_the_tokens(exchange: MakeExchange) -> None:
    odd, other = some("Complet", 2)
    with exchange([odd, other]) as made:
        made.control.fault("http", status=403, operation="mutation", number=odd.number)
        told = run(made)
        ((number, text),) = set(told.refused)
        assert number == odd.number
        assert "ntermédiaire" in text
        assert "403" in text
        assert "127.0.0.1" in text
        assert "jeton" not in text
        with made.services() as services:
            (shown, *_) = _state(services)["refus"]
        assert (shown["dossier"], shown["raison"]) == (odd.number, text)


def test_a_message_that_a_proxy_refuses_keeps_no_other_from_being_sent(
    exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_answers, "SETTLED", lost_answers.SETTLED / 600)
    odd, *others = some("Complet", 6)
    with exchange([odd, *others], **TO_ALL) as made:
        made.control.fault("http", status=403, mutation="dossierEnvoyerMessage", number=odd.number)
        told = run(made)
        assert told.messages == len(others)
        assert odd.number in {number for number, _ in told.refused}
        made.control.clear_faults()
        assert run(made).messages == 1
        assert len(made.ours(odd.number)) == 1


def test_ds_that_takes_no_write_at_all_fails_the_run_after_its_workbooks(
    exchange: MakeExchange,
) -> None:
    seeds = some("Complet", 6)
    with exchange(seeds) as made:
        made.control.fault("http", status=503, operation="mutation")
        told = run_that_fails(made, DsUnavailable)
        assert len(told.workbooks) == 3
        made.control.clear_faults()
        assert run(made).annotated == {one.number for one in seeds}


def test_a_token_refused_when_writing_fails_the_run_after_its_workbooks(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        made.control.fault("root_error", code="forbidden", operation="mutation")
        assert len(run_that_fails(made, DsTokenRefused).workbooks) == 3


def test_a_token_refused_when_reading_stops_the_run(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        made.control.fault("root_error", code="forbidden", operation="query")
        assert run_that_fails(made, DsTokenRefused).workbooks == []


def test_a_robot_in_no_groupe_is_told_and_the_workbooks_are_there(exchange: MakeExchange) -> None:
    seeds = some("Complet", 2)
    with exchange(seeds) as made:
        demarche, robot = made.bridge.sandbox.demarche, made.bridge.sandbox.instructeur
        with made.services() as services:
            info = services.reader.demarche(services.demarche)
        for groupe in info.groupes:
            made.control.remove_instructeur(demarche, robot, groupe.label)
        told = run(made)
        assert told.needs_a_human()
        assert "UNC_INSTRUCTEUR" in " ".join(told.set_aside)
        assert len(told.workbooks) == 3
        for groupe in info.groupes:
            made.control.add_instructeur(demarche, robot, groupe.label)
        assert run(made).annotated == {one.number for one in seeds}


def test_what_was_refused_while_a_dossier_was_hidden_is_due_when_it_is_back(
    exchange: MakeExchange,
) -> None:
    hidden, other = some("Complet", 2)
    with exchange([hidden, other], **TO_ALL) as made:
        made.read_only()
        made.control.hide(hidden.number)
        told = made.answer(reading=False)
        assert {number for number, _ in told.refused} == {hidden.number}
        assert made.answer().refused == [], "it waits while it is hidden"
        made.control.restore(hidden.number)
        healed = made.answer()
        assert healed.messages == 1
        assert not healed.needs_a_human()
        assert len(made.ours(hidden.number)) == 1


def test_a_dossier_that_ds_does_not_find_for_a_moment_gets_all_its_answers_after(
    exchange: MakeExchange,
) -> None:
    missing, other = some("Complet", 2)
    with exchange([missing, other]) as made:
        made.control.fault(
            "root_error", code="not_found", operation="mutation", number=missing.number
        )
        told = made.answer()
        assert told.annotated == {other.number}
        assert {number for number, _ in told.refused} == {missing.number}
        made.control.clear_faults()
        assert made.answer().annotated == {missing.number}
        assert "Complet" in made.snapshot(missing.number)["labels"]


def test_one_file_that_fails_is_named_and_the_others_come(tmp_path: Path) -> None:
    dossiers = [
        dossier(1, file("mauvais.pdf", "du premier"), file("bon.pdf", "bon")),
        dossier(2, file("autre.pdf", "du second")),
    ]
    with mirrored(tmp_path, dossiers) as mirror:
        mirror.control.fault_file("mauvais.pdf", status=500)
        for told in (download(mirror), download(mirror)):
            assert told.unfetched == {1}
            (sentence,) = told.set_aside
            assert "dossier 1" in sentence
            assert "RCP" in sentence
            assert "HTTP 500" in sentence
            assert "mauvais" not in sentence
            assert on_disk(mirror) == {"bon", "du second"}
        mirror.control.clear_faults()
        assert not download(mirror).needs_a_human()
        assert on_disk(mirror) == {"bon", "du premier", "du second"}


@contextmanager
def another_server() -> Iterator[tuple[str, list[str]]]:
    """A file server elsewhere, and what was asked of it."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"du premier")

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_link_is_followed_to_listed_hosts_only(tmp_path: Path) -> None:
    with (
        mirrored(tmp_path, [dossier(1, file("loin.pdf", "du premier"))]) as mirror,
        another_server() as (host, asked),
    ):
        mirror.control.fault_file("loin.pdf", status=302, location=f"http://{host}/loin")
        (sentence,) = download(mirror).set_aside
        assert asked == []
        assert host in sentence
        assert "UNC_ATTACHMENT_HOSTS" in sentence
        assert not download(mirror, attachment_hosts=frozenset({host})).set_aside
        assert asked == ["/loin"]


def test_a_workbook_that_cannot_be_made_is_named_and_the_others_are_published(
    exchange: MakeExchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = AudienceWorkbook.pack

    def broken(made: AudienceWorkbook) -> bytes:
        if made.author == "crpv-lyon":
            raise ZeroDivisionError("le contenu d'un dossier")
        return b"not a workbook" if made.author == "crpv-nice" else of(made)

    seeds: list[SeedDossier] = [replace(one) for one in some("Complet", 2)]
    with exchange(seeds, columns=few_centres(tmp_path / "deux-centres")) as made:
        with monkeypatch.context() as patched:
            patched.setattr(AudienceWorkbook, "pack", broken)
            told, again = run(made), run(made)
        assert {Path(one).name for one in told.workbooks} == {"agence.xlsx", "reseau.xlsx"}
        assert again.workbooks == []
        for one in (told, again):
            assert {text.split(" :")[0] for text in one.set_aside} == {
                "crpv-lyon.xlsx",
                "crpv-nice.xlsx",
            }
            assert "contenu" not in " ".join(one.set_aside)
        mended = run(made).workbooks
        assert {Path(one).name for one in mended} == {"crpv-lyon.xlsx", "crpv-nice.xlsx"}
        assert not run(made).set_aside
        with open_services(made.bridge.settings) as services:
            assert services.store.exports.last(services.demarche, kind="classeurs")
