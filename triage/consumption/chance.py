"""Probabilities of chance, in exact formulas: no library is loaded for a question of one medicine.

Sources: incomplete beta by Lentz's continued fraction (Press et al., *Numerical Recipes*, § 6.4);
false-discovery rate (Benjamini and Hochberg 1995).
"""

import math
from collections.abc import Sequence
from functools import lru_cache

_LEAST = 1e-300
_STEPS = 20_000
_ENOUGH = 1e-14
MOST_FREEDOM = 1e5
"""Degrees of freedom from which Student's law is the normal one."""


def beta_share(at: float, one: float, other: float) -> float:
    """The regularised incomplete beta function I of ``at``, for two parameters above 0."""
    if at <= 0 or at >= 1:
        return float(at >= 1)
    front = math.exp(
        math.lgamma(one + other)
        - math.lgamma(one)
        - math.lgamma(other)
        + one * math.log(at)
        + other * math.log1p(-at)
    )
    if at < (one + 1) / (one + other + 2):
        return front * _fraction(at, one, other) / one
    return 1 - front * _fraction(1 - at, other, one) / other


def _fraction(at: float, one: float, other: float) -> float:
    below = 1 - (one + other) * at / (one + 1)
    upper, lower = 1.0, 1 / (below or _LEAST)
    found = lower
    for step in range(1, _STEPS):
        even = step * (other - step) * at / ((one + 2 * step - 1) * (one + 2 * step))
        odd = -(one + step) * (one + other + step) * at
        odd /= (one + 2 * step) * (one + 2 * step + 1)
        for part in (even, odd):
            lower = 1 / (1 + part * lower or _LEAST)
            upper = 1 + part / upper or _LEAST
            change = upper * lower
            found *= change
        if abs(change - 1) < _ENOUGH:
            break
    return found


def either_side(distance: float, freedom: float) -> float:
    """Probability that Student's law is at least so far from 0, on either side."""
    if math.isinf(distance):
        return 0.0
    if freedom >= MOST_FREEDOM:
        return math.erfc(abs(distance) / math.sqrt(2))
    return beta_share(freedom / (freedom + distance * distance), freedom / 2, 0.5)


@lru_cache(maxsize=256)
def reach(level: float, freedom: float) -> float:
    """Distance from 0 that Student's law goes beyond, on either side, with that probability."""
    low, high = 0.0, 2.0
    while either_side(high, freedom) > level:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if either_side(middle, freedom) > level else (low, middle)
    return high


def at_least(hits: float, draws: float, share: float) -> float:
    """Probability of so many hits or more, where each draw hits with a share of the chances.

    Args:
        hits: A count, taken down to a whole one.
        draws: How many were drawn; not always whole, where it stands for clustered counts.
        share: Above 0, below 1.
    """
    whole = math.floor(hits)
    if whole <= 0:
        return 1.0
    return beta_share(share, whole, max(draws - whole, 0.0) + 1)


def q_values(p_values: Sequence[float]) -> tuple[float, ...]:
    """For each, the share of false alarms to expect among all that depart as much or more."""
    found, least, count = [0.0] * len(p_values), 1.0, len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    for rank in range(count, 0, -1):
        place = order[rank - 1]
        least = min(least, p_values[place] * count / rank)
        found[place] = least
    return tuple(found)


def digamma(at: float) -> float:
    """Slope of the logarithm of the gamma function, above 0 (asymptotic series after 10)."""
    found = 0.0
    while at < 10:  # noqa: PLR2004
        found -= 1 / at
        at += 1
    square = 1 / (at * at)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return found + math.log(at) - 0.5 / at - series


def trigamma(at: float) -> float:
    """Slope of :func:`digamma`, above 0."""
    found = 0.0
    while at < 10:  # noqa: PLR2004
        found += 1 / (at * at)
        at += 1
    square = 1 / (at * at)
    series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square / 30)))
    return found + (1 + 0.5 / at + series) / at


def trigamma_inverse(value: float) -> float:
    """Where :func:`trigamma` has a value above 0 (bisection on the logarithm)."""
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if trigamma(math.exp(middle)) > value else (low, middle)
    return math.exp(high)
