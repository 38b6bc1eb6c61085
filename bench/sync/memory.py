"""Peak memory of a first poll, for some dossiers and for ten times as many.

    .venv/bin/python -m bench.sync.memory [--dossiers 1000]     (10000 at the issue's sizes)

Targets: at most 1.5 times, under 300 MiB. Each poll is a process of its own, whose peak resident
memory the system tells; its store is a SQLite file on this disk. The dossiers are 100 of the
sandbox, served again and again under other numbers.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.serving import in_a_process, page_server, unlimited
from settings import Settings
from steps.read.poll import poll
from steps.wiring.summary import Summary


def _poll(settings: Settings, told: Any) -> None:
    with tempfile.TemporaryDirectory() as home:
        at_home = settings.model_copy(update={"home": Path(home)})
        start = time.perf_counter()
        with unlimited(at_home) as services:
            summary = Summary()
            poll(services, summary)
        seconds = time.perf_counter() - start
        kept = sum(one.stat().st_size for one in Path(home).iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.put((len(summary.created), peak, seconds, kept / 2**20))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1000)
    few = parser.parse_args().dossiers
    peaks = []
    for dossiers in (few, 10 * few):
        with page_server(dossiers) as settings, in_a_process(_poll, settings) as told:
            created, peak, seconds, kept = told
        if created != dossiers:
            raise SystemExit(f"{created} dossiers read of {dossiers}")
        peaks.append(peak)
        print(f"{created} dossiers: peak {peak:.0f} MiB, {seconds:.0f} s, {kept:.0f} MiB kept")
    print(f"{peaks[1] / peaks[0]:.2f} times (≤ 1.5), {peaks[1]:.0f} MiB (< 300)")


if __name__ == "__main__":
    main()
