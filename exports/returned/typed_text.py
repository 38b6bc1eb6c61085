"""What a person typed in a cell, as the person reads it there: Excel holds some of it otherwise."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from exports.cells import MAX_DIGITS, safe_text

_RETURN = re.compile(r"(?<!_x005F)_x000D_(?=\r?\n)")
"""How Excel writes the first half of a line end of Windows in a cell."""


def typed_text(value: object) -> str:
    """Return a cell's value as French text, without blanks around it; nothing for an empty cell.

    ``VRAI`` and ``FAUX``; days as 02/01/2026; numbers with a comma and no more digits than Excel
    shows, whole ones without decimals; line ends without what Excel writes of those of Windows.
    """
    match value:
        case None:
            return ""
        case bool():
            return "VRAI" if value else "FAUX"
        case int() | float():
            return _number(value)
        case datetime() if value.time() == time():
            return f"{value:%d/%m/%Y}"
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            minutes = int(value.total_seconds() // 60)
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case _:
            return safe_text(_RETURN.sub("", str(value))).strip()


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    plain = f"{Decimal(f'{value:.{MAX_DIGITS}g}'):f}"
    return plain.replace(".", ",")
