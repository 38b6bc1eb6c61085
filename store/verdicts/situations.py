"""Situations: which reports each one holds, who decided so, and which were merged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Select, and_, select, update

from store.database.engine import Scope
from store.database.settling import unsettle
from store.database.statements import in_chunks, upsert
from store.database.tables import dossiers, situation_reports, situations

DecidedBy: TypeAlias = Literal["bridge", "annotation", "command"]
"""Who put a report in its situation; what a person decided is never undone by a run."""


@dataclass(frozen=True, slots=True)
class SituationReport:
    """A report as it is grouped.

    Attributes:
        number: Dossier.
        basis: What the description was drawn from: when it differs, it is drawn again.
        situation: Id of its situation; ``None`` when it belongs to none.
        decided_by: Who put it there.
        since: Since when (UTC).
        description: What grouping looks at, as JSON text; the store does not look inside.
    """

    number: int
    basis: str
    situation: str | None
    decided_by: DecidedBy
    since: datetime
    description: str


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """What a report declares of its situation, as it was last drawn.

    Attributes:
        number: Dossier.
        basis: What it was drawn from, as of its description.
        content_hash: Of what the dossier says now.
        declared: As JSON text; ``None`` where it was never drawn. The store does not look inside.
    """

    number: int
    basis: str
    content_hash: str
    declared: str | None


_DECLARED = (
    situation_reports.c.number,
    situation_reports.c.basis,
    dossiers.c.content_hash,
    situation_reports.c.declared,
)
_IN_SIGHT = situation_reports.join(
    dossiers,
    and_(
        dossiers.c.demarche == situation_reports.c.demarche,
        dossiers.c.number == situation_reports.c.number,
        dossiers.c.pending_since.is_(None),
    ),
)
_PLACED = tuple(situation_reports.c[name] for name in ("number", "situation", "decided_by"))
_AT_ONCE = 500
_FIELDS = tuple(situation_reports.c[name] for name in SituationReport.__dataclass_fields__)


class Situations:
    """Situations of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def reports(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> dict[int, SituationReport]:
        """Reports that were described, by number, those pending deletion too: all, or of some."""
        query = select(*_FIELDS)
        return {row.number: SituationReport(*row) for row in self._rows(query, demarche, numbers)}

    def in_sight(self, demarche: int) -> dict[int, SituationReport]:
        """Reports that were described, by number, those pending deletion apart."""
        query = select(*_FIELDS).select_from(_IN_SIGHT)
        return {row.number: SituationReport(*row) for row in self._rows(query, demarche, None)}

    def placed(self, demarche: int) -> dict[int, tuple[str | None, DecidedBy]]:
        """Situation of each of :meth:`in_sight`, and who decided so, by number."""
        query = select(*_PLACED).select_from(_IN_SIGHT)
        found = self._rows(query, demarche, None)
        return {row.number: (row.situation, row.decided_by) for row in found}

    def described(self, demarche: int) -> Iterator[str]:
        """Yield the description of each of :meth:`in_sight`, by number, as it is kept."""
        query = select(situation_reports.c.description).select_from(_IN_SIGHT)
        yield from (row.description for row in self._rows(query, demarche, None))

    def declared(self, demarche: int, *, numbers: Iterable[int]) -> dict[int, DeclaredRow]:
        """What some reports declare, by number, those pending deletion apart."""
        query = select(*_DECLARED).select_from(_IN_SIGHT)
        return {row.number: DeclaredRow(*row) for row in self._rows(query, demarche, numbers)}

    def _rows(
        self, query: Select[Any], demarche: int, numbers: Iterable[int] | None
    ) -> Iterator[Any]:
        """Yield rows one by one: the texts of a whole base are never held twice."""
        here = situation_reports.c
        query = query.where(here.demarche == demarche).order_by(here.number)
        parts = (
            [query]
            if numbers is None
            else [query.where(here.number.in_(chunk)) for chunk in in_chunks(sorted(set(numbers)))]
        )
        with self._scope.read() as connection:
            for part in parts:
                yield from connection.execute(part.execution_options(yield_per=_AT_ONCE))

    def save(
        self,
        demarche: int,
        rows: Sequence[SituationReport],
        *,
        declared: Mapping[int, str] | None = None,
    ) -> None:
        """Keep reports as they are grouped now; their dossiers are in store.

        Args:
            demarche: Number of the démarche.
            rows: The reports.
            declared: What each of them declares, drawn with its description; without it, what was
                kept of each stays.
        """
        if not rows:
            return
        changed = [name for name in SituationReport.__dataclass_fields__ if name != "number"]
        values = [{"demarche": demarche, **asdict(row)} for row in rows]
        if declared is not None:
            changed.append("declared")
            values = [{**one, "declared": declared[one["number"]]} for one in values]
        with self._scope.write() as connection:
            connection.execute(upsert(connection, situation_reports, update=changed), values)
            unsettle(connection, demarche, [row.number for row in rows])

    def known(self, demarche: int) -> dict[str, str | None]:
        """Every situation that was opened, and the one that it was merged into, if any."""
        query = (
            select(situations.c.situation, situations.c.merged_into)
            .filter_by(demarche=demarche)
            .order_by(situations.c.situation)
        )
        with self._scope.read() as connection:
            return {row.situation: row.merged_into for row in connection.execute(query)}

    def open(self, demarche: int, ids: Iterable[str], *, at: datetime) -> None:
        """Remember situations, which stay for ever; those that are known stay as they are."""
        rows = [{"demarche": demarche, "situation": one, "opened_at": at} for one in ids]
        if not rows:
            return
        with self._scope.write() as connection:
            connection.execute(upsert(connection, situations, update=()), rows)

    def merge(self, demarche: int, one: str, *, into: str) -> None:
        """Remember that ``one`` is ``into`` from now on, and so is all that was merged into it."""
        with self._scope.write() as connection:
            here = update(situations).filter_by(demarche=demarche)
            merged = (situations.c.situation == one) | (situations.c.merged_into == one)
            connection.execute(here.where(merged).values(merged_into=into))
            target = here.where(situations.c.situation == into)
            connection.execute(target.values(merged_into=None))

    def stand_for(self, demarche: int, targets: Mapping[str, str | None]) -> None:
        """Remember what each situation stands for, as the register says; ``None``: itself."""
        here = update(situations).filter_by(demarche=demarche)
        known = self.known(demarche)
        with self._scope.write() as connection:
            for name, target in targets.items():
                if name in known and known[name] != target:
                    changed = here.where(situations.c.situation == name)
                    connection.execute(changed.values(merged_into=target))
