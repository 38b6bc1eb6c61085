"""Runs and their outcome, for ``unc status``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from store.database import jsontext
from store.database.engine import Scope
from store.database.tables import runs

RUNNING = "running"
KILLED = "killed"


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

    def finish(self, run: int, *, outcome: str, counts: Mapping[str, Any], at: datetime) -> None:
        """Say how a run ended, and what it counted."""
        values = {"finished_at": at, "outcome": outcome, "counts": jsontext.dump(dict(counts))}
        with self._scope.write() as connection:
            connection.execute(update(runs).filter_by(id=run).values(values))

    def last(self, demarche: int, *, limit: int = 10) -> tuple[Run, ...]:
        """Latest runs, the latest first."""
        columns = [runs.c[name] for name in Run.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche).order_by(runs.c.id.desc())
        with self._scope.read() as connection:
            found = [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
        return tuple(Run(**{**row, "counts": jsontext.load(row["counts"])}) for row in found)
