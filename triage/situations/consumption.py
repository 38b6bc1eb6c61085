"""Consumption signals: substances whose dispensing departs from its own past."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEVEL = 0.05
FEWEST_YEARS = 5
"""Past years needed before one can be called unusual."""

METHOD = (
    "Régression linéaire (scipy.stats.linregress) du logarithme des boîtes sur les années passées,"
    " et intervalle de prédiction de Student à 95 % pour la dernière année"
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
        substance: In normal form (:mod:`triage.situations.dci`).
        year: The last year.
        boxes: Boxes dispensed in it.
        low: Fewest that the past foretells (95 %).
        high: Most that it foretells.
        p_value: Probability of such a departure if the past went on.
    """

    substance: str
    year: int
    boxes: int
    low: int
    high: int
    p_value: float


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
    found = [one for told in consumptions if (one := _signal(told))]
    return tuple(sorted(found, key=lambda one: (one.p_value, one.substance)))


def _signal(told: Consumption) -> ConsumptionSignal | None:
    from scipy import stats  # half a second and 75 MB: only where it is used

    past, last = told.years[:-1], told.boxes[-1:]
    logs = [math.log1p(count) for count in told.boxes]
    if len(past) < FEWEST_YEARS or not any(told.boxes[:-1]):
        return None
    expected, spread = _foretold(past, logs[:-1], told.years[-1])
    freedom = len(past) - 2
    distance = logs[-1] - expected
    p_value = float(2 * stats.t.sf(abs(distance) / spread, freedom))
    if p_value >= LEVEL:
        return None
    reach = float(stats.t.isf(LEVEL / 2, freedom)) * spread
    return ConsumptionSignal(
        substance=told.substance,
        year=told.years[-1],
        boxes=last[0],
        low=round(math.expm1(expected - reach)),
        high=round(math.expm1(expected + reach)),
        p_value=p_value,
    )


def _foretold(years: Sequence[int], logs: Sequence[float], year: int) -> tuple[float, float]:
    """Value that the past foretells for a year, and its standard error."""
    from scipy import stats  # half a second and 75 MB: only where it is used

    line = stats.linregress(years, logs)
    count, middle = len(years), sum(years) / len(years)
    residuals = [
        value - line.intercept - line.slope * at for at, value in zip(years, logs, strict=True)
    ]
    variance = sum(one * one for one in residuals) / (count - 2)
    around = sum((at - middle) ** 2 for at in years)
    error = math.sqrt(variance * (1 + 1 / count + (year - middle) ** 2 / around))
    return float(line.intercept + line.slope * year), max(error, 1e-6)
