"""How long the product waits between two tries; other tests have no time for it."""

from unittest.mock import Mock

import pytest
from tenacity import RetryCallState

from clients.retrying import RetryPolicy, backoff


def waits(attempt: int) -> list[float]:
    state = RetryCallState(Mock(), None, (), {})
    state.attempt_number = attempt
    return [backoff(RetryPolicy(), state) for _ in range(300)]


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 20), (9, 20)]
)
def test_each_wait_may_be_twice_as_long_as_the_last_and_is_never_none(
    attempt: int, longest: float
) -> None:
    drawn = waits(attempt)
    assert min(drawn) >= 0.1
    assert max(drawn) <= longest
    assert max(drawn) > longest * 0.8, "it is drawn over the whole length"
    assert min(drawn) < longest * 0.3, "clients spread out"
