"""The whole first poll, beside a bare loop over the same pages that keeps nothing.

    .venv/bin/python -m bench.sync.read [--dossiers 2000] [--rounds 3] [--warm]

Target: at most 1.5 times. Each reads a sandbox that was just started, in a process of its own, as a
first poll does: the sandbox works for each page. With --warm, one sandbox has every answer ready
(some 25 ms a page, parsing included), which no real service has: what is left is our own work. The
least of each is compared.

    .venv/bin/python -m bench.sync.read --requests [--dossiers 1000]

counts requests instead. Targets: 10 + at most 3 for 1,000 dossiers; at most 3 when nothing changed.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from bench.serving import sandbox_of, unlimited
from bench.sync.page_cpu import bare
from clients.capabilities import capabilities_of
from clients.documents import document
from settings import Settings
from steps.read.poll import poll
from steps.wiring.summary import Summary


def bare_loop(settings: Settings) -> float:
    """Seconds of the loop."""
    with unlimited(settings.model_copy(update={"home": settings.home / "aside"})) as services:
        query = document("Page", without=capabilities_of(services.transport).without).text
    start = time.perf_counter()
    bare(settings, query)
    return time.perf_counter() - start


def whole_read(settings: Settings, home: Path) -> float:
    """Seconds of a first poll into an empty store."""
    with unlimited(settings.model_copy(update={"home": home})) as services:
        start = time.perf_counter()
        poll(services, Summary())
        return time.perf_counter() - start


def warm(dossiers: int, rounds: int) -> Iterator[tuple[float, float]]:
    with sandbox_of(dossiers) as settings:
        bare_loop(settings)
        for round_ in range(rounds):
            yield bare_loop(settings), whole_read(settings, settings.home / str(round_))


def cold(dossiers: int, rounds: int) -> Iterator[tuple[float, float]]:
    for _ in range(rounds):
        with sandbox_of(dossiers) as settings:
            loop = bare_loop(settings)
        with sandbox_of(dossiers) as settings:
            yield loop, whole_read(settings, settings.home)


def requests_sent(dossiers: int) -> None:
    """Requests of a first poll, and of one of an unchanged démarche."""
    with sandbox_of(dossiers) as settings:
        for name in ("first poll", "unchanged"):
            with unlimited(settings) as services:
                summary = Summary()
                poll(services, summary)
                sent = services.transport.requests_sent
            print(f"{name}: {sent} requests, {len(summary.created)} dossiers created")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--requests", action="store_true")
    asked = parser.parse_args()
    if asked.requests:
        requests_sent(asked.dossiers)
        return
    pairs = (warm if asked.warm else cold)(asked.dossiers, asked.rounds)
    loop, whole = (min(one) for one in zip(*pairs, strict=True))
    print(f"{asked.dossiers} dossiers: bare loop {loop:.2f} s, poll {whole:.2f} s:")
    print(f"{whole / loop:.2f} times (≤ 1.5)")


if __name__ == "__main__":
    main()
