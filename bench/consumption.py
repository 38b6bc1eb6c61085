"""Read a generated year of Open Medic in the real layout: time, memory, then a query.

    .venv/bin/python -m bench.consumption [--rows 2000000]      (target: under 60 s and 300 MiB)

The floor is reading the cells alone, in the same run. Then a query (target: 0.5 s), alone, again,
and as the command that staff type, which must load no scipy.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from steps.follow.consumption_load import load_file
from steps.follow.consumption_profile import profile
from steps.wiring.public_data.consumption_files import base_of

_HEADER = (
    "ATC1;l_ATC1;ATC2;L_ATC2;ATC3;L_ATC3;ATC4;L_ATC4;ATC5;L_ATC5;CIP13;l_cip13;TOP_GEN;GEN_NUM;"
    "age;sexe;BEN_REG;PSP_SPE;BOITES;REM;BSE"
)
_AGES, _SEXES = (0, 20, 60, 99), (1, 2, 9)
_REGIONS = (5, 11, 24, 27, 28, 32, 44, 52, 53, 75, 76, 84, 93, 99)
_WHO = (*range(1, 10), *range(11, 20), 31, 32, 35, 36, 37, 38, 42, 90, 98, 99)
_PRESENTATIONS = 13_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "OPEN_MEDIC_2097.CSV"
        with path.open("w", encoding="latin-1", newline="") as file:
            file.writelines(f"{line}\r\n" for line in lines(asked.rows))
        start = time.process_time()
        with path.open(encoding="latin-1") as file:
            cells = sum(len(line.split(";")) for line in file)
        floor = time.process_time() - start
        start, began = time.perf_counter(), time.process_time()
        (edition,) = load_file(path, Path(folder)).editions
        wall, used = time.perf_counter() - start, time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{edition.rows} rows ({cells} cells): {wall:.1f} s, {used:.1f} s of processor,")
        print(f"{used / floor:.1f} times the floor, {peak:.0f} MiB at most")
        for case in ("first", "again"):
            start = time.perf_counter()
            found = profile("Z00AA00", Path(folder))
            seconds = time.perf_counter() - start
            print(f"one class ({case}): {seconds:.3f} s, {found and found.boxes}")
        print(f"scipy loaded: {'scipy' in sys.modules}")
        size = base_of(Path(folder)).stat().st_size / 1e6
        start = time.perf_counter()
        run = "from cli.app import main; main()"
        command = [sys.executable, "-c", run, "conso", "show", "Z00AA00", "--json"]
        subprocess.run(  # noqa: S603 (our own command)
            command, check=True, capture_output=True, env={**os.environ, "UNC_HOME": folder}
        )
        print(f"unc conso show: {time.perf_counter() - start:.2f} s; the base: {size:.0f} MB")


def lines(rows: int) -> Iterator[str]:
    drawn = random.Random(4)
    yield _HEADER
    for row in range(rows):
        place = row * _PRESENTATIONS // rows
        atc = f"Z{place % 15:02}AA{place % 97:02}"
        boxes = f"{drawn.randint(1, 3000):,}".replace(",", ".")
        where = (drawn.choice(codes) for codes in (_AGES, _SEXES, _REGIONS, _WHO))
        yield (
            f"Z;MÉDICAMENTS;{atc[:3]};E;{atc[:4]};E;{atc[:5]};E;{atc};SUBSTANCE {atc};"
            f"34009{place:08};PRESENTATION {place};0;0;{';'.join(map(str, where))};{boxes};"
            f"{boxes},{drawn.randint(0, 99):02};{boxes},50"
        )


if __name__ == "__main__":
    main()
