"""Stopping: the real worker lets its run end, on whichever signal, and Prefect tells the truth."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from exports.published.folders import alone
from sandbox.generator.generate import generate
from steps.wiring.stopping import StopAsked
from store.repository import open_store
from tests.ops.conftest import BIN, ROOT, Cluster, descendants, kill_tree, wait_for
from tests.ops.prefect.stack import Stack, prefect_stack

pytestmark = [pytest.mark.first, pytest.mark.debian, pytest.mark.slow, pytest.mark.timeout(600)]

FLOW = ("passerelle-unc", "passerelle")
PUBLISHING = "Publier les classeurs"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("arret")
    with prefect_stack(home, cluster, seeds=generate(8, seed=9)) as made:
        made.sandbox.control.add_token("jeton-de-l-arret")
        made.block("secret", name="jeton-ds", data={"value": "jeton-de-l-arret"})
        made.schedule("passerelle-unc", "passerelle")
        made.schedule("rapprochement-unc", "reconcile")
        yield made


@dataclass
class Started:
    """A worker that an operator started by hand: the head of a process group of its own."""

    process: subprocess.Popen[bytes]
    stack: Stack
    run: str
    let_go: Callable[[], None] = field(default=lambda: None)

    def everything(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def told(self) -> str:
        return (self.stack.logs / "worker.log").read_text("utf-8")


@contextmanager
def worker(stack: Stack, *options: str, run: tuple[str, str] = FLOW) -> Iterator[Started]:
    """A worker that has taken a run, of which a step is under way."""
    command = [str(BIN / "unc"), "worker", "--name", "ici", "--json", *options]
    log = stack.logs / "worker.log"
    log.write_bytes(b"")
    with log.open("ab") as stream:
        process = subprocess.Popen(  # noqa: S603
            command, env=dict(stack.environment), stdout=stream, stderr=stream, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield Started(process, stack, stack.trigger(*run))
    finally:
        kill_tree(process)


def reaches(stack: Stack, run: str, step: str) -> None:
    """Wait until a step of a run is under way."""
    chosen = {"flow_runs": {"id": {"any_": [run]}}}

    def is_there() -> bool:
        found = stack.call("task_runs/filter", **chosen)
        return any(one["name"] == step for one in found)

    wait_for(is_there, seconds=180, what=f"{step} of {run}")


@contextmanager
def publishing(stack: Stack, *options: str) -> Iterator[Started]:
    """A run that is publishing, and stays so until its folder is let go of."""
    folder = stack.home / "unc" / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        held.enter_context(alone(folder))
        with worker(stack, *options) as started:
            started.let_go = held.close
            reaches(stack, started.run, PUBLISHING)
            yield started


def is_done_and_told(started: Started) -> None:
    """The run ended well, the worker after it; nothing is left running, here or in Prefect."""
    left = started.everything()
    assert started.stack.finished(started.run)["name"] == "Completed"
    assert started.process.wait(60) == 0
    assert not [pid for pid in left if is_alive(pid)]
    assert '"stopped": true' in started.told()
    assert started.stack.runs("passerelle", "RUNNING", "PENDING") == []


def waits_told(started: Started, times: int) -> None:
    """The worker says for what it waits, at each signal; how soon is the machine's."""
    wait_for(
        lambda: started.told().count("attend la fin de « passage") >= times,
        seconds=180, what=f"told {times}",
    )  # fmt: skip


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_sigterm_to_the_worker_lets_the_run_publish_and_takes_no_other(stack: Stack) -> None:
    with publishing(stack) as started:
        started.process.send_signal(signal.SIGTERM)
        waits_told(started, 1)
        other = stack.trigger("rapprochement-unc", "reconcile")
        started.process.send_signal(signal.SIGTERM)
        waits_told(started, 2)
        assert stack.state(started.run)["type"] == "RUNNING"
        started.let_go()
        is_done_and_told(started)
        assert stack.state(other)["type"] == "SCHEDULED"
        stack.call(f"flow_runs/{other}/set_state", state={"type": "CANCELLED"}, force=True)


def test_sigint_to_the_group_and_to_all_that_it_started_does_likewise(stack: Stack) -> None:
    deposit(stack, 1)
    with publishing(stack) as started:
        os.killpg(started.process.pid, signal.SIGINT)
        for pid in started.everything():
            os.kill(pid, signal.SIGINT)
        waits_told(started, 1)
        assert stack.state(started.run)["type"] == "RUNNING"
        started.let_go()
        is_done_and_told(started)


def test_a_run_whose_worker_alone_is_killed_is_not_left_running(stack: Stack) -> None:
    deposit(stack, 1)
    with publishing(stack) as started:
        left = descendants(started.process.pid)
        started.process.kill()
        started.process.wait(30)
        started.let_go()
        # It has nobody left to write its lines to: Prefect cuts it at the first one, and says so.
        assert stack.finished(started.run)["type"] in {"CRASHED", "COMPLETED"}
        wait_for(lambda: not any(map(is_alive, left)), seconds=60, what="its process ended")


def test_past_its_time_a_run_stops_between_two_dossiers_and_says_so(stack: Stack) -> None:
    numbers = deposit(stack, 20)
    stack.sandbox.control.fault("latency", seconds=0.4, operation="mutation")
    with worker(stack, "--drain-seconds", "1") as started:
        wait_for(lambda: annotated(stack, numbers) > 3, seconds=180, what="a run that delivers")
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(60) == 0
        assert "Le délai est passé" in started.told()
    stack.sandbox.control.clear_faults()
    state = stack.state(started.run)
    assert (state["type"], state["message"]) == ("CANCELLED", str(StopAsked()))
    assert 3 < annotated(stack, numbers) < len(numbers) - 3
    assert f"resume-{stack.sandbox.demarche}" in stack.artifacts(started.run)
    with worker(stack) as started:
        assert stack.finished(started.run)["name"] == "Completed"
    assert annotated(stack, numbers) == len(numbers)
    with open_store(stack.cluster.url(stack.database)) as store:
        outcomes = [run.outcome for run in store.runs.last(stack.sandbox.demarche)]
    assert outcomes[:2] == ["completed", "interrupted"]


def test_a_run_killed_with_all_the_rest_is_closed_by_the_next(stack: Stack) -> None:
    deposit(stack, 1)
    with publishing(stack) as killed:
        pass  # everything is killed at once, as by a power cut
    assert stack.state(killed.run)["type"] == "RUNNING", "nobody was left to tell"
    with worker(stack, run=("rapprochement-unc", "reconcile")) as started:
        assert stack.finished(started.run)["name"] == "Completed"
        _, state = stack.run_now(*FLOW)  # whose place was the killed one's
        assert state["name"] == "Completed"
    closed = stack.state(killed.run)
    assert (closed["type"], closed["name"]) == ("CRASHED", "Interrompu")
    assert "a disparu" in closed["message"]
    assert stack.runs("passerelle", "RUNNING", "PENDING") == []


def deposit(stack: Stack, count: int) -> list[int]:
    """Deposit new dossiers now."""
    moment, control = datetime.now(UTC), stack.sandbox.control
    known = control.snapshots(stack.sandbox.demarche)
    new = [seed for seed in generate(90, seed=6) if seed.number not in known][:count]
    for seed in new:
        dated = replace(seed, deposited_at=moment, updated_at=moment)
        control.create(stack.sandbox.demarche, dated)
    return [seed.number for seed in new]


def annotated(stack: Stack, numbers: list[int]) -> int:
    shown = stack.sandbox.control.snapshots(stack.sandbox.demarche)
    return sum(1 for number in numbers if shown[number]["annotations"].get("901"))
