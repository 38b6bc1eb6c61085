"""Regions apart from the others, at a stated rate of false alarms. Pure.

A region is compared with the share that it has of all medicines of the same year, and what it
departs by with what the other regions depart by. Regions differ more than counts do by chance, some
much more than most (a law of heavy tails), and boxes come several to a person.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from triage.consumption.chance import MOST_FREEDOM, either_side, q_values

RATE = 0.05
"""Share of false alarms to expect among the regions that are told (Benjamini and Hochberg 1995)."""
CLUSTERED = 12.0
"""How many times the variance of boxes is that of a count, where persons are not known."""
REGION_METHOD = (
    "Région à part : logarithme du rapport entre sa part des boîtes du médicament et sa part des"
    " boîtes de tous les médicaments, comparé à celui des autres régions (milieu des autres ;"
    " variance entre elles, d'après les trois quarts les plus proches de ce milieu, plus celle d'un"
    " comptage de boîtes groupées par personne ; loi de Student à 4 degrés de liberté ou plus, car"
    " quelques régions diffèrent toujours beaucoup) ; taux de fausses découvertes de 5 % par"
    " médicament (Benjamini et Hochberg, 1995)"
)
NO_REGION = frozenset({"", "0", "9", "99"})
_FEWEST_REGIONS = 5
_FEWEST_COUNTED = 10.0
"""Boxes expected in a region, for the variance of one, under which it is not judged."""
_HEAVY = 4.0
"""Degrees of freedom of the law by which regions may differ: its tails are heavier than normal."""
_NEAREST = 0.75
"""Share of the other regions, one more, that tells how much regions differ: those further out may
be apart themselves."""
_BETWEEN = 0.65
"""Part of that variance which is counted beside chance. With :func:`_wide`, set by simulation
(``python -m bench.regions``) so that noise is told apart in 5 % of medicines at most: five to
eighteen regions, any mixture of chance and differences, normal or of heavy tails."""
_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class RegionApart:
    """A region that departs from the others.

    Attributes:
        region: Its code.
        boxes: Boxes there.
        expected: Boxes there if it departed from its share of all medicines as the middle of the
            other regions does.
        q_value: Share of false alarms to expect among the regions that depart as much or more.
    """

    region: str
    boxes: float
    expected: float
    q_value: float


def clustering(boxes: float, persons: float | None) -> float:
    """How many times the variance of boxes is that of a count: twice the boxes of a person.

    Twice, as persons differ in how many they receive (for a geometric law, about so).
    """
    return max(1.0, 2 * boxes / persons) if persons else CLUSTERED


def regions_apart(
    boxes: Mapping[str, float], everything: Mapping[str, float], *, clustered: float = CLUSTERED
) -> tuple[RegionApart, ...]:
    """Regions apart from the others, at a false-discovery rate of :data:`RATE`.

    Those where few boxes are expected are neither judged nor compared with.

    Args:
        boxes: Boxes of a medicine by region, of one year.
        everything: Boxes of all medicines by region, of the same year.
        clustered: See :func:`clustering`.
    """
    due = judged_regions(boxes, everything, clustered=clustered)
    if not due:
        return ()
    regions = [*due]
    counts = [max(0.0, boxes.get(one, 0.0)) / clustered for one in regions]
    found = _departures(counts, [*due.values()])
    judged = [_judged(found, place) for place in range(len(regions))]
    rates = q_values([p_value for p_value, _ in judged])
    told = (
        RegionApart(one, count * clustered, due[one] * math.exp(middle) * clustered, rate)
        for one, count, (_, middle), rate in zip(regions, counts, judged, rates, strict=True)
        if rate <= RATE
    )
    return tuple(sorted(told, key=lambda one: one.q_value))


def judged_regions(
    boxes: Mapping[str, float], everything: Mapping[str, float], *, clustered: float = CLUSTERED
) -> dict[str, float]:
    """Regions that can be judged, each with the boxes due there (of persons); none where too few.

    Args:
        boxes: As in :func:`regions_apart`.
        everything: Likewise.
        clustered: Likewise.
    """
    known = {one: n for one, n in everything.items() if n > 0 and one not in NO_REGION}
    total, whole = sum(max(0.0, boxes.get(one, 0.0)) for one in known), sum(known.values())
    due = {one: total * n / whole / clustered for one, n in sorted(known.items())}
    enough = {one: count for one, count in due.items() if count >= _FEWEST_COUNTED}
    return enough if len(enough) >= _FEWEST_REGIONS else {}


@dataclass(frozen=True, slots=True)
class _Departure:
    """What a region departs by.

    Attributes:
        log: Logarithm of its boxes for those due.
        by_chance: Variance of that by chance alone.
    """

    log: float
    by_chance: float


def _departures(counts: Sequence[float], due: Sequence[float]) -> list[_Departure]:
    """What each departs by; its variance is looked at from the middle of all.

    That variance makes of the logarithm the deviance of a count (McCullagh and Nelder 1989, § 2.4),
    which is nearly normal on both sides: the one of theory makes too much of few boxes.
    """
    logs = [math.log((n + 0.5) / (expected + 0.5)) for n, expected in zip(counts, due, strict=True)]
    level = math.exp(median(logs))
    return [
        _Departure(log, _by_chance(n + 0.5, (expected + 0.5) * level))
        for log, n, expected in zip(logs, counts, due, strict=True)
    ]


def _by_chance(count: float, due: float) -> float:
    log = math.log(count / due)
    deviance = 2 * (count * log - (count - due))
    return log * log / deviance if abs(log) > 1e-4 else 1 / due  # noqa: PLR2004 (their limit)


def _judged(found: Sequence[_Departure], place: int) -> tuple[float, float]:
    """Probability that a region departs so much from the others, and the middle of these.

    What it departs by has two parts, that of chance and what regions differ by: the larger the
    second is, the heavier the tails.
    """
    one, others = found[place], [*found[:place], *found[place + 1 :]]
    middle = median(each.log for each in others)
    between = _BETWEEN * _between(others, middle)
    variance = between + one.by_chance
    freedom = min(_HEAVY * variance / between, MOST_FREEDOM) if between > 0 else MOST_FREEDOM
    return either_side((one.log - middle) / math.sqrt(variance), freedom), middle


def _between(others: Sequence[_Departure], middle: float) -> float:
    """Variance between regions beyond chance: with it the nearest depart as much as they should."""
    squares = [((one.log - middle) ** 2, one.by_chance) for one in others]
    wanted = _BETWEEN / _wide(len(others)) ** 2
    low, high = 0.0, max(square for square, _ in squares) / wanted
    if _nearest(squares, low) <= wanted:
        return 0.0
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        low, high = (half, high) if _nearest(squares, half) > wanted else (low, half)
    return high


def _nearest(squares: Sequence[tuple[float, float]], between: float) -> float:
    """Mean of the smallest squares of departures, for one of variance; the last counts in part."""
    ratios = sorted(square / (between + by_chance) for square, by_chance in squares)
    taken = min(len(ratios), _NEAREST * len(ratios) + 1)
    whole = int(taken)
    rest = (taken - whole) * ratios[whole] if taken > whole else 0.0
    return (sum(ratios[:whole]) + rest) / taken


def _wide(others: int) -> float:
    """How many times the nearest depart by, in root mean square, the law of all is wide.

    By simulation of differences of heavy tails without chance: 2.1 among five regions, 1.6 to 1.8
    among six to twenty.
    """
    return 1.7 + 0.5 / (others - 3)
