"""Load the real BDPM files: time, memory, counts against grep, and join rates.

    .venv/bin/python bench/bdpm.py [FOLDER]      (target: under 5 s and 150 MiB)

Each folder is read in a process of its own, through the command ``unc bdpm load``.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT.parent / "shared" / "bdpm"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    unc = Path(sys.executable).with_name("unc")
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "UNC_HOME": home}
        environment.pop("UNC_DEMARCHE", None)
        start = time.perf_counter()
        done = subprocess.run(  # noqa: S603 (our own command)
            [unc, "bdpm", "load", folder, "--json"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{seconds:.2f} s (process included), {memory:.0f} MiB at most")
    for one in json.loads(done.stdout)["files"]:
        lines = counted(folder / one["name"])
        same = "equal to" if lines == one["read"] else "NOT equal to"
        share = 100 * one["joined"] / one["read"]
        print(
            f"{one['name']:24} {one['encoding']:7} {one['read']:6} rows, {same} grep ({lines});"
            f" {share:6.2f} % of a known speciality"
        )


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
