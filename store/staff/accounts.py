"""Who may sign in to the portal, and as what."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from store.database.engine import Scope
from store.database.errors import StoreError
from store.database.tables import accounts


class AccountExists(StoreError):  # noqa: N818 (named by what is wrong, as the others)
    """There is an account of this e-mail address already."""

    default = "Ce compte existe déjà : retirez-le d'abord (unc users remove), puis ajoutez-le."


class LastAdministrator(StoreError):  # noqa: N818
    """Without this account nobody would administer the portal."""

    default = (
        "C’est le dernier compte d’administration\N{NO-BREAK SPACE}: donnez d’abord ce rôle à une"
        " autre personne."
    )


ADMINISTRATOR = "admin"
"""The role that one account at least keeps."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        email: Address in lower case: the name that the person signs in with.
        role: What they may see, as the portal names it.
        added_at: When it was made (UTC).
        sessions_from: Sessions opened before (UTC) are closed.
        password_hash: ``None`` for a person who signs in elsewhere (OpenID Connect).
        issuer: Identity provider that the person signed in at; ``None`` before the first time.
        subject: Their name there, which never changes.
    """

    email: str
    role: str
    added_at: datetime
    sessions_from: datetime
    password_hash: str | None = None
    issuer: str | None = None
    subject: str | None = None


_FIELDS = tuple(accounts.c[name] for name in Account.__dataclass_fields__)


class Accounts:
    """The accounts of the portal, the same for all démarches."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, account: Account) -> None:
        """Make an account.

        Raises:
            AccountExists: There is one of this address.
        """
        with self._scope.write() as connection:
            same = select(accounts.c.email).filter_by(email=account.email)
            if connection.execute(same).first() is not None:
                raise AccountExists
            connection.execute(insert(accounts).values(asdict(account)))

    def remove(self, email: str) -> bool:
        """Remove an account, which ends its sessions; whether there was one."""
        with self._scope.write() as connection:
            return connection.execute(delete(accounts).filter_by(email=email)).rowcount > 0

    def let_go(self, email: str) -> bool:
        """Remove an account as :meth:`remove`, unless it is the last administrator's.

        Raises:
            LastAdministrator: It is.
        """
        with self._scope.write() as connection:
            _require_another(connection, email)
            return connection.execute(delete(accounts).filter_by(email=email)).rowcount > 0

    def change_role(self, email: str, role: str) -> bool:
        """Give an account another role; whether there is such an account.

        Raises:
            LastAdministrator: Nobody would administer any more.
        """
        with self._scope.write() as connection:
            if role != ADMINISTRATOR:
                _require_another(connection, email)
            statement = update(accounts).filter_by(email=email).values(role=role)
            return connection.execute(statement).rowcount > 0

    def change_password(self, email: str, password_hash: str, *, at: datetime) -> None:
        """Give an account another password, and close the sessions opened before ``at`` (aware)."""
        values = {"password_hash": password_hash, "sessions_from": at}
        with self._scope.write() as connection:
            connection.execute(update(accounts).filter_by(email=email).values(values))

    def get(self, email: str) -> Account | None:
        """The account of an address."""
        with self._scope.read() as connection:
            row = connection.execute(select(*_FIELDS).filter_by(email=email)).first()
        return None if row is None else Account(*row)

    def of(self, issuer: str, subject: str) -> Account | None:
        """The account of a person, as an identity provider names them."""
        with self._scope.read() as connection:
            query = select(*_FIELDS).filter_by(issuer=issuer, subject=subject)
            row = connection.execute(query).first()
        return None if row is None else Account(*row)

    def bind(self, email: str, issuer: str, subject: str) -> bool:
        """Bind an account to a person, the first time; whether it is theirs now."""
        with self._scope.write() as connection:
            free = update(accounts).filter_by(email=email, subject=None)
            bound = connection.execute(free.values(issuer=issuer, subject=subject)).rowcount
        return bound > 0 or self.of(issuer, subject) is not None

    def unbind(self, email: str) -> bool:
        """Forget which person an account is bound to; whether there is such an account."""
        with self._scope.write() as connection:
            statement = update(accounts).filter_by(email=email).values(issuer=None, subject=None)
            return connection.execute(statement).rowcount > 0

    def list(self) -> tuple[Account, ...]:
        """Every account, by address."""
        with self._scope.read() as connection:
            rows = connection.execute(select(*_FIELDS).order_by(accounts.c.email))
            return tuple(Account(*row) for row in rows)

    def close_sessions(self, email: str, *, at: datetime) -> None:
        """Close every session that was opened before ``at`` (aware), wherever it is."""
        with self._scope.write() as connection:
            statement = update(accounts).filter_by(email=email).values(sessions_from=at)
            connection.execute(statement)


def _require_another(connection: Connection, email: str) -> None:
    """Refuse to take the last administrator away; two who try at once wait for each other."""
    query = select(accounts.c.email).filter_by(role=ADMINISTRATOR).with_for_update()
    if list(connection.scalars(query.order_by(accounts.c.email))) == [email]:
        raise LastAdministrator
