import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from store.database.errors import AlreadyRunning, LockLost, StoreUnreachable
from store.dossiers.pages import DossierRow
from store.repository import Store, open_store

MINE = 10 * os.getpid()
"""Locks are the database's: two workers of pytest on one server must not share a number."""

HOLD = """
import sys, time
from store.repository import open_store
with open_store(sys.argv[1]) as store, store.lock(int(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_run_at_a_time_for_a_demarche(store: Store, url: str) -> None:
    with store.lock(MINE), open_store(url) as other:
        with pytest.raises(AlreadyRunning, match=f"démarche {MINE}"), other.lock(MINE):
            pytest.fail("two runs at once")
        with pytest.raises(AlreadyRunning), store.lock(MINE):
            pytest.fail("two runs at once in a process")
        with other.lock(MINE + 1):
            pass
    with store.lock(MINE):
        pass


def test_the_store_works_under_the_lock(
    store: Store, row: Callable[..., DossierRow], day: Callable[[int], datetime]
) -> None:
    with store.lock(MINE):
        store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    assert store.dossiers.known_numbers(7) == {1}


def test_an_error_under_the_lock_is_let_through_and_lets_go(store: Store) -> None:
    with pytest.raises(RuntimeError, match="ours"), store.lock(MINE):
        raise RuntimeError("ours")
    with store.lock(MINE):
        pass


def test_a_run_that_never_took_its_lock_or_let_go_of_it_is_not_alone(store: Store) -> None:
    with store.lock(MINE):
        store.require_alone(MINE)
        with pytest.raises(LockLost, match=f"démarche {MINE + 1}"):
            store.require_alone(MINE + 1)
    with pytest.raises(LockLost):
        store.require_alone(MINE)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_lock_file_that_was_deleted_is_a_lost_lock(tmp_path: Path, *, replaced: bool) -> None:
    with open_store(f"sqlite:///{tmp_path / 'unc.sqlite'}") as store, store.lock(7):
        place = tmp_path / "unc.sqlite.run-7"
        place.unlink()
        if replaced:
            place.touch()
        with pytest.raises(LockLost, match="démarche 7"):
            store.require_alone(7)


@pytest.mark.slow
def test_a_killed_run_lets_go(store: Store, url: str) -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLD, url, str(MINE)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), store.lock(MINE):
            pytest.fail("two runs at once")
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with ExitStack() as stack:
        take_soon(stack, store)


def take_soon(stack: ExitStack, store: Store) -> None:
    """Take the lock; PostgreSQL takes a moment to see that a client is gone."""
    for _ in range(100):
        try:
            stack.enter_context(store.lock(MINE))
        except AlreadyRunning:
            time.sleep(0.05)
        else:
            return
    pytest.fail("a killed run still holds the lock")


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'gone' / 'unc.sqlite'}") as store:
        (tmp_path / "gone").rmdir()
        with pytest.raises(StoreUnreachable), store.lock(MINE):
            pytest.fail("no lock was made")
