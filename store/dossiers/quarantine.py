"""Dossiers that could not be read or judged, until they can be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from store.database.engine import Scope
from store.database.settling import unsettle, unsettle_citing
from store.database.statements import in_chunks, upsert
from store.database.tables import absences, quarantine
from store.dossiers.absences import ANSWERS


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A dossier that is set aside.

    Attributes:
        number: Dossier.
        reason: What failed last, in French.
        first_seen: When it first failed (UTC).
        last_tried: When it last failed (UTC).
        tries: How often it was tried.
    """

    number: int
    reason: str
    first_seen: datetime
    last_tried: datetime
    tries: int


class Quarantine:
    """Dossiers set aside, of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, demarche: int, number: int, *, reason: str, at: datetime) -> None:
        """Set a dossier aside, or count one more failed try of one that is. It exists, then."""
        row = {
            "demarche": demarche,
            "number": number,
            "reason": reason,
            "first_seen": at,
            "last_tried": at,
            "tries": 0,
        }
        counted = (
            update(quarantine)
            .filter_by(demarche=demarche, number=number)
            .values(tries=quarantine.c.tries + 1)
        )
        with self._scope.write() as connection:
            statement = upsert(connection, quarantine, update=["reason", "last_tried"])
            connection.execute(statement, row)
            told = delete(absences).filter_by(demarche=demarche, number=number)
            connection.execute(
                told.where(absences.c.why.in_(ANSWERS))
            )  # it exists, whatever DS said
            connection.execute(counted)
            unsettle_citing(connection, demarche, [number])

    def release(self, demarche: int, numbers: Iterable[int]) -> None:
        """Take dossiers that can be read again out of quarantine."""
        with self._scope.write() as connection:
            for chunk in in_chunks(numbers):
                unsettle(connection, demarche, chunk)
                here = delete(quarantine).filter_by(demarche=demarche)
                connection.execute(here.where(quarantine.c.number.in_(chunk)))

    def numbers(self, demarche: int) -> frozenset[int]:
        """Numbers of the dossiers set aside now."""
        query = select(quarantine.c.number).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def list(self, demarche: int) -> tuple[Quarantined, ...]:
        """Dossiers set aside now, by number."""
        columns = [quarantine.c[name] for name in Quarantined.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche).order_by(quarantine.c.number)
        with self._scope.read() as connection:
            return tuple(Quarantined(*row) for row in connection.execute(query))
