"""What evaluators wrote on dossiers, in workbooks that they returned. Nothing is overwritten."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, or_, select

from store.database.engine import Scope
from store.database.errors import Superseded
from store.database.statements import IN_SIZE, in_chunks, one_by_one, upsert
from store.database.tables import demarches, opinions

_SAYING = 0x554E4341


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What one author holds of one dossier.

    Attributes:
        number: Dossier.
        author: Whose workbook it was written in (``agence``, ``reseau``, ``crpv-<code>``).
        judgement: Choice in the list of opinions; blank when it was cleared.
        comment: Free text.
        id: Its place among all that were ever kept; given when it is.
    """

    number: int
    author: str
    judgement: str
    comment: str
    id: int = field(default=0, compare=False, repr=False)


class Opinions:
    """Opinions on all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save(
        self,
        demarche: int,
        rows: Sequence[OpinionRow],
        *,
        at: datetime,
        unless: int | None = None,
    ) -> None:
        """Add what authors now hold; their dossiers are in store.

        Args:
            demarche: Number of the démarche.
            rows: What they hold.
            at: The present (aware).
            unless: Keep none, where one of these authors said anything of one of these dossiers
                since this was the last id, see :meth:`last_id`.

        Raises:
            Superseded: Somebody did.
        """
        if not rows:
            return
        values = [{"demarche": demarche, "imported_at": at, **_said(row)} for row in rows]
        with self._scope.write() as connection:
            if unless is not None:
                _refuse_later(connection, demarche, rows, unless=unless)
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


def _said(row: OpinionRow) -> dict[str, object]:
    return {name: value for name, value in asdict(row).items() if name != "id"}  # the base gives it


def _refuse_later(
    connection: Connection, demarche: int, rows: Sequence[OpinionRow], *, unless: int
) -> None:
    one_by_one(connection, _SAYING)
    query = (
        select(opinions.c.number)
        .distinct()
        .where(opinions.c.demarche == demarche, opinions.c.id > unless)
    )
    found: set[int] = set()
    for author in {row.author for row in rows}:
        mine = query.where(opinions.c.author == author)
        for chunk in in_chunks(sorted({row.number for row in rows if row.author == author})):
            found.update(connection.scalars(mine.where(opinions.c.number.in_(chunk))))
    if found:
        listed = ", ".join(map(str, sorted(found)))
        raise Superseded(
            f"L’avis sur {'les dossiers' if len(found) > 1 else 'le dossier'} {listed}"
        )
