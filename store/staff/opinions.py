"""What evaluators wrote on dossiers, in workbooks that they returned. Nothing is overwritten."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, insert, or_, select

from store.database.engine import Scope
from store.database.statements import IN_SIZE, in_chunks, upsert
from store.database.tables import demarches, opinions


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What one author holds of one dossier.

    Attributes:
        number: Dossier.
        author: Whose workbook it was written in (``agence``, ``reseau``, ``crpv-<code>``).
        judgement: Choice in the list of opinions; blank when it was cleared.
        comment: Free text.
    """

    number: int
    author: str
    judgement: str
    comment: str


class Opinions:
    """Opinions on all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save(self, demarche: int, rows: Sequence[OpinionRow], *, at: datetime) -> None:
        """Add what authors now hold; their dossiers are in store."""
        if not rows:
            return
        values = [{"demarche": demarche, "imported_at": at, **asdict(row)} for row in rows]
        with self._scope.write() as connection:
            connection.execute(insert(opinions), values)
            newest = connection.scalar(select(func.max(opinions.c.id)).filter_by(demarche=demarche))
            statement = upsert(connection, demarches, update=["last_opinion"])
            connection.execute(statement, {"demarche": demarche, "last_opinion": newest})

    def latest(
        self,
        demarche: int,
        *,
        until: int | None = None,
        numbers: Collection[int] | None = None,
    ) -> tuple[OpinionRow, ...]:
        """What each author holds of each dossier, by number and author.

        Args:
            demarche: Number of the démarche.
            until: As it was when this was the last id, see :meth:`last_id`.
            numbers: Those of some dossiers; all by default.
        """
        if numbers is not None and len(numbers) > IN_SIZE:
            return tuple(
                one
                for chunk in in_chunks(sorted(numbers))
                for one in self.latest(demarche, until=until, numbers=chunk)
            )
        newest = select(func.max(opinions.c.id)).filter_by(demarche=demarche)
        if until is not None:
            newest = newest.where(opinions.c.id <= until)
        if numbers is not None:
            newest = newest.where(opinions.c.number.in_(numbers))
        newest = newest.group_by(opinions.c.number, opinions.c.author)
        columns = [opinions.c[name] for name in OpinionRow.__dataclass_fields__]
        query = (
            select(*columns)
            .where(opinions.c.id.in_(newest.scalar_subquery()))
            .order_by(opinions.c.number, opinions.c.author)
        )
        with self._scope.read() as connection:
            return tuple(OpinionRow(*row) for row in connection.execute(query))

    def judged(self, demarche: int, author: str) -> frozenset[int]:
        """Dossiers on which an author holds an opinion or a comment."""
        newest = (
            select(func.max(opinions.c.id))
            .filter_by(demarche=demarche, author=author)
            .group_by(opinions.c.number)
        )
        query = select(opinions.c.number).where(
            opinions.c.id.in_(newest.scalar_subquery()),
            or_(opinions.c.judgement != "", opinions.c.comment != ""),
        )
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def last_id(self, demarche: int) -> int:
        """Id of the last row that was ever added, purged since or not; 0 when there is none.

        Workbooks carry it: it must not go back when a purge erases the rows.
        """
        query = select(demarches.c.last_opinion).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return int(connection.scalar(query) or 0)

    def last_ids(self, demarche: int) -> dict[str, int]:
        """Id of the last row of each author.

        A workbook carries that of its author: what another writes does not make it new.
        """
        query = select(opinions.c.author, func.max(opinions.c.id)).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            rows = connection.execute(query.group_by(opinions.c.author))
            return {row[0]: row[1] for row in rows}
