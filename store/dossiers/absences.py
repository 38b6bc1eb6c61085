"""Dossiers that DS does not list now, or that are not kept here: why, and what is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from store.database.engine import Scope
from store.database.settling import unsettle_citing
from store.database.statements import in_chunks, upsert
from store.database.tables import absences, dossiers, quarantine
from store.dossiers import pages
from store.dossiers.erasure import erase


class Why(StrEnum):
    """Why a dossier is not listed by DS, or not kept here.

    Attributes:
        HIDDEN: DS lists it among those that may come back.
        LOST: It was here, and DS shows it in no list.
        ERASED: It was erased here, or was gone before it was ever read.
        PASSED_OVER: DS shows it, and its retention was over when it was first read.
        NOT_FOUND: DS was asked for it, and has none of that number.
        ELSEWHERE: DS was asked for it, and it belongs to another démarche.
        IN_DOUBT: DS was asked for it, and gave no answer.
    """

    HIDDEN = "hidden"
    LOST = "lost"
    ERASED = "erased"
    PASSED_OVER = "passed over"
    NOT_FOUND = "not found"
    ELSEWHERE = "elsewhere"
    IN_DOUBT = "in doubt"


DENIED = frozenset({Why.NOT_FOUND, Why.ELSEWHERE})
"""DS says that the démarche has no such dossier; all others existed, or may exist."""
ANSWERS = DENIED | {Why.IN_DOUBT}
"""What DS said of a number that nothing here knew: replaced as soon as the dossier is read."""


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
class MissingDossier:
    """What is remembered of a dossier that DS does not list, or that is not kept here.

    Attributes:
        number: Dossier.
        why: Why it is not.
        reason: Reason that DS gives for a deletion, or ours; else blank.
        deposited_at: When it had been deposited, if it was in store and erased (UTC).
        since: When it was deleted or hidden on DS, lost, passed over, or asked for (UTC).
        erased_at: When it was erased here (UTC).
    """

    number: int
    why: Why
    reason: str
    deposited_at: datetime | None
    since: datetime
    erased_at: datetime | None


class Absences:
    """Absent dossiers of all démarches, each call for one démarche."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def mark_pending(self, demarche: int, since: Mapping[int, datetime]) -> tuple[int, ...]:
        """Take dossiers that are pending deletion out of what is read, until they are restored.

        Of those that are not in store, it is remembered that they exist.

        Args:
            demarche: Number of the démarche.
            since: Deletion date (aware) by dossier number.

        Returns:
            Numbers in store that were not pending before.
        """
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        present = query.where(dossiers.c.pending_since.is_(None))
        kept = {Why.HIDDEN, Why.ERASED}
        told = {one.number for one in self.list(demarche, numbers=since) if one.why in kept}
        with self._scope.write() as connection:
            new = [
                number
                for chunk in in_chunks(sorted(since))
                for number in connection.scalars(present.where(dossiers.c.number.in_(chunk)))
            ]
            pages.mark_pending(connection, demarche, since={n: since[n] for n in new})
            hidden = {n: day for n, day in since.items() if n not in told}
            _remember(connection, demarche, Why.HIDDEN, since=hidden)
        return tuple(sorted(new))

    def restore(self, demarche: int, numbers: Sequence[int]) -> None:
        """Bring dossiers back that are not pending deletion any more."""
        with self._scope.write() as connection:
            pages.restore(connection, demarche, numbers=numbers)

    def mark_lost(self, demarche: int, numbers: Sequence[int], *, at: datetime) -> None:
        """Take dossiers that no list shows out of what is read, until one shows them again.

        Args:
            demarche: Number of the démarche.
            numbers: Dossiers that were here, in store or not, pending deletion or not.
            at: Since when those that were not pending are (aware).
        """
        pending = self.pending(demarche)
        gone = {one.number for one in self.list(demarche, numbers=numbers) if one.erased_at}
        lost = dict.fromkeys(set(numbers) - gone, at)
        with self._scope.write() as connection:
            new = {number: at for number in lost if number not in pending}
            pages.mark_pending(connection, demarche, since=new)
            _remember(connection, demarche, Why.LOST, since=lost)

    def pass_over(self, demarche: int, numbers: Iterable[int], *, at: datetime) -> None:
        """Remember that dossiers exist that are not to be kept; writes only what is new."""
        kept = {Why.ERASED, Why.PASSED_OVER}
        told = self.list(demarche, numbers=numbers)
        new = set(numbers) - {one.number for one in told if one.why in kept}
        if new:
            with self._scope.write() as connection:
                _remember(connection, demarche, Why.PASSED_OVER, since=dict.fromkeys(new, at))

    def answered(self, demarche: int, number: int, why: Why, *, at: datetime) -> None:
        """Remember what DS said of a number that nothing here knows."""
        with self._scope.write() as connection:
            _remember(connection, demarche, why, since={number: at})

    def forget_doubts(self, demarche: int) -> None:
        """Drop the numbers for which DS gave no answer, so that it is asked again."""
        doubts = {one.number for one in self.list(demarche) if one.why is Why.IN_DOUBT}
        if doubts:
            with self._scope.write() as connection:
                pages.forget_absences(connection, demarche, numbers=doubts)

    def denied(self, demarche: int) -> frozenset[int]:
        """Numbers of which DS said that the démarche has no such dossier."""
        query = select(absences.c.number).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query.where(absences.c.why.in_(DENIED))))

    def unheard_of(self, demarche: int, numbers: Iterable[int]) -> tuple[int, ...]:
        """Those of these numbers that no table knows, not even as an answer of DS."""
        left = set(numbers)
        with self._scope.read() as connection:
            for table in (dossiers, quarantine, absences):
                query = select(table.c.number).filter_by(demarche=demarche)
                for chunk in in_chunks(sorted(left)):
                    left.difference_update(
                        connection.scalars(query.where(table.c.number.in_(chunk)))
                    )
        return tuple(sorted(left))

    def lost(self, demarche: int) -> frozenset[int]:
        """Those of :meth:`pending` that no list of deletions shows."""
        query = select(absences.c.number).filter_by(demarche=demarche, why=Why.LOST)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def pending(self, demarche: int) -> dict[int, datetime]:
        """Deletion date (UTC) of the dossiers in store that are pending deletion, by number."""
        query = select(dossiers.c.number, dossiers.c.pending_since).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            rows = connection.execute(query.where(dossiers.c.pending_since.is_not(None)))
            return {row.number: row.pending_since for row in rows}

    def purge(
        self, demarche: int, deletions: Sequence[Deletion], *, at: datetime
    ) -> tuple[int, ...]:
        """Erase dossiers that are gone, and remember only that they were there.

        What goes and what stays: :func:`store.dossiers.erasure.erase`. On SQLite the erased bytes
        are overwritten; on PostgreSQL they go with the next vacuum.

        Args:
            demarche: Number of the démarche.
            deletions: What is gone; dossiers that are not in store are remembered too.
            at: When they are erased (aware).

        Returns:
            Numbers that were in store.
        """
        gone = {deletion.number: deletion for deletion in deletions}
        if not gone:
            return ()
        before = {one.number for one in self.list(demarche, numbers=gone) if one.erased_at}
        with self._scope.write() as connection:
            deposited = erase(connection, demarche, gone)
            erased = [
                {
                    **_row(demarche, number, Why.ERASED, deletion.deleted_at),
                    "reason": deletion.reason,
                    "deposited_at": deposited.get(number),
                    "erased_at": at,
                }
                for number, deletion in gone.items()
                if number not in before
            ]
            _save(connection, erased)
        if deposited:
            self._scope.erased()
        return tuple(sorted(deposited))

    def erased(self, demarche: int, numbers: Iterable[int], *, reason: str) -> dict[int, datetime]:
        """When each of these dossiers was erased for that reason (UTC), by number."""
        found = self.list(demarche, numbers=numbers)
        return {
            one.number: one.erased_at for one in found if one.erased_at and one.reason == reason
        }

    def list(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> tuple[MissingDossier, ...]:
        """Absences by dossier number: all, or those of some numbers."""
        if numbers is None:
            return self._list(demarche)
        return tuple(
            one
            for chunk in in_chunks(sorted(set(numbers)))
            for one in self._list(demarche, absences.c.number.in_(chunk))
        )

    def _list(self, demarche: int, *which: ColumnElement[bool]) -> tuple[MissingDossier, ...]:
        columns = [absences.c[name] for name in MissingDossier.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche).where(*which)
        with self._scope.read() as connection:
            rows = connection.execute(query.order_by(absences.c.number)).mappings()
            return tuple(MissingDossier(**{**row, "why": Why(row["why"])}) for row in rows)


def _remember(
    connection: Connection, demarche: int, why: Why, *, since: Mapping[int, datetime]
) -> None:
    _save(connection, [_row(demarche, number, why, day) for number, day in since.items()])


def _row(demarche: int, number: int, why: Why, since: datetime) -> dict[str, Any]:
    return {
        "demarche": demarche,
        "number": number,
        "why": why.value,
        "reason": "",
        "deposited_at": None,
        "since": since,
        "erased_at": None,
    }


def _save(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        told = ("why", "reason", "deposited_at", "since", "erased_at")
        connection.execute(upsert(connection, absences, update=told), rows)
    for demarche in {row["demarche"] for row in rows}:
        here = [row["number"] for row in rows if row["demarche"] == demarche]
        unsettle_citing(connection, demarche, here)
