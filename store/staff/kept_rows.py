"""What a publication made of each dossier, so that the next one makes it of those that moved."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, select

from store.database.engine import Scope
from store.database.statements import in_chunks, upsert
from store.database.tables import dossiers, kept_rows

_AT_ONCE = 200
_KEPT = kept_rows.c


@dataclass(frozen=True, slots=True)
class KeptDossierRow:
    """One dossier.

    Attributes:
        number: Its number.
        stamp: Of all that the rest was made from.
        facts: What sheets count of it, as bytes that whoever made it can read.
        rows: Its rows, as they are written.
    """

    number: int
    stamp: str
    facts: bytes
    rows: bytes


class KeptRows:
    """Those of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def facts(self, demarche: int) -> Iterator[tuple[int, str, bytes]]:
        """Number, stamp and facts of each dossier, by number, read some at a time."""
        query = select(_KEPT.number, _KEPT.stamp, _KEPT.facts).filter_by(demarche=demarche)
        yield from self._some_at_a_time(query)

    def rows(self, demarche: int, numbers: Collection[int]) -> Iterator[tuple[int, bytes]]:
        """Number and rows of those of some dossiers that have any, by number."""
        query = select(_KEPT.number, _KEPT.rows).filter_by(demarche=demarche)
        for number, rows in self._some_at_a_time(query):
            if number in numbers:
                yield number, rows

    def save(self, demarche: int, rows: Sequence[KeptDossierRow]) -> None:
        """Keep dossiers in place of what was kept; one that left meanwhile is passed over."""
        here = select(dossiers.c.number).filter_by(demarche=demarche)
        for chunk in in_chunks(rows, size=_AT_ONCE):
            numbers = [one.number for one in chunk]
            with self._scope.write() as connection:
                there = {*connection.scalars(here.where(dossiers.c.number.in_(numbers)))}
                mine = (one for one in chunk if one.number in there)
                values = [{"demarche": demarche, **asdict(one)} for one in mine]
                if values:
                    columns = ("stamp", "facts", "rows")
                    connection.execute(upsert(connection, kept_rows, update=columns), values)

    def _some_at_a_time(self, query: Select[Any]) -> Iterator[Any]:
        after = -1
        while True:
            with self._scope.read() as connection:
                page = query.where(_KEPT.number > after).order_by(_KEPT.number).limit(_AT_ONCE)
                found = connection.execute(page).all()
            yield from found
            if len(found) < _AT_ONCE:
                return
            after = found[-1].number
