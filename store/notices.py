"""Who was told by e-mail that an export is out, so that nobody is told twice."""

from datetime import datetime

from sqlalchemy import select

from store.engine import Scope
from store.portal_tables import notices
from store.statements import upsert


class Notices:
    """Notices that were sent, for all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def told(self, demarche: int, folder: str) -> frozenset[str]:
        """Accounts that were told of an export."""
        query = select(notices.c.account).filter_by(demarche=demarche, folder=folder)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def record(self, demarche: int, folder: str, *, account: str, at: datetime) -> None:
        """Remember that an account was told."""
        row = {"demarche": demarche, "folder": folder, "account": account, "told_at": at}
        with self._scope.write() as connection:
            connection.execute(upsert(connection, notices, update=()), row)
