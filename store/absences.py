"""Dossiers that left the démarche: pending deletion, or gone and erased."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from store import pages
from store.engine import Scope
from store.statements import in_chunks, upsert
from store.sync_tables import lost_dossiers
from store.tables import dossiers, quarantine, tombstones


@dataclass(frozen=True, slots=True)
class Deletion:
    """A dossier that DS says is gone.

    Attributes:
        number: Dossier.
        deleted_at: When it was deleted (aware).
        reason: Reason that DS gives, or ours.
    """

    number: int
    deleted_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """All that is kept of a dossier that is gone.

    Attributes:
        number: Dossier.
        reason: Why it is gone.
        deposited_at: When it had been deposited, if it was in store (UTC).
        deleted_at: When it was deleted on DS (UTC).
        erased_at: When it was erased here (UTC).
    """

    number: int
    reason: str
    deposited_at: datetime | None
    deleted_at: datetime
    erased_at: datetime


class Absences:
    """Dossiers of all démarches that left, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def mark_pending(self, demarche: int, since: Mapping[int, datetime]) -> tuple[int, ...]:
        """Take dossiers that are pending deletion out of what is read, until they are restored.

        Args:
            demarche: Number of the démarche.
            since: Deletion date (aware) by dossier number; numbers not in store are passed over.

        Returns:
            Numbers that were not pending before.
        """
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        present = query.where(dossiers.c.pending_since.is_(None))
        with self._scope.write() as connection:
            new = [
                number
                for chunk in in_chunks(sorted(since))
                for number in connection.scalars(present.where(dossiers.c.number.in_(chunk)))
            ]
            pages.mark_pending(connection, demarche, since={n: since[n] for n in new})
        return tuple(sorted(new))

    def restore(self, demarche: int, numbers: Sequence[int]) -> None:
        """Bring dossiers back that are not pending deletion any more."""
        with self._scope.write() as connection:
            pages.restore(connection, demarche, numbers=numbers)

    def mark_lost(self, demarche: int, numbers: Sequence[int], *, at: datetime) -> None:
        """Take dossiers that no list shows out of what is read, until one shows them again.

        Args:
            demarche: Number of the démarche.
            numbers: Dossiers in store, pending deletion or not.
            at: Since when those that were not pending are (aware).
        """
        rows = [{"demarche": demarche, "number": number} for number in numbers]
        if not rows:
            return
        with self._scope.write() as connection:
            present = set(self.pending(demarche))
            pages.mark_pending(
                connection, demarche, since=dict.fromkeys(set(numbers) - present, at)
            )
            connection.execute(upsert(connection, lost_dossiers, update=()), rows)

    def lost(self, demarche: int) -> frozenset[int]:
        """Those of :meth:`pending` that no list of deletions shows."""
        query = select(lost_dossiers.c.number).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def pending(self, demarche: int) -> dict[int, datetime]:
        """Deletion date (UTC) of the dossiers pending deletion, by number."""
        query = select(dossiers.c.number, dossiers.c.pending_since).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            rows = connection.execute(query.where(dossiers.c.pending_since.is_not(None)))
            return {row.number: row.pending_since for row in rows}

    def purge(
        self, demarche: int, deletions: Sequence[Deletion], *, at: datetime
    ) -> tuple[int, ...]:
        """Erase dossiers that are gone, and keep their tombstones.

        Everything that names the dossier goes with it: content, past states, assessments,
        replies, what was written, corrections, quarantine. On SQLite the erased bytes are
        overwritten; on PostgreSQL they go with the next vacuum.

        Args:
            demarche: Number of the démarche.
            deletions: What is gone; dossiers that are not in store get their tombstone too.
            at: When they are erased (aware).

        Returns:
            Numbers that were in store.
        """
        gone = {deletion.number: deletion for deletion in deletions}
        if not gone:
            return ()
        query = select(dossiers.c.number, dossiers.c.deposited_at).filter_by(demarche=demarche)
        deposited: dict[int, datetime] = {}
        with self._scope.write() as connection:
            for chunk in in_chunks(sorted(gone)):
                rows = connection.execute(query.where(dossiers.c.number.in_(chunk)))
                deposited |= {row.number: row.deposited_at for row in rows}
                for table in (dossiers, quarantine):  # the other tables follow by cascade
                    here = delete(table).filter_by(demarche=demarche)
                    connection.execute(here.where(table.c.number.in_(chunk)))
            connection.execute(
                upsert(connection, tombstones, update=()),
                [
                    {
                        "demarche": demarche,
                        "number": number,
                        "reason": deletion.reason,
                        "deposited_at": deposited.get(number),
                        "deleted_at": deletion.deleted_at,
                        "erased_at": at,
                    }
                    for number, deletion in gone.items()
                ],
            )
        if deposited:
            self._scope.erased()
        return tuple(sorted(deposited))

    def erased(self, demarche: int, numbers: Iterable[int], *, reason: str) -> dict[int, datetime]:
        """When each of these dossiers was erased for that reason (UTC), by number."""
        query = select(tombstones.c.number, tombstones.c.erased_at)
        query = query.filter_by(demarche=demarche, reason=reason)
        with self._scope.read() as connection:
            return {
                row.number: row.erased_at
                for chunk in in_chunks(sorted(numbers))
                for row in connection.execute(query.where(tombstones.c.number.in_(chunk)))
            }

    def tombstones(self, demarche: int) -> tuple[Tombstone, ...]:
        """Tombstones by dossier number."""
        columns = [tombstones.c[name] for name in Tombstone.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche).order_by(tombstones.c.number)
        with self._scope.read() as connection:
            return tuple(Tombstone(*row) for row in connection.execute(query))
