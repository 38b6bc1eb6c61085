"""Counts that are so small that they may tell of a person: what leaves the agency instead."""

from collections.abc import Sequence
from decimal import Decimal

from exports.readers.policy import Mask
from mappings.report.model import Answer, AnswerState


def small_count(answer: Answer, *, below: int, mask: Mask) -> Answer | Mask:
    """A count as it leaves the agency; what is not a plain number cannot be judged.

    Args:
        answer: The count.
        below: The first that is told.
        mask: What stands in place of what cannot be judged.
    """
    match answer.value:
        case None if answer.state is not AnswerState.UNREADABLE:
            return answer
        case bool():
            return mask
        case int() | Decimal() as count:
            return Mask(f"< {below}") if hidden(count, below=below) else answer
        case _:
            return mask


def hidden(count: int | Decimal, *, below: int) -> bool:
    """Whether a count is hidden: no case at all tells of nobody."""
    return count != 0 and count < below


def safe_beside(counts: Sequence[int | Decimal | None], *, below: int) -> bool:
    """Whether what gives counts away may be told: all are known, none is hidden, one is large."""
    known = [one for one in counts if one is not None]
    told = not any(hidden(one, below=below) for one in known)
    return told and len(known) == len(counts) and any(known)


def count_of(answer: Answer) -> int | Decimal | None:
    """The count that an answer gives; ``None`` where it gives none."""
    value = answer.value
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
