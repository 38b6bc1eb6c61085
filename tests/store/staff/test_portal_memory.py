"""What is remembered of the portal: accounts, journal, tries, notices."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from store.repository import Store, open_store
from store.staff.accounts import Account, AccountExists
from store.staff.visits import Visit

Day = Callable[[int], datetime]
LIMITS = (3, 5, timedelta(minutes=15))


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


def test_tries_of_an_account_are_counted_until_they_are_old(store: Store, day: Day) -> None:
    def once(at: datetime) -> bool:
        return store.sign_in_tries.take("a", "10.0.0.1", at=at, limits=LIMITS)

    assert [once(day(0)) for _ in range(4)] == [True, True, True, False]
    assert once(day(0) + timedelta(minutes=15))
    store.sign_in_tries.clear("a")
    assert once(day(0) + timedelta(minutes=15))


def test_tries_made_at_the_same_time_are_counted_one_by_one(
    store: Store, url: str, day: Day
) -> None:
    def once(place: int) -> bool:
        with open_store(url) as other:
            return other.sign_in_tries.take("a", f"10.0.0.{place}", at=day(0), limits=LIMITS)

    with ThreadPoolExecutor(10) as pool:
        allowed = list(pool.map(once, range(30)))
    assert allowed.count(True) == LIMITS[0]
    assert not store.sign_in_tries.take("a", "10.0.0.31", at=day(0), limits=LIMITS)


def test_tries_that_a_clock_dated_in_the_future_are_not_waited_for(store: Store, day: Day) -> None:
    for _ in range(4):
        store.sign_in_tries.take("a", "10.0.0.1", at=day(366), limits=LIMITS)
    assert store.sign_in_tries.take("a", "10.0.0.1", at=day(0), limits=LIMITS)


def test_tries_from_an_address_are_counted_whatever_the_account(store: Store, day: Day) -> None:
    allowed = [
        store.sign_in_tries.take(name, "10.0.0.1", at=day(0), limits=LIMITS) for name in "abcdef"
    ]
    assert allowed == [True] * 5 + [False]
    assert store.sign_in_tries.take("a", "10.0.0.2", at=day(0), limits=LIMITS)


def test_who_was_told_of_an_export_is_remembered(store: Store, day: Day) -> None:
    for _ in range(2):
        store.notices.record(7, "2026-01-05-0900", account="a", at=day(0))
    assert store.notices.told(7, "2026-01-05-0900") == {"a"}
    assert store.notices.told(7, "2026-01-06-0900") == frozenset()
