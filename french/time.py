"""The time of those who report and of those who read: their zone, and their months."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
"""No day before or after is meant; those around them can still be reckoned with."""


def calendar_day(text: str) -> date:
    """The day that a person gave, as ISO writes it.

    Raises:
        ValueError: It is none, or lies outside of 1900 to 2199.
    """
    day = date.fromisoformat(text)
    if not _FIRST <= day <= _LAST:
        raise ValueError(text)
    return day


def months(first: date, last: date) -> Iterator[date]:
    """First day of each month, from that of ``first`` to that of ``last``."""
    month = date(first.year, first.month, 1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def in_words(day: date) -> str:
    """A day as a letter writes it: ``1er décembre 2026``, held together by no-break spaces."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}\u00a0{MONTHS[day.month - 1]}\u00a0{day.year}"


def day_in_words(day: date) -> str:
    """A day as a letter dates it: ``lundi 16 novembre 2026``, ``dimanche 1er mars 2026``."""
    return f"{DAYS[day.weekday()]} {in_words(day)}".replace("\u00a0", " ")


def months_before(moment: datetime, months: int) -> datetime:
    """The same day, in Paris, that many months earlier; the last of a shorter month."""
    here = moment.astimezone(PARIS)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    for day in range(here.day, 0, -1):
        try:
            return here.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
