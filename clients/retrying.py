"""How long to insist: bounded tries, bounded total time, exponential waits with jitter.

Which errors are tried again at all is decided by :class:`clients.transport.Retry`.
"""

from dataclasses import dataclass

from tenacity import RetryCallState, wait_random_exponential

from clients.errors import DsIntermediary, DsRateLimited, DsServerError, DsUnknownHost


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds on insisting.

    Attributes:
        tries: Requests at most for one answer.
        server_error_tries: The same when DS fails inside or a proxy refuses: mostly again.
        unknown_host_tries: The same when the network does not know the name of the host.
        total: Seconds after which nothing is tried again.
        rate_limit_total: The same under a rate limit, whose windows last a minute.
        first: Longest first wait; each next one is up to twice as long.
        longest: Longest wait.
        shortest: Shortest wait.
    """

    tries: int = 6
    server_error_tries: int = 3
    unknown_host_tries: int = 3
    total: float = 120.0
    rate_limit_total: float = 300.0
    first: float = 1.0
    longest: float = 20.0
    shortest: float = 0.1

    def exhausted(self, error: BaseException | None, *, tries: int, after: float) -> bool:
        """Say whether to give up after ``tries`` requests and ``after`` seconds."""
        match error:
            case DsServerError() | DsIntermediary():
                limit = self.server_error_tries
            case DsUnknownHost():
                limit = self.unknown_host_tries
            case _:
                limit = self.tries
        total = self.rate_limit_total if isinstance(error, DsRateLimited) else self.total
        return tries >= limit or after >= total


def backoff(policy: RetryPolicy, state: RetryCallState) -> float:
    """Return the seconds to wait before the next try: random, so that clients spread out."""
    wait = wait_random_exponential(policy.first, max=policy.longest, min=policy.shortest)
    return wait(state)
