"""The limiter never lets more requests start in a minute than allowed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clients.limiter import Limiter, limiter_of
from tests.clients.conftest import StillClock


@settings(max_examples=60)
@given(
    limit=st.integers(1, 6),
    gaps=st.lists(st.floats(0, 40, allow_subnormal=False), max_size=40),
)
def test_no_window_of_a_minute_holds_more_requests_than_allowed(
    limit: int, gaps: list[float]
) -> None:
    clock = StillClock()
    limiter = Limiter(limit, clock=clock)
    starts: list[float] = []
    for gap in gaps:
        clock.now += gap
        limiter.acquire()
        starts.append(clock.now)
    for index, start in enumerate(starts):
        within = [one for one in starts[index:] if one - start < 60 - 1e-6]
        assert len(within) <= limit


@settings(max_examples=30)
@given(count=st.integers(0, 50))
def test_requests_under_the_limit_do_not_wait(count: int) -> None:
    clock = StillClock()
    limiter = Limiter(50, clock=clock)
    for _ in range(count):
        limiter.acquire()
    assert clock.slept == []


def test_a_refusal_of_the_server_holds_every_request(clock: StillClock) -> None:
    limiter = Limiter(50, clock=clock)
    begin = clock.now
    limiter.hold(30)
    limiter.acquire()
    assert clock.now - begin == 30


def test_one_token_has_one_limiter() -> None:
    assert limiter_of("a-token") is limiter_of("a-token")
    assert limiter_of("a-token") is not limiter_of("another-token")
