"""What followed a measure: reports, boxes and patients, over equal periods before and after.

Nothing here says that the measure is the cause: what else happened in these periods is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from french.time import months
from triage.registre.effect.segmented import Segmented, segmented
from triage.registre.register import Measure, MeasureState
from triage.situations.trends import BeforeAfter, Trend, before_after, monthly

Verdict: TypeAlias = Literal["baisse", "hausse", "sans écart établi", "trop peu pour conclure"]
CauseKind: TypeAlias = Literal[
    "mesure", "mesure d’une entreprise", "disponibilité", "générique", "évènement"
]

FEWEST_REPORTS = 10
"""Under this, on both sides together, nothing is concluded."""
ALWAYS = "Les signalements mesurent la déclaration, pas l’usage."
NOT_ONE_CAUSE = "non attribuable à une seule cause"
_LINKED = (
    "Les mois voisins se ressemblent : l’intervalle est trop étroit, le hasard le dépasse plus"
    " d’une fois sur vingt."
)
_MONTH = 7
_VERDICTS: Mapping[str, Verdict] = {
    "up": "hausse",
    "down": "baisse",
    "none": "sans écart établi",
}


@dataclass(frozen=True, slots=True)
class OtherCause:
    """Something else that may have moved the figures.

    Attributes:
        kind: What it is.
        on: Its first day.
        text: What people read.
    """

    kind: CauseKind
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class ReportsEffect:
    """Reports before and after, each family once.

    Attributes:
        counts: Counts and exact test.
        curve: Reports by whole month of both periods.
        causes: What else happened in these periods.
    """

    counts: BeforeAfter
    curve: Trend
    causes: tuple[OtherCause, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What the test says, with enough reports."""
        if self.counts.before + self.counts.after < FEWEST_REPORTS:
            return "trop peu pour conclure"
        return _VERDICTS[self.counts.direction]


@dataclass(frozen=True, slots=True)
class UseEffect:
    """Boxes or patients before and after.

    Attributes:
        unit: ``boîtes par mois``, ``boîtes par an``, ``patients par an``.
        periods: Months or years on each side.
        before: Mean of the periods before.
        after: Mean of those after.
        model: Segmented regression of months; ``None`` with less than twelve on each side.
        values: What was counted, period by period.
        source: Editions of the figures.
        causes: What else happened in these periods.
    """

    unit: str
    periods: int
    before: float
    after: float
    model: Segmented | None
    values: tuple[tuple[str, float], ...]
    source: str = ""
    causes: tuple[OtherCause, ...] = ()

    @property
    def change(self) -> float | None:
        """Share gained or lost, -1 to …; ``None`` from nothing."""
        return (self.after - self.before) / self.before if self.before > 0 else None

    @property
    def verdict(self) -> Verdict:
        """What the regression says; a change alone proves nothing."""
        if self.model is None:
            return "trop peu pour conclure"
        if not self.model.significant:
            return "sans écart établi"
        return "hausse" if self.model.change > 0 else "baisse"


@dataclass(frozen=True, slots=True)
class Effect:
    """What followed a measure of the agency.

    Attributes:
        measure: Its id.
        type: Its type.
        day: Day of *mise en œuvre*.
        days: Length of each period.
        reports: Reports.
        uses: Boxes, patients: what the consumption tables have.
    """

    measure: str
    type: str
    day: date
    days: int
    reports: ReportsEffect
    uses: tuple[UseEffect, ...]

    @property
    def causes(self) -> tuple[OtherCause, ...]:
        """What else happened in the periods of one figure or another."""
        every = {*self.reports.causes, *(cause for one in self.uses for cause in one.causes)}
        return tuple(sorted(every, key=_order))

    @property
    def attributable(self) -> bool:
        """Whether nothing else is known in these periods."""
        return not self.causes

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be read with the figures."""
        found = [ALWAYS]
        if self.causes:
            listed = " ; ".join(one.text for one in self.causes)
            found.append(f"{NOT_ONE_CAUSE.capitalize()} : {listed}.")
        if any(one.model and one.model.linked for one in self.uses):
            found.append(_LINKED)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class EffectFacts:
    """What an effect is worked out of.

    Attributes:
        reports: Day of each report, families once.
        first: First day of observation: nothing could be counted before.
        until: Day after the last one.
        longest: Longest period in days; ``None``: as long as both sides allow.
        monthly: Boxes by month (``2025-07``).
        yearly: Boxes or patients by year, by unit.
        sources: Editions of the figures, by unit.
        causes: Whatever else happened, with its last day; ``None``: it goes on.
    """

    reports: Sequence[date]
    first: date
    until: date
    longest: int | None = None
    monthly: Mapping[str, float] | None = None
    yearly: Mapping[str, Mapping[int, float]] | None = None
    sources: Mapping[str, str] | None = None
    causes: Sequence[tuple[OtherCause, date | None]] = ()


def effect_of(one: Measure, observed: EffectFacts) -> Effect | None:
    """What followed a measure; ``None`` when it is not *mise en œuvre*, or not yet for a day."""
    day = one.dates.get(MeasureState.IN_FORCE)
    if day is None:
        return None
    first, until = observed.first, observed.until
    if observed.longest is not None:
        span = timedelta(days=observed.longest)
        first, until = max(first, day - span), min(until, day + span)
    counts = before_after(observed.reports, day, first=first, until=until)
    span = timedelta(days=counts.days)
    start, end = day - span, day + span
    here = [each for each in observed.reports if start <= each < end]
    curve = monthly(here, first=_whole(start), until=end)
    return Effect(
        measure=one.id,
        type=str(one.fields.get("type", "")),
        day=day,
        days=counts.days,
        reports=ReportsEffect(counts, curve, _inside(observed, start, end)),
        uses=tuple(_uses(day, observed)),
    )


def other_measures(one: Measure, all_of_them: Iterable[Measure]) -> tuple[OtherCause, ...]:
    """The other measures of the situation, where they are in force."""
    return tuple(
        OtherCause(
            "mesure",
            day,
            f"{other.id}, {other.fields.get('type', 'mesure')}, mise en œuvre le {day:%d/%m/%Y}",
        )
        for other in all_of_them
        if other.id != one.id and (day := other.dates.get(MeasureState.IN_FORCE))
    )


def _inside(observed: EffectFacts, start: date, end: date) -> tuple[OtherCause, ...]:
    """What has a day in common with periods that go together from one day to another."""
    found = {
        cause
        for cause, last in observed.causes
        if cause.on < end and (last is None or last >= start)
    }
    return tuple(sorted(found, key=_order))


def _order(cause: OtherCause) -> tuple[date, str]:
    return cause.on, cause.text


def _whole(day: date) -> date:
    """First day of the first whole month from a day on."""
    return day if day.day == 1 else [*months(day, day + timedelta(days=31))][1]


def _uses(day: date, observed: EffectFacts) -> Iterable[UseEffect]:
    if observed.monthly and (found := _by_month(observed.monthly, day)):
        yield _use("boîtes par mois", *found, observed)
    for unit, values in (observed.yearly or {}).items():
        if found := _by_year(values, day):
            yield _use(unit, *found, observed)


def _use(unit: str, before: "_Side", after: "_Side", observed: EffectFacts) -> UseEffect:
    values = (*before, *after)
    start, end = _first_of(before[0][0]), _first_of(after[-1][0], following=True)
    return UseEffect(
        unit=unit,
        periods=len(before),
        before=sum(each for _, each in before) / len(before),
        after=sum(each for _, each in after) / len(after),
        model=segmented([v for _, v in values], len(before)) if _is_month(before[0][0]) else None,
        values=values,
        source=(observed.sources or {}).get(unit, ""),
        causes=_inside(observed, start, end),
    )


def _is_month(period: str) -> bool:
    return len(period) == _MONTH


def _first_of(period: str, *, following: bool = False) -> date:
    """First day of a month or a year, or of the one after it."""
    if not _is_month(period):
        return date(int(period) + following, 1, 1)
    first = date.fromisoformat(f"{period}-01")
    return [*months(first, first + timedelta(days=31))][following]


_Side: TypeAlias = Sequence[tuple[str, float]]


def _by_month(values: Mapping[str, float], day: date) -> tuple[_Side, _Side] | None:
    """Whole months on each side, as many, without a hole; the month of the day is on neither."""
    known = {each: value for each, value in values.items() if _is_month(each)}
    own = date(day.year, day.month, 1)
    into = own if day.day == 1 else _whole(day)
    after = _run(known, into, step=1)
    before = _run(known, own - timedelta(days=1), step=-1)
    return _equal(before, after)


def _by_year(values: Mapping[int, float], day: date) -> tuple[_Side, _Side] | None:
    own = day.year
    into = own if (day.month, day.day) == (1, 1) else own + 1
    after, before = [], []
    year = into
    while year in values:
        after.append((str(year), values[year]))
        year += 1
    year = own - 1
    while year in values:
        before.append((str(year), values[year]))
        year -= 1
    return _equal(before, after)


def _run(known: Mapping[str, float], start: date, *, step: int) -> list[tuple[str, float]]:
    """Months that follow one another from a day on, forwards or backwards."""
    found: list[tuple[str, float]] = []
    year, month = start.year, start.month
    while (name := f"{year:04d}-{month:02d}") in known:
        found.append((name, known[name]))
        year, month = divmod(year * 12 + month - 1 + step, 12)
        month += 1
    return found


def _equal(before: _Side, after: _Side) -> tuple[_Side, _Side] | None:
    """As many on each side, in order of time; ``None`` where one side has none."""
    count = min(len(before), len(after))
    return ([*reversed(before[:count])], after[:count]) if count else None
