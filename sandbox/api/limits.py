"""The rate limit: so many POST a minute for each Authorization header, minutes of the clock."""

from dataclasses import dataclass, field

from sandbox.common.clock import SECOND

MINUTE = 60 * SECOND


@dataclass(slots=True)
class RateLimit:
    """Counts requests by header within the present minute of the clock."""

    allowed: int = 400
    _minute: int = -1
    _counts: dict[str, int] = field(default_factory=dict)

    def over(self, header: str, now: int) -> dict[str, str] | None:
        """Count one request; return the headers of a 429 when it is one too many."""
        minute = now // MINUTE
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[header] = self._counts.get(header, 0) + 1
        return self.headers(now) if self._counts[header] > self.allowed else None

    def headers(self, now: int) -> dict[str, str]:
        """Return what a refused request is told: when the window ends."""
        reset = (now // MINUTE + 1) * 60
        return {
            "RateLimit-Limit": str(self.allowed),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(reset),
        }
