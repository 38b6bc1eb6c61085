"""What the text of an answer holds: a number, or several options."""

import re
from decimal import Decimal

import orjson

BLANKS = re.compile(r"\s")

NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\s\d{3})+)(?:[.,]\d+)?", re.ASCII)

AMBIGUOUS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}", re.ASCII)
"""One thousand, or one and three decimals? Nobody can tell."""


def number_of(text: str) -> Decimal:
    """The number in a text that :data:`NUMBER` knows."""
    return Decimal(BLANKS.sub("", text).replace(",", "."))


def options_in(text: str) -> tuple[str, ...] | None:
    """The options of a text that is what DS keeps of several (``["A","B"]``); ``None`` for another.

    Served so since the question that had them became a simple list or a text.
    """
    if not text.startswith("["):
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return None
    return tuple(found)
