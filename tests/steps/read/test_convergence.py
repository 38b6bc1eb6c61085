"""Whatever people, faults and crashes did, a clean poll and a reconciliation end the same.

UNC_TEST_EXAMPLES runs more of them: a few are run each time, always the same.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from clients.errors import DsError
from sandbox.control.client import ControlError
from sandbox.server import default_form
from tests.steps.syncing import Mirror, StoppedError, mirrored, seeds, stop_after

MODELS = seeds(40)
NUMBERS = count(1000)
DEMARCHES = count(60_000)
WORDS = st.sampled_from(["", "un", "deux", "é\u202e\x00", "trois"])
PICKED = st.integers(0, 30)
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "http", "status": 503},
    {"kind": "truncated"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "timeout", "page_over": 2},
    {"kind": "invalid_null"},
    {"kind": "root_error"},
    {"kind": "rate_limit"},
)


class ChangingDemarche(RuleBasedStateMachine):
    """A démarche of its own for each example, on one sandbox and in one store."""

    shared: Mirror

    @initialize(size=st.integers(0, 12))
    def open(self, size: int) -> None:
        number = next(DEMARCHES)
        self.control = self.shared.control
        self.control.clear_faults()
        self.control.broken()
        self.control.switches(label_moves_date=True)
        self.control.add_demarche({**default_form(), "number": number})
        self.mirror = replace(
            self.shared, settings=self.shared.settings.model_copy(update={"demarche": number})
        )
        self.dossiers: list[int] = []
        for model in range(size):
            self.deposit(model, unlisted=False)

    @rule(model=PICKED, unlisted=st.booleans())
    def deposit(self, model: int, *, unlisted: bool) -> None:
        seed = replace(MODELS[model], number=next(NUMBERS))
        born = self.control.create(self.mirror.demarche, seed, unlisted=unlisted)
        self.dossiers.append(born)

    def act(self, picked: int, action: Callable[..., Any], *told: Any, **named: Any) -> None:
        """Do something to a dossier, if it can be done to it."""
        if self.dossiers:
            with suppress(ControlError):
                action(self.dossiers[picked % len(self.dossiers)], *told, **named)

    @rule(picked=PICKED, word=WORDS)
    def submit(self, picked: int, word: str) -> None:
        self.act(picked, self.control.submit, {8: word})

    @rule(picked=PICKED, word=WORDS)
    def annotate(self, picked: int, word: str) -> None:
        self.act(picked, self.control.annotate, {904: word})

    @rule(picked=PICKED, on=st.booleans(), moves=st.booleans())
    def label(self, picked: int, *, on: bool, moves: bool) -> None:
        self.control.switches(label_moves_date=moves)
        self.act(picked, self.control.label, "Urgent", on=on)

    @rule(picked=PICKED, state=st.sampled_from(["en_construction", "en_instruction", "accepte"]))
    def move(self, picked: int, state: str) -> None:
        self.act(picked, self.control.move, state)

    @rule(picked=PICKED, archived=st.booleans())
    def archive(self, picked: int, *, archived: bool) -> None:
        self.act(picked, self.control.archive, archived=archived)

    @rule(picked=PICKED, word=WORDS)
    def answer(self, picked: int, word: str) -> None:
        self.act(picked, self.control.answer, word)

    @rule(picked=PICKED, how=st.sampled_from(["hide", "restore", "expire", "purge", "release"]))
    def leave_or_return(self, picked: int, how: str) -> None:
        self.act(picked, getattr(self.control, how))

    @rule(word=st.sampled_from(["Motif", "Motif du recours", "Raison"]))
    def publish(self, word: str) -> None:
        edits = [{"op": "reword", "champ": 22, "label": word}]
        self.control.publish(self.mirror.demarche, edits=edits)

    @rule(picked=PICKED)
    def break_one(self, picked: int) -> None:
        self.act(picked, self.control.broken)

    @rule(fault=st.sampled_from(FAULTS), times=st.integers(1, 8))
    def fail(self, fault: dict[str, Any], times: int) -> None:
        self.control.fault(count=times, **fault)

    @rule(minutes=st.integers(1, 30))
    def wait(self, minutes: int) -> None:
        self.control.clock(advance=60 * minutes)

    @rule()
    def poll(self) -> None:
        with suppress(DsError):
            self.mirror.poll()

    @rule()
    def poll_and_die(self) -> None:
        with suppress(DsError, StoppedError):
            self.mirror.poll(stop_after(1))

    @rule()
    def reconcile(self) -> None:
        with suppress(DsError):
            self.mirror.reconcile()

    def teardown(self) -> None:
        self.control.clear_faults()
        self.control.broken()
        self.mirror.poll()
        self.mirror.reconcile()
        self.mirror.assert_same()
        assert not self.mirror.reconcile().drift


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    folder: Path = tmp_path_factory.mktemp("convergence")
    with mirrored(folder) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("least", [2, 10])
def test_the_store_converges_to_the_demarche(mirror: Mirror, least: int) -> None:
    ChangingDemarche.shared = mirror
    examples = int(os.environ.get("UNC_TEST_EXAMPLES", "0"))
    run_state_machine_as_test(
        ChangingDemarche,
        settings=settings(
            max_examples=examples or least,
            stateful_step_count=20,
            derandomize=not examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
