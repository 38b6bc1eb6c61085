"""How the search for patient data in a text grows with the text, on texts made to slow it down.

    .venv/bin/python -m bench.hostile_text [--size 20000]      (target: at most 6 times for 4 times)

Time that grows with the length of the text alone makes a text four times as long cost four times
as much; a search that starts again at each character makes it sixteen times. Of each length the
best of several is taken, so that other jobs of the machine count little.
"""

import argparse
import time
from collections.abc import Callable, Iterator

from triage.patient_data.finders import FINDERS, Span

HOSTILE = (
    "1 ",
    "A.",
    "né ",
    "0",
    "J.D. né 1/1/11 ",
    "06 12 34 56 78 ",
    "1 85 05  ",
)
TRIES = 3
TIMES = 4
SHORTEST = 0.001
"""Seconds under which a clock says nothing."""


def seconds(find: Callable[[str], Iterator[Span]], text: str) -> float:
    """Processor time of one search, the best of several."""
    measured = []
    for _ in range(TRIES):
        started = time.process_time()
        for _span in find(text):
            pass
        measured.append(time.process_time() - started)
    return min(measured)


def main() -> None:
    """Print the worst ratio of each finder, and the text that it is of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="characters of the shorter text")
    size = parser.parse_args().size
    for name, find in FINDERS.items():
        ratios = {}
        for piece in HOSTILE:
            short, long = (piece * (length // len(piece)) for length in (size, size * TIMES))
            ratios[piece] = seconds(find, long) / max(seconds(find, short), SHORTEST)
        piece, worst = max(ratios.items(), key=lambda one: one[1])
        print(f"{name}: {worst:.1f} times for {TIMES} times the text (« {piece} »)")


if __name__ == "__main__":
    main()
