"""Consumption signals: substances whose dispensing departs from its own past."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from mappings.report.display import show, show_chance
from triage.consumption.chance import (
    MOST_FREEDOM,
    digamma,
    either_side,
    q_values,
    reach,
    trigamma,
    trigamma_inverse,
)

LEVEL = 0.05
RATE = 0.05
"""Share of false alarms to expect among what is told (Benjamini and Hochberg 1995)."""
FEWEST_YEARS = 5
"""Past years needed before one can be called unusual."""
_FEWEST_OTHERS = 10
"""Substances needed before what they have in common tells of one of them."""

METHOD = (
    "Régression linéaire du logarithme des boîtes sur les années passées, et intervalle de"
    " prédiction de Student à 95 % pour la dernière année ; la variance de chacune est rapprochée"
    " de celle des autres (Smyth, 2004), et n'est jamais moindre que celle d'un comptage"
    " (Poisson) ; q est le taux de fausses découvertes sur l'ensemble des substances jugées"
    " (Benjamini et Hochberg, 1995) : établi à q ≤ 5 %, peut-être le hasard au-delà"
)


@dataclass(frozen=True, slots=True)
class Consumption:
    """Boxes of a substance by year, in order of year."""

    substance: str
    years: tuple[int, ...]
    boxes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConsumptionSignal:
    """A substance whose last year is not what its past foretells.

    Attributes:
        substance: In normal form (:mod:`triage.situations.words.without_salts`).
        year: The last year.
        boxes: Boxes dispensed in it.
        low: Fewest that the past foretells (95 %).
        high: Most that it foretells.
        p_value: Probability of such a departure if the past went on.
        q_value: Share of false alarms to expect among the substances that depart as much as this
            one or more (Benjamini and Hochberg 1995).
        judged: How many substances were judged.
    """

    substance: str
    year: int
    boxes: int
    low: int
    high: int
    p_value: float
    q_value: float = 1.0
    judged: int = 1

    @property
    def established(self) -> bool:
        """Whether it departs more than chance does, at a false-discovery rate of :data:`RATE`."""
        return self.q_value <= RATE

    @property
    def grows(self) -> bool:
        """Whether more was dispensed than the past foretells, beyond chance."""
        return self.established and self.boxes > self.high


@dataclass(frozen=True, slots=True)
class PopulationGap:
    """Target and reached population of a substance, as staff give them.

    Attributes:
        substance: In normal form.
        target: Patients that the authorisation aims at.
        reached: Patients treated.
    """

    substance: str
    target: int
    reached: int

    @property
    def ratio(self) -> float | None:
        """Reached for one aimed at; ``None`` when the target is 0."""
        return self.reached / self.target if self.target else None


def by_substance(tables: Mapping[int, Mapping[str, int]]) -> tuple[Consumption, ...]:
    """Consumption of each substance over the years of several tables.

    A year that has nothing of a substance is unknown (hospital, not reimbursed, another name), and
    never 0; one that the last year has nothing of has no last year.
    """
    last = max(tables, default=None)
    found: dict[str, dict[int, int]] = {}
    for year in sorted(tables):
        for name, boxes in tables[year].items():
            found.setdefault(name, {})[year] = boxes
    return tuple(
        Consumption(name, tuple(known), tuple(known.values()))
        for name, known in sorted(found.items())
        if last in known
    )


def foreseen(consumptions: Iterable[Consumption]) -> tuple[ConsumptionSignal, ...]:
    """The last year of each substance beside what its past foretells, the least likely first.

    Those without enough of a past are left out.
    """
    lines = [one for told in consumptions if (one := _line(told))]
    common = _in_common(lines)
    found = sorted((_judged(one, common) for one in lines), key=_rarest)
    rates = q_values([one.p_value for one in found])
    return tuple(
        replace(one, q_value=rate, judged=len(found))
        for one, rate in zip(found, rates, strict=True)
    )


def growth_of(
    found: Iterable[ConsumptionSignal], substances: Collection[str]
) -> tuple[ConsumptionSignal, ...]:
    """Of all the substances that were judged, some: what a class or a situation is told."""
    return tuple(one for one in found if one.substance in substances)


def outside(found: Iterable[ConsumptionSignal]) -> tuple[ConsumptionSignal, ...]:
    """Those outside their own interval.

    Only the ``established`` ones are so beyond what chance does among so many.
    """
    return tuple(one for one in found if one.p_value < LEVEL)


def signals(consumptions: Iterable[Consumption]) -> tuple[ConsumptionSignal, ...]:
    """Substances whose last year departs from their own past, the least likely first."""
    return outside(foreseen(consumptions))


def abnormal(found: Iterable[ConsumptionSignal], *, source: str) -> Mapping[str, str]:
    """What shows, in French, that a substance is consumed more than its past foretells.

    It is so beyond what chance does among all the substances that were judged.

    Args:
        found: Substances that were judged beside their past.
        source: Edition of the figures, as it is cited.

    Returns:
        By substance in normal form that was judged; blank where it is not consumed abnormally.
    """
    cited = f" ; {source}" if source else ""
    return {
        one.substance: (
            f"{one.substance} : {show(one.boxes)} boîtes en {one.year}, {show(one.low)} à"
            f" {show(one.high)} prévues ({show_chance('q', one.q_value)}{cited})"
            if one.grows
            else ""
        )
        for one in found
    }


def _rarest(one: ConsumptionSignal) -> tuple[float, str]:
    return one.p_value, one.substance


@dataclass(frozen=True, slots=True)
class _Line:
    """What the past of a substance foretells, of logarithms.

    Attributes:
        told: The substance.
        expected: Value of the last year.
        variance: Of a year about the line.
        freedom: Degrees of freedom of the variance.
        wider: What a forecast adds to it, as a factor.
        by_chance: Variance of a count.
    """

    told: Consumption
    expected: float
    variance: float
    freedom: int
    wider: float
    by_chance: float


def _line(told: Consumption) -> _Line | None:
    """``None`` without enough of a past.

    A count varies by chance alone: the variance of its logarithm is about one over it (Poisson),
    however constant the past was.
    """
    years, last = told.years[:-1], told.years[-1:]
    if len(years) < FEWEST_YEARS or not any(told.boxes[:-1]):
        return None
    logs = [math.log1p(count) for count in told.boxes[:-1]]
    middle, level, freedom = sum(years) / len(years), sum(logs) / len(logs), len(years) - 2
    around = sum((year - middle) ** 2 for year in years)
    pairs = [(year - middle, log - level) for year, log in zip(years, logs, strict=True)]
    slope = sum(year * log for year, log in pairs) / around
    residuals = [log - slope * year for year, log in pairs]
    expected = level + slope * (last[0] - middle)
    by_chance = 1 / max(1.0, _boxes(expected))
    return _Line(
        told=told,
        expected=expected,
        variance=sum(one * one for one in residuals) / freedom,
        freedom=freedom,
        wider=1 + 1 / len(years) + (last[0] - middle) ** 2 / around,
        by_chance=by_chance,
    )


@dataclass(frozen=True, slots=True)
class _Common:
    """What substances have in common.

    Attributes:
        beyond: Variance of a year about the line, beyond that of a count.
        ratio: Variance that each has beside what is expected of it.
        worth: Degrees of freedom that this ratio is worth.
    """

    beyond: float = 0.0
    ratio: float = 1.0
    worth: float = 0.0

    def expected(self, one: _Line) -> float:
        """Variance that is expected of a substance: that of a count, and what all have beyond."""
        return one.by_chance + self.beyond


def _in_common(lines: Sequence[_Line]) -> _Common:
    """What the variances of the past tell of one of them, by the moments of their logarithms.

    Source: Smyth 2004, *Statistical Applications in Genetics and Molecular Biology* 3:3, § 6.2. It
    is worth nothing where substances are few.
    """
    if len(lines) < _FEWEST_OTHERS:
        return _Common()
    common = _Common(beyond=median(max(0.0, one.variance - one.by_chance) for one in lines))
    logs, noise = [], []
    for one in lines:
        ratio, half = max(one.variance / common.expected(one), _LEAST_RATIO), one.freedom / 2
        logs.append(math.log(ratio) - digamma(half) + math.log(half))
        noise.append(trigamma(half))
    middle, count = fmean(logs), len(logs)
    found = sum((one - middle) ** 2 for one in logs) / (count - 1)
    # How alike they are is itself estimated: the least alike that it may be is believed.
    spread = found - fmean(noise) + _UNSURE * found * math.sqrt(3 / count)
    if spread <= 0:
        return replace(common, ratio=math.exp(middle), worth=MOST_FREEDOM)
    half = trigamma_inverse(spread)
    ratio = math.exp(middle + digamma(half) - math.log(half))
    return replace(common, ratio=ratio, worth=min(2 * half, MOST_FREEDOM))


def _judged(one: _Line, common: _Common) -> ConsumptionSignal:
    shared, freedom = common.ratio * common.expected(one), one.freedom + common.worth
    own = (common.worth * shared + one.freedom * one.variance) / freedom
    variance = max(own, one.by_chance)
    spread = math.sqrt(variance * one.wider)
    distance = math.log1p(one.told.boxes[-1]) - one.expected
    wide = reach(LEVEL, freedom) * spread
    return ConsumptionSignal(
        substance=one.told.substance,
        year=one.told.years[-1],
        boxes=one.told.boxes[-1],
        low=max(0, round(_boxes(one.expected - wide))),
        high=round(_boxes(one.expected + wide)),
        p_value=either_side(distance / spread, freedom),
    )


def _boxes(log: float) -> float:
    """Boxes of a logarithm; more than any country dispenses is told as that."""
    return math.expm1(min(log, _MOST))


_MOST = math.log(1e12)
_LEAST_RATIO = 1e-3
_UNSURE = 2.0
"""Standard errors that are added to how much substances differ."""
