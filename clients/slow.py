"""Reads the body of an answer as it comes, and gives up on one that comes too slowly.

The timeouts of requests count the silence between two pieces: a server that sends a byte now and
then would hold a run for ever.
"""

import time
from collections.abc import Callable, Iterator

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

_PIECE = 1 << 16


def pieces(
    answer: requests.Response, *, within: float, now: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """Yield the body of an answer that was asked with ``stream``, piece by piece.

    Args:
        answer: Its body not read yet.
        within: Seconds that the whole body may take.
        now: Seconds of a clock that only goes forward.

    Raises:
        requests.RequestException: The connection broke, or the body takes longer.
    """
    until = now() + within
    try:
        while piece := answer.raw.read1(_PIECE, decode_content=True):
            if now() > until:
                answer.close()
                raise requests.ReadTimeout(f"no end of the answer within {within:g} s")
            yield piece
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(str(error)) from error
    except HTTPError as error:
        raise requests.ConnectionError(str(error)) from error
