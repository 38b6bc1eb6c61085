"""Tries at signing in, counted so that a password cannot be guessed."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from store.engine import Scope
from store.portal_tables import sign_in_tries


class SignInTries:
    """Recent tries, by account and by network address."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def take(
        self, account: str, address: str, *, at: datetime, limits: tuple[int, int, timedelta]
    ) -> bool:
        """Count one more try, unless too many were made: tell whether it may go on.

        Counting comes before the password is looked at, in one transaction, so that tries made
        at the same time count too.

        Args:
            account: Address that is tried.
            address: Where from.
            at: Now (aware).
            limits: Tries of an account, tries from an address, and in how long.
        """
        of_account, of_address, within = limits
        count = select(func.count()).select_from(sign_in_tries)
        with self._scope.write() as connection:
            connection.execute(delete(sign_in_tries).where(sign_in_tries.c.at <= at - within))
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
