"""A storm: people, faults, kills, lost memory, lost locks and clocks, between whole runs.

Once all is clear again: no dossier is lost, no word was said twice or was false when it was said,
what DS shows is the present verdict but where a person holds it, and nothing is stuck.
UNC_TEST_EXAMPLES runs more storms: a few are run each time, always the same.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clients.errors import DsError
from flows import lost_answers
from flows.reconcile import reconcile
from flows.retention import purge
from flows.run import run_once
from flows.summary import Summary
from sandbox import control_people as people
from sandbox.control import ControlError
from sandbox.errors import ApiError, Refusal
from sandbox.generator import generate
from sandbox.server import default_form
from store.backup import backup
from store.errors import StoreError
from tests.conftest import bridge_on
from tests.flows.answering import TO_ALL
from tests.flows.storming import EARLIER, Eye, Forks, Truth, clock_ahead, forks, kill, truth, watching
from tests.flows.syncing import Mirror, Patient

SEEDS = tuple(
    one
    for one in generate(60, seed=3)
    if one.planted.status == "Complet" and one.state == "en_construction" and not one.archived
)
NUMBERS = count(30_000_001)
DEMARCHES = count(60_001)
PICKED = st.integers(0, 30)
LEVERS: tuple[dict[int, Any], ...] = (
    {1: None},
    {1: True},
    {8: ""},
    {8: "Léa Martin"},
    {20: ""},
    {20: "Traitement de la polyarthrite rhumatoïde chez l'adulte"},
    {61: False},
    {61: True},
    {13: "Initial"},
    {8: "", 61: False},
    {1: True, 8: "Léa Martin", 20: "Traitement de la polyarthrite de l'adulte", 61: True},
)
STATES = ("en_construction", "en_instruction", "accepte", "sans_suite")
EVERYWHERE: tuple[dict[str, Any], ...] = (
    {"kind": "http", "status": 503},
    {"kind": "truncated"},
    {"kind": "drop_before"},
    {"kind": "drop_after", "operation": "mutation"},
    {"kind": "drop_after"},
    {"kind": "timeout", "page_over": 1},
    {"kind": "root_error", "operation": "mutation"},
    {"kind": "rate_limit"},
    {"kind": "http", "status": 403},
)
PATCHES: tuple[tuple[tuple[str | int, ...], Any], ...] = (
    (("state",), "en_pause"),
    (("usager",), None),
    (("dateDerniereModificationChamps",), None),
    (("champs", 3), None),
    (("annotations",), "rien"),
    (("messages",), [{"id": "m", "createdAt": None, "discardedAt": None, "correction": None}]),
    (("number",), "12a"),
    (("demarche", "revision", "id"), 12),
)
HANDS: tuple[dict[int, Any], ...] = (
    {901: "Complet"},
    {901: "À compléter"},
    {901: "Hors champ"},
    {901: None},
    {904: "Vu avec le laboratoire"},
    {904: None},
    {905: "P1"},
    {924: False},
)
MANAGED = {"Complet", "Urgent", "À examiner"}
FATES: Counter[str] = Counter()
"""How often what happened, for the one who reads `-s`."""


@dataclass
class Place:
    """What all storms share."""

    mirror: Mirror
    eye: Eye
    forks: Forks
    folder: Path
    ahead: float = 0.0

    def seconds_ahead(self) -> float:
        """How far the clock of the bridge is ahead of this machine's: with DS, and its jumps."""
        return self.mirror.clock.wall() - time.time() + self.ahead


class Storm(RuleBasedStateMachine):
    """A démarche, a base and a home of its own for each example, on one sandbox."""

    place: Place

    @initialize(
        size=st.integers(1, 5),
        channel=st.sampled_from(["correction", "message"]),
        refused=st.booleans(),
    )
    def open(self, size: int, channel: str, *, refused: bool) -> None:
        FATES["examples"] += 1
        self.number = next(DEMARCHES)
        shared, self.eye = self.place.mirror, self.place.eye
        self.control = shared.control
        self.calm()
        self.control.switches(second_correction_refused=refused)
        self.control.add_demarche({**default_form(), "number": self.number})
        self.home = self.place.folder / str(self.number)
        changes = {"demarche": self.number, "home": self.home, "declarant_channel": channel}
        self.mirror = replace(
            shared, home=self.home, settings=shared.settings.model_copy(update=changes)
        )
        self.eye.said, self.eye.existing = [], set()
        self.dossiers: list[int] = []
        self.born: dict[int, Any] = {}
        self.hands: dict[int, dict[int, set[Any]]] = {}
        self.labels: dict[int, set[str]] = {}
        self.withdrawn: set[int] = set()
        self.backups: list[Path] = []
        self.place.ahead = 0.0
        self.stormy = False  # a fault that meets everything may be in force
        self.memory_lost = False
        for model in range(size):
            self.deposit(model, lever={}, unlisted=False)

    # People

    @rule(model=PICKED, lever=st.sampled_from(LEVERS), unlisted=st.booleans())
    def deposit(self, model: int, lever: dict[int, Any], *, unlisted: bool) -> None:
        seed = SEEDS[model % len(SEEDS)]
        now = self.mirror.clock.wall()
        deposited = seed.deposited_at.fromtimestamp(now, seed.deposited_at.tzinfo)
        number = next(NUMBERS)
        born = replace(
            seed,
            number=number,
            answers={**seed.answers, **lever},
            deposited_at=deposited,
            updated_at=deposited,
        )
        self.control.create(self.number, born, unlisted=unlisted)
        self.dossiers.append(number)
        self.born[number] = seed
        self.eye.existing.add(number)

    def act(self, picked: int, action: Callable[..., Any], *told: Any, **named: Any) -> int | None:
        """Do something to a dossier, if it can be done to it; say to which."""
        number = self.dossiers[picked % len(self.dossiers)]
        try:
            action(number, *told, **named)
        except ControlError:
            return None
        FATES[getattr(action, "__name__", "act")] += 1
        return number

    @rule(picked=PICKED, lever=st.sampled_from(LEVERS))
    def submit(self, picked: int, lever: dict[int, Any]) -> None:
        self.act(picked, self.control.submit, lever)

    @rule(picked=PICKED, other=PICKED, never=st.booleans())
    def name_an_earlier_one(self, picked: int, other: int, *, never: bool) -> None:
        named = 39_999_999 if never else self.dossiers[other % len(self.dossiers)]
        self.act(picked, self.control.submit, {13: "Complément", 14: named})

    @rule(picked=PICKED, hand=st.sampled_from(HANDS))
    def annotate(self, picked: int, hand: dict[int, Any]) -> None:
        number = self.act(picked, self.control.annotate, hand)
        if number is not None:
            for place, value in hand.items():
                self.hands.setdefault(number, {}).setdefault(place, set()).add(value)

    @rule(picked=PICKED, name=st.sampled_from(sorted(MANAGED)))
    def label(self, picked: int, name: str) -> None:
        number = self.act(picked, self.control.label, name, on=True)
        if number is not None:
            self.labels.setdefault(number, set()).add(name)

    @rule(picked=PICKED, state=st.sampled_from(STATES))
    def move(self, picked: int, state: str) -> None:
        self.act(picked, self.control.move, state)

    @rule(picked=PICKED)
    def decide_long_ago(self, picked: int) -> None:
        present = self.control.clock()["now"]
        self.control.clock(to="2025-01-05T09:00:00+01:00")
        self.act(picked, self.control.move, "accepte")
        self.control.clock(to=present)

    @rule(picked=PICKED, n=st.integers(1, 3))
    def withdraw(self, picked: int, n: int) -> None:
        robot = self.place.mirror.settings.instructeur_name()
        number = self.act(picked, self.control.discard, n, by=robot)
        if number is not None:
            self.withdrawn.add(number)

    @rule(picked=PICKED, archived=st.booleans())
    def archive(self, picked: int, *, archived: bool) -> None:
        self.act(picked, self.control.archive, archived=archived)

    @rule(picked=PICKED, which=st.sampled_from([0, 1]))
    def change_groupe(self, picked: int, which: int) -> None:
        self.act(picked, self.control.change_groupe, default_form()["groupes"][which])

    @rule(
        picked=PICKED,
        how=st.sampled_from(["hide", "restore", "restore", "expire", "purge", "release"]),
    )
    def leave_or_return(self, picked: int, how: str) -> None:
        self.act(picked, getattr(self.control, how))

    @rule(word=st.sampled_from(["Motif", "Raison"]))
    def publish(self, word: str) -> None:
        self.control.publish(self.number, edits=[{"op": "reword", "champ": 22, "label": word}])

    # Faults

    @rule(fault=st.sampled_from(EVERYWHERE), times=st.integers(1, 8))
    def fail(self, fault: dict[str, Any], times: int) -> None:
        self.stormy = True
        self.control.fault(count=times, **fault)

    @rule(picked=PICKED, unlistable=st.booleans())
    def break_one(self, picked: int, *, unlistable: bool) -> None:
        self.act(picked, self.control.broken, unlistable=unlistable)

    @rule(picked=PICKED, patch=st.sampled_from(PATCHES))
    def patch(self, picked: int, patch: tuple[tuple[str | int, ...], Any]) -> None:
        path, value = patch
        self.act(picked, lambda number: self.control.fault("patch", number=number, path=list(path), value=value))

    @rule(picked=PICKED, champ=st.sampled_from([6, 8, 22, 31]))
    def pierce(self, picked: int, champ: int) -> None:
        self.act(picked, self.control.hole, champ, "label")

    @rule(picked=PICKED, operation=st.sampled_from(["query", "mutation"]))
    def refuse_one(self, picked: int, operation: str) -> None:
        fault = {"status": 403, "operation": operation}
        self.act(picked, lambda number: self.control.fault("http", number=number, **fault))

    @rule(which=st.sampled_from(["pendingDeletedDossiers", "deletedDossiers"]))
    def slow(self, which: str) -> None:
        self.control.slow(which)

    @rule()
    def calm(self) -> None:
        self.control.clear_faults()
        self.control.broken()
        self.stormy = False

    # The installation

    @rule(hours=st.sampled_from([-24 * 30, -2, 3, 24 * 366]))
    def clock_jumps(self, hours: int) -> None:
        FATES["clock jumps"] += 1
        self.place.ahead = hours * 3600.0

    @rule()
    def clock_is_mended(self) -> None:
        self.place.ahead = 0.0

    @property
    def base(self) -> Path:
        return self.home / "unc.sqlite"

    @precondition(lambda self: self.base.exists())
    @rule()
    def copy_the_base(self) -> None:
        target = self.home / f"copie-{len(self.backups)}.sqlite"
        backup(self.mirror.settings.database(), to=target)
        self.backups.append(target)

    @precondition(lambda self: self.backups)
    @rule(which=st.integers(0, 3))
    def restore_the_base(self, which: int) -> None:
        FATES["restored"] += 1
        self.lose_the_base()
        shutil.copyfile(self.backups[which % len(self.backups)], self.base)

    @precondition(lambda self: self.base.exists())
    @rule()
    def lose_the_base(self) -> None:
        FATES["bases lost"] += 1
        self.memory_lost = True
        for file in self.home.glob("unc.sqlite*"):
            file.unlink()

    @precondition(lambda self: self.base.exists())
    @rule()
    def purge_what_is_over(self) -> None:
        FATES["purges"] += 1
        self.step(purge, retention_months=3)

    # Runs

    def step(self, step: Callable[[Any, Summary], None], **changes: Any) -> Summary:
        return self.mirror.do(step, **changes)

    @rule()
    def run(self) -> None:
        FATES["runs"] += 1
        try:
            self.step(run_once)
        except DsError:
            assert self.stormy, "one dossier, list or write stopped the rest"
            FATES["runs stopped by DS"] += 1

    @rule()
    def run_again(self) -> None:
        self.run()

    @rule()
    def run_once_more(self) -> None:
        self.run()

    @rule(at=st.integers(1, 25), picked=PICKED, lever=st.sampled_from(LEVERS))
    def run_while_somebody_submits(self, at: int, picked: int, lever: dict[int, Any]) -> None:
        number = self.dossiers[picked % len(self.dossiers)]

        def submit(instance: Any) -> None:
            with suppress(Refusal, ApiError, KeyError):
                people.submit(instance, number, {str(key): value for key, value in lever.items()})

        self.eye.plan(at, submit)
        self.run()
        FATES["submitted during a run"] += self.eye.acted.is_set()
        self.eye.plan(None, None)

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
            "STORM_AHEAD": str(ahead),
        }

    @rule(at=st.integers(1, 40))
    def run_and_die(self, at: int) -> None:
        pids: list[int] = []
        self.eye.plan(at, lambda _instance: kill(pids[0]) if pids else None)
        pids.append(self.place.forks.start(self.environment))
        status = self.place.forks.end(pids[0], after=20)
        self.eye.plan(None, None)
        FATES[f"forked runs that ended with {status}"] += 1

    @rule(at=st.integers(2, 30))
    def run_beside_another(self, at: int) -> None:
        """The lock file of a run is deleted under it, and a second run goes in."""

        def unlock(_instance: Any) -> None:
            for file in self.home.glob("unc.sqlite.run-*"):
                file.unlink()

        self.eye.plan(at, unlock)
        pid = self.place.forks.start(self.environment)
        if self.eye.acted.wait(4):
            FATES["locks lost"] += 1
        with suppress(DsError, StoreError):
            self.step(run_once)
        status = self.place.forks.end(pid, after=20)
        self.eye.plan(None, None)
        FATES[f"runs beside another that ended with {status}"] += 1

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
        for one in self.eye.said:
            hands = self.hands.get(one.number, {}).get(901, set())
            if one.status in hands:
                assert one.status not in {"Hors champ", "À trier", "Clos"}, one
                assert not (one.status == "Complet" and one.asks), one
                assert one.status == "Complet" or (one.asks and one.asks == one.true), one
            else:  # while DS does not say what left, a number is in doubt, and not denied
                assert one.asks <= one.true, one
                assert one.true - one.asks <= {EARLIER}, one

    def assert_nothing_is_said_twice(self) -> None:
        references = Counter((one.number, one.reference) for one in self.eye.said)
        assert not [one for one, times in references.items() if times > 1], self.eye.said
        same = Counter((one.number, one.asks, one.submitted_at) for one in self.eye.said)
        assert not [one for one, times in same.items() if times > 1], self.eye.said

    def wanted(self, one: dict[str, Any]) -> Truth:
        return truth(one["answers"], self.eye.existing, itself=one["number"])

    def assert_current(self, number: int, one: dict[str, Any]) -> None:
        """What DS shows of an open dossier is its present verdict, or a person's word."""
        wanted, hands = self.wanted(one), self.hands.get(number, {})
        status = "À préciser" if wanted == {"une question d'éligibilité"} else "À compléter"
        status = status if wanted else "Complet"
        shown = one["annotations"].get("901")
        held = shown in hands.get(901, set()) - {None}
        assert held or shown == status, (number, wanted, one)
        if held and shown != status:
            return
        missing = one["annotations"].get("904", "")
        if missing not in hands.get(904, set()):
            named = {line.split(" :")[0].split(" ", 1)[1] for line in missing.splitlines() if " :" in line}
            if status == "À compléter":
                assert named == wanted, (number, wanted, missing)
            if status == "Complet":
                assert missing == "Aucun", (number, missing)
        by_hand = self.labels.get(number, set())
        ours = {"Complet": {"Complet"}, "À préciser": {"À examiner"}}.get(status, set())
        labels = set(one["labels"]) & (MANAGED - {"Urgent"})
        assert ours <= labels <= ours | by_hand, (number, status, one["labels"], by_hand)
        if not (one["archived"] or number in self.withdrawn or hands.get(901)):
            said = [each for each in self.eye.said if each.number == number]
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
        assert last.conflicts <= {n for n, hands in self.hands.items() if hands}, last


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("storm")
    changes = {**TO_ALL, "max_requests": 100, "overlap_minutes": 0}
    with (
        pytest.MonkeyPatch.context() as patch,
        watching() as eye,
        bridge_on(folder, [], **changes) as bridge,
        forks() as processes,
    ):
        patch.setattr(lost_answers, "SETTLED", timedelta(0))
        clock = Patient(bridge.sandbox.control)
        mirror = Mirror(
            bridge.sandbox.control, bridge.sandbox.url, bridge.settings, clock, bridge.home
        )
        yield Place(mirror, eye, processes, folder)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("least", [2, pytest.param(15, marks=pytest.mark.slow)])
def test_whatever_happens_nothing_is_lost_false_said_twice_or_stuck(
    place: Place, least: int
) -> None:
    Storm.place = place
    examples = int(os.environ.get("UNC_TEST_EXAMPLES", "0"))

    with clock_ahead(place.seconds_ahead):
        run_state_machine_as_test(
            Storm,
            settings=settings(
                max_examples=examples or least,
                stateful_step_count=18,
                derandomize=not examples,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    print(dict(FATES))
