"""What each person has seen of dossiers that waited for them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from store.database.engine import Scope
from store.database.statements import in_chunks, upsert
from store.database.tables import dossiers, portal_seen


class Seen:
    """What people have seen of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def marks(self, demarche: int, account: str) -> dict[int, str]:
        """What a person saw of each dossier last, by number: a mark of what it was then."""
        query = select(portal_seen.c.number, portal_seen.c.mark)
        with self._scope.read() as connection:
            rows = connection.execute(query.filter_by(demarche=demarche, account=account))
            return {row.number: row.mark for row in rows}

    def save(self, demarche: int, account: str, marks: Mapping[int, str], *, at: datetime) -> None:
        """Keep what a person has seen; dossiers that have left the store are passed over."""
        with self._scope.write() as connection:
            known: Collection[int] = {
                number
                for chunk in in_chunks(sorted(marks))
                for number in connection.scalars(
                    select(dossiers.c.number)
                    .filter_by(demarche=demarche)
                    .where(dossiers.c.number.in_(chunk))
                )
            }
            held = {"demarche": demarche, "account": account, "seen_at": at}
            rows = [{**held, "number": n, "mark": marks[n]} for n in sorted(known)]
            if rows:
                statement = upsert(connection, portal_seen, update=["mark", "seen_at"])
                connection.execute(statement, rows)
