"""Killed at any instant, what is stored is a whole number of pages."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from store.repository import Store

PAGES = """
import sys
from datetime import UTC, datetime, timedelta
from store.dossiers.pages import DossierRow
from store.repository import open_store

START = datetime(2026, 1, 1, tzinfo=UTC)
with open_store(sys.argv[1]) as store:
    first = len(store.dossiers.known_numbers(7)) // 20
    print("ready", flush=True)
    for page in range(first, 100_000):
        at = START + timedelta(minutes=page)
        rows = [
            DossierRow(n, f"D{n}", {"n": "x" * 20_000}, "h", "f", "s", "r", "g", at, at)
            for n in range(page * 20, page * 20 + 20)
        ]
        store.dossiers.save_page(7, rows, watermark=at, seen_at=at)
"""


@pytest.mark.slow
def test_a_poll_killed_at_any_instant_is_resumed_at_a_whole_page(store: Store, url: str) -> None:
    chance = random.Random(7)
    saved = 0
    for _ in range(4):
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PAGES, url], stdout=subprocess.PIPE, text=True
        ) as poll:
            assert poll.stdout is not None
            assert poll.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.02, 0.15))
            while not saved and not store.dossiers.known_numbers(7):
                time.sleep(0.01)  # a slow machine: killed after a page at the earliest
            os.kill(poll.pid, signal.SIGKILL)
            poll.wait()
        numbers = settled(store)
        watermark = store.demarches.state(7).watermark
        assert numbers == set(range(len(numbers)))
        assert len(numbers) % 20 == 0
        assert len(numbers) >= saved
        if watermark is not None:
            assert len(numbers) == 20 * (round(watermark.timestamp() - 1767225600) // 60 + 1)
        saved = len(numbers)
    assert saved, "no page was saved before the process was killed"


def settled(store: Store) -> set[int]:
    """Numbers in store, once the server has done with the dead client's last statement."""
    before = None
    while (now := store.dossiers.known_numbers(7)) != before:
        before = now
        time.sleep(0.05)
    return now
