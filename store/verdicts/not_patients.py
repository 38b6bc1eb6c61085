"""Passages of which a person said that they are no patient's: their codes, never their text."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from store.database.engine import Scope
from store.database.settling import unsettle
from store.database.statements import upsert
from store.database.tables import not_patients


@dataclass(frozen=True, slots=True)
class SaidOfPassage:
    """What a person said of a passage.

    Attributes:
        code: Of the passage (:func:`triage.patient_data.finders.passage_code`).
        said_by: Who.
        said_at: When (UTC).
    """

    code: str
    said_by: str
    said_at: datetime


class NotPatients:
    """What people said of passages, for all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(
        self, demarche: int, number: int, codes: Collection[str], *, who: str, at: datetime
    ) -> None:
        """Keep that passages of a dossier are no patient's; the first to say so is kept."""
        rows = [
            {"demarche": demarche, "number": number, "code": one, "said_by": who, "said_at": at}
            for one in codes
        ]
        if rows:
            with self._scope.write() as connection:
                connection.execute(upsert(connection, not_patients, update=()), rows)
                unsettle(connection, demarche, [number])

    def remove(self, demarche: int, number: int, codes: Collection[str]) -> None:
        """Take it back: they are masked again."""
        with self._scope.write() as connection:
            statement = delete(not_patients).filter_by(demarche=demarche, number=number)
            connection.execute(statement.where(not_patients.c.code.in_(list(codes))))
            unsettle(connection, demarche, [number])

    def of(self, demarche: int, number: int) -> tuple[SaidOfPassage, ...]:
        """What was said of a dossier, by code."""
        columns = [not_patients.c[name] for name in SaidOfPassage.__dataclass_fields__]
        query = select(*columns).filter_by(demarche=demarche, number=number)
        with self._scope.read() as connection:
            return tuple(SaidOfPassage(*row) for row in connection.execute(query.order_by("code")))

    def codes(self, demarche: int) -> dict[int, frozenset[str]]:
        """Codes of each dossier that has any."""
        query = select(not_patients.c.number, not_patients.c.code).filter_by(demarche=demarche)
        found: dict[int, set[str]] = defaultdict(set)
        with self._scope.read() as connection:
            for number, code in connection.execute(query):
                found[number].add(code)
        return {number: frozenset(codes) for number, codes in found.items()}
