"""Is a situation followed up? Measures within the year, delays, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from french.time import PARIS
from mappings.report.model import Report
from triage.situations.facts import Measure, SituationFacts, awareness_of
from triage.situations.trends import BeforeAfter, Trend, before_after, monthly


@dataclass(frozen=True, slots=True)
class YearShare:
    """The agency's published indicator (2017: 74 situations, 70 % of them with a measure).

    Attributes:
        year: Year of the first report of the situations.
        situations: How many situations were identified in that year.
        with_measure: Those with at least one measure taken in that same year.
    """

    year: int
    situations: int
    with_measure: int

    @property
    def share(self) -> float:
        """Share of them, 0 to 1."""
        return self.with_measure / self.situations


@dataclass(frozen=True, slots=True)
class Delays:
    """How long something takes, in days.

    Attributes:
        count: How many delays are known.
        median: Half of them take no longer; ``None`` when none is known.
        longest: The longest.
    """

    count: int
    median: float | None
    longest: int | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was done about a situation, and what came of it.

    Attributes:
        id: Id of the situation.
        taken: Measures taken.
        planned: Measures planned.
        measured_on: Day of the first measure taken, if dated.
        days_to_report: From awareness to deposit, for each report.
        days_to_measure: From the first awareness to the first dated measure.
        effect: Reports before and after that measure; ``None`` without a dated one.
        trend: Reports by month.
    """

    id: str
    taken: int
    planned: int
    measured_on: date | None
    days_to_report: Delays
    days_to_measure: int | None
    effect: BeforeAfter | None
    trend: Trend


def follow_up(
    facts: SituationFacts, reports: Sequence[Report], *, first: date, until: date
) -> FollowUp:
    """Follow a situation up.

    Args:
        facts: The situation.
        reports: Its reports.
        first: First day that the démarche was open: nothing could be counted before.
        until: Day after the last one that is counted.
    """
    days = sorted(report.deposited_at.astimezone(PARIS).date() for report in reports)
    dated = [one.day for one in facts.measures if one.taken and one.day is not None]
    measured_on = min(dated, default=None)
    known = facts.known_on
    return FollowUp(
        id=facts.id,
        taken=sum(one.taken for one in facts.measures),
        planned=sum(not one.taken for one in facts.measures),
        measured_on=measured_on,
        days_to_report=delays(_to_report(reports)),
        days_to_measure=(measured_on - known).days if measured_on and known else None,
        effect=before_after(days, measured_on, first=first, until=until) if measured_on else None,
        trend=monthly(days, first=first, until=until),
    )


def by_year(
    situations: Iterable[SituationFacts], deposits: Mapping[int, date]
) -> tuple[YearShare, ...]:
    """The share of situations with a measure within the year, for each year, oldest first.

    A measure taken without a date counts on the day of the deposit that names it.

    Args:
        situations: Every situation.
        deposits: Day of deposit of each report, by number.
    """
    found: dict[int, list[bool]] = {}
    for one in situations:
        year = one.first.year
        taken = any(_year(measure, deposits) == year for measure in one.measures if measure.taken)
        found.setdefault(year, []).append(taken)
    return tuple(
        YearShare(year=year, situations=len(flags), with_measure=sum(flags))
        for year, flags in sorted(found.items())
    )


def delays(days: Iterable[int]) -> Delays:
    """Sum delays up."""
    known = sorted(days)
    if not known:
        return Delays(count=0, median=None, longest=None)
    return Delays(count=len(known), median=float(median(known)), longest=known[-1])


def _to_report(reports: Iterable[Report]) -> Iterable[int]:
    """Days from awareness to deposit; an awareness after the deposit is a mistake, not a delay."""
    for report in reports:
        known = awareness_of(report)
        if known is not None:
            days = (report.deposited_at.astimezone(PARIS).date() - known).days
            if days >= 0:
                yield days


def _year(measure: Measure, deposits: Mapping[int, date]) -> int | None:
    day = measure.day or deposits.get(measure.number)
    return day.year if day else None
