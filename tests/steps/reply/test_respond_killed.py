"""Killed at any instant of delivery, then run to the end: each declarant has one message."""

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from tests.conftest import Bridge, said
from tests.steps.answering import Exchange
from tests.steps.conftest import MakeExchange

ROOT = Path(__file__).parents[3]
DUE = {"Complet", "À compléter", "À préciser"}
SPREAD = 0.1
"""Seconds of delivery within which a run is killed: a few messages."""
KILLS = 50
EACH = 5
"""Dossiers deposited before each run."""


@contextmanager
def runs(bridge: Bridge) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        **os.environ,
        **bridge.environment,
        "UNC_DECLARANT_CHANNEL": "correction",
        "UNC_QUIET_MINUTES": "0",
        "UNC_MESSAGES_SINCE": "2000-01-01",
        "UNC_MESSAGES_PER_RUN": "1000",
        "UNC_BATCH_SIZE": "5",
        "UNC_OVERLAP_MINUTES": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.steps.killed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def start(process: "subprocess.Popen[str]") -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("{}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def status(process: "subprocess.Popen[str]") -> int:
    """How the run ended: its exit code, or the signal that killed it, negative."""
    assert process.stdout is not None
    return os.waitstatus_to_exitcode(int(process.stdout.readline()))


def kill_while_it_writes(made: Exchange, process: "subprocess.Popen[str]", *, after: float) -> int:
    """Start a run, and kill it some time after its first mutation; say how it ended."""
    made.mutations()
    pid = start(process)
    output = process.stdout
    assert output is not None
    deadline = time.monotonic() + 60
    while not made.control.stats()["mutations"] and time.monotonic() < deadline:
        ended, _, _ = select.select([output], [], [], 0.02)
        if ended:
            break  # it had nothing to write
    time.sleep(after)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return status(process)


def deposit(made: Exchange, seeds: Sequence[SeedDossier]) -> None:
    """Deposit dossiers now: each run has something to write."""
    for seed in seeds:
        dated = {**asdict(seed), "updated_at": datetime.now(UTC)}
        made.control.create(made.bridge.sandbox.demarche, dated)


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute alone, three on a busy machine
def test_each_declarant_has_one_message_however_often_delivery_is_killed(
    exchange: MakeExchange,
) -> None:
    seeds = generate(EACH * KILLS, seed=5)
    chance = random.Random(KILLS)
    ended = []
    with exchange(()) as made, runs(made.bridge) as process:
        for first in range(0, len(seeds), EACH):
            deposit(made, seeds[first : first + EACH])
            ended.append(kill_while_it_writes(made, process, after=chance.uniform(0, SPREAD)))
        start(process)
        assert status(process) == 0
        made.mutations()
        start(process)
        assert status(process) == 0
        assert made.mutations() == {}
        shown = made.control.snapshots(made.bridge.sandbox.demarche)
    assert ended.count(-signal.SIGKILL) >= 0.9 * KILLS, ended
    for seed in seeds:
        one, planted = shown[seed.number], seed.planted
        due = planted.status in DUE and not seed.archived
        assert len(said(one)) == int(due), (seed.number, said(one))
        if planted.status != "Clos":
            assert one["annotations"]["901"] == planted.status, seed.number
            assert ("Complet" in one["labels"]) is (planted.status == "Complet"), seed.number
            assert ("Urgent" in one["labels"]) is (planted.priority == "P1"), seed.number
