"""One line for each dossier and audience of the portal: what lists show and search reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select

from store.database.engine import Scope
from store.database.statements import in_chunks
from store.database.tables import portal_lines, portal_stamps

Order: TypeAlias = Literal["depot", "priorite", "completude", "numero"]


@dataclass(frozen=True, slots=True)
class DossierLine:
    """One dossier in a list, as one audience may read it.

    Attributes:
        number: Its number.
        audience: Who reads it so.
        status: Triage status.
        priority: ``P1`` … ``P4``, or an empty text.
        score: Completeness.
        deposited: Day of deposit in Paris, ISO.
        product: Specialities.
        substance: Substances.
        company: Company that reports.
        situation: Id of its situation that this audience may ask for, or an empty text.
        situation_text: What stands there for this audience: the id, or a mask.
        centres: Codes of the centres that it concerns, each between blanks.
        substances: Its substances, folded.
        text: All that this audience may read of it, folded for searching.
    """

    number: int
    audience: str
    status: str
    priority: str
    score: int | None
    deposited: str
    product: str
    substance: str
    company: str
    situation: str
    situation_text: str
    centres: str
    substances: str
    text: str


@dataclass(frozen=True, slots=True)
class LineQuery:
    """What lines are asked for; what is blank restricts nothing.

    Attributes:
        audience: Who asks.
        status: Status.
        priority: Priority.
        substance: Part of a substance, folded.
        situation: Situation.
        centre: Code of a centre.
        words: Words that the text has, all of them, folded.
    """

    audience: str
    status: str = ""
    priority: str = ""
    substance: str = ""
    situation: str = ""
    centre: str = ""
    words: tuple[str, ...] = ()


_LINE = portal_lines.c
_SHOWN = tuple(_LINE[name] for name in DossierLine.__dataclass_fields__ if name != "text")
_ORDERS: Mapping[Order, Sequence[ColumnElement[object]]] = {
    "depot": (_LINE.deposited.desc(), _LINE.number),
    "priorite": (
        case((_LINE.priority == "", "P9"), else_=_LINE.priority),
        _LINE.deposited.desc(),
        _LINE.number,
    ),
    "completude": (func.coalesce(_LINE.score, -1), _LINE.number),
    "numero": (_LINE.number,),
}


class Lines:
    """Lines of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def stamps(self, demarche: int) -> dict[int, str]:
        """What the lines of each dossier were made from, by number."""
        query = select(portal_stamps.c.number, portal_stamps.c.stamp).filter_by(demarche=demarche)
        with self._scope.read() as connection:
            return {row.number: row.stamp for row in connection.execute(query)}

    def save(self, demarche: int, stamps: Mapping[int, str], lines: Sequence[DossierLine]) -> None:
        """Keep the lines of some dossiers in place of those that they had.

        Args:
            demarche: Number of the démarche.
            stamps: What they were made from, by number; an audience that may not read one of these
                dossiers has no line of it. One that left the store meanwhile is passed over.
            lines: Of all audiences.
        """
        with self._scope.write() as connection:
            _forget(connection, demarche, stamps)
            held = {"demarche": demarche}
            rows = [{**held, "number": number, "stamp": stamp} for number, stamp in stamps.items()]
            if rows:
                connection.execute(insert(portal_stamps), rows)
            if lines:
                connection.execute(insert(portal_lines), [{**held, **asdict(one)} for one in lines])

    def forget(self, demarche: int, numbers: Iterable[int]) -> None:
        """Drop the lines of dossiers that are not listed any more."""
        with self._scope.write() as connection:
            _forget(connection, demarche, numbers)

    def count(self, demarche: int, query: LineQuery) -> int:
        """How many lines answer."""
        asked = select(func.count()).select_from(portal_lines).where(*_where(demarche, query))
        with self._scope.read() as connection:
            return connection.scalar(asked) or 0

    def page(
        self, demarche: int, query: LineQuery, *, order: Order, first: int, size: int
    ) -> tuple[DossierLine, ...]:
        """Lines that answer, from the ``first`` on (from 0), their text left out."""
        asked = select(*_SHOWN).where(*_where(demarche, query)).order_by(*_ORDERS[order])
        with self._scope.read() as connection:
            rows = connection.execute(asked.offset(first).limit(size)).mappings()
            return tuple(DossierLine(**row, text="") for row in rows)

    def distinct(self, demarche: int, audience: str, name: str) -> tuple[str, ...]:
        """Values of a column in the lines of an audience, in order, the blank one apart."""
        column = portal_lines.c[name]
        here = _where(demarche, LineQuery(audience))
        with self._scope.read() as connection:
            found = connection.scalars(select(column).where(*here, column != "").distinct())
            return tuple(sorted(found))


def _where(demarche: int, query: LineQuery) -> list[ColumnElement[bool]]:
    names = ("status", "priority", "situation")
    held = [
        _LINE.demarche == demarche,
        _LINE.audience == query.audience,
        *(_LINE[name] == getattr(query, name) for name in names if getattr(query, name)),
    ]
    if query.substance:
        held.append(_LINE.substances.contains(query.substance, autoescape=True))
    if query.centre:
        held.append(_LINE.centres.contains(f" {query.centre} ", autoescape=True))
    return [*held, *(_LINE.text.contains(word, autoescape=True) for word in query.words)]


def _forget(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    for chunk in in_chunks(numbers):
        for table in (portal_lines, portal_stamps):
            here = delete(table).filter_by(demarche=demarche)
            connection.execute(here.where(table.c.number.in_(chunk)))
