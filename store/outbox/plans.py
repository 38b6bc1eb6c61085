"""Saving what is due to dossiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from store.database.statements import in_chunks, upsert
from store.database.tables import conflicts, replies
from store.database.tables import plans as plans_made
from store.outbox import ours, reply_json
from store.outbox.stages import OPEN, UNCERTAIN, Stage
from triage.replies.reply import Conflict, Reply


@dataclass(frozen=True, slots=True)
class DuePlan:
    """All that is due to one dossier, in the order to deliver.

    Attributes:
        number: Dossier, which is in store.
        content: Hash of the dossier as it was planned for.
        replies: What is due now; whatever else was planned is dropped.
        conflicts: Annotations left to humans; earlier conflicts are cleared.
        standing: Keys of refused replies that DS would refuse again, kept as they are; the other
            refused ones that are not due any more are dropped. ``None`` keeps them all.
        conditions: Hash of all else that it was made from; with ``content`` it tells a new plan
            from the same one.
        again_at: When the plan is due again though nothing changed (aware).
        ours: What annotations show that turned out to be ours, by name.
        our_labels: Labels likewise.
    """

    number: int
    content: str
    replies: tuple[Reply, ...]
    conflicts: tuple[Conflict, ...] = ()
    standing: frozenset[str] | None = None
    conditions: str = ""
    again_at: datetime | None = None
    ours: Mapping[str, str] = field(default_factory=dict)
    our_labels: frozenset[str] = frozenset()


def save_plans(
    connection: Connection, demarche: int, *, plans: Sequence[DuePlan], at: datetime
) -> None:
    """Put plans in the outbox in place of earlier ones; what stays: :mod:`store.outbox.outbox`."""
    made = _made(connection, demarche, plans)
    present = _present(connection, demarche, plans)
    added: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    dropped: list[int] = []
    for plan in plans:
        rows = present.get(plan.number, {})
        same = made.get(plan.number) == (plan.conditions, plan.content)
        for position, reply in enumerate(plan.replies):
            row = rows.pop(reply.key, None)
            values = _values(reply, position, at)
            if row is None:
                added.append({"demarche": demarche, "number": plan.number, **values})
            elif _opens(row, same=same):
                if row["stage"] == Stage.PLANNED:
                    values["text"] = row["text"]  # why it failed before: it is not tried first
                opened.append({"of_id": row["id"], **values})
        dropped += [row["id"] for row in rows.values() if _superseded(row, plan)]
    if added:
        connection.execute(upsert(connection, replies, update=()), added)
    if opened:
        connection.execute(_REOPEN, opened)
    for chunk in in_chunks(dropped):
        connection.execute(delete(replies).where(replies.c.id.in_(chunk)))
    _save_conflicts(connection, demarche, plans=plans, at=at)
    _save_ours(connection, demarche, plans)
    _save_made(connection, demarche, plans)


def follow_our_writes(
    connection: Connection, demarche: int, contents: Mapping[int, tuple[str, str]]
) -> None:
    """See :meth:`store.outbox.outbox.Outbox.follow_our_writes`."""
    left = select(replies.c.number).filter_by(demarche=demarche)
    left = left.where(replies.c.stage.in_((*OPEN, Stage.REFUSED)))
    waiting = {
        number
        for chunk in in_chunks(contents)
        for number in connection.scalars(left.where(replies.c.number.in_(chunk)))
    }
    rows = [
        {"of_demarche": demarche, "of_number": number, "before": before, "since": since}
        for number, (before, since) in contents.items()
        if number not in waiting
    ]
    if rows:
        connection.execute(_FOLLOW, rows)


_FOLLOW = (
    update(plans_made)
    .where(
        plans_made.c.demarche == bindparam("of_demarche"),
        plans_made.c.number == bindparam("of_number"),
        plans_made.c.content == bindparam("before"),
    )
    .values(content=bindparam("since"))
)

_REOPEN = (
    update(replies)
    .where(replies.c.id == bindparam("of_id"))
    .values(
        {
            name: bindparam(name, type_=replies.c[name].type)
            for name in (
                "stage",
                "position",
                "planned_at",
                "intended_at",
                "sending",
                "received_at",
                "message_id",
                "text",
                "payload",
            )
        }
    )
)


def _opens(row: RowMapping, *, same: bool) -> bool:
    match Stage(row["stage"]):
        case Stage.PLANNED:
            return True  # its text or place may have changed
        case Stage.INTENDED | Stage.UNKNOWN:
            return False
        case Stage.REFUSED:
            return not same
        case Stage.DONE:
            return not same and row["kind"] not in reply_json.EVENTS


def _superseded(row: RowMapping, plan: DuePlan) -> bool:
    stage = Stage(row["stage"])
    if stage is Stage.REFUSED:
        return plan.standing is not None and row["key"] not in plan.standing
    if stage in UNCERTAIN:
        return bool(row["kind"] != reply_json.MESSAGE)
    return stage is Stage.PLANNED


def _values(reply: Reply, position: int, at: datetime) -> dict[str, Any]:
    return {
        "key": reply.key,
        "kind": reply_json.kind_of(reply),
        "stage": Stage.PLANNED,
        "position": position,
        "planned_at": at,
        "intended_at": None,
        "sending": None,
        "received_at": None,
        "message_id": None,
        "text": "",
        "payload": reply_json.encode(reply),
    }


def _made(
    connection: Connection, demarche: int, plans: Sequence[DuePlan]
) -> Mapping[int, tuple[str, str]]:
    query = select(plans_made.c.number, plans_made.c.conditions, plans_made.c.content)
    query = query.filter_by(demarche=demarche)
    return {
        row.number: (row.conditions, row.content)
        for chunk in in_chunks([plan.number for plan in plans])
        for row in connection.execute(query.where(plans_made.c.number.in_(chunk)))
    }


def _present(
    connection: Connection, demarche: int, plans: Sequence[DuePlan]
) -> dict[int, dict[str, RowMapping]]:
    columns = (replies.c[name] for name in ("id", "number", "key", "kind", "stage", "text"))
    # Held until the transaction ends: what is intended meanwhile must not be planned over.
    query = select(*columns).filter_by(demarche=demarche).order_by(replies.c.id).with_for_update()
    present: dict[int, dict[str, RowMapping]] = {}
    for chunk in in_chunks([plan.number for plan in plans]):
        for row in connection.execute(query.where(replies.c.number.in_(chunk))).mappings():
            present.setdefault(row["number"], {})[row["key"]] = row
    return present


def _save_conflicts(
    connection: Connection, demarche: int, *, plans: Sequence[DuePlan], at: datetime
) -> None:
    wanted = {(c.number, c.annotation): c for plan in plans for c in plan.conflicts}
    present: set[tuple[int, str]] = set()
    for chunk in in_chunks([plan.number for plan in plans]):
        query = select(conflicts.c.number, conflicts.c.annotation).filter_by(demarche=demarche)
        rows = connection.execute(query.where(conflicts.c.number.in_(chunk)))
        present |= {(row.number, row.annotation) for row in rows}
    cleared = [
        {"of_demarche": demarche, "of_number": number, "of_annotation": annotation}
        for number, annotation in sorted(present - wanted.keys())
    ]
    if cleared:
        connection.execute(_CLEAR, cleared)
    if wanted:
        connection.execute(
            upsert(connection, conflicts, update=["wanted", "found"]),
            [
                {
                    "demarche": demarche,
                    "number": conflict.number,
                    "annotation": conflict.annotation,
                    "wanted": conflict.wanted,
                    "found": conflict.found,
                    "since": at,
                }
                for conflict in wanted.values()
            ],
        )


_CLEAR = delete(conflicts).where(
    conflicts.c.demarche == bindparam("of_demarche"),
    conflicts.c.number == bindparam("of_number"),
    conflicts.c.annotation == bindparam("of_annotation"),
)


def _save_ours(connection: Connection, demarche: int, plans: Sequence[DuePlan]) -> None:
    found = [plan for plan in plans if plan.ours or plan.our_labels]
    held = ours.read(connection, demarche, [plan.number for plan in found]) if found else {}
    for plan in found:
        places = held.setdefault(plan.number, {})
        places |= {(ours.ANNOTATION, name): ours.Ours(one) for name, one in plan.ours.items()}
        places |= {(ours.LABEL, name): ours.Ours(ours.THERE) for name in plan.our_labels}
    ours.save(connection, demarche, held)


def _save_made(connection: Connection, demarche: int, plans: Sequence[DuePlan]) -> None:
    if not plans:
        return
    connection.execute(
        upsert(connection, plans_made, update=["conditions", "content", "again_at"]),
        [
            {
                "demarche": demarche,
                "number": plan.number,
                "conditions": plan.conditions,
                "content": plan.content,
                "again_at": plan.again_at,
            }
            for plan in plans
        ],
    )
