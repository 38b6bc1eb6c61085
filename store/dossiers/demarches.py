"""How far each démarche was read, and what it looked like then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import select, update

from store.database import jsontext
from store.database.engine import Scope
from store.database.statements import upsert
from store.database.tables import demarches, dossiers, revisions


@dataclass(frozen=True, slots=True)
class DemarcheState:
    """What is known of a démarche; every field but the number is ``None`` until it is saved.

    Attributes:
        demarche: Number of the démarche.
        title: Its title.
        watermark: Update date (UTC) up to which dossiers were read.
        active_revision_id: Revision that was published when it was last read.
        deletions_since: Date (UTC) from which deletions are to be asked.
        channel_on_since: Since when (UTC) the channel to declarants is on.
        last_polled_at: Last poll (UTC) that ended well.
        last_opinion: Id of the last opinion that was ever taken in, purged since or not.
        labels: Labels of the démarche, as DS served them.
        groupes: Groupes instructeurs, as DS served them.
    """

    demarche: int
    title: str | None = None
    watermark: datetime | None = None
    active_revision_id: str | None = None
    deletions_since: datetime | None = None
    channel_on_since: datetime | None = None
    last_polled_at: datetime | None = None
    last_opinion: int | None = None
    labels: Any = None
    groupes: Any = None


class DemarcheChanges(TypedDict, total=False):
    """What can be saved of a démarche: see :class:`DemarcheState`."""

    title: str | None
    watermark: datetime | None
    active_revision_id: str | None
    deletions_since: datetime | None
    last_polled_at: datetime | None
    labels: Any
    groupes: Any


class Demarches:
    """State of each démarche, and the revisions of its form."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def state(self, demarche: int) -> DemarcheState:
        """What is known of a démarche, which may be nothing yet."""
        with self._scope.read() as connection:
            found = connection.execute(select(demarches).filter_by(demarche=demarche)).first()
        if found is None:
            return DemarcheState(demarche)
        row = dict(found._mapping)  # noqa: SLF001 (public, named so by SQLAlchemy)
        for name in ("labels", "groupes"):
            row[name] = None if row[name] is None else jsontext.load(row[name])
        return DemarcheState(**row)

    def known(self) -> tuple[int, ...]:
        """Numbers of the démarches that have a state, in order."""
        with self._scope.read() as connection:
            query = select(demarches.c.demarche).order_by(demarches.c.demarche)
            return tuple(connection.scalars(query))

    def save(self, demarche: int, **changes: Unpack[DemarcheChanges]) -> None:
        """Save what is named and leave the rest as it is."""
        row: dict[str, Any] = dict(changes)
        for name in ("labels", "groupes"):
            if row.get(name) is not None:
                row[name] = jsontext.dump(row[name])
        with self._scope.write() as connection:
            statement = upsert(connection, demarches, update=sorted(row))
            connection.execute(statement, {"demarche": demarche, **row})

    def channel_switched_on(self, demarche: int, *, at: datetime) -> datetime:
        """Remember since when the channel to declarants is on.

        Returns:
            The first call's time (UTC), which later calls do not move, unless a clock that was
            ahead dated it in the future: nobody would be written to until then.
        """
        since = self.state(demarche).channel_on_since
        if since is not None and since <= at:
            return since
        with self._scope.write() as connection:
            statement = upsert(connection, demarches, update=["channel_on_since"])
            connection.execute(statement, {"demarche": demarche, "channel_on_since": at})
        return at

    def channel_switched_off(self, demarche: int) -> None:
        """Forget since when it was on: what comes in the meantime is a backlog, never mailed."""
        if self.state(demarche).channel_on_since is None:
            return
        with self._scope.write() as connection:
            connection.execute(
                update(demarches).filter_by(demarche=demarche).values(channel_on_since=None)
            )

    def save_revision(
        self, demarche: int, revision_id: str, *, descriptors: Any, at: datetime
    ) -> None:
        """Keep the form of a revision as DS served it, in place of an earlier reading."""
        row = {
            "demarche": demarche,
            "revision_id": revision_id,
            "saved_at": at,
            "descriptors": jsontext.dump(descriptors),
        }
        with self._scope.write() as connection:
            statement = upsert(connection, revisions, update=["saved_at", "descriptors"])
            connection.execute(statement, row)

    def revisions(self, demarche: int) -> Mapping[str, Any]:
        """Form of every revision that was read, by revision id, the oldest reading first."""
        return {one: jsontext.load(text) for one, text in self.revision_texts(demarche).items()}

    def revision_texts(self, demarche: int) -> Mapping[str, str]:
        """The same as JSON texts: whoever reads a form often knows by its text what it is."""
        query = (
            select(revisions.c.revision_id, revisions.c.descriptors)
            .filter_by(demarche=demarche)
            .order_by(revisions.c.saved_at, revisions.c.revision_id)
        )
        with self._scope.read() as connection:
            return {row.revision_id: row.descriptors for row in connection.execute(query)}

    def deposited(
        self,
        demarche: int,
        *,
        followed: Iterable[str],
        since: datetime | None = None,
        until: datetime | None = None,
        most: int | None = None,
    ) -> Sequence[int]:
        """Dossiers in store that follow one of some revisions, deposited between two moments.

        Args:
            demarche: Number of the démarche.
            followed: Ids of revisions.
            since: From when.
            until: Before when.
            most: How many of them, at most.
        """
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        query = query.where(dossiers.c.revision_id.in_(followed))
        if since is not None:
            query = query.where(dossiers.c.deposited_at >= since)
        if until is not None:
            query = query.where(dossiers.c.deposited_at < until)
        with self._scope.read() as connection:
            return connection.scalars(query.limit(most)).all()
