"""How often noise alone tells a region apart, and how often a planted region is found.

    .venv/bin/python -m bench.regions [--classes 400] [--seed 1] [--regions 5 6 8 10 13 18]

Target: false in 5 % of medicines at most, at most 8 % with the upper bound of 95 % (Wilson). Noise:
regions differ by logarithms that are normal or of Student's law with 4 degrees of freedom, and
boxes are counted by person (a person receives 1 for a clustering of 1, a geometric number else).
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from triage.consumption.regions import regions_apart

_SIDE = 1.96
_SIZES = ((5.0, 1), (15.0, 1), (60.0, 1), (1e5, 1), (300.0, 12), (3e3, 12), (1e5, 12))
"""Boxes of a region on average, and how they are clustered."""


@dataclass(frozen=True)
class Noise:
    """What is drawn.

    Attributes:
        regions: How many.
        spread: Standard deviation of the logarithms (scale of Student's law).
        heavy: Whether they are of Student's law with 4 degrees of freedom.
        mean: Boxes of a region on average.
        clustered: How many times the variance of boxes is that of a count.
        planted: What the first regions are multiplied by.
    """

    regions: int
    spread: float
    heavy: bool = False
    mean: float = 3000.0
    clustered: int = 12
    planted: tuple[float, ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--regions", type=int, nargs="+", default=[5, 6, 8, 10, 13, 18])
    asked = parser.parse_args()
    drawn = np.random.default_rng(asked.seed)
    print("false, % (upper bound), by boxes of a region / clustering:")
    print(" " * 22 + "  ".join(f"{mean:>6.0f}/{clustered:<4}" for mean, clustered in _SIZES))
    for regions in asked.regions:
        for heavy, spread in [(False, one) for one in (0, 0.05, 0.12, 0.25)] + [
            (True, one) for one in (0.05, 0.12, 0.25)
        ]:
            noise = Noise(regions, spread, heavy)
            shares = [
                share_false(replace(noise, mean=mean, clustered=by), asked.classes, drawn)
                for mean, by in _SIZES
            ]
            law = "t4" if heavy else "normal"
            cells = (f"{100 * one:4.1f} ({100 * upper(one, asked.classes):4.1f})" for one in shares)
            print(f"{regions:>2} regions {law:>6} {spread:4}  {'  '.join(cells)}", flush=True)
    print("found, %, with logarithms of standard deviation 0.1:")
    plans = ((2.0,), (2.5,), (3.0,), (1 / 3,), (3.0, 3.0), (3.0, 1 / 3), (3.0, 3.0, 1 / 3))
    for regions in asked.regions:
        for planted in plans:
            found = share_found(Noise(regions, 0.1, planted=planted), asked.classes, drawn)
            told = ", ".join(f"x {one:.2g}" for one in planted)
            print(f"{regions:>2} regions, {told:<20} {100 * found:5.1f}", flush=True)


def upper(share: float, count: int) -> float:
    """The upper bound of a share, 95 % on both sides (Wilson 1927)."""
    square = _SIDE**2 / count
    middle = share + square / 2
    half = _SIDE * math.sqrt(share * (1 - share) / count + square / (4 * count))
    return (middle + half) / (1 + square)


def share_false(noise: Noise, classes: int, drawn: np.random.Generator) -> float:
    """Share of the medicines of which a region is told apart that was not planted."""
    return sum(bool(_told(noise, drawn) - _planted(noise)) for _ in range(classes)) / classes


def share_found(noise: Noise, classes: int, drawn: np.random.Generator) -> float:
    """Share of the planted regions that are told apart."""
    planted = _planted(noise)
    found = sum(len(_told(noise, drawn) & planted) for _ in range(classes))
    return found / classes / len(planted)


def _planted(noise: Noise) -> set[str]:
    return {str(100 + place) for place in range(len(noise.planted))}


def _told(noise: Noise, drawn: np.random.Generator) -> set[str]:
    sizes = np.exp(0.5 * drawn.normal(size=noise.regions))
    law = drawn.standard_t(4, noise.regions) if noise.heavy else drawn.normal(size=noise.regions)
    due = noise.mean * sizes / sizes.mean() * np.exp(noise.spread * law)
    due[: len(noise.planted)] *= noise.planted
    boxes = _counts(due, noise.clustered, drawn)
    names = [str(100 + place) for place in range(noise.regions)]
    everything = dict(zip(names, (1e7 * sizes).tolist(), strict=True))
    counted = dict(zip(names, boxes, strict=True))
    return {one.region for one in regions_apart(counted, everything, clustered=noise.clustered)}


def _counts(due: np.ndarray, clustered: int, drawn: np.random.Generator) -> Sequence[float]:
    """Boxes: persons by chance, each with a geometric number of boxes."""
    if clustered == 1:
        return [float(one) for one in drawn.poisson(due)]
    each = clustered / 2
    persons = drawn.poisson(due / each)
    more = drawn.negative_binomial(np.maximum(persons, 1), 1 / each)
    return [float(one) for one in np.where(persons > 0, persons + more, 0)]


if __name__ == "__main__":
    main()
