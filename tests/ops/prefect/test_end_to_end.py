"""The deployed bridge with the real parts: server, worker, PostgreSQL, sandbox over HTTP."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.server import default_form
from steps.judge.verdicts import ASSESSMENT
from steps.run import STEPS
from store.repository import open_store
from tests.ops.conftest import ROOT, Cluster, kill_tree, wait_for
from tests.ops.prefect.stack import PORTAL, Stack, prefect_stack
from tests.stored import current_verdicts

pytestmark = [pytest.mark.first, pytest.mark.debian, pytest.mark.timeout(600)]

TOKEN = "jeton-tres-secret-7f3c9a"
DECLARED = "Phrase déclarée que personne ne doit lire ailleurs"
FIRST = 30


class Received(BaseHTTPRequestHandler):
    """What a webhook was told."""

    told: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.told.append(self.rfile.read(size).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Received) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _alert(stack: Stack, webhook: str) -> None:
    """Deploy again, with where alerts go."""
    stack.environment = {**stack.environment, "UNC_ALERT_WEBHOOK": webhook}
    done = stack.unc("deploy")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, cluster: Cluster, webhook: str
) -> Iterator[Stack]:
    seeds = [_declaring(seed) for seed in generate(FIRST, seed=5)]
    with prefect_stack(tmp_path_factory.mktemp("prefect"), cluster, seeds=seeds) as made:
        made.sandbox.control.add_token(TOKEN)
        made.block("secret", name="jeton-ds", data={"value": TOKEN})
        _alert(made, webhook)
        yield made


def _declaring(seed: SeedDossier) -> SeedDossier:
    """The same dossier, with a sentence of the declarant's that can be looked for."""
    texts = {
        one["id"] for one in default_form()["revisions"][-1]["champs"] if "text" in one["type"]
    }
    answers = {
        champ: f"{value} {DECLARED}"
        if champ in texts and isinstance(value, str) and " " in value
        else value
        for champ, value in seed.answers.items()
    }
    return replace(seed, answers=answers)


@pytest.fixture(scope="module")
def first(stack: Stack) -> str:
    """A run of the whole cycle, triggered through the API."""
    with stack.worker():
        run, state = stack.run_now("passerelle-unc", "passerelle")
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    return run


def everything_is_answered(stack: Stack) -> None:
    """The annotations on DS are the verdicts in the store, and nothing is left to send."""
    shown = stack.sandbox.control.snapshots(stack.sandbox.demarche)
    with open_store(stack.cluster.url(stack.database)) as store:
        kept = current_verdicts(store, stack.sandbox.demarche)
        assert not store.outbox.pending(stack.sandbox.demarche)
    assert kept.keys() == shown.keys()
    for number, row in kept.items():
        status = ASSESSMENT.validate_json(row.detail).status.value
        if status != "Clos":
            assert shown[number]["annotations"]["901"] == status


def dossiers_in_workbook(stack: Stack) -> set[int]:
    newest = max((stack.home / "unc" / "exports").glob("courant/agence.xlsx"), key=_published)
    rows = load_workbook(newest)["Dossiers"].iter_rows(min_row=2, values_only=True)
    return {int(str(row[0])) for row in rows}


def _published(book: Path) -> float:
    return book.stat().st_mtime


def test_a_run_triggered_through_the_api_does_the_whole_job(stack: Stack, first: str) -> None:
    everything_is_answered(stack)
    assert dossiers_in_workbook(stack) == {seed.number for seed in generate(FIRST, seed=5)}
    tasks = stack.call("task_runs/filter", flow_runs={"id": {"any_": [first]}})
    assert {one["name"] for one in tasks} == {name for name, _ in STEPS}


def test_the_run_tells_its_operator_what_it_did(stack: Stack, first: str) -> None:
    left = stack.artifacts(first)
    demarche = stack.sandbox.demarche
    assert f"| Dossiers lus | {FIRST} |" in left[f"resume-{demarche}"]["data"]
    told = {key for key, one in left.items() if one["type"] != "progress"}
    assert told == {f"resume-{demarche}"}, "one page has every link"
    page = left[f"resume-{demarche}"]["data"]
    assert f"[Classeurs]({PORTAL}/exports)" in page
    assert "agence.xlsx" in page
    assert "file://" not in page
    assert "prefect deployment run 'passerelle-unc/passerelle'" in page
    name = stack.get(f"flow_runs/{first}")["name"]
    assert re.fullmatch(r"passage \d{4}-\d\d-\d\d \d\d:\d\d", name), name
    chosen = {"flow_run_id": {"any_": [first]}}
    lines = [line["message"] for line in stack.call("logs/filter", logs=chosen)]
    assert any("[passage 1] Lire la démarche : 30 lus" in line for line in lines), lines


@pytest.mark.usefixtures("first")
def test_the_progress_of_the_exports_is_shown(stack: Stack, tmp_path: Path) -> None:
    """With every progress shown, however quick the step is: few dossiers take no time."""
    script = (
        "from flows import artifacts; artifacts._QUIET_SECONDS = 0.0;"
        "from flows.passerelle import passerelle; passerelle()"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=180,
        env={**stack.environment, "UNC_EXPORT_DIR": str(tmp_path / "exports")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    chosen = {"key": {"any_": [f"progression-{stack.sandbox.demarche}"]}}
    left = stack.call("artifacts/filter", artifacts=chosen)
    assert ("progress", "Classeurs : 32 sur 32", 100.0) in {
        (one["type"], one["description"], one["data"]) for one in left
    }


@pytest.mark.usefixtures("first")
def test_a_run_killed_with_its_worker_is_finished_by_the_next(stack: Stack) -> None:
    control = stack.sandbox.control
    known = set(control.snapshots(stack.sandbox.demarche))
    numbers = _deposit(stack, 60, besides=known)
    control.fault("latency", seconds=0.4, operation="mutation")
    with stack.worker() as worker:
        killed = stack.trigger("passerelle-unc", "passerelle")
        wait_for(lambda: _annotated(stack, numbers) > 32, seconds=120, what="a run under way")
        kill_tree(worker)
    assert 32 < _annotated(stack, numbers) < len(numbers) - 5, "the run was not in its middle"
    progress = stack.artifacts(killed)[f"progression-{stack.sandbox.demarche}"]
    assert progress["type"] == "progress"
    assert progress["description"].startswith("Réponses à DS : ")
    control.clear_faults()
    # What the automation `unc-perdu` does after some minutes, and an operator at once.
    crashed = {"type": "CRASHED", "name": "Interrompu"}
    stack.call(f"flow_runs/{killed}/set_state", state=crashed, force=True)
    with stack.worker():
        _, state = stack.run_now("passerelle-unc", "passerelle")
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    everything_is_answered(stack)
    assert dossiers_in_workbook(stack) == known | set(numbers)
    with open_store(stack.cluster.url(stack.database)) as store:
        outcomes = [run.outcome for run in store.runs.last(stack.sandbox.demarche)]
    assert outcomes[:2] == ["completed", "killed"]


def _deposit(stack: Stack, count: int, *, besides: set[int]) -> list[int]:
    """Deposit new dossiers now."""
    now = datetime.now(UTC)
    new = [seed for seed in generate(90, seed=6) if seed.number not in besides][:count]
    for seed in new:
        dated = replace(seed, deposited_at=now, updated_at=now)
        stack.sandbox.control.create(stack.sandbox.demarche, dated)
    return [seed.number for seed in new]


def _annotated(stack: Stack, numbers: list[int]) -> int:
    shown = stack.sandbox.control.snapshots(stack.sandbox.demarche)
    return sum(1 for number in numbers if shown[number]["annotations"].get("901"))


@pytest.mark.usefixtures("first")
def test_a_failed_run_is_told_by_webhook(stack: Stack) -> None:
    stack.sandbox.control.revoke_token(TOKEN)
    with stack.worker():
        _, state = stack.run_now("passerelle-unc", "passerelle")
        # On a machine that is busy, one that waited was told before.
        failed = "Passerelle UNC : échec de passerelle-unc"
        wait_for(lambda: any(failed in one for one in Received.told), seconds=120, what=failed)
    stack.sandbox.control.add_token(TOKEN)
    assert state["type"] == "FAILED"
    assert "jeton" in state["message"]


@pytest.mark.usefixtures("first")
def test_neither_the_token_nor_what_is_declared_is_told_anywhere(stack: Stack) -> None:
    own = stack.cluster.dump(stack.database)
    assert DECLARED in own, "the sentence was declared"
    told = {file.name: file.read_text("utf-8") for file in stack.logs.iterdir()}
    told["the base of Prefect"] = stack.cluster.dump(stack.prefect_database)
    for command in (["status", "--json"], ["doctor", "--json"], ["run"]):
        done = stack.unc(*command)
        told[f"unc {command[0]}"] = done.stdout + done.stderr
    assert "Passage terminé" in told["worker.log"]
    for name, text in told.items():
        assert TOKEN not in text, name
        assert DECLARED not in text, name
    assert TOKEN not in own
    for book in (stack.home / "unc" / "exports").glob("*/*.xlsx"):
        with ZipFile(book) as parts:
            assert not any(TOKEN.encode() in parts.read(name) for name in parts.namelist())
