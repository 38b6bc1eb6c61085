"""Ids that the bridge gives to situations; people may give names of their own."""

import re
from collections.abc import Iterable

_OURS = re.compile(r"SIT-(\d+)")


def is_ours(situation: str) -> bool:
    """Whether an id is one that the bridge gives: not a name that a person typed."""
    return _OURS.fullmatch(situation) is not None


def next_id(known: Iterable[str]) -> str:
    """An id that no situation had."""
    numbers = [int(match.group(1)) for one in known if (match := _OURS.fullmatch(one))]
    return f"SIT-{max(numbers, default=0) + 1:04d}"
