"""Verdicts: one for each content of a dossier and basis; which one is current, and since when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from store.database.engine import Scope
from store.database.settling import MOVED
from store.database.statements import in_chunks, upsert
from store.database.tables import assessments, dossiers, facts, verdicts


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One assessment.

    Attributes:
        number: Dossier.
        fingerprint: Hash of what the verdict was drawn from.
        basis: Versions of rule-set, mapping, code and reference data, as one short text.
        earlier_number: Earlier dossier that was looked for, if the report names one.
        assessed_at: When the verdict was first reached (UTC).
        detail: The assessment as JSON text; the store does not look inside.
    """

    number: int
    fingerprint: str
    basis: str
    earlier_number: int | None
    assessed_at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class VerdictSeen:
    """A verdict that was the current one.

    Attributes:
        current_from: From when (UTC), until the next one.
        assessment: The verdict.
    """

    current_from: datetime
    assessment: AssessmentRow


_FIELDS = tuple(assessments.c[name] for name in AssessmentRow.__dataclass_fields__)


class Assessments:
    """Assessments of dossiers. Nothing is ever deleted, but by a purge of the dossier."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save(self, demarche: int, rows: Sequence[AssessmentRow], *, at: datetime) -> None:
        """Make assessments the current ones of their dossiers, which are in store.

        An assessment with the same number, fingerprint and basis as one in store is that one:
        its detail and date stay. So a past verdict is made current by saving it again.

        Args:
            demarche: Number of the démarche.
            rows: At most one for each dossier.
            at: From when they are current (aware).
        """
        if not rows:
            return
        with self._scope.write() as connection:
            values = [{"demarche": demarche, **asdict(row)} for row in rows]
            connection.execute(upsert(connection, assessments, update=()), values)
            _make_current(connection, demarche, rows=rows, at=at)

    def first_checks(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, datetime]:
        """When each dossier was judged for the first time, by number: all, or some of them."""
        columns = (assessments.c.number, func.min(assessments.c.assessed_at))
        query = select(*columns).filter_by(demarche=demarche).group_by(assessments.c.number)
        here = assessments.c.number
        parts = (
            [query]
            if numbers is None
            else [query.where(here.in_(chunk)) for chunk in in_chunks(sorted(set(numbers)))]
        )
        with self._scope.read() as connection:
            return {row[0]: row[1] for part in parts for row in connection.execute(part)}

    def first_details(self, demarche: int, *, since: datetime) -> Iterator[tuple[datetime, str]]:
        """The first verdict on each dossier deposited since a moment, with its deposit."""
        ids = (
            select(func.min(verdicts.c.id))
            .where(verdicts.c.demarche == demarche)
            .group_by(verdicts.c.number)
        )
        names = ("demarche", "number", "fingerprint", "basis")
        query = (
            select(dossiers.c.deposited_at, assessments.c.detail)
            .select_from(verdicts)
            .join(assessments, and_(*(verdicts.c[name] == assessments.c[name] for name in names)))
            .join(dossiers, and_(*(verdicts.c[name] == dossiers.c[name] for name in names[:2])))
            .where(verdicts.c.id.in_(ids), dossiers.c.deposited_at >= since)
            .order_by(verdicts.c.id)
        )
        with self._scope.read() as connection:
            for row in connection.execute(query.execution_options(yield_per=500)):
                yield row[0], row[1]

    def history(self, demarche: int, number: int) -> tuple[VerdictSeen, ...]:
        """Verdicts on a dossier as they were current, the oldest first."""
        query = (
            select(verdicts.c.current_from, *_FIELDS)
            .join(
                assessments,
                and_(
                    *(
                        verdicts.c[name] == assessments.c[name]
                        for name in ("demarche", "number", "fingerprint", "basis")
                    )
                ),
            )
            .where(verdicts.c.demarche == demarche, verdicts.c.number == number)
            .order_by(verdicts.c.id)
        )
        with self._scope.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
        return tuple(VerdictSeen(row.pop("current_from"), AssessmentRow(**row)) for row in found)


def _make_current(
    connection: Connection, demarche: int, *, rows: Sequence[AssessmentRow], at: datetime
) -> None:
    columns = (
        dossiers.c.number,
        dossiers.c.assessed_fingerprint,
        dossiers.c.assessed_basis,
    )
    present = {
        row.number: (row.assessed_fingerprint, row.assessed_basis)
        for chunk in in_chunks([row.number for row in rows])
        for row in connection.execute(
            select(*columns).filter_by(demarche=demarche).where(dossiers.c.number.in_(chunk))
        )
    }
    moved = [row for row in rows if present.get(row.number) != (row.fingerprint, row.basis)]
    if not moved:
        return
    values: list[dict[str, Any]] = [
        {
            "demarche": demarche,
            "number": row.number,
            "current_from": at,
            "fingerprint": row.fingerprint,
            "basis": row.basis,
        }
        for row in moved
    ]
    connection.execute(insert(verdicts), values)
    connection.execute(
        update(dossiers)
        .where(
            dossiers.c.demarche == bindparam("of_demarche"),
            dossiers.c.number == bindparam("of_number"),
        )
        .values(
            assessed_fingerprint=bindparam("new_fingerprint"),
            assessed_basis=bindparam("new_basis"),
        ),
        [
            {
                "of_demarche": demarche,
                "of_number": row.number,
                "new_fingerprint": row.fingerprint,
                "new_basis": row.basis,
            }
            for row in moved
        ],
    )
    connection.execute(
        update(facts)
        .where(facts.c.demarche == bindparam("of_demarche"))
        .where(facts.c.number == bindparam("of_number"))
        .values(earlier_number=bindparam("named"), settled=MOVED),
        [
            {"of_demarche": demarche, "of_number": row.number, "named": row.earlier_number}
            for row in moved
        ],
    )
