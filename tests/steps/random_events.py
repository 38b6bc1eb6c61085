"""People, faults and accidents at random; `test_random_events` adds the runs and what must hold."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sandbox.control.client import ControlError
from sandbox.generator.generate import generate
from sandbox.server import default_form
from steps.read.retention import purge
from steps.wiring.summary import Summary
from store.database.backup import backup
from tests.steps.observed_runs import ForkedRuns, MessageObserver
from tests.steps.syncing import Mirror

_GENERATED = generate(120, seed=3)
SEEDS = tuple(
    one
    for one in _GENERATED
    if one.planted.status == "Complet"
    and one.state == "en_construction"
    and not one.archived
    and one.revision == max(each.revision for each in _GENERATED)
    and set(one.planted.items.values()) <= {"present", "not_applicable"}
)
"""Reports without any defect by the rules of the day they go in, nor by a revision published then:
a weak answer may be a fault by the former, a question of a later form has no answer by the latter.
"""
NUMBERS = count(30_000_001)
DEMARCHES = count(60_001)
PICKED = st.integers(0, 30)
ANSWER_CHANGES: tuple[dict[int, Any], ...] = (
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
FAULTS_FOR_ALL: tuple[dict[str, Any], ...] = (
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
BY_HAND: tuple[dict[int, Any], ...] = (
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
HAPPENED: Counter[str] = Counter()
"""How often what happened, for the one who looks."""


@dataclass
class Place:
    """What all examples share."""

    mirror: Mirror
    observer: MessageObserver
    forked_runs: ForkedRuns
    folder: Path
    ahead: float = 0.0

    def seconds_ahead(self) -> float:
        """How far the clock of the bridge is ahead of this machine's: with DS, and its jumps."""
        return self.mirror.clock.wall() - time.time() + self.ahead


class RandomEvents(RuleBasedStateMachine):
    """A démarche, a base and a home of its own for each example, on one sandbox."""

    place: Place

    @initialize(
        size=st.integers(1, 5),
        channel=st.sampled_from(["correction", "message"]),
        refused=st.booleans(),
    )
    def open(self, size: int, channel: str, *, refused: bool) -> None:
        HAPPENED["examples"] += 1
        self.number = next(DEMARCHES)
        shared, self.observer = self.place.mirror, self.place.observer
        self.control = shared.control
        self.calm()
        self.control.switches(second_correction_refused=refused)
        self.control.add_demarche({**default_form(), "number": self.number})
        self.home = self.place.folder / str(self.number)
        changes = {"demarche": self.number, "home": self.home, "declarant_channel": channel}
        self.mirror = replace(
            shared, home=self.home, settings=shared.settings.model_copy(update=changes)
        )
        self.observer.said, self.observer.existing = [], set()
        self.dossiers: list[int] = []
        self.born: dict[int, Any] = {}
        self.by_hand: dict[int, dict[int, set[Any]]] = {}
        self.labels: dict[int, set[str]] = {}
        self.withdrawn: set[int] = set()
        self.backups: list[Path] = []
        self.place.ahead = 0.0
        self.disturbed = False  # a fault that meets everything may be in force
        self.memory_lost = False
        for model in range(size):
            self.deposit(model, lever={}, unlisted=False)

    # People

    @rule(model=PICKED, lever=st.sampled_from(ANSWER_CHANGES), unlisted=st.booleans())
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
        self.observer.existing.add(number)

    def act(self, picked: int, action: Callable[..., Any], *told: Any, **named: Any) -> int | None:
        """Do something to a dossier, if it can be done to it; say to which."""
        number = self.dossiers[picked % len(self.dossiers)]
        try:
            action(number, *told, **named)
        except ControlError:
            return None
        HAPPENED[getattr(action, "__name__", "act")] += 1
        return number

    @rule(picked=PICKED, lever=st.sampled_from(ANSWER_CHANGES))
    def submit(self, picked: int, lever: dict[int, Any]) -> None:
        self.act(picked, self.control.submit, lever)

    @rule(picked=PICKED, other=PICKED, never=st.booleans())
    def name_an_earlier_one(self, picked: int, other: int, *, never: bool) -> None:
        named = 39_999_999 if never else self.dossiers[other % len(self.dossiers)]
        self.act(picked, self.control.submit, {13: "Complément", 14: named})

    @rule(picked=PICKED, hand=st.sampled_from(BY_HAND))
    def annotate(self, picked: int, hand: dict[int, Any]) -> None:
        number = self.act(picked, self.control.annotate, hand)
        if number is not None:
            for place, value in hand.items():
                self.by_hand.setdefault(number, {}).setdefault(place, set()).add(value)

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
        self.control.publish(self.number, edits=[{"op": "reword", "champ": 12, "label": word}])

    # Faults

    @rule(fault=st.sampled_from(FAULTS_FOR_ALL), times=st.integers(1, 8))
    def fail(self, fault: dict[str, Any], times: int) -> None:
        self.disturbed = True
        self.control.fault(count=times, **fault)

    @rule(picked=PICKED, unlistable=st.booleans())
    def break_one(self, picked: int, *, unlistable: bool) -> None:
        self.act(picked, self.control.broken, unlistable=unlistable)

    @rule(picked=PICKED, patch=st.sampled_from(PATCHES))
    def patch(self, picked: int, patch: tuple[tuple[str | int, ...], Any]) -> None:
        path, value = patch
        self.act(
            picked,
            lambda number: self.control.fault("patch", number=number, path=list(path), value=value),
        )

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
        self.disturbed = False

    # The installation

    @rule(hours=st.sampled_from([-24 * 30, -2, 3, 24 * 366]))
    def clock_jumps(self, hours: int) -> None:
        HAPPENED["clock jumps"] += 1
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
        HAPPENED["restored"] += 1
        self.lose_the_base()
        shutil.copyfile(self.backups[which % len(self.backups)], self.base)

    @precondition(lambda self: self.base.exists())
    @rule()
    def lose_the_base(self) -> None:
        HAPPENED["bases lost"] += 1
        self.memory_lost = True
        for file in self.home.glob("unc.sqlite*"):
            file.unlink()

    @precondition(lambda self: self.base.exists())
    @rule()
    def purge_what_is_over(self) -> None:
        HAPPENED["purges"] += 1
        self.step(purge, retention_months=3)

    def step(self, step: Callable[[Any, Summary], None], **changes: Any) -> Summary:
        return self.mirror.do(step, **changes)
