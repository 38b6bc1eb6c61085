"""Saving what a poll read: dossiers and watermark in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update

from mappings.dossier.model import RawDossier
from store.database import jsontext
from store.database.columns import UtcDateTime
from store.database.settling import enter, unsettle, unsettle_citing
from store.database.statements import in_chunks, upsert
from store.database.tables import absences, demarches, dossiers, past_states


@dataclass(frozen=True, slots=True)
class DossierRow:
    """One dossier as it was read.

    Attributes:
        number: Number that people use.
        dossier_id: GraphQL id.
        raw: JSON of the dossier.
        content_hash: Hash of all that is kept of it: when it is the same, nothing is written.
        fingerprint: Hash of what a verdict depends on.
        state: State on DS.
        revision_id: Revision of the form that it follows.
        groupe_id: GraphQL id of its groupe instructeur.
        modified_at: Update date on DS (aware).
        deposited_at: Deposit date (aware).
    """

    number: int
    dossier_id: str
    raw: RawDossier
    content_hash: str
    fingerprint: str
    state: str
    revision_id: str
    groupe_id: str
    modified_at: datetime
    deposited_at: datetime


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What a page changed, by dossier number; each number is in one of the first three.

    Attributes:
        created: Seen for the first time.
        updated: Content changed.
        unchanged: Seen again, the same.
        restored: Those of ``updated`` and ``unchanged`` that were pending deletion and are back.
    """

    created: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()


_CONTENT = (
    "dossier_id",
    "content_hash",
    "fingerprint",
    "state",
    "revision_id",
    "groupe_id",
    "deposited_at",
    "modified_at",
    "raw",
)
_ARCHIVED = ("content_hash", "fingerprint", "state", "revision_id", "raw")


def save_page(
    connection: Connection,
    demarche: int,
    *,
    rows: Sequence[DossierRow],
    watermark: datetime | None,
    seen_at: datetime,
) -> PageCounts:
    """Keep what changed, with the state it replaces, and move the watermark.

    Of a dossier that is the same but for its update date, only that date is kept.
    """
    wanted = {row.number: row for row in rows}  # read twice on a page: the later reading
    known = _known(connection, demarche, numbers=wanted)
    created = tuple(number for number in wanted if number not in known)
    updated = tuple(
        number for number in known if known[number].content_hash != wanted[number].content_hash
    )
    restored = tuple(number for number in known if known[number].pending_since is not None)
    _archive(connection, demarche, numbers=updated, until=seen_at)
    changed = [_values(demarche, wanted[number], seen_at) for number in (*created, *updated)]
    if changed:
        statement = upsert(connection, dossiers, update=[*_CONTENT, "changed_at"])
        connection.execute(statement, changed)
        enter(connection, demarche, (*created, *updated))
    same = known.keys() - set(updated)
    moved = {
        n: wanted[n].modified_at for n in same if known[n].modified_at != wanted[n].modified_at
    }
    _set_dates(connection, demarche, column="modified_at", dates=moved)
    restore(connection, demarche, numbers=restored)
    forget_absences(connection, demarche, numbers=created)  # it was thought not to be there
    _move_watermark(connection, demarche, watermark)
    return PageCounts(created, updated, tuple(n for n in wanted if n in same), restored)


def replace_raw(connection: Connection, demarche: int, *, rows: Sequence[DossierRow]) -> None:
    """Correct the stored copy once we wrote to DS: no history, no count, no new dossier."""
    if not rows:
        return
    statement = (
        update(dossiers)
        .where(
            dossiers.c.demarche == bindparam("of_demarche"),
            dossiers.c.number == bindparam("of_number"),
        )
        .values({name: bindparam(f"new_{name}") for name in _CONTENT})
    )
    connection.execute(
        statement,
        [
            {
                "of_demarche": demarche,
                "of_number": row.number,
                **{f"new_{name}": value for name, value in _content(row).items()},
            }
            for row in rows
        ],
    )
    unsettle(connection, demarche, [row.number for row in rows])


def mark_pending(
    connection: Connection, demarche: int, *, since: Mapping[int, datetime | None]
) -> None:
    """Set or clear (``None``) the date from which dossiers are pending deletion."""
    _set_dates(connection, demarche, column="pending_since", dates=since)
    unsettle(connection, demarche, since)


def restore(connection: Connection, demarche: int, *, numbers: Sequence[int]) -> None:
    """Bring dossiers back that are not pending deletion any more, or that were lost."""
    mark_pending(connection, demarche, since=dict.fromkeys(numbers))
    forget_absences(connection, demarche, numbers=numbers)


def _set_dates(
    connection: Connection, demarche: int, *, column: str, dates: Mapping[int, datetime | None]
) -> None:
    if not dates:
        return
    statement = (
        update(dossiers)
        .where(
            dossiers.c.demarche == bindparam("of_demarche"),
            dossiers.c.number == bindparam("of_number"),
        )
        .values({column: bindparam("of_date", type_=UtcDateTime)})
    )
    connection.execute(
        statement,
        [
            {"of_demarche": demarche, "of_number": number, "of_date": date}
            for number, date in dates.items()
        ],
    )


def forget_absences(connection: Connection, demarche: int, *, numbers: Iterable[int]) -> None:
    """Forget the absence of dossiers that DS lists again."""
    for chunk in in_chunks(numbers):
        here = delete(absences).filter_by(demarche=demarche)
        told = here.where(absences.c.number.in_(chunk)).returning(absences.c.number)
        unsettle_citing(connection, demarche, connection.scalars(told).all())


def _known(connection: Connection, demarche: int, *, numbers: Iterable[int]) -> dict[int, Any]:
    names = ("number", "content_hash", "pending_since", "modified_at")
    columns = select(*(dossiers.c[name] for name in names))
    return {
        row.number: row
        for chunk in in_chunks(numbers)
        for row in connection.execute(
            columns.filter_by(demarche=demarche).where(dossiers.c.number.in_(chunk))
        )
    }


def _archive(
    connection: Connection, demarche: int, *, numbers: Iterable[int], until: datetime
) -> None:
    names = ["demarche", "number", "seen_from", *_ARCHIVED, "seen_until"]
    columns = [dossiers.c[name] for name in ("demarche", "number", "changed_at", *_ARCHIVED)]
    for chunk in in_chunks(numbers):
        present = (
            select(*columns, literal(until, UtcDateTime))
            .filter_by(demarche=demarche)
            .where(dossiers.c.number.in_(chunk))
        )
        connection.execute(insert(past_states).from_select(names, present))


def _move_watermark(connection: Connection, demarche: int, watermark: datetime | None) -> None:
    if watermark is None:
        return
    present = connection.scalar(select(demarches.c.watermark).filter_by(demarche=demarche))
    if present != watermark:
        connection.execute(
            upsert(connection, demarches, update=["watermark"]),
            {"demarche": demarche, "watermark": watermark},
        )


def _content(row: DossierRow) -> dict[str, Any]:
    return {
        "dossier_id": row.dossier_id,
        "content_hash": row.content_hash,
        "fingerprint": row.fingerprint,
        "state": row.state,
        "revision_id": row.revision_id,
        "groupe_id": row.groupe_id,
        "deposited_at": row.deposited_at,
        "modified_at": row.modified_at,
        "raw": jsontext.dump(row.raw),
    }


def _values(demarche: int, row: DossierRow, seen_at: datetime) -> dict[str, Any]:
    return {"demarche": demarche, "number": row.number, "changed_at": seen_at, **_content(row)}
