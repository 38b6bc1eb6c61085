"""Which attachments are on disk, and for which dossiers."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, or_, select

from store.database.engine import Scope
from store.database.statements import in_chunks, upsert
from store.database.tables import attachments, dossiers, fetched_dossiers


class Attachments:
    """Attachments on disk, of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def held(self) -> frozenset[str]:
        """Checksums of every content that a dossier has, of all démarches."""
        with self._scope.read() as connection:
            return frozenset(connection.scalars(select(attachments.c.checksum).distinct()))

    def due(self, demarche: int) -> tuple[int, ...]:
        """Dossiers whose present content was not yet looked through for files, by number."""
        done = and_(
            fetched_dossiers.c.demarche == dossiers.c.demarche,
            fetched_dossiers.c.number == dossiers.c.number,
        )
        query = (
            select(dossiers.c.number)
            .select_from(dossiers.outerjoin(fetched_dossiers, done))
            .where(
                dossiers.c.demarche == demarche,
                dossiers.c.pending_since.is_(None),
                or_(
                    fetched_dossiers.c.content_hash.is_(None),
                    fetched_dossiers.c.content_hash != dossiers.c.content_hash,
                ),
            )
            .order_by(dossiers.c.number)
        )
        with self._scope.read() as connection:
            return tuple(connection.scalars(query))

    def expect(self, demarche: int, number: int, checksums: Iterable[str]) -> None:
        """Say which files a dossier is about to have on disk: before they are written.

        A run that dies in between leaves a file that is known, and erased with its dossier.
        """
        rows = [
            {"demarche": demarche, "number": number, "checksum": checksum}
            for checksum in sorted(set(checksums))
        ]
        if rows:
            with self._scope.write() as connection:
                connection.execute(upsert(connection, attachments, update=()), rows)

    def mark_fetched(self, demarche: int, number: int, *, content_hash: str) -> None:
        """Say that a content of a dossier was looked through for files."""
        row = {"demarche": demarche, "number": number, "content_hash": content_hash}
        with self._scope.write() as connection:
            statement = upsert(connection, fetched_dossiers, update=["content_hash"])
            connection.execute(statement, row)

    def held_only_by(self, demarche: int, numbers: Sequence[int]) -> frozenset[str]:
        """Checksums of the files that no other dossier has, whatever its démarche."""
        ours: set[str] = set()
        others: set[str] = set()
        wanted = set(numbers)
        mine = select(attachments.c.checksum).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            for chunk in in_chunks(sorted(wanted)):
                ours |= set(connection.scalars(mine.where(attachments.c.number.in_(chunk))))
            holders = select(attachments)
            for few in in_chunks(sorted(ours)):
                for row in connection.execute(holders.where(attachments.c.checksum.in_(few))):
                    if row.demarche != demarche or row.number not in wanted:
                        others.add(row.checksum)
        return frozenset(ours - others)
