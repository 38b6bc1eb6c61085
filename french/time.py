"""The time of those who report and of those who read: their zone, and their months."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def months(first: date, last: date) -> Iterator[date]:
    """First day of each month, from that of ``first`` to that of ``last``."""
    month = date(first.year, first.month, 1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
