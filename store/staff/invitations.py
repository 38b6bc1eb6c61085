"""Invitations to the portal: a link that opens one account, once, for some days."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from store.database.engine import Scope
from store.database.tables import accounts, invitations
from store.staff.accounts import Account, AccountExists


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation.

    Attributes:
        key: Hash of the secret of its link, which is kept nowhere.
        email: Address that the account will have.
        role: What it will see.
        invited_by: Address of the administrator.
        invited_at: When (UTC).
        expires_at: When it opens nothing any more (UTC).
    """

    key: str
    email: str
    role: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime


_FIELDS = tuple(invitations.c[name] for name in Invitation.__dataclass_fields__)


class Invitations:
    """The invitations, the same for all démarches."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, invitation: Invitation) -> None:
        """Invite; another invitation of the address is worth nothing any more.

        Raises:
            AccountExists: The address has an account.
        """
        with self._scope.write() as connection:
            same = select(accounts.c.email).filter_by(email=invitation.email)
            if connection.execute(same).first() is not None:
                raise AccountExists
            connection.execute(delete(invitations).filter_by(email=invitation.email))
            connection.execute(insert(invitations).values(asdict(invitation)))

    def get(self, key: str, *, at: datetime) -> Invitation | None:
        """The invitation of a key, unless it is over at a moment (aware)."""
        query = select(*_FIELDS).filter_by(key=key).where(invitations.c.expires_at > at)
        with self._scope.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Invitation(*row)

    def list(self, *, at: datetime) -> tuple[Invitation, ...]:
        """Those that still open something at a moment (aware), by address."""
        query = select(*_FIELDS).where(invitations.c.expires_at > at).order_by(invitations.c.email)
        with self._scope.read() as connection:
            return tuple(Invitation(*row) for row in connection.execute(query))

    def withdraw(self, email: str) -> bool:
        """Take an invitation back; whether there was one."""
        with self._scope.write() as connection:
            return connection.execute(delete(invitations).filter_by(email=email)).rowcount > 0

    def accept(self, key: str, account: Account) -> bool:
        """Make the account of an invitation, which then is over; whether it still stood.

        Raises:
            AccountExists: The address got an account meanwhile.
        """
        with self._scope.write() as connection:
            stood = delete(invitations).filter_by(key=key, email=account.email, role=account.role)
            valid = stood.where(invitations.c.expires_at > account.added_at)
            if not connection.execute(valid).rowcount:
                return False
            same = select(accounts.c.email).filter_by(email=account.email)
            if connection.execute(same).first() is not None:
                raise AccountExists
            connection.execute(insert(accounts).values(asdict(account)))
            return True
