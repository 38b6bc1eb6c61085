"""Is a situation followed up by companies? Measures, delays, and what came of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from triage.situations.declared import DeclaredFacts
from triage.situations.facts import SituationFacts
from triage.situations.trends import BeforeAfter, Trend, before_after, monthly


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
    facts: SituationFacts, reports: Sequence[DeclaredFacts], *, first: date, until: date
) -> FollowUp:
    """Follow a situation up.

    Args:
        facts: The situation.
        reports: What its reports declare; those that the facts count are counted.
        first: First day that the démarche was open: nothing could be counted before.
        until: Day after the last one that is counted.
    """
    counted = {*facts.counted}
    new = [report for report in reports if report.number in counted]
    days = sorted(report.day for report in new)
    dated = [one.day for one in facts.measures if one.taken and one.day is not None]
    measured_on = min(dated, default=None)
    known = facts.known_on
    return FollowUp(
        id=facts.id,
        taken=sum(one.taken for one in facts.measures),
        planned=sum(not one.taken for one in facts.measures),
        measured_on=measured_on,
        days_to_report=delays(_to_report(new)),
        days_to_measure=(measured_on - known).days if measured_on and known else None,
        effect=before_after(days, measured_on, first=first, until=until) if measured_on else None,
        trend=monthly(days, first=first, until=until),
    )


def delays(days: Iterable[int]) -> Delays:
    """Sum delays up."""
    known = sorted(days)
    if not known:
        return Delays(count=0, median=None, longest=None)
    return Delays(count=len(known), median=float(median(known)), longest=known[-1])


def _to_report(reports: Iterable[DeclaredFacts]) -> Iterable[int]:
    """Days from awareness to deposit; an awareness after the deposit is a mistake, not a delay."""
    for report in reports:
        if report.known_on is not None and report.known_on <= report.day:
            yield (report.day - report.known_on).days
