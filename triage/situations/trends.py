"""Named statistical tests against chance, for what is counted by month or before and after.

The numbers are small: every test here is exact or made for short series.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from french.time import months
from triage.situations.chance import even_split, kendall

Direction: TypeAlias = Literal["up", "down", "none"]

LEVEL = 0.05
"""Below this probability, chance alone is not believed."""

_FEWEST_MONTHS = 4
_FEWEST_CASES = 3
"""The test of a trend counts pairs of months: on fewer cases it would judge one deposit."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether counts by month rise or fall.

    Attributes:
        months: First day of each month, in order, without holes.
        counts: Count of each.
        tau: Kendall's tau, -1 to 1; ``None`` when the series is too short or constant.
        p_value: Probability of such a tau by chance (Mann-Kendall).
    """

    months: tuple[date, ...]
    counts: tuple[int, ...]
    tau: float | None
    p_value: float | None

    @property
    def too_few(self) -> bool:
        """Whether nothing can be concluded: too few months, or too few cases in them."""
        return len(self.months) < _FEWEST_MONTHS or sum(self.counts) < _FEWEST_CASES

    @property
    def direction(self) -> Direction:
        """Rise or fall that chance does not explain."""
        if self.too_few or self.tau is None or self.p_value is None:
            return "none"
        if self.p_value >= LEVEL or self.tau == 0:
            return "none"
        return "up" if self.tau > 0 else "down"


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Counts in two periods of the same length, before and after an event.

    Attributes:
        day: Day of the event.
        days: Length of each period.
        before: Count before.
        after: Count from that day on.
        p_value: Probability of so uneven a split by chance; ``None`` when nothing was counted.
    """

    day: date
    days: int
    before: int
    after: int
    p_value: float | None

    @property
    def too_few(self) -> bool:
        """Whether so few were counted that even all on one side would be chance."""
        return 2 * 0.5 ** (self.before + self.after) >= LEVEL

    @property
    def direction(self) -> Direction:
        """Rise or fall that chance does not explain."""
        if self.p_value is None or self.p_value >= LEVEL or self.before == self.after:
            return "none"
        return "up" if self.after > self.before else "down"


def monthly(days: Iterable[date], *, first: date, until: date) -> Trend:
    """Counts by whole month and their trend: Mann-Kendall test (Mann 1945, Kendall 1975).

    The months before the first count are counted too, as zeros: a series that began with it would
    lean downwards by construction.

    Args:
        days: What is counted.
        first: First day of observation.
        until: The month of this day is not over, and is left out.
    """
    counted = Counter(day.replace(day=1) for day in days)
    whole = tuple(months(first, until))[:-1]
    counts = tuple(counted[month] for month in whole)
    if len(whole) < _FEWEST_MONTHS or len(set(counts)) == 1:
        return Trend(months=whole, counts=counts, tau=None, p_value=None)
    tau, p_value = kendall(counts)
    return Trend(months=whole, counts=counts, tau=tau, p_value=p_value)


def before_after(days: Sequence[date], event: date, *, first: date, until: date) -> BeforeAfter:
    """Counts before and after an event: exact conditional test (Przyborowski, Wilenski 1940).

    Given the total, each count falls on either side of the event with an even chance when nothing
    changed; the two periods have the same length, the shorter of what was seen on each side.

    Args:
        days: What is counted.
        event: The event.
        first: First day of observation.
        until: Day after the last one.
    """
    length = max(0, min((event - first).days, (until - event).days))
    before = sum(0 < (event - day).days <= length for day in days)
    after = sum(0 <= (day - event).days < length for day in days)
    p_value = even_split(before, after) if before + after else None
    return BeforeAfter(day=event, days=length, before=before, after=after, p_value=p_value)
