"""Short operations that the database undid because of another one: done once more."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.database.errors import StoreLocked, TransactionUndone

_T = TypeVar("_T")
_PAUSE = 0.2
"""At most, in seconds: the two that crossed must not cross again."""


def once_more(work: Callable[[], _T]) -> _T:
    """Do a piece of work that is one transaction; once more where another one was in its way.

    That is a deadlock, a serialization failure, or a lock that was not had in time: the database
    kept nothing of the work. Whatever else fails is not tried again, nor a wait for a connection of
    our own.

    Raises:
        TransactionUndone: Twice.
        StoreLocked: Twice.
    """
    try:
        return work()
    except (TransactionUndone, StoreLocked) as error:
        if isinstance(error.__cause__, PoolTimeout):
            raise
    time.sleep(random.uniform(0, _PAUSE))
    return work()


class RetriedOnce:
    """What is remembered of a subject, each operation of which is done once more where it may be.

    For operations that are each a transaction of their own: part of a longer one, they would be
    done again without what came before them.
    """

    def __init__(self, memory: object) -> None:
        self._memory = memory

    def __getattr__(self, name: str) -> Any:
        """An operation of the subject."""
        found = getattr(self._memory, name)
        if not callable(found):
            return found

        def operation(*given: Any, **named: Any) -> Any:
            # What can be gone through once only would be empty the second time.
            held = tuple(map(_held, given))
            beside = {key: _held(value) for key, value in named.items()}
            return once_more(lambda: found(*held, **beside))

        return operation


def _held(value: Any) -> Any:
    return tuple(value) if isinstance(value, Iterator) else value
