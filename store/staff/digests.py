"""The weekly digest: who asked for it, and to whom it was sent."""

from datetime import datetime

from sqlalchemy import delete, select

from store.database.engine import Scope
from store.database.statements import upsert
from store.database.tables import digest_readers, digests_sent


class Digests:
    """Weekly digests: asked for once, for all démarches; sent for each."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def readers(self) -> frozenset[str]:
        """Accounts that asked for it."""
        with self._scope.read() as connection:
            return frozenset(connection.scalars(select(digest_readers.c.account)))

    def choose(self, account: str, *, wanted: bool, at: datetime) -> None:
        """Keep whether a person wants it."""
        with self._scope.write() as connection:
            if wanted:
                row = {"account": account, "since": at}
                connection.execute(upsert(connection, digest_readers, update=()), row)
            else:
                connection.execute(delete(digest_readers).filter_by(account=account))

    def claim(self, demarche: int, account: str, week: str, *, at: datetime) -> bool:
        """Say that one is about to be sent; whether nobody said so before."""
        row = {"demarche": demarche, "account": account, "week": week, "sent_at": at}
        with self._scope.write() as connection:
            done = connection.execute(upsert(connection, digests_sent, update=()), row)
            return done.rowcount > 0

    def unclaim(self, demarche: int, account: str, week: str) -> None:
        """Say that it could not be sent after all: it is due again."""
        with self._scope.write() as connection:
            gone = delete(digests_sent).filter_by(demarche=demarche, account=account, week=week)
            connection.execute(gone)

    def forget(self, *, before: datetime) -> None:
        """Erase what was sent before a moment (aware)."""
        with self._scope.write() as connection:
            connection.execute(delete(digests_sent).where(digests_sent.c.sent_at < before))
