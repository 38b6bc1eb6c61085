"""Regions apart from the others, at a stated rate of false alarms. Pure.

A region is compared with the share that it has of all medicines of the same year. What it departs
by is compared with what the others do: regions differ more than counts do by chance
(overdispersion), and boxes come several to a person.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from triage.consumption.chance import either_side, q_values

RATE = 0.05
"""Share of false alarms to expect among the regions that are told (Benjamini and Hochberg 1995)."""
CLUSTERED = 12.0
"""How many times the variance of boxes is that of a count, where persons are not known."""
REGION_METHOD = (
    "Région à part : logarithme du rapport entre sa part des boîtes du médicament et sa part des"
    " boîtes de tous les médicaments, comparé à celui des autres régions (Student ; variance entre"
    " régions, plus celle d'un comptage de boîtes groupées par personne) ; les régions déjà à part"
    " ne servent pas de référence ; taux de fausses découvertes de 5 % (Benjamini et Hochberg,"
    " 1995)"
)
NO_REGION = frozenset({"", "0", "9", "99"})
_FEWEST_REGIONS = 5
_FEWEST_COUNTED = 10.0
"""Boxes expected in a region, for the variance of one, under which it is not judged."""
_FEWER = 3
"""Degrees of freedom less than regions: one, and two more as logarithms of counts are not normal
(with them simulated noise stays at the stated rate)."""
_SURE = 0.005
"""Probability under which a region is set aside first: it adds little to false alarms."""
_LEFT = 0.25
"""Share of the regions that may be set aside as apart before the others are the reference."""


@dataclass(frozen=True, slots=True)
class RegionApart:
    """A region that departs from the others.

    Attributes:
        region: Its code.
        boxes: Boxes there.
        expected: Boxes there if it had its share of all medicines.
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

    Args:
        boxes: Boxes of a medicine by region, of one year.
        everything: Boxes of all medicines by region, of the same year.
        clustered: See :func:`clustering`.
    """
    regions = sorted(one for one, count in everything.items() if count > 0)
    regions = [one for one in regions if one not in NO_REGION]
    here = [max(0.0, boxes.get(one, 0.0)) for one in regions]
    total, whole = sum(here), sum(everything[one] for one in regions)
    if len(regions) < _FEWEST_REGIONS or total <= 0:
        return ()
    expected = [total * everything[one] / whole for one in regions]
    found = _Departures(
        logs=[
            math.log((count + 0.5) / (due + 0.5)) for count, due in zip(here, expected, strict=True)
        ],
        by_chance=[clustered / (due + 0.5) for due in expected],
    )
    aside = found.aside()
    p_values = [found.p_value(place, aside=aside) for place in range(len(regions))]
    told = zip(regions, here, expected, q_values(p_values), strict=True)
    return tuple(
        RegionApart(*one) for one in sorted(told, key=lambda one: one[3]) if one[3] <= RATE
    )


@dataclass(frozen=True, slots=True)
class _Departures:
    """What each region departs by.

    Attributes:
        logs: Logarithm of its boxes for those expected.
        by_chance: Variance of that by chance alone.
    """

    logs: Sequence[float]
    by_chance: Sequence[float]

    def p_value(self, place: int, *, aside: Collection[int]) -> float:
        """Probability that a region departs so much from the others.

        The variance between the others is what they vary by beyond chance (Hedges 1983, moments);
        Student's law has its uncertainty.
        """
        if self.by_chance[place] > 1 / _FEWEST_COUNTED:
            return 1.0
        others = [one for one in range(len(self.logs)) if one != place and one not in aside]
        between = self._between(others)
        weights = [1 / (self.by_chance[one] + between) for one in others]
        middle = sum(w * self.logs[one] for w, one in zip(weights, others, strict=True))
        middle /= sum(weights)
        spread = math.sqrt(between + self.by_chance[place] + 1 / sum(weights))
        return either_side((self.logs[place] - middle) / spread, len(others) - _FEWER)

    def _between(self, others: Sequence[int]) -> float:
        count = len(others)
        middle = sum(self.logs[one] for one in others) / count
        found = sum((self.logs[one] - middle) ** 2 for one in others) / (count - 1)
        return max(0.0, found - sum(self.by_chance[one] for one in others) / count)

    def aside(self) -> frozenset[int]:
        """Regions that would hide one another: taken out one by one, the furthest first.

        As many go as leave, at the last of them, a departure that chance does not explain among so
        many (generalised extreme Studentised deviate, Rosner 1983).
        """
        out: list[int] = []
        sure = 0
        for _ in range(int(len(self.logs) * _LEFT)):
            left = [one for one in range(len(self.logs)) if one not in out]
            p_value, furthest = min((self.p_value(one, aside=out), one) for one in left)
            out.append(furthest)
            if p_value * len(left) <= _SURE:
                sure = len(out)
        return frozenset(out[:sure])
