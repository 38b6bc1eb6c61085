"""Workbooks that were sent, between their upload and the yes: what each would change.

The file itself is not kept. All of it is in memory, for an hour at most: a portal that starts
again has forgotten it, and the person sends the workbook again.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from portal.errors import BusyError

T = TypeVar("T")

LASTS = timedelta(hours=1)
MOST = 50
"""Workbooks that wait at once: a person who sends another one gives the former up."""
MOST_TEXT = 4_000_000
"""Characters of all opinions of one: some five hundred times what a centre ever wrote."""
_WAIT = 30.0
_turn = Lock()


@contextmanager
def reading() -> Iterator[None]:
    """Read one workbook at a time: it takes memory, and time that pages need.

    Raises:
        BusyError: Another one is being read for too long.
    """
    if not _turn.acquire(timeout=_WAIT):
        raise BusyError
    try:
        yield
    finally:
        _turn.release()


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """A workbook that waits for a yes.

    Attributes:
        id: Names it in an address; gives no right by itself.
        account: Who sent it.
        name: Name of its file.
        at: When it came (aware).
        taken: What is kept of it.
    """

    id: str
    account: str
    name: str
    at: datetime
    taken: T


class Returns(Generic[T]):
    """Those that wait. Safe in several threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Pending[T]] = OrderedDict()
        self._turn = Lock()

    def put(self, account: str, name: str, taken: T, *, at: datetime) -> Pending[T]:
        """Keep one in place of the former of the same person."""
        one = Pending(secrets.token_urlsafe(18), account, name, at, taken)
        with self._turn:
            for former in [n for n, kept in self._waiting.items() if kept.account == account]:
                del self._waiting[former]
            self._waiting[one.id] = one
            while len(self._waiting) > MOST:
                self._waiting.popitem(last=False)
        return one

    def get(self, name: str, account: str, *, at: datetime) -> Pending[T] | None:
        """The one of an id, where this person sent it and it is not over."""
        with self._turn:
            for over in [n for n, kept in self._waiting.items() if at - kept.at > LASTS]:
                del self._waiting[over]
            found = self._waiting.get(name)
        return found if found is not None and found.account == account else None

    def drop(self, name: str) -> None:
        """Forget one."""
        with self._turn:
            self._waiting.pop(name, None)
