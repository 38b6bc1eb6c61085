"""Keeps the requests of one token under the limit that DS sets, across threads."""

import hashlib
import threading
import time
from collections import deque
from functools import cache
from typing import Protocol

DS_REQUESTS_PER_MINUTE = 400
"""What DS allows for each ``Authorization`` header, shared by every tool that uses the token."""

OUR_REQUESTS_PER_MINUTE = 360
"""What this process takes of it."""


class Clock(Protocol):
    """Time, as an argument: tests pass one that does not sleep."""

    def wall(self) -> float:
        """Return the seconds since the epoch."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The real time."""

    wall = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


class Limiter:
    """Lets at most ``limit`` requests start in any ``period`` seconds.

    A sliding window: whatever minute the server counts in, it never sees more than ``limit``.
    """

    def __init__(
        self,
        limit: int = OUR_REQUESTS_PER_MINUTE,
        *,
        period: float = 60.0,
        clock: Clock | None = None,
    ) -> None:
        self._limit = limit
        self._period = period
        self._clock = clock or SystemClock()
        self._starts: deque[float] = deque()
        self._held_until = float("-inf")
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait until one more request may start, and count it."""
        while (wait := self._try()) > 0:
            self._clock.sleep(wait)

    def hold(self, seconds: float) -> None:
        """Let no request start before ``seconds`` from now (the server said 429)."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def _try(self) -> float:
        with self._lock:
            now = self._clock.monotonic()
            while self._starts and self._starts[0] + self._period <= now:
                self._starts.popleft()
            if now < self._held_until:
                return self._held_until - now
            if len(self._starts) >= self._limit:
                return self._starts[0] + self._period - now
            self._starts.append(now)
            return 0.0


def limiter_of(token: str) -> Limiter:
    """Return the one limiter of this process for a token."""
    return _shared(hashlib.sha256(token.encode()).hexdigest())


@cache
def _shared(_digest: str) -> Limiter:
    return Limiter()
