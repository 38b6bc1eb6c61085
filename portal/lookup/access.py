"""Who may look medicines up: a secret in the header, and so many requests a second for each."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from time import monotonic


class Access:
    """Knows the secrets by their digests alone."""

    def __init__(self, secrets: Sequence[str], *, per_second: int) -> None:
        """Take the secrets that open it.

        Args:
            secrets: One for each form or instance that asks; several during a replacement.
            per_second: Requests a second for each; twice as many at once after a pause.
        """
        self._known = [_digest(one) for one in secrets]
        self._per_second = per_second
        self._left = [(2.0 * per_second, monotonic()) for _ in secrets]

    def which(self, header: str) -> int | None:
        """The place of the secret that an ``Authorization`` header bears; ``None`` for none.

        Every secret is compared, and each in constant time: how long it takes tells nothing.
        """
        kind, _, given = header.partition(" ")
        digest, found = _digest(given.strip()), None
        for place, known in enumerate(self._known):
            if hmac.compare_digest(digest, known):
                found = place
        return found if kind.lower() == "bearer" else None

    def admits(self, place: int) -> bool:
        """Whether one more request with this secret is within its rate; it is counted then."""
        left, at = self._left[place]
        now = monotonic()
        left = min(2.0 * self._per_second, left + (now - at) * self._per_second)
        self._left[place] = (left - 1 if left >= 1 else left, now)
        return left >= 1


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
