"""What was handed out, as each audience could read it then: rows, and the files that had them.

A row is kept once for as long as it stays the same: ``since`` is the first publication that shows
it so, ``until`` the first that does not any more. A publication costs what changed, and what any
of them showed can be told again. A purge of the dossier blanks its cells and leaves the number,
which the absences keep too: that it left is still told.
"""

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from french.text import typographic
from store.database.engine import Scope
from store.database.statements import in_chunks, upsert
from store.database.tables import handed_out, handed_out_columns, handed_out_files

_DIGEST = 32
_AT_ONCE = 500
"""Rows kept in one transaction."""
_HEAD = (
    handed_out.c.number,
    handed_out.c.since,
    handed_out.c.until,
    handed_out.c.centres,
)


@dataclass(frozen=True, slots=True)
class HandedRow:
    """A dossier as an audience could read it.

    Attributes:
        number: Dossier.
        centres: Codes of the centres whose workbooks have it.
        columns: Headers of its cells.
        cells: What stood in each, as a person reads it; none where a purge erased them.
    """

    number: int
    centres: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def by_header(self) -> Mapping[str, str]:
        """Cells by header, as it is printed now: older ones have straight apostrophes."""
        names = map(typographic, self.columns)
        return dict(zip(names, self.cells, strict=True)) if self.cells else {}


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A workbook that was published.

    Attributes:
        author: Whose workbook it is: ``agence``, ``reseau``, ``crpv-<code>``.
        sequence: Place of its publication among those of the démarche.
        digest: Of its own content.
        versions: Of the data files that decide what is withheld.
    """

    author: str
    sequence: int
    digest: str
    versions: str


Rows = dict[int, HandedRow]


class HandedOut:
    """What was handed out of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def last_sequence(self, demarche: int) -> int:
        """Highest place that a publication has, published or killed on its way; 0 without any."""
        found = []
        with self._scope.read() as connection:
            for column in (handed_out.c.since, handed_out.c.until, handed_out_files.c.sequence):
                query = select(func.max(column)).where(column.table.c.demarche == demarche)
                found.append(connection.scalar(query) or 0)
        return max(found)

    def digests(self, demarche: int, audience: str) -> Mapping[int, str]:
        """Digest of the row of each dossier that an audience read last, by number."""
        query = select(handed_out.c.number, handed_out.c.digest).where(_open(demarche, audience))
        with self._scope.read() as connection:
            return {row.number: row.digest for row in connection.execute(query)}

    def put(
        self,
        demarche: int,
        audience: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        numbers: Collection[int],
        sequence: int,
    ) -> None:
        """Put rows in the place of those that dossiers had; those without a new one have none left.

        Args:
            demarche: Number of the démarche.
            audience: ``agence`` or ``reseau``.
            rows: As :func:`save_rows` makes them.
            numbers: The dossiers, those of the rows among them.
            sequence: Place of the publication.
        """
        open_ = _open(demarche, audience)
        beside = {"demarche": demarche, "audience": audience, "since": sequence}
        with self._scope.write() as connection:
            for chunk in in_chunks(sorted(numbers)):
                here = update(handed_out).where(open_, handed_out.c.number.in_(chunk))
                connection.execute(here.values(until=sequence))
            if rows:
                headers = {one["headers"]: one["names"] for one in rows}
                kept = [{"digest": one, "names": names} for one, names in headers.items()]
                connection.execute(upsert(connection, handed_out_columns, update=()), kept)
                values = [{k: v for k, v in one.items() if k != "names"} for one in rows]
                connection.execute(insert(handed_out), [{**beside, **one} for one in values])

    def save_files(self, demarche: int, files: Sequence[HandedFile], *, at: datetime) -> None:
        """Keep which workbooks a publication made; of one that is finished again, once more."""
        if files:
            with self._scope.write() as connection:
                rows = [{"demarche": demarche, "published_at": at, **asdict(one)} for one in files]
                values = ("digest", "versions", "published_at")
                connection.execute(upsert(connection, handed_out_files, update=values), rows)

    def file(self, demarche: int, author: str, sequence: int) -> HandedFile | None:
        """The workbook of an author in a publication that made it; ``None`` where it is not known.

        It is not where another base made it, or where it is kept no longer.
        """
        return self._file(demarche, author, handed_out_files.c.sequence == sequence)

    def find(self, demarche: int, author: str, digest: str) -> HandedFile | None:
        """The last workbook of an author whose digest begins so."""
        return self._file(demarche, author, handed_out_files.c.digest.startswith(digest))

    def numbers(self, demarche: int, author: str, sequence: int) -> frozenset[int]:
        """Dossiers that the workbook of an author had in a publication."""
        query = select(handed_out.c.number, handed_out.c.centres).where(
            handed_out.c.demarche == demarche,
            handed_out.c.audience == audience_of(author),
            _at(sequence),
        )
        with self._scope.read() as connection:
            return frozenset(
                row.number
                for row in connection.execute(query)
                if holds(author, row.centres.split())
            )

    def rows(self, demarche: int, audience: str, sequence: int) -> Rows:
        """All that an audience read in a publication, by number."""
        with self._scope.read() as connection:
            return self._read(connection, demarche, audience, _at(sequence))

    def between(
        self, demarche: int, audience: str, *, before: int, after: int
    ) -> tuple[Rows, Rows]:
        """What an audience read in one of two publications and not in the other, by number."""
        one, other = _at(before), _at(after)
        with self._scope.read() as connection:
            return (
                self._read(connection, demarche, audience, and_(one, ~other)),
                self._read(connection, demarche, audience, and_(other, ~one)),
            )

    def histories(
        self, demarche: int, audience: str, *, moved_after: int
    ) -> tuple[tuple[HandedRow, tuple[tuple[HandedRow, int, int], ...]], ...]:
        """Dossiers whose row moved after a publication: how each reads now, and read before.

        Args:
            demarche: Number of the démarche.
            audience: ``agence`` or ``reseau``.
            moved_after: Place of the publication.

        Returns:
            Present row; former ones, each with the first publication that showed it and the first
            that did not any more.
        """
        open_ = handed_out.c.until.is_(None)
        moved = and_(open_, handed_out.c.since > moved_after)
        former: dict[int, list[tuple[HandedRow, int, int]]] = {}
        with self._scope.read() as connection:
            present = self._read(connection, demarche, audience, moved)
            for chunk in in_chunks(sorted(present)):
                these = and_(~open_, handed_out.c.number.in_(chunk))
                for row, since, until in self._each(connection, demarche, audience, these):
                    former.setdefault(row.number, []).append((row, since, until or 0))
        return tuple((present[number], tuple(rows)) for number, rows in former.items())

    def prune(self, demarche: int, *, keep: Collection[int], before: datetime) -> None:
        """Erase what no publication shows that is kept, or that is recent.

        Args:
            demarche: Number of the démarche.
            keep: Places of the publications that are still there.
            before: Older ones are erased where they are not (aware).
        """
        files = handed_out_files.c
        mine = files.demarche == demarche
        spans = select(handed_out.c.since, handed_out.c.until).where(
            handed_out.c.demarche == demarche, handed_out.c.until.is_not(None)
        )
        with self._scope.write() as connection:
            old = connection.scalars(
                select(files.sequence).where(mine, files.published_at < before).distinct()
            )
            for chunk in in_chunks(sorted({*old} - {*keep})):
                connection.execute(delete(handed_out_files).where(mine, files.sequence.in_(chunk)))
            kept = sorted({*connection.scalars(select(files.sequence).where(mine)), *keep})
            for since, until in connection.execute(spans.distinct()).all():
                place = bisect_left(kept, since)
                if place == len(kept) or kept[place] >= until:
                    span = {"demarche": demarche, "since": since, "until": until}
                    connection.execute(delete(handed_out).filter_by(**span))

    def _file(self, demarche: int, author: str, which: ColumnElement[bool]) -> HandedFile | None:
        columns = [handed_out_files.c[name] for name in HandedFile.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche, author=author).where(which)
        with self._scope.read() as connection:
            row = connection.execute(query.order_by(handed_out_files.c.sequence.desc())).first()
        return None if row is None else HandedFile(*row)

    def _read(
        self, connection: Connection, demarche: int, audience: str, which: ColumnElement[bool]
    ) -> Rows:
        found = self._each(connection, demarche, audience, which)
        return {row.number: row for row, _, _ in found}

    def _each(
        self, connection: Connection, demarche: int, audience: str, which: ColumnElement[bool]
    ) -> Iterator[tuple[HandedRow, int, int | None]]:
        query = (
            select(*_HEAD, handed_out_columns.c.names, handed_out.c.cells)
            .join(handed_out_columns, handed_out_columns.c.digest == handed_out.c.headers)
            .filter(handed_out.c.demarche == demarche, handed_out.c.audience == audience)
            .where(which)
        )
        names: dict[str, tuple[str, ...]] = {}
        for row in connection.execute(query):
            if row.names not in names:
                names[row.names] = tuple(json.loads(row.names))
            cells = tuple(json.loads(row.cells)) if row.cells else ()
            one = HandedRow(row.number, tuple(row.centres.split()), names[row.names], cells)
            yield one, row.since, row.until


def save_rows(
    kept: HandedOut,
    demarche: int,
    audience: str,
    rows: Iterable[HandedRow],
    *,
    sequence: int,
    same: AbstractSet[int] = frozenset(),
) -> None:
    """Keep all that an audience reads from a publication on; what is the same stays as it is.

    Some rows at a time: those of a whole base are never held. Killed on its way, some dossiers are
    kept as they read now and the others as they did; the next publication goes on from there.

    Args:
        kept: What was handed out before.
        demarche: Number of the démarche.
        audience: ``agence`` or ``reseau``.
        rows: Every dossier that it reads, each once, but those of ``same``.
        sequence: Place of the publication, higher than any before.
        same: Dossiers that it reads as it did, which are not among the rows.
    """
    present = kept.digests(demarche, audience)
    left, moved = present.keys() - same, list[dict[str, Any]]()

    def put(*gone: int) -> None:
        numbers = {*gone, *(one["number"] for one in moved)}
        if numbers:
            kept.put(demarche, audience, tuple(moved), numbers=numbers, sequence=sequence)
        moved.clear()

    for one in rows:
        told = _row(one)
        left.discard(one.number)
        if present.get(one.number) != told["digest"]:
            moved.append({**told, "number": one.number})
        if len(moved) == _AT_ONCE:
            put()
    put(*left)


def digest_of(one: HandedRow) -> str:
    """By which a row is known to be the same."""
    return _row(one)["digest"]


def audience_of(author: str) -> str:
    """Who reads the workbook of an author: centres read as the network does."""
    return "agence" if author == "agence" else "reseau"


def holds(author: str, centres: Collection[str]) -> bool:
    """Whether the workbook of an author has a dossier of these centres."""
    return author in {"agence", "reseau"} or author.removeprefix("crpv-") in centres


def forget(connection: Connection, demarche: int, numbers: Sequence[int]) -> None:
    """Erase what dossiers said; that they were handed out is kept."""
    mine = and_(handed_out.c.demarche == demarche, handed_out.c.number.in_(numbers))
    connection.execute(update(handed_out).where(mine).values(cells="", digest=""))


def _open(demarche: int, audience: str) -> ColumnElement[bool]:
    """Rows that an audience reads still."""
    columns = handed_out.c
    mine = (columns.demarche == demarche, columns.audience == audience)
    return and_(*mine, columns.until.is_(None))


def _at(sequence: int) -> ColumnElement[bool]:
    columns = handed_out.c
    return and_(columns.since <= sequence, or_(columns.until.is_(None), columns.until > sequence))


def _row(one: HandedRow) -> dict[str, str]:
    names, cells = json.dumps(one.columns), json.dumps(one.cells)
    headers, centres = _digest(names), " ".join(one.centres)
    return {
        "names": names,
        "headers": headers,
        "centres": centres,
        "digest": _digest(f"{headers}\n{centres}\n{cells}"),
        "cells": cells,
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGEST]
