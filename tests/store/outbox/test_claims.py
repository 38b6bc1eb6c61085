"""Two runs that met: each event is one run's to send, and nothing that one did is undone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from store.dossiers.pages import DossierRow
from store.outbox.plans import DuePlan
from store.outbox.stages import Stage
from store.repository import Store, open_store
from triage.replies.reply import Outcome, PassEnInstruction, Receipt, SendMessage, SetLabel

Day = Callable[[int], datetime]
NUMBERS = range(1, 41)


def message(number: int) -> SendMessage:
    return SendMessage(
        f"m{number}", number, "D", f"UNC-m{number}", "Bonjour", None, "request", ("a",)
    )


def passage(number: int) -> PassEnInstruction:
    return PassEnInstruction(f"p{number}", number, "D")


def label(number: int) -> SetLabel:
    return SetLabel(f"l{number}", number, "D", "Complet", present=True)


def stage(store: Store, key: str) -> Stage:
    return next(one.stage for one in store.outbox.recorded(7) if one.reply.key == key)


@pytest.fixture
def planned(store: Store, row: Callable[..., DossierRow], day: Day) -> Store:
    store.dossiers.save_page(7, [row(n) for n in NUMBERS], watermark=None, seen_at=day(0))
    plans = [DuePlan(n, "k", (label(n), message(n), passage(n))) for n in NUMBERS]
    store.outbox.save_plans(7, plans, at=day(0))
    return store


@pytest.fixture
def other(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


def test_of_two_runs_at_once_one_has_each_message_and_passage(
    planned: Store, other: Store, day: Day
) -> None:
    keys = [one.key for n in NUMBERS for one in (message(n), passage(n))]

    def claim(store: Store) -> list[str]:
        return [key for k in keys for key in store.outbox.mark_intended(7, [k], at=day(1))]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, (planned, other))
    assert sorted(first + second) == sorted(keys)


def test_an_event_that_may_have_been_sent_is_nobodys_until_ds_was_read(
    planned: Store, day: Day
) -> None:
    for key in ("m1", "p1"):
        assert planned.outbox.mark_intended(7, [key], at=day(1)) == {key}
        assert planned.outbox.mark_intended(7, [key], at=day(2)) == set()
        planned.outbox.record(7, [Receipt(key, Outcome.UNKNOWN)], at=day(2))
        assert planned.outbox.mark_intended(7, [key], at=day(3)) == set()
        planned.outbox.plan_again(7, [key])
        assert planned.outbox.mark_intended(7, [key], at=day(4)) == {key}


def test_a_state_is_written_again_whatever_became_of_it(planned: Store, day: Day) -> None:
    for at in (1, 2):
        assert planned.outbox.mark_intended(7, ["l1"], at=day(at)) == {"l1"}
    assert stage(planned, "l1") is Stage.INTENDED


def test_a_message_that_is_known_to_be_sent_is_never_planned_again(
    planned: Store, other: Store, day: Day
) -> None:
    planned.outbox.mark_intended(7, ["m1"], at=day(1))
    planned.outbox.record(7, [Receipt("m1", Outcome.DONE)], at=day(1))
    other.outbox.plan_again(7, ["m1"])
    other.outbox.record(7, [Receipt("m1", Outcome.REFUSED, "non")], at=day(2))
    other.outbox.save_plans(7, [DuePlan(1, "k2", (message(1),))], at=day(2))
    assert stage(other, "m1") is Stage.DONE


def test_plans_made_at_the_same_time_are_one_and_undo_no_intention(
    planned: Store, other: Store, day: Day
) -> None:
    def plan(store: Store) -> None:
        for n in NUMBERS:
            store.outbox.save_plans(7, [DuePlan(n, f"k{n}", (message(n), label(n)))], at=day(1))

    def intend(store: Store) -> set[str]:
        return {key for n in NUMBERS for key in store.outbox.mark_intended(7, [f"m{n}"], at=day(1))}

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(plan, planned), pool.submit(plan, other)]
        won = pool.submit(intend, other).result()
        for one in running:
            one.result()
    assert won == {f"m{n}" for n in NUMBERS}
    assert {stage(planned, key) for key in won} == {Stage.INTENDED}


def test_the_last_message_is_the_one_sent_last_whatever_the_clock_said(
    planned: Store, day: Day
) -> None:
    planned.outbox.mark_intended(7, ["m1"], at=day(30))  # a clock that was ahead
    planned.outbox.record(7, [Receipt("m1", Outcome.DONE)], at=day(30))
    later = SendMessage("later", 1, "D", "UNC-0000", "Bonjour", None, "request", ("b",))
    planned.outbox.save_plans(7, [DuePlan(1, "k2", (later,))], at=day(2))
    planned.outbox.mark_intended(7, ["later"], at=day(2))
    planned.outbox.record(7, [Receipt("later", Outcome.DONE)], at=day(2))
    assert [one.reference for one in planned.outbox.messages_sent(7)[1]] == ["UNC-m1", "UNC-0000"]
