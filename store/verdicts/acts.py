"""Acts of the register of situations: added, never changed, nor erased with a dossier."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select

from store.database.engine import Scope
from store.database.errors import Superseded
from store.database.jsontext import dump, load
from store.database.statements import in_chunks, one_by_one
from store.database.tables import acts
from triage.registre.acts import Act, Draft, Verb

_TICK = timedelta(microseconds=1)
_ACTING = 0x554E4352


class Acts:
    """Acts of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def enter(
        self,
        demarche: int,
        drafts: Sequence[Draft],
        *,
        at: datetime,
        unless: int | None = None,
    ) -> None:
        """Enter acts, in order, at one moment.

        That moment is later than that of every act that is there, even where the clock went back:
        what was known at a past moment stays so.

        Args:
            demarche: Number of the démarche.
            drafts: What was done.
            at: The present (aware).
            unless: Enter none, where there is an act about one of these objects since this was
                the last one, see :meth:`last`.

        Raises:
            Superseded: There is.
        """
        if not drafts:
            return
        with self._scope.write() as connection:
            if unless is not None:
                one_by_one(connection, _ACTING)
                later = select(acts.c.object).filter_by(demarche=demarche).where(acts.c.id > unless)
                known = {one.object for one in drafts} & set(connection.scalars(later))
                if known:
                    raise Superseded(", ".join(sorted(known)))
            last = connection.scalar(
                select(func.max(acts.c.entered_at)).filter_by(demarche=demarche)
            )
            moment = at if last is None else max(at, last + _TICK)
            connection.execute(insert(acts), [_row(demarche, one, moment) for one in drafts])

    def named(self, demarche: int, objects: Iterable[str]) -> frozenset[str]:
        """Those of these objects that an act is about."""
        query = select(acts.c.object).filter_by(demarche=demarche).distinct()
        with self._scope.read() as connection:
            return frozenset(
                one
                for chunk in in_chunks(sorted(set(objects)))
                for one in connection.scalars(query.where(acts.c.object.in_(chunk)))
            )

    def has(self, demarche: int, verb: Verb) -> bool:
        """Whether there is an act of this kind."""
        query = select(acts.c.id).filter_by(demarche=demarche, verb=verb.value).limit(1)
        with self._scope.read() as connection:
            return connection.scalar(query) is not None

    def last(self, demarche: int) -> int:
        """Id of the last act; 0 when there is none."""
        query = select(func.max(acts.c.id)).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return connection.scalar(query) or 0

    def list(self, demarche: int, *, verb: Verb | None = None) -> tuple[Act, ...]:
        """Every act, or every one of a kind, in order of entry."""
        query = select(*(acts.c[name] for name in _FIELDS)).filter_by(demarche=demarche)
        return self._read(query if verb is None else query.filter_by(verb=verb.value))

    def all_from(self, demarche: int, known: tuple[Act, ...]) -> tuple[Act, ...]:
        """Every act, in order of entry, where these are known already: the others alone are read.

        One that was kept late, with an id lower than the last known, makes all of them be read.
        """
        if not known:
            return self.list(demarche)
        later = select(*(acts.c[name] for name in _FIELDS)).filter_by(demarche=demarche)
        found = (*known, *self._read(later.where(acts.c.id > known[-1].id)))
        with self._scope.read() as connection:
            counted = select(func.count()).select_from(acts).filter_by(demarche=demarche)
            whole = connection.scalar(counted) == len(found)
        return found if whole else self.list(demarche)

    def of(self, demarche: int, name: str) -> tuple[Act, ...]:
        """Acts about one object, in order of entry."""
        query = select(*(acts.c[one] for one in _FIELDS)).filter_by(demarche=demarche, object=name)
        return self._read(query)

    def _read(self, query: Select[Any]) -> tuple[Act, ...]:
        with self._scope.read() as connection:
            rows = connection.execute(query.order_by(acts.c.id)).mappings()
            return tuple(
                Act(
                    **{
                        **row,
                        "verb": Verb(row["verb"]),
                        "former": load(row["former"]),
                        "new": load(row["new"]),
                    }
                )
                for row in rows
            )


_FIELDS = [column.name for column in acts.c if column.name != "demarche"]


def _row(demarche: int, one: Draft, moment: datetime) -> dict[str, Any]:
    return {
        "demarche": demarche,
        "entered_at": moment,
        "effect_on": one.effect_on,
        "object": one.object,
        "verb": one.verb.value,
        "door": one.door,
        "person": one.person,
        "reason": one.reason,
        "former": dump(dict(one.former)),
        "new": dump(dict(one.new)),
    }
