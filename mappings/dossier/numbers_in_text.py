"""The number that the text of an answer holds."""

import re
from decimal import Decimal

BLANKS = re.compile(r"\s")

NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\s\d{3})+)(?:[.,]\d+)?", re.ASCII)

AMBIGUOUS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}", re.ASCII)
"""One thousand, or one and three decimals? Nobody can tell."""


def number_of(text: str) -> Decimal:
    """The number in a text that :data:`NUMBER` knows."""
    return Decimal(BLANKS.sub("", text).replace(",", "."))
