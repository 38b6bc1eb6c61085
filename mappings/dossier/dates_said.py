"""Dates in words: whether a text, in figures or in letters, says the day that DS types."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from french.text import fold
from french.time import PARIS

_DIGITS = re.compile(r"\d+", re.ASCII)
_WORDS = re.compile(r"[a-z]{3,}")
_MONTHS: Final = (
    ("jan",),
    ("fev", "feb"),
    ("mar",),
    ("avr", "apr"),
    ("mai", "may"),
    ("juin", "jun"),
    ("juil", "jul"),
    ("aou", "aug"),
    ("sep",),
    ("oct",),
    ("nov",),
    ("dec",),
)
"""How each month begins in French and in English, without accents."""
_NOON: Final = 12


@lru_cache(maxsize=4096)
def says_day(text: str, day: date) -> bool:
    """Day and year among its numbers; the month among them, or no other month among its words."""
    numbers = [int(one) for one in _DIGITS.findall(text)]
    for part in (day.year, day.day):
        if part not in numbers:
            return False
        numbers.remove(part)
    named = [
        at
        for word in _WORDS.findall(fold(text))
        for at, begins in enumerate(_MONTHS, start=1)
        if word.startswith(begins)
    ]
    return day.month in (named or numbers)


def says_moment(text: str, moment: datetime) -> bool:
    """Whether a text is a way to write a moment, to the minute, in Paris where no zone is said."""
    local = moment.astimezone(PARIS)
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        said = None
    if said is not None and said.tzinfo is not None:
        return abs(said - moment).total_seconds() < 60  # noqa: PLR2004 (to the minute)
    if not says_day(text, local.date()):
        return False
    numbers = [int(one) for one in _DIGITS.findall(text)]
    for part in (local.year, local.day):
        numbers.remove(part)
    if (local.hour, local.minute) == (0, 0):
        return True  # a day, from when the question asked for no hour
    return local.minute in numbers and (local.hour in numbers or local.hour % _NOON in numbers)
