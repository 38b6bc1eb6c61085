"""Correction requests and when declarants answered them, for the time to correction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from store.database.engine import Scope
from store.database.statements import in_chunks, upsert
from store.database.tables import corrections


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction request.

    Attributes:
        number: Dossier.
        requested_at: When it was asked (aware).
        resolved_at: When the declarant submitted again; ``None`` while it is open.
    """

    number: int
    requested_at: datetime
    resolved_at: datetime | None


class Corrections:
    """Correction requests of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save(self, demarche: int, seen: Sequence[Correction]) -> None:
        """Keep requests, known by dossier and date; a later call may give their resolution."""
        if not seen:
            return
        with self._scope.write() as connection:
            statement = upsert(connection, corrections, update=["resolved_at"])
            rows = [{"demarche": demarche, **asdict(correction)} for correction in seen]
            connection.execute(statement, rows)

    def list(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> tuple[Correction, ...]:
        """Correction requests by dossier number and date."""
        columns = [corrections.c[name] for name in Correction.__dataclass_fields__]
        query = (
            select(*columns)
            .filter_by(demarche=demarche)
            .order_by(corrections.c.number, corrections.c.requested_at)
        )
        queries = (
            [query]
            if numbers is None
            else [
                query.where(corrections.c.number.in_(chunk))
                for chunk in in_chunks(sorted(set(numbers)))
            ]
        )
        with self._scope.read() as connection:
            return tuple(Correction(*row) for one in queries for row in connection.execute(one))
