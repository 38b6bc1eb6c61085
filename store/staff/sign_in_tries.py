"""Tries at signing in, counted so that a password cannot be guessed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, text

from store.database.engine import Scope
from store.database.tables import sign_in_tries

_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(:key)")
_COUNTING = 0x554E4353


class SignInTries:
    """Recent tries, by account and by network address."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def take(
        self, account: str, address: str, *, at: datetime, limits: tuple[int, int, timedelta]
    ) -> bool:
        """Count one more try, unless too many were made: tell whether it may go on.

        Counting comes before the password is looked at, one try after the other, so that tries
        made at the same time count too.

        Args:
            account: Address that is tried.
            address: Where from.
            at: Now (aware).
            limits: Tries of an account, tries from an address, and in how long.
        """
        of_account, of_address, within = limits
        count = select(func.count()).select_from(sign_in_tries)
        # What a clock that was ahead wrote down is not waited for.
        old = or_(sign_in_tries.c.at <= at - within, sign_in_tries.c.at > at + within)
        with self._scope.write() as connection:
            if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
                connection.execute(_ONE_BY_ONE, {"key": _COUNTING})
            connection.execute(delete(sign_in_tries).where(old))
            made = connection.scalar(count.filter_by(account=account)) or 0
            from_there = connection.scalar(count.filter_by(address=address)) or 0
            if made >= of_account or from_there >= of_address:
                return False
            values = {"at": at, "account": account, "address": address}
            connection.execute(insert(sign_in_tries).values(values))
        return True

    def clear(self, account: str) -> None:
        """Forget the tries of an account: its person signed in."""
        with self._scope.write() as connection:
            connection.execute(delete(sign_in_tries).filter_by(account=account))
