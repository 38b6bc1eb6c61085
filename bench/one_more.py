"""What one more unchanged dossier adds to a run that publishes, beside one that is new.

    .venv/bin/python -m bench.one_more [--small 500] [--large 2000] [--home DIR]

Target: at most 0.05, in CPU of a process that polls, judges and publishes. Two bases are made (as
:mod:`bench.at_size` does) and published; then each takes a few new dossiers and a run, and the
small one many more and a run: the difference between the bases is what an unchanged dossier costs,
that between few and many what a new one does. New dossiers are put into the base, not read from
DS: their share of reading is left out, which is to our disadvantage. Each run is done on so many
turns, the least counts.
"""

import argparse
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bench.at_size import FIRST, RUN, Measures, fill, made, measured
from sandbox.server import running_sandbox
from settings import Settings
from steps.wiring.services import open_services

FEW, MANY, DIFFERENT = 20, 120, 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=500)
    parser.add_argument("--large", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-more-") as folder:
        homes = [(asked.home or Path(folder)) / str(one) for one in (asked.small, asked.large)]
        small, large = (made(home, int(home.name), different=DIFFERENT) for home in homes)
        few, many = run_with(small, [FEW, MANY], turns=asked.turns)
        (beside,) = run_with(large, [FEW], turns=asked.turns)
    unchanged = (beside - few) / (asked.large - asked.small)
    new = (many - few) / (MANY - FEW)
    print(
        f"{FEW} new beside {asked.small}: {few:.2f} CPU-s, beside {asked.large}: {beside:.2f};"
        f" {MANY} new beside {asked.small}: {many:.2f}\n"
        f"an unchanged dossier {1000 * unchanged:.2f} ms, a new one {1000 * new:.1f} ms:"
        f" {unchanged / new:.3f} of it (≤ 0.05)"
    )


def run_with(settings: Settings, added: list[int], *, turns: int) -> list[float]:
    """CPU seconds of a run after so many new dossiers, the least of some, published before."""
    environment = Measures(settings, 0, 0).environment
    port = urlsplit(settings.ds_url).port or 0
    with running_sandbox(settings.home / "sandbox", port=port):
        measured(environment, RUN, tries=1)
        return [min(after(settings, one, environment) for _ in range(turns)) for one in added]


def after(settings: Settings, added: int, environment: dict[str, str]) -> float:
    with open_services(settings) as services:
        known = services.store.dossiers.known_numbers(services.demarche)
        fill(services, added, begin=1 + max(known) - FIRST)
    return measured(environment, RUN, tries=1)[0]


if __name__ == "__main__":
    main()
