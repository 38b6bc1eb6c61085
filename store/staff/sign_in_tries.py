"""Tries at signing in, counted so that a password cannot be guessed, and nobody is shut out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from store.database.engine import Scope
from store.database.statements import one_by_one
from store.database.tables import sign_in_tries

_COUNTING = 0x554E4353
_NOW = timedelta()


@dataclass(frozen=True, slots=True)
class SignInPace:
    """How fast passwords may be tried.

    After ``free`` wrong ones on an account from one address, each further one waits twice as long
    as the one before; so after ``from_address`` from one address, whatever the account. What
    others try elsewhere does not make the owner of an account wait, but for an address that was
    wrong already: once ``on_account`` tries were made from everywhere, it waits ``crowded``.

    Attributes:
        free: Tries of an account from an address before it waits.
        from_address: Tries from an address, of any account.
        on_account: Tries of an account, from any address.
        crowded: Wait between two tries from one address on an account that many try.
        longest: Longest wait.
        within: How long a try is remembered.
    """

    free: int
    from_address: int
    on_account: int
    crowded: timedelta
    longest: timedelta
    within: timedelta

    def wait(self, made: int, *, free: int) -> timedelta:
        """How long to wait after so many tries."""
        if made < free:
            return _NOW
        doublings = min(made - free, 20)
        return min(timedelta(seconds=1 << doublings), self.longest)


PACE = SignInPace(
    free=10,
    from_address=40,
    on_account=100,
    crowded=timedelta(minutes=1),
    longest=timedelta(minutes=15),
    within=timedelta(hours=1),
)
"""That of the portal."""


class SignInTries:
    """Recent tries, by account and by network address."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def take(self, account: str, address: str, *, at: datetime, pace: SignInPace) -> timedelta:
        """Count one more try, unless it comes too early: tell how long it has to wait.

        Counting comes before the password is looked at, one try after the other, so that tries
        made at the same time count too.

        Args:
            account: Account that is tried.
            address: Where from.
            at: Now (aware).
            pace: How fast it may be tried.

        Returns:
            Nothing when it may go on.
        """
        # What a clock that was ahead wrote down is not waited for.
        column = sign_in_tries.c.at
        old = or_(column <= at - pace.within, column > at + pace.longest)
        with self._scope.write() as connection:
            one_by_one(connection, _COUNTING)
            connection.execute(delete(sign_in_tries).where(old))
            left = _due(connection, account, address, pace=pace) - at
            if left > _NOW:
                return min(left, pace.longest)
            values = {"at": at, "account": account, "address": address}
            connection.execute(insert(sign_in_tries).values(values))
        return _NOW

    def clear(self, account: str, address: str) -> None:
        """Forget the tries of an account from an address: its person signed in there."""
        with self._scope.write() as connection:
            statement = delete(sign_in_tries).filter_by(account=account, address=address)
            connection.execute(statement)


def _due(connection: Connection, account: str, address: str, *, pace: SignInPace) -> datetime:
    """When the next try may be made."""
    of_account = sign_in_tries.c.account == account
    of_address = sign_in_tries.c.address == address
    here, last_here = _made(connection, of_account, of_address)
    there, last_there = _made(connection, of_address)
    everywhere, _ = _made(connection, of_account)
    crowded = pace.crowded if here and everywhere >= pace.on_account else _NOW
    return max(
        last_here + max(pace.wait(here, free=pace.free), crowded),
        last_there + pace.wait(there, free=pace.from_address),
    )


def _made(connection: Connection, *where: ColumnElement[bool]) -> tuple[int, datetime]:
    query = select(func.count(), func.max(sign_in_tries.c.at)).where(*where)
    count, last = connection.execute(query).one()
    return count, last or _LONG_AGO


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
