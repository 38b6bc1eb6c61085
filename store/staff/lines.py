"""One line for each dossier and audience of the portal: what lists show and search reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select

from store.database.engine import Scope
from store.database.statements import in_chunks
from store.database.tables import portal_lines, portal_stamps

Order: TypeAlias = Literal[
    "depot",
    "modification",
    "numero",
    "statut",
    "priorite",
    "completude",
    "specialite",
    "substance",
    "exploitant",
    "situation",
]


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
        modified: Moment (UTC, ISO, to the second) of the last deposit, submission or decision.
        ground: Why its readers have it, as they read it; the same for all centres.
        own: Codes of the centres whose own it is, each between blanks.
        waits: Reasons that may make it wait, each between blanks, see
            :func:`exports.sheets.to_treat.could_wait`.
        title: Its title.
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
    modified: str
    ground: str
    own: str
    waits: str
    title: str
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
        own: Code of a centre whose own they are.
        ground: Why its readers have them.
        other_ground: A reason for which its readers do not have them.
        number: One dossier.
        since: Modified at this moment (ISO, UTC) or later.
        words: Words that the text has, all of them, folded.
    """

    audience: str
    status: str = ""
    priority: str = ""
    substance: str = ""
    situation: str = ""
    centre: str = ""
    own: str = ""
    ground: str = ""
    other_ground: str = ""
    number: int = 0
    since: str = ""
    words: tuple[str, ...] = ()


_LINE = portal_lines.c
_SHOWN = tuple(_LINE[name] for name in DossierLine.__dataclass_fields__ if name != "text")
_PRIORITY = case((_LINE.priority == "", "P9"), else_=_LINE.priority)
_ORDERS: Mapping[Order, ColumnElement[Any]] = {
    "depot": _LINE.deposited,
    "modification": _LINE.modified,
    "numero": _LINE.number,
    "statut": _LINE.status,
    "priorite": _PRIORITY,
    "completude": func.coalesce(_LINE.score, -1),
    "specialite": func.lower(_LINE["product"]),
    "substance": _LINE.substances,
    "exploitant": func.lower(_LINE.company),
    "situation": _LINE.situation_text,
}
_WAITING = (_LINE.number, _LINE.waits, _LINE.situation, _LINE.own, _LINE.modified)


class WaitingLine(NamedTuple):
    """What says whether a dossier waits for somebody; see :class:`DossierLine`."""

    number: int
    waits: str
    situation: str
    own: str
    modified: str


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
        self,
        demarche: int,
        query: LineQuery,
        *,
        order: Order,
        down: bool,
        first: int,
        size: int,
    ) -> tuple[DossierLine, ...]:
        """Lines that answer, from the ``first`` on (from 0), their text left out.

        Of the same place in the order, the latest deposit comes first.
        """
        by = _ORDERS[order]
        ordered = (by.desc() if down else by, _LINE.deposited.desc(), _LINE.number)
        asked = select(*_SHOWN).where(*_where(demarche, query)).order_by(*ordered)
        with self._scope.read() as connection:
            rows = connection.execute(asked.offset(first).limit(size)).mappings()
            return tuple(DossierLine(**row, text="") for row in rows)

    def waiting(self, demarche: int, query: LineQuery) -> tuple[WaitingLine, ...]:
        """Those of the lines that answer that may wait for somebody."""
        asked = select(*_WAITING).where(*_where(demarche, query), _LINE.waits != "")
        with self._scope.read() as connection:
            return tuple(WaitingLine(*row) for row in connection.execute(asked))

    def of(self, demarche: int, audience: str, numbers: Sequence[int]) -> dict[int, DossierLine]:
        """Lines of some dossiers, by number, their text left out."""
        here = (_LINE.demarche == demarche, _LINE.audience == audience)
        with self._scope.read() as connection:
            return {
                row["number"]: DossierLine(**row, text="")
                for chunk in in_chunks(sorted(set(numbers)))
                for row in connection.execute(
                    select(*_SHOWN).where(*here, _LINE.number.in_(chunk))
                ).mappings()
            }

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
    for name, code in (("centres", query.centre), ("own", query.own)):
        if code:
            held.append(_LINE[name].contains(f" {code} ", autoescape=True))
    if query.ground:
        held.append(_LINE.ground == query.ground)
    if query.other_ground:
        held.append(_LINE.ground != query.other_ground)
    if query.number:
        held.append(_LINE.number == query.number)
    if query.since:
        held.append(_LINE.modified >= query.since)
    return [*held, *(_LINE.text.contains(word, autoescape=True) for word in query.words)]


def _forget(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    for chunk in in_chunks(numbers):
        for table in (portal_lines, portal_stamps):
            here = delete(table).filter_by(demarche=demarche)
            connection.execute(here.where(table.c.number.in_(chunk)))
