"""What is ours on DS, by dossier and place: an annotation, or a label.

A value that was sent and whose answer was lost may be ours: it is remembered as such from before it
is sent, whatever becomes of the reply. Else a run that died would find its own value and take it
for a human's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from sqlalchemy import Connection, bindparam, delete, select

from store.database import jsontext
from store.database.statements import in_chunks, upsert
from store.database.tables import ours
from triage.replies.annotations import canonical
from triage.replies.reply import (
    Annotate,
    Outcome,
    PassEnInstruction,
    Receipt,
    Reply,
    SendMessage,
    SetLabel,
)

ANNOTATION = "annotation"
LABEL = "label"
THERE, TAKEN_OFF = canonical(True), canonical(False)
"""What we made of a label."""
_NOTHING: Mapping[str, frozenset[str | None]] = {
    ANNOTATION: frozenset({None}),
    LABEL: frozenset({None, TAKEN_OFF}),
}
"""What is confirmed where nothing is ours."""

Place: TypeAlias = tuple[str, str]
"""Kind, and name of the annotation or label."""


@dataclass(slots=True)
class Ours:
    """What we wrote in one place, in canonical form.

    Attributes:
        confirmed: The last value that DS confirmed.
        unconfirmed: Values sent since then whose answer is not known, in order.
    """

    confirmed: str | None = None
    unconfirmed: list[str] = field(default_factory=list)

    @property
    def values(self) -> frozenset[str]:
        """What DS may show that is ours."""
        return frozenset({*([] if self.confirmed is None else [self.confirmed]), *self.unconfirmed})


Held: TypeAlias = dict[int, dict[Place, Ours]]
"""What is ours, by dossier number and place."""


def read(connection: Connection, demarche: int, numbers: Iterable[int] | None) -> Held:
    """What is ours on these dossiers, or on all."""
    query = select(ours).filter_by(demarche=demarche)
    chunks = [query] if numbers is None else _of(query, numbers)
    found: Held = {}
    for one in chunks:
        for row in connection.execute(one):
            place = Ours(
                None if row.confirmed is None else jsontext.load(row.confirmed),
                jsontext.load(row.unconfirmed),
            )
            found.setdefault(row.number, {})[row.kind, row.name] = place
    return found


def _of(query: Any, numbers: Iterable[int]) -> list[Any]:
    return [query.where(ours.c.number.in_(chunk)) for chunk in in_chunks(sorted(set(numbers)))]


def may_be(held: Held, reply: Reply) -> None:
    """Note what is about to be sent: from now on, the bridge may have written it."""
    for place, value in _written_by(reply).items():
        here = held.setdefault(reply.number, {}).setdefault(place, Ours())
        if value != here.confirmed and value not in here.unconfirmed:
            here.unconfirmed.append(value)


def settle(held: Held, reply: Reply, receipt: Receipt) -> None:
    """Note what became of what was sent."""
    for place, value in _written_by(reply).items():
        here = held.setdefault(reply.number, {}).setdefault(place, Ours())
        # DS names what it wrote; an answer "done" that names nothing is about all of it.
        whole = receipt.outcome is Outcome.DONE and not receipt.written
        if whole or place[1] in receipt.written:
            here.confirmed, here.unconfirmed = value, []
        elif receipt.outcome is not Outcome.UNKNOWN and value in here.unconfirmed:
            here.unconfirmed.remove(value)


def _written_by(reply: Reply) -> Mapping[Place, str]:
    match reply:
        case Annotate():
            return {(ANNOTATION, one.name): canonical(one.value) for one in reply.changes}
        case SetLabel():
            return {(LABEL, reply.name): canonical(reply.present)}
        case SendMessage() | PassEnInstruction():
            return {}
        case _:
            assert_never(reply)


def save(connection: Connection, demarche: int, held: Held) -> None:
    """Keep what is ours in these places; a place where nothing is ours any more is forgotten."""
    kept: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for number, places in held.items():
        for (kind, name), here in places.items():
            if here.unconfirmed or here.confirmed not in _NOTHING[kind]:
                kept.append(_row(demarche, number, kind=kind, name=name, here=here))
            else:
                gone.append(
                    {
                        "of_demarche": demarche,
                        "of_number": number,
                        "of_kind": kind,
                        "of_name": name,
                    }
                )
    if kept:
        connection.execute(upsert(connection, ours, update=["confirmed", "unconfirmed"]), kept)
    if gone:
        connection.execute(_FORGET, gone)


def _row(demarche: int, number: int, *, kind: str, name: str, here: Ours) -> dict[str, Any]:
    return {
        "demarche": demarche,
        "number": number,
        "kind": kind,
        "name": name,
        "confirmed": None if here.confirmed is None else jsontext.dump(here.confirmed),
        "unconfirmed": jsontext.dump(here.unconfirmed),
    }


_FORGET = delete(ours).where(
    *(ours.c[name] == bindparam(f"of_{name}") for name in ("demarche", "number", "kind", "name"))
)
