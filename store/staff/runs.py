"""Runs and their outcome, for ``unc status``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from store.database import jsontext
from store.database.engine import Scope
from store.database.tables import runs

RUNNING = "running"
KILLED = "killed"
_TOLD = "told"
"""Beside the counts of a run, which have no such name."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        id: Its number.
        started_at: UTC.
        finished_at: UTC; ``None`` while it runs, or when it was killed.
        outcome: ``running``, ``killed``, or what the run said of itself.
        counts: Counts that it reported.
    """

    id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    counts: Mapping[str, Any]


class Runs:
    """Runs of all démarches, each call for one. To be used under the démarche's lock."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def start(self, demarche: int, *, at: datetime) -> int:
        """Say that a run starts; one that never said that it finished was killed.

        Returns:
            Number of the run.
        """
        with self._scope.write() as connection:
            connection.execute(
                update(runs).filter_by(demarche=demarche, outcome=RUNNING).values(outcome=KILLED)
            )
            statement = insert(runs).values(
                demarche=demarche, started_at=at, outcome=RUNNING, counts="{}"
            )
            return int(connection.execute(statement.returning(runs.c.id)).scalar_one())

    def finish(
        self,
        run: int,
        *,
        outcome: str,
        counts: Mapping[str, Any],
        at: datetime,
        told: Mapping[str, Any] | None = None,
    ) -> None:
        """Say how a run ended, and what it counted.

        Args:
            run: Its number.
            outcome: How it ended.
            counts: What it counted.
            at: When (UTC).
            told: What :meth:`told` gives from now on; ``None``: what it gave before.
        """
        values = {"finished_at": at, "outcome": outcome, "counts": jsontext.dump(dict(counts))}
        with self._scope.write() as connection:
            if told is not None:
                self._forget_told(connection, run)
                values["counts"] = jsontext.dump({**counts, _TOLD: dict(told)})
            connection.execute(update(runs).filter_by(id=run).values(values))

    def told(self, demarche: int) -> Mapping[str, Any]:
        """The troubles that the last runs told, as they were given to :meth:`finish`."""
        with self._scope.read() as connection:
            found = connection.execute(_telling(demarche).limit(1)).first()
        told: Mapping[str, Any] = jsontext.load(found.counts)[_TOLD] if found else {}
        return told

    def _forget_told(self, connection: Connection, run: int) -> None:
        """Only the last run that told something keeps it: there are runs every ten minutes."""
        demarche = connection.execute(select(runs.c.demarche).filter_by(id=run)).scalar_one()
        for former in connection.execute(_telling(demarche)).all():
            kept = jsontext.dump(_counted(former.counts))
            statement = update(runs).filter_by(id=former.id).values(counts=kept)
            connection.execute(statement)

    def last(self, demarche: int, *, limit: int = 10) -> tuple[Run, ...]:
        """Latest runs, the latest first."""
        columns = [runs.c[name] for name in Run.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche).order_by(runs.c.id.desc())
        with self._scope.read() as connection:
            found = [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
        return tuple(Run(**{**row, "counts": _counted(row["counts"])}) for row in found)


def _telling(demarche: int) -> Select[tuple[int, str]]:
    """Runs that keep what was told, the latest first."""
    query = select(runs.c.id, runs.c.counts).filter_by(demarche=demarche)
    return query.where(runs.c.counts.contains(f'"{_TOLD}":')).order_by(runs.c.id.desc())


def _counted(text: str) -> dict[str, Any]:
    return {name: one for name, one in jsontext.load(text).items() if name != _TOLD}
