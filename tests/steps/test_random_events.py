"""Random events between whole runs: people, faults, kills, lost memory, lost locks, clocks.

Once all is clear again: no dossier is lost, no word was said twice or was false when it was said,
what DS shows is the present verdict but where a person holds it, and nothing is stuck.
UNC_TEST_EXAMPLES runs more examples: a few are run each time, always the same.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from clients.errors import DsError
from sandbox.common.errors import ApiError, Refusal
from sandbox.control import people
from steps.read.reconcile import reconcile
from steps.reply import lost_answers
from steps.run import run_once
from steps.wiring.summary import Summary
from store.database.errors import StoreError
from tests.conftest import bridge_on
from tests.steps.answering import TO_ALL
from tests.steps.observed_runs import (
    EARLIER,
    Truth,
    clock_ahead,
    forked_runs,
    kill,
    truth,
    watching,
)
from tests.steps.random_events import (
    ANSWER_CHANGES,
    HAPPENED,
    MANAGED,
    PICKED,
    STATES,
    Place,
    RandomEvents,
)
from tests.steps.syncing import Mirror, Patient

pytestmark = pytest.mark.first


class RunsAmongRandomEvents(RandomEvents):
    """Whole runs between what happens, some killed, some side by side; then what must hold."""

    # Runs

    @rule()
    def run(self) -> None:
        HAPPENED["runs"] += 1
        try:
            self.step(run_once)
        except DsError:
            assert self.disturbed, "one dossier, list or write stopped the rest"
            HAPPENED["runs stopped by DS"] += 1

    @rule()
    def run_again(self) -> None:
        self.run()

    @rule()
    def run_once_more(self) -> None:
        self.run()

    @rule(at=st.integers(1, 25), picked=PICKED, lever=st.sampled_from(ANSWER_CHANGES))
    def run_while_somebody_submits(self, at: int, picked: int, lever: dict[int, Any]) -> None:
        number = self.dossiers[picked % len(self.dossiers)]

        def submit(instance: Any) -> None:
            with suppress(Refusal, ApiError, KeyError):
                people.submit(instance, number, {str(key): value for key, value in lever.items()})

        self.observer.plan(at, submit)
        self.run()
        HAPPENED["submitted during a run"] += self.observer.acted.is_set()
        self.observer.plan(None, None)

    @property
    def environment(self) -> dict[str, str]:
        told = self.mirror.settings
        ahead = self.place.seconds_ahead()
        return {
            "UNC_DS_URL": told.ds_url,
            "UNC_DS_TOKEN": told.token().get_secret_value(),
            "UNC_DEMARCHE": str(self.number),
            "UNC_INSTRUCTEUR": told.instructeur_name(),
            "UNC_HOME": str(self.home),
            "UNC_COLUMNS": str(told.columns),
            "UNC_DECLARANT_CHANNEL": told.declarant_channel,
            "UNC_QUIET_MINUTES": "0",
            "UNC_MESSAGES_SINCE": "2000-01-01",
            "UNC_MESSAGES_PER_RUN": "1000",
            "UNC_MAX_REQUESTS": "100",
            "UNC_OVERLAP_MINUTES": "0",
            "CLOCK_AHEAD": str(ahead),
        }

    @rule(at=st.integers(1, 40))
    def run_and_die(self, at: int) -> None:
        pids: list[int] = []
        self.observer.plan(at, lambda _instance: kill(pids[0]) if pids else None)
        pids.append(self.place.forked_runs.start(self.environment))
        status = self.place.forked_runs.end(pids[0], after=20)
        self.observer.plan(None, None)
        HAPPENED[f"forked runs that ended with {status}"] += 1

    @rule(at=st.integers(2, 30))
    def run_beside_another(self, at: int) -> None:
        """The lock file of a run is deleted under it, and a second run goes in."""

        def unlock(_instance: Any) -> None:
            for file in self.home.glob("unc.sqlite.run-*"):
                file.unlink()

        self.observer.plan(at, unlock)
        pid = self.place.forked_runs.start(self.environment)
        if self.observer.acted.wait(4):
            HAPPENED["locks lost"] += 1
        with suppress(DsError, StoreError):
            self.step(run_once)
        status = self.place.forked_runs.end(pid, after=20)
        self.observer.plan(None, None)
        HAPPENED[f"runs beside another that ended with {status}"] += 1

    # What must hold

    def teardown(self) -> None:
        if not hasattr(self, "mirror"):
            return
        self.calm()
        self.place.ahead = 0.0
        for step in (run_once, reconcile, run_once, run_once):
            self.step(step)
        self.control.stats(reset=True)
        last = self.step(run_once)
        self.assert_nothing_is_stuck(last)
        self.assert_nothing_is_false()
        self.assert_nothing_is_said_twice()
        shown = self.control.snapshots(self.number)
        over = {n for n, one in shown.items() if one["state"] not in STATES[:2]}
        self.mirror.assert_same(but=over)
        for number, one in shown.items():
            if one["listed"] and number not in over:
                self.assert_current(number, one)
        self.assert_published({n for n, one in shown.items() if one["listed"]} - over)
        self.assert_ours_is_no_persons(last)

    def assert_nothing_is_stuck(self, last: Summary) -> None:
        assert not last.needs_a_human(), last
        assert self.control.stats()["mutations"] == {}

    def assert_nothing_is_false(self) -> None:
        for one in self.observer.said:
            by_hand = self.by_hand.get(one.number, {}).get(901, set())
            if one.status in by_hand:
                assert one.status not in {"Hors champ", "À trier", "Clos"}, one
                assert not (one.status == "Complet" and one.asks), one
                assert one.status == "Complet" or (one.asks and one.asks == one.true), one
            else:  # while DS does not say what left, a number is in doubt, and not denied
                assert one.asks <= one.true, one
                assert one.true - one.asks <= {EARLIER}, one

    def assert_nothing_is_said_twice(self) -> None:
        references = Counter((one.number, one.reference) for one in self.observer.said)
        assert not [one for one, times in references.items() if times > 1], self.observer.said
        same = Counter((one.number, one.asks, one.submitted_at) for one in self.observer.said)
        assert not [one for one, times in same.items() if times > 1], self.observer.said

    def wanted(self, one: dict[str, Any]) -> Truth:
        return truth(one["answers"], self.observer.existing, itself=one["number"])

    def assert_current(self, number: int, one: dict[str, Any]) -> None:
        """What DS shows of an open dossier is its present verdict, or a person's word."""
        wanted, by_hand = self.wanted(one), self.by_hand.get(number, {})
        status = "À préciser" if wanted == {"une question d'éligibilité"} else "À compléter"
        status = status if wanted else "Complet"
        shown = one["annotations"].get("901")
        held = shown in by_hand.get(901, set()) - {None}
        assert held or shown == status, (number, wanted, one)
        if held and shown != status:
            return
        missing = one["annotations"].get("904", "")
        if missing not in by_hand.get(904, set()):
            named = {
                line.split(" :")[0].split(" ", 1)[1]
                for line in missing.splitlines()
                if " :" in line
            }
            if status == "À compléter":
                assert named == wanted, (number, wanted, missing)
            if status == "Complet":
                assert missing == "Aucun", (number, missing)
        labels_by_hand = self.labels.get(number, set())
        ours = {"Complet": {"Complet"}, "À préciser": {"À examiner"}}.get(status, set())
        labels = set(one["labels"]) & (MANAGED - {"Urgent"})
        assert ours <= labels <= ours | labels_by_hand, (
            number,
            status,
            one["labels"],
            labels_by_hand,
        )
        if not (one["archived"] or number in self.withdrawn or by_hand.get(901)):
            said = [each for each in self.observer.said if each.number == number]
            assert said, (number, "never a word")
            assert said[-1].asks == wanted, (number, wanted, said[-1])

    def assert_published(self, numbers: set[int]) -> None:
        books = (self.home / "exports").rglob("agence.xlsx")
        newest = max(books, key=lambda path: path.stat().st_mtime_ns)
        book = openpyxl.load_workbook(newest, read_only=True)
        rows = book["Dossiers"].iter_rows(values_only=True)
        found = {cell for row in rows for cell in row if isinstance(cell, int)}
        book.close()
        assert numbers <= found, numbers - found

    def assert_ours_is_no_persons(self, last: Summary) -> None:
        assert last.conflicts <= {n for n, by_hand in self.by_hand.items() if by_hand}, last


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("events")
    changes = {**TO_ALL, "max_requests": 100, "overlap_minutes": 0}
    with (
        pytest.MonkeyPatch.context() as patch,
        watching() as observer,
        bridge_on(folder, [], **changes) as bridge,
        forked_runs({"UNC_COLUMNS": str(bridge.settings.columns)}) as processes,
    ):
        patch.setattr(lost_answers, "SETTLED", timedelta(0))
        clock = Patient(bridge.sandbox.control)
        mirror = Mirror(
            bridge.sandbox.control,
            bridge.sandbox.url,
            bridge.settings,
            clock,
            bridge.home,
            loses_bases=True,
        )
        yield Place(mirror, observer, processes, folder)


LEAST = 15


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_whatever_happens_nothing_is_lost_false_said_twice_or_stuck(place: Place) -> None:
    RunsAmongRandomEvents.place = place
    examples = int(os.environ.get("UNC_TEST_EXAMPLES", "0"))

    with clock_ahead(place.seconds_ahead):
        run_state_machine_as_test(
            RunsAmongRandomEvents,
            settings=settings(
                max_examples=examples or LEAST,
                stateful_step_count=18,
                derandomize=not examples,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
