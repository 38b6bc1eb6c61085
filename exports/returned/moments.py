"""Days and hours as a person reads them in a cell, in French. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from exports.returned.format_parts import FormatPart, Section, general, literal
from french.time import DAYS, MONTHS

_SHORT_MONTHS: Final = (
    "janv",
    "févr",
    "mars",
    "avr",
    "mai",
    "juin",
    "juil",
    "août",
    "sept",
    "oct",
    "nov",
    "déc",
)
_LAST_DAY: Final = 2_958_465
_FALSE_LEAP_DAY: Final = 60
_MOST_SPOKEN: Final = 2


def moment_of(value: Decimal, *, since_1904: bool = False) -> datetime | None:
    """The day and hour of a number, to the second; ``None`` where it is none that Excel shows."""
    if not 0 <= value < _LAST_DAY + 1:
        return None
    seconds = int((value * 86_400).to_integral_value(rounding=ROUND_HALF_UP))
    if since_1904:
        return datetime(1904, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001
    first = 31 if value < _FALSE_LEAP_DAY else 30
    try:
        return datetime(1899, 12, first) + timedelta(seconds=seconds)  # noqa: DTZ001
    except OverflowError:
        return None


def clock_text(value: Decimal, section: Section, *, since_1904: bool) -> str:
    """Return what a format of days or hours shows of a number."""
    moment = moment_of(abs(value), since_1904=since_1904)
    if moment is None:
        return general(value)
    if any(one.kind == "elapsed" for one in section):
        return ("-" if value < 0 else "") + _elapsed(abs(value), section)
    if value < 0:
        return general(value)
    parts = {one.text[0].lower(): one.text for one in _dates(section) if one.kind == "clock"}
    if parts.keys() >= {"y", "m", "d"} and _spoken(section) <= _MOST_SPOKEN:
        day = f"{moment:%d/%m/%Y}"
        return f"{day} {_hours(moment, parts)}" if "h" in parts and moment.time() != time() else day
    if "h" in parts and not parts.keys() & {"y", "d"} and _spoken(section) == 0:
        return _hours(moment, parts)
    return _told(moment, section)


def _hours(moment: datetime, parts: Mapping[str, str]) -> str:
    return f"{moment:%H:%M:%S}" if "s" in parts and moment.second else f"{moment:%H:%M}"


def _elapsed(value: Decimal, section: Section) -> str:
    seconds = int((value * 86_400).to_integral_value(rounding=ROUND_HALF_UP))
    unit = next(one.text[0].lower() for one in section if one.kind == "elapsed")
    minutes, rest = divmod(seconds, 60)
    if unit == "s":
        return str(seconds)
    if unit == "m":
        return f"{minutes:02}:{rest:02}"
    told = f"{minutes // 60:02}:{minutes % 60:02}"
    asked = any(one.kind == "clock" and one.text[0] in "sS" for one in section)
    return f"{told}:{rest:02}" if rest and asked else told


def _dates(section: Section) -> list[FormatPart]:
    """The parts of a format, minutes told from months: after hours or before seconds."""
    clock = [at for at, one in enumerate(section) if one.kind == "clock"]
    told = list(section)
    for place, at in enumerate(clock):
        if section[at].text[0].lower() == "m":
            before = section[clock[place - 1]].text[0].lower() if place else ""
            after = section[clock[place + 1]].text[0].lower() if place + 1 < len(clock) else ""
            if before == "h" or after == "s":
                told[at] = FormatPart("minute", section[at].text)
    return told


def _spoken(section: Section) -> int:
    """How many letters its month has: three and more are a name."""
    return max(
        (len(one.text) for one in _dates(section) if one.kind == "clock" and one.text[0] in "mM"),
        default=0,
    )


def _told(moment: datetime, section: Section) -> str:
    """Part by part, as the format has them, words in French."""
    told: list[str] = []
    words = all(one.kind == "clock" for one in section)
    for one in _dates(section):
        if one.kind == "minute":
            told.append(f"{moment.minute:02}" if len(one.text) > 1 else str(moment.minute))
        elif one.kind == "clock":
            told.append(_part(moment, one.text))
        elif one.kind == "sign":
            told.append(one.text)
        else:
            told.append(literal(one))
    return (" " if words else "").join(told)


def _part(moment: datetime, text: str) -> str:
    match text[0].lower():
        case "y":
            return f"{moment:%Y}" if len(text) > _MOST_SPOKEN else f"{moment:%y}"
        case "m":
            return _month(moment, len(text))
        case "d":
            return _day(moment, len(text))
        case "h":
            return f"{moment.hour:02}"
        case _:
            return f"{moment.second:02}"


def _month(day: date, letters: int) -> str:
    match letters:
        case 1:
            return str(day.month)
        case 2:
            return f"{day.month:02}"
        case 3:
            return _SHORT_MONTHS[day.month - 1]
        case 5:
            return _SHORT_MONTHS[day.month - 1][0].upper()
        case _:
            return MONTHS[day.month - 1]


def _day(day: date, letters: int) -> str:
    match letters:
        case 1:
            return str(day.day)
        case 2:
            return f"{day.day:02}"
        case 3:
            return f"{DAYS[day.weekday()][:3]}."
        case _:
            return DAYS[day.weekday()]
