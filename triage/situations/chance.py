"""Two tests against chance, of a series and of a split.

Written out, because no run should import a library of 75 MB for them: tests hold them equal to
scipy's.
"""

from collections import Counter
from collections.abc import Sequence
from math import comb, erfc, sqrt

_LONGEST_EXACT = 33
"""Above, the statistic of a series without ties is near enough to normal."""


def kendall(counts: Sequence[int]) -> tuple[float, float]:
    """Kendall's tau-b of a series with time, and the probability of one as far from 0 by chance.

    Exact for a short series without two equal counts, else by the normal law with the variance
    corrected for ties (Kendall 1970). Some counts differ.
    """
    size = len(counts)
    pairs = size * (size - 1) // 2
    score = sum(
        (later > earlier) - (later < earlier)
        for place, earlier in enumerate(counts)
        for later in counts[place + 1 :]
    )
    ties = [same for same in Counter(counts).values() if same > 1]
    tau = score / sqrt(pairs - sum(map(_pairs, ties))) / sqrt(pairs)
    discordant = (pairs - score) // 2
    few = min(discordant, pairs - discordant)
    if not ties and (size <= _LONGEST_EXACT or few <= 1):
        return tau, _chance_of_inversions(size, few)
    variance = (2 * pairs * (2 * size + 5) - sum(2 * _pairs(t) * (2 * t + 5) for t in ties)) / 18
    return tau, erfc(abs(score) / sqrt(variance) / sqrt(2))


def even_split(one: int, other: int) -> float:
    """Probability of a split at least as uneven when each case falls on either side alike.

    The exact binomial test with an even chance, two-sided.
    """
    total, least = one + other, min(one, other)
    if one == other:
        return 1.0
    tail: float = 2 * sum(comb(total, k) for k in range(least + 1)) / 2**total
    return min(1.0, tail)


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _chance_of_inversions(size: int, few: int) -> float:
    """Twice the share of the orders of ``size`` things with at most ``few`` inversions."""
    if 2 * few == _pairs(size):
        return 1.0
    orders = [1] + [0] * few  # by number of inversions
    total = 1
    for length in range(2, size + 1):
        total *= length
        orders = [sum(orders[max(0, count - length + 1) : count + 1]) for count in range(few + 1)]
    return min(1.0, 2 * sum(orders) / total)
