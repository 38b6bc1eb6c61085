"""What is remembered of the portal: accounts, journal, tries, notices."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from store.repository import Store, open_store
from store.staff.accounts import Account, AccountExists
from store.staff.sign_in_tries import SignInPace
from store.staff.visits import Visit

Day = Callable[[int], datetime]
PACE = SignInPace(
    free=3,
    from_address=5,
    on_account=100,
    crowded=timedelta(minutes=1),
    longest=timedelta(minutes=15),
    within=timedelta(hours=1),
)


def test_an_account_is_added_once_and_its_sessions_can_be_closed(store: Store, day: Day) -> None:
    made = Account("a@crpv.fr", "centre:TL", day(0), day(0), "hash")
    store.accounts.add(made)
    with pytest.raises(AccountExists):
        store.accounts.add(made)
    assert store.accounts.get("a@crpv.fr") == made
    store.accounts.close_sessions("a@crpv.fr", at=day(1))
    assert [one.sessions_from for one in store.accounts.list()] == [day(1)]
    assert store.accounts.remove("a@crpv.fr")
    assert not store.accounts.remove("a@crpv.fr")
    assert store.accounts.get("a@crpv.fr") is None


def test_the_journal_tells_the_latest_first_and_what_a_person_fetched_last(
    store: Store, day: Day
) -> None:
    lines = [
        Visit(day(0), "a", "download", "2026-01-05-0900", "agence.xlsx"),
        Visit(day(1), "b", "download", "2026-01-06-0900", "reseau.xlsx"),
        Visit(day(2), "a", "sign-out"),
    ]
    for line in lines:
        store.visits.record(7, line)
    assert store.visits.list(7, limit=2) == (lines[2], lines[1])
    assert store.visits.list(7, limit=2, offset=2) == (lines[0],)
    assert store.visits.last_download(7, "a") == lines[0]
    assert store.visits.last_download(8, "a") is None
    assert store.visits.forget(before=day(1)) == 1
    assert store.visits.count(7) == 2


def test_a_journal_keeps_whatever_a_stranger_typed(store: Store, day: Day) -> None:
    store.visits.record(7, Visit(day(0), "x\0'; DROP TABLE visits", "sign-in refused"))
    assert store.visits.list(7, limit=1)[0].account == "x�'; DROP TABLE visits"


def test_each_wrong_try_from_an_address_waits_twice_as_long(store: Store, day: Day) -> None:
    def once(after: timedelta) -> timedelta:
        return store.sign_in_tries.take("a", "10.0.0.1", at=day(0) + after, pace=PACE)

    second = timedelta(seconds=1)
    assert [once(0 * second) for _ in range(4)] == [0 * second] * 3 + [second]
    assert [once(n * second) for n in (1, 1, 3, 3, 7)] == [
        wait * second for wait in (0, 2, 0, 4, 0)
    ]
    assert once(7 * second + PACE.within) == 0 * second, "what is old is forgotten"
    store.sign_in_tries.clear("a", "10.0.0.1")
    assert [once(9_000 * second) for _ in range(3)] == [0 * second] * 3


def test_nobody_makes_another_wait(store: Store, day: Day) -> None:
    for place in range(40):
        for _ in range(PACE.free):
            store.sign_in_tries.take("a", f"10.0.0.{place}", at=day(0), pace=PACE)
    owner = "10.0.1.1"
    assert not store.sign_in_tries.take("a", owner, at=day(0), pace=PACE)
    again = store.sign_in_tries.take("a", owner, at=day(0), pace=PACE)
    assert again == PACE.crowded, "but for who was wrong on an account that many try"
    assert not store.sign_in_tries.take("b", owner, at=day(0), pace=PACE)
    store.sign_in_tries.clear("a", owner)
    waits = [store.sign_in_tries.take("a", "10.0.0.1", at=day(0), pace=PACE)]
    assert waits[0] > timedelta(), "the owner's signing in clears no stranger"


def test_the_longest_wait_is_short_enough_for_a_person(store: Store, day: Day) -> None:
    at, waits = day(0), []
    for _ in range(60):
        wait = store.sign_in_tries.take("a", "10.0.0.1", at=at, pace=PACE)
        waits.append(wait)
        at += wait
    assert max(waits) == PACE.longest


def test_tries_made_at_the_same_time_are_counted_one_by_one(
    store: Store, url: str, day: Day
) -> None:
    def once(_: int) -> timedelta:
        with open_store(url) as other:
            return other.sign_in_tries.take("a", "10.0.0.1", at=day(0), pace=PACE)

    with ThreadPoolExecutor(10) as pool:
        waits = list(pool.map(once, range(30)))
    assert waits.count(timedelta()) == PACE.free
    assert store.sign_in_tries.take("a", "10.0.0.1", at=day(0), pace=PACE)


def test_tries_that_a_clock_dated_in_the_future_are_not_waited_for(store: Store, day: Day) -> None:
    for _ in range(4):
        store.sign_in_tries.take("a", "10.0.0.1", at=day(366), pace=PACE)
    assert not store.sign_in_tries.take("a", "10.0.0.1", at=day(0), pace=PACE)


def test_tries_from_an_address_are_counted_whatever_the_account(store: Store, day: Day) -> None:
    waits = [store.sign_in_tries.take(name, "10.0.0.1", at=day(0), pace=PACE) for name in "abcdef"]
    assert [bool(wait) for wait in waits] == [False] * 5 + [True]
    assert not store.sign_in_tries.take("a", "10.0.0.2", at=day(0), pace=PACE)


def test_an_account_is_bound_to_one_person_and_a_person_to_one_account(
    store: Store, day: Day
) -> None:
    for email in ("a@crpv.fr", "b@crpv.fr"):
        store.accounts.add(Account(email, "agence", day(0), day(0)))
    assert store.accounts.of("https://op", "s1") is None
    assert store.accounts.bind("a@crpv.fr", "https://op", "s1")
    assert store.accounts.bind("a@crpv.fr", "https://op", "s1"), "twice is once"
    assert not store.accounts.bind("a@crpv.fr", "https://op", "s2")
    assert not store.accounts.bind("a@crpv.fr", "https://other", "s1")
    found = store.accounts.of("https://op", "s1")
    assert found
    assert found.email == "a@crpv.fr"
    assert store.accounts.unbind("a@crpv.fr")
    assert store.accounts.bind("a@crpv.fr", "https://op", "s2")
    assert not store.accounts.unbind("c@crpv.fr")


def test_who_was_told_of_an_export_is_remembered(store: Store, day: Day) -> None:
    for _ in range(2):
        store.notices.record(7, "2026-01-05-0900", account="a", at=day(0))
    assert store.notices.told(7, "2026-01-05-0900") == {"a"}
    assert store.notices.told(7, "2026-01-06-0900") == frozenset()
