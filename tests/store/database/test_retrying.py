"""Short writes that crossed another one are done once more; nothing is lost, nothing doubled."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.database import engine as store_engine
from store.database import retrying
from store.database.errors import StoreError, StoreLocked, StoreUnreachable, TransactionUndone
from store.database.retrying import RetriedOnce, once_more
from store.dossiers.pages import DossierRow
from store.repository import open_store
from store.staff.accounts import Account
from store.staff.opinions import OpinionRow
from store.staff.visits import Visit

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


class Subject:
    """Something remembered, whose first operations fail."""

    def __init__(self, *failures: StoreError) -> None:
        self.failures = [*failures]
        self.kept: list[int] = []
        self.most = 7

    def save(self, numbers: Iterable[int], *, and_: Iterable[int] = ()) -> int:
        rows = [*numbers, *and_]
        if self.failures:
            raise self.failures.pop(0)
        self.kept += rows
        return len(rows)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_PAUSE", 0.0)


@pytest.mark.parametrize("failure", [TransactionUndone(), StoreLocked()])
def test_what_the_database_undid_is_done_once_more_with_all_that_was_given(
    failure: StoreError,
) -> None:
    subject = Subject(failure)
    store = RetriedOnce(subject)
    assert store.save((n for n in (1, 2)), and_=iter([3])) == 3
    assert subject.kept == [1, 2, 3]
    assert store.most == 7


def test_twice_is_told_and_any_other_failure_is_told_at_once() -> None:
    for failures in ((TransactionUndone(), TransactionUndone()), (StoreUnreachable(),)):
        subject = Subject(*failures)
        with pytest.raises(type(failures[0])):
            RetriedOnce(subject).save([1])
        assert not subject.failures
        assert subject.kept == []


def test_a_wait_for_a_connection_of_our_own_is_not_begun_again() -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise StoreLocked from PoolTimeout()

    with pytest.raises(StoreLocked):
        once_more(work)
    assert len(tries) == 1


def test_a_base_that_another_program_let_go_of_meanwhile_is_written(
    empty_sqlite: Path, tmp_path: Path, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "unc.sqlite"
    file.write_bytes(empty_sqlite.read_bytes())
    monkeypatch.setattr(store_engine, "BUSY_SECONDS", 0.05)
    with open_store(f"sqlite:///{file}") as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(time, "sleep", lambda _: other.execute("ROLLBACK"))
        store.visits.record(7, Visit(day(0), "p@exemple.fr", "sign-in"))
        other.execute("BEGIN IMMEDIATE")
        store.together(lambda kept: kept.visits.record(7, Visit(day(1), "q@exemple.fr", "refused")))
        assert len(store.visits.list(7, limit=9)) == 2
        other.close()


def test_many_threads_write_to_one_file_and_none_gives_up(
    empty_sqlite: Path, tmp_path: Path, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "unc.sqlite"
    file.write_bytes(empty_sqlite.read_bytes())
    monkeypatch.setattr(store_engine, "BUSY_SECONDS", 20)
    with open_store(f"sqlite:///{file}") as store:

        def visit(place: int) -> None:
            for n in range(5):
                store.visits.record(7, Visit(day(n), f"p{place}@exemple.fr", "sign-in"))

        threads = [threading.Thread(target=visit, args=(place,)) for place in range(60)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(store.visits.list(7, limit=999)) == 300


@pytest.mark.debian
def test_a_deadlock_of_postgresql_costs_nobody_their_write(
    postgres_url: str, row: MakeRow, day: Day
) -> None:
    """Another program locks rows of `seen` in the other order: the server undoes one of the two."""
    with open_store(postgres_url) as store, psycopg.connect(postgres_url) as other:
        store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
        store.accounts.add(Account("p@exemple.fr", "agence", day(0), day(0)))
        store.seen.save(7, "p@exemple.fr", {1: "a", 2: "a"}, at=day(0))
        locked, waiting = threading.Event(), threading.Event()
        tries: list[int] = []

        def both() -> None:
            def work(memory: object) -> None:
                tries.append(1)
                memory.seen.save(7, "p@exemple.fr", {1: "b"}, at=day(1))  # type: ignore[attr-defined]
                locked.set()
                waiting.wait(10)
                memory.seen.save(7, "p@exemple.fr", {2: "b"}, at=day(1))  # type: ignore[attr-defined]

            store.together(work)

        thread = threading.Thread(target=both)
        other.execute("SET deadlock_timeout = '60s'")  # ours is the one that looks
        other.execute("SELECT 1 FROM portal_seen WHERE number = 2 FOR UPDATE")
        thread.start()
        assert locked.wait(10)
        waiting.set()
        other.execute("SELECT 1 FROM portal_seen WHERE number = 1 FOR UPDATE")
        other.commit()
        thread.join(30)
        assert len(tries) == 2
        assert store.seen.marks(7, "p@exemple.fr") == {1: "b", 2: "b"}


@pytest.mark.debian
def test_two_processes_that_save_the_same_rows_lose_none(
    postgres_url: str, row: MakeRow, day: Day
) -> None:
    """Opinions of several people at once, in opposite orders, from several stores."""
    with open_store(postgres_url) as one, open_store(postgres_url) as two:
        rows = [row(n) for n in range(1, 41)]
        one.accounts.add(Account("x@exemple.fr", "agence", day(0), day(0)))
        one.dossiers.save_page(8, rows, watermark=None, seen_at=day(0))

        def give(place: int) -> None:
            numbers = range(1, 41) if place % 2 else range(40, 0, -1)
            store = one if place % 2 else two
            rows = [OpinionRow(n, f"crpv-{place}", "", str(place)) for n in numbers]
            store.opinions.save(8, rows, at=day(0))
            store.seen.save(8, "x@exemple.fr", {n: str(place) for n in numbers}, at=day(0))

        threads = [threading.Thread(target=give, args=(place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = one.opinions.latest(8)
        assert len(kept) == 8 * 40
