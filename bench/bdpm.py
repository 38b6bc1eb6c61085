"""Load the real BDPM files: time, memory, counts against grep, and join rates of dossiers.

    .venv/bin/python -m bench.bdpm [FOLDER] [--dossiers 2000]      (target: under 5 s and 150 MiB)

Each load is a process of its own, through the command ``unc bdpm load``: without dossiers, then
beside a store of so many, whose medicines it joins.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.serving import sandbox_of, unlimited
from steps.read.poll import poll
from steps.wiring.summary import Summary

ROOT = Path(__file__).parents[1]
FOLDER = ROOT.parent / "shared" / "bdpm"
_MEASURED = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts the command from a small process: Linux counts its parent's own peak as its first."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--dossiers", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        told = load(asked.folder, "without dossiers", UNC_HOME=home)
    for one in told["files"]:
        lines = counted(asked.folder / one["name"])
        same = "equal to" if lines == one["read"] else "NOT equal to"
        share = 100 * one["joined"] / one["read"]
        print(
            f"{one['name']:24} {one['encoding']:7} {one['read']:6} rows, {same} grep ({lines});"
            f" {share:6.2f} % of a known speciality"
        )
    with sandbox_of(asked.dossiers) as settings, tempfile.TemporaryDirectory() as home:
        with unlimited(settings.model_copy(update={"home": Path(home)})) as services:
            poll(services, Summary())
        told = load(
            asked.folder,
            f"beside {asked.dossiers} dossiers",
            UNC_HOME=home,
            UNC_DEMARCHE=str(settings.demarche),
        )
        print(f"medicines found by: {told['dossiers']}")


def load(folder: Path, case: str, **settings: str) -> Any:
    """Run the command; print what it took and return what it tells."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNC_")}
    unc = Path(sys.executable).with_name("unc")
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-ISc", _MEASURED, unc, "bdpm", "load", folder, "--json"],
        env={**kept, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - start
    peak = int(done.stderr.split()[-1]) / 1024
    print(f"{case}: {seconds:.2f} s (process included), {peak:.0f} MiB at most")
    return json.loads(done.stdout)


def counted(path: Path) -> int:
    """Independent count of the lines that are not blank."""
    done = subprocess.run(  # noqa: S603 (our own command)
        ["/usr/bin/grep", "-a", "-c", "[^[:space:]]", str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return int(done.stdout)


if __name__ == "__main__":
    main()
