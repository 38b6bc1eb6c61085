"""Consumption signals: substances whose dispensing departs from its own past."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

LEVEL = 0.05
FEWEST_YEARS = 5
"""Past years needed before one can be called unusual."""

METHOD = (
    "Régression linéaire (scipy.stats.linregress) du logarithme des boîtes sur les années passées,"
    " et intervalle de prédiction de Student à 95 % pour la dernière année ; la variance n'est"
    " jamais moindre que celle d'un comptage (Poisson) ; q est le taux de fausses découvertes sur"
    " l'ensemble des substances jugées (Benjamini et Hochberg, 1995)"
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
        substance: In normal form (:mod:`triage.situations.words.dci`).
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
    """Consumption of each substance over the years of several tables."""
    years = sorted(tables)
    names = sorted({name for table in tables.values() for name in table})
    return tuple(
        Consumption(
            substance=name,
            years=tuple(years),
            boxes=tuple(tables[year].get(name, 0) for year in years),
        )
        for name in names
    )


def signals(consumptions: Iterable[Consumption]) -> tuple[ConsumptionSignal, ...]:
    """Substances whose last year departs from their own past, the least likely first."""
    found = [one for told in consumptions if (one := _judged(told))]
    ordered = sorted(found, key=lambda one: (one.p_value, one.substance))
    return tuple(
        replace(one, q_value=q_value, judged=len(ordered))
        for one, q_value in zip(ordered, _q_values(ordered), strict=True)
        if one.p_value < LEVEL
    )


def _q_values(ordered: Sequence[ConsumptionSignal]) -> Sequence[float]:
    if not ordered:
        return ()
    from scipy import stats  # half a second and 75 MB: only where it is used

    adjusted = stats.false_discovery_control([one.p_value for one in ordered])
    return [float(one) for one in adjusted]


def _judged(told: Consumption) -> ConsumptionSignal | None:
    """A substance beside what its past foretells; ``None`` without enough of a past."""
    from scipy import stats  # half a second and 75 MB: only where it is used

    past, last = told.years[:-1], told.boxes[-1:]
    logs = [math.log1p(count) for count in told.boxes]
    if len(past) < FEWEST_YEARS or not any(told.boxes[:-1]):
        return None
    expected, spread = _foretold(past, logs[:-1], told.years[-1])
    freedom = len(past) - 2
    distance = logs[-1] - expected
    reach = float(stats.t.isf(LEVEL / 2, freedom)) * spread
    return ConsumptionSignal(
        substance=told.substance,
        year=told.years[-1],
        boxes=last[0],
        low=max(0, round(math.expm1(expected - reach))),
        high=round(math.expm1(expected + reach)),
        p_value=float(2 * stats.t.sf(abs(distance) / spread, freedom)),
    )


def _foretold(years: Sequence[int], logs: Sequence[float], year: int) -> tuple[float, float]:
    """Value that the past foretells for a year, and its standard error.

    A count varies by chance alone: the variance of its logarithm is about one over it (Poisson),
    however constant the past was.
    """
    from scipy import stats  # half a second and 75 MB: only where it is used

    line = stats.linregress(years, logs)
    count, middle = len(years), sum(years) / len(years)
    residuals = [
        value - line.intercept - line.slope * at for at, value in zip(years, logs, strict=True)
    ]
    expected = float(line.intercept + line.slope * year)
    by_chance = 1 / max(1.0, math.expm1(expected))
    variance = max(sum(one * one for one in residuals) / (count - 2), by_chance)
    around = sum((at - middle) ** 2 for at in years)
    return expected, math.sqrt(variance * (1 + 1 / count + (year - middle) ** 2 / around))
