"""The dossiers of a démarche: saving what was read, reading what is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, cast, exists, func, select

from store.database import jsontext
from store.database.engine import Scope
from store.database.statements import in_chunks
from store.database.tables import (
    absences,
    assessments,
    dossiers,
    facts,
    past_states,
    plans,
    quarantine,
    situation_reports,
)
from store.dossiers import pages
from store.dossiers.models import DossierPast, LightRow, PlanMade, StoredDossier
from store.dossiers.pages import DossierRow, PageCounts
from store.verdicts.assessments import AssessmentRow

HEAVY = 100
"""Dossiers fetched at a time: some megabytes of text."""
LIGHT = 5_000
"""Rows without text fetched at a time."""
_STATE = ("number", "content_hash", "assessed_fingerprint", "assessed_basis")


_CURRENT = and_(
    assessments.c.demarche == dossiers.c.demarche,
    assessments.c.number == dossiers.c.number,
    assessments.c.fingerprint == dossiers.c.assessed_fingerprint,
    assessments.c.basis == dossiers.c.assessed_basis,
)


def _of_the_dossier(table: Table) -> ColumnElement[bool]:
    return and_(table.c.demarche == dossiers.c.demarche, table.c.number == dossiers.c.number)


_BESIDE = dossiers.outerjoin(assessments, _CURRENT).outerjoin(plans, _of_the_dossier(plans))
_PLAN = tuple(plans.c[name] for name in PlanMade.__dataclass_fields__)
_FULL = select(
    dossiers, assessments.c.earlier_number, assessments.c.assessed_at, assessments.c.detail, *_PLAN
).select_from(_BESIDE)
_LIGHT = select(
    *(dossiers.c[name] for name in LightRow.__dataclass_fields__ if name in dossiers.c),
    facts.c.status,
    facts.c.earlier_number,
    situation_reports.c.situation,
    *_PLAN,
).select_from(
    dossiers.outerjoin(facts, _of_the_dossier(facts))
    .outerjoin(situation_reports, _of_the_dossier(situation_reports))
    .outerjoin(plans, _of_the_dossier(plans))
)


class Dossiers:
    """Dossiers of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def save_page(
        self,
        demarche: int,
        rows: Sequence[DossierRow],
        *,
        watermark: datetime | None,
        seen_at: datetime,
    ) -> PageCounts:
        """Save a page that was read, and the watermark, in one transaction.

        Only dossiers whose content hash changed are written; the state that is replaced goes to
        the history. A dossier that was pending deletion is back. Saving a page twice is saving it
        once.

        Args:
            demarche: Number of the démarche.
            rows: What was read.
            watermark: Update date (aware) up to which the démarche is now read; ``None`` leaves
                it where it is.
            seen_at: When the page was read (aware).

        Raises:
            StoreError: Nothing of the page was kept.
        """
        with self._scope.write() as connection:
            return pages.save_page(
                connection, demarche, rows=rows, watermark=watermark, seen_at=seen_at
            )

    def replace_raw(self, demarche: int, rows: Sequence[DossierRow]) -> None:
        """Correct stored copies once we wrote to DS; dossiers not in store are passed over."""
        with self._scope.write() as connection:
            pages.replace_raw(connection, demarche, rows=rows)

    def iterate(
        self, demarche: int, *, numbers: Iterable[int] | None = None, pending: bool = False
    ) -> Iterator[StoredDossier]:
        """Dossiers in order of number, read a few at a time: writing in between is allowed.

        Args:
            demarche: Number of the démarche.
            numbers: Only those; all by default.
            pending: Whether to give those that are pending deletion too.
        """
        for row in self._rows(_FULL, demarche, numbers=numbers, pending=pending, size=HEAVY):
            yield _stored(row)

    def light_rows(
        self, demarche: int, *, numbers: Iterable[int] | None = None
    ) -> Iterator[LightRow]:
        """Dossiers in order of number without their content, those pending deletion apart."""
        for row in self._rows(_LIGHT, demarche, numbers=numbers, pending=False, size=LIGHT):
            yield LightRow(**_with_plan(row))

    def states(self, demarche: int) -> tuple[str, ...]:
        """What tells whether anything moved of what is known of dossiers, in a few long texts.

        That is content, verdict, situation and first verdict of each. The database puts them
        together: no dossier is read here.
        """
        first = func.min(assessments.c.assessed_at).label("at")
        checks = select(assessments.c.number, first).filter_by(demarche=demarche)
        checked = checks.group_by(assessments.c.number).subquery()
        places = situation_reports.c
        present = (dossiers.c.demarche == demarche, dossiers.c.pending_since.is_(None))
        queries = (
            select(*(dossiers.c[name] for name in _STATE)).where(*present),
            select(places.number, places.situation, places.decided_by).filter_by(demarche=demarche),
            select(checked),
        )
        with self._scope.read() as connection:
            return tuple(connection.scalar(_in_one_text(one)) or "" for one in queries)

    def get(self, demarche: int, number: int) -> StoredDossier | None:
        """One dossier, pending deletion or not; ``None`` when it is not in store."""
        return next(self.iterate(demarche, numbers=[number], pending=True), None)

    def all_assessed(self, demarche: int) -> bool:
        """Whether each dossier has an assessment, those pending deletion apart."""
        missing = select(dossiers.c.number).filter_by(
            demarche=demarche, pending_since=None, assessed_basis=None
        )
        with self._scope.read() as connection:
            return connection.execute(missing.limit(1)).first() is None

    def known_numbers(self, demarche: int, *, pending: bool = False) -> set[int]:
        """Numbers of the dossiers in store, those pending deletion only if asked for."""
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        if not pending:
            query = query.where(dossiers.c.pending_since.is_(None))
        with self._scope.read() as connection:
            return set(connection.scalars(query))

    def first_deposit(self, demarche: int) -> datetime | None:
        """Moment of the first deposit of all, those pending deletion apart."""
        query = select(func.min(dossiers.c.deposited_at)).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            first: datetime | None = connection.scalar(
                query.where(dossiers.c.pending_since.is_(None))
            )
        return first

    def held(self, demarche: int, numbers: Iterable[int]) -> set[int]:
        """Those of some numbers that are in store, pending deletion or not."""
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return {
                number
                for chunk in in_chunks(numbers)
                for number in connection.scalars(query.where(dossiers.c.number.in_(chunk)))
            }

    def listed(self, demarche: int, numbers: Iterable[int]) -> set[int]:
        """Those of some numbers that are in store and not pending deletion."""
        query = select(dossiers.c.number).filter_by(demarche=demarche)
        present = query.where(dossiers.c.pending_since.is_(None))
        with self._scope.read() as connection:
            return {
                number
                for chunk in in_chunks(sorted(set(numbers)))
                for number in connection.scalars(present.where(dossiers.c.number.in_(chunk)))
            }

    def count(self, demarche: int) -> int:
        """How many dossiers are in store and not pending deletion."""
        query = select(func.count()).select_from(dossiers).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return connection.scalar(query.where(dossiers.c.pending_since.is_(None))) or 0

    def cited_unheard_of(self, demarche: int) -> set[int]:
        """Numbers that dossiers name as their earlier one, by their verdict, and no table knows."""
        earlier = facts.c.earlier_number
        known = (
            exists().where(table.c.demarche == facts.c.demarche, table.c.number == earlier)
            for table in (dossiers.alias(), quarantine, absences)
        )
        query = select(earlier).where(facts.c.demarche == demarche, earlier.is_not(None)).distinct()
        with self._scope.read() as connection:
            return set(connection.scalars(query.where(*(~one for one in known))))

    def history(self, demarche: int, number: int) -> tuple[DossierPast, ...]:
        """Every content that a dossier had, the oldest first, the present one last."""
        columns = [past_states.c[name] for name in DossierPast.__dataclass_fields__]
        query = (
            select(*columns).filter_by(demarche=demarche, number=number).order_by(past_states.c.id)
        )
        with self._scope.read() as connection:
            past = [dict(row) for row in connection.execute(query).mappings()]
        seen = tuple(DossierPast(**{**row, "raw": jsontext.load(row["raw"])}) for row in past)
        now = self.get(demarche, number)
        if now is None:
            return seen
        present = DossierPast(
            seen_from=now.changed_at,
            seen_until=None,
            content_hash=now.content_hash,
            fingerprint=now.fingerprint,
            state=now.state,
            revision_id=now.revision_id,
            raw=now.raw,
        )
        return (*seen, present)

    def _rows(
        self,
        query: Select[Any],
        demarche: int,
        *,
        numbers: Iterable[int] | None,
        pending: bool,
        size: int,
    ) -> Iterator[Mapping[str, Any]]:
        query = query.where(dossiers.c.demarche == demarche).order_by(dossiers.c.number)
        if not pending:
            query = query.where(dossiers.c.pending_since.is_(None))
        if numbers is not None:
            for chunk in in_chunks(sorted(set(numbers)), size=size):
                yield from self._fetch(query.where(dossiers.c.number.in_(chunk)))
            return
        last = -1
        # One short read after another: a reader never holds a writer up, nor the other way.
        while found := self._fetch(query.where(dossiers.c.number > last).limit(size)):
            yield from found
            last = found[-1]["number"]

    def _fetch(self, query: Select[Any]) -> list[Mapping[str, Any]]:
        with self._scope.read() as connection:
            return [row._asdict() for row in connection.execute(query)]


def _in_one_text(query: Select[Any]) -> Select[Any]:
    """All rows of a query as one text, in order of their first column."""
    columns = [*query.selected_columns]
    parts: list[ColumnElement[str]] = [func.coalesce(cast(one, String), "") for one in columns]
    told = reduce(lambda one, other: one + " " + other, parts)
    each = query.with_only_columns(told.label("told")).order_by(columns[0]).subquery()
    return select(func.aggregate_strings(each.c.told, "\n"))


def _with_plan(row: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(row)
    plan = PlanMade(**{name: values.pop(name) for name in PlanMade.__dataclass_fields__})
    return {**values, "plan": plan if plan.conditions is not None else None}


def _stored(row: Mapping[str, Any]) -> StoredDossier:
    values = _with_plan(row)
    del values["demarche"]
    fingerprint, basis = values.pop("assessed_fingerprint"), values.pop("assessed_basis")
    verdict = {name: values.pop(name) for name in ("earlier_number", "assessed_at", "detail")}
    values["raw"] = jsontext.load(values["raw"])
    values["assessment"] = (
        None
        if fingerprint is None
        else AssessmentRow(number=values["number"], fingerprint=fingerprint, basis=basis, **verdict)
    )
    return StoredDossier(**values)
