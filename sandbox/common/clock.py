"""The sandbox's own time: the machine's, plus an offset, or stopped. Kept as whole microseconds."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
_PARIS = ZoneInfo("Europe/Paris")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _machine() -> int:
    return time.time_ns() // 1000


class MovableClock:
    """A clock that can be moved and stopped, so that no test waits."""

    def __init__(self, machine: Callable[[], int] = _machine) -> None:
        self._machine = machine
        self.offset = 0
        self.frozen: int | None = None

    def now(self) -> int:
        """Return the present instant, in microseconds since 1970 UTC."""
        return self._machine() + self.offset if self.frozen is None else self.frozen

    def set(self, instant: int) -> None:
        """Go to ``instant``; a running clock goes on from there, a stopped one stays."""
        if self.frozen is None:
            self.offset = instant - self._machine()
        else:
            self.frozen = instant

    def freeze(self, *, frozen: bool) -> None:
        """Stop the clock where it is, or let it run again from there."""
        now = self.now()
        self.frozen = now if frozen else None
        self.offset = now - self._machine()


def micros(when: datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def parse(text: str) -> int:
    """Return an ISO 8601 text as microseconds; without an offset it is Paris time."""
    when = datetime.fromisoformat(text)
    return micros(when if when.tzinfo else when.replace(tzinfo=_PARIS))


def iso(instant: int) -> str:
    """Return an instant as DS writes it: to the second, with the offset of Paris."""
    return datetime.fromtimestamp(instant // SECOND, _PARIS).isoformat()


def iso_or_none(instant: int | None) -> str | None:
    """Return `iso` of an instant that may be absent."""
    return None if instant is None else iso(instant)
