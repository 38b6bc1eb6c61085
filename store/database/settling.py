"""Which dossiers judging has to look at again: those of which something moved since it last did.

Each write that moves what a verdict or a plan rests on says so here, in its own transaction.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, update

from store.database.statements import in_chunks, upsert
from store.database.tables import facts

MOVED = ""
"""In place of what a dossier was settled under."""


def enter(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    """Say that dossiers are new, or say something new."""
    rows = [{"demarche": demarche, "number": number, "settled": MOVED} for number in numbers]
    if rows:
        connection.execute(upsert(connection, facts, update=["settled"]), rows)


def unsettle(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    """Say that something beside what they say moved of dossiers that are in store."""
    for chunk in in_chunks(numbers):
        here = update(facts).filter_by(demarche=demarche).where(facts.c.number.in_(chunk))
        connection.execute(here.values(settled=MOVED))


def unsettle_citing(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    """Say that it is known otherwise whether dossiers exist: those that name them may move."""
    for chunk in in_chunks(numbers):
        here = update(facts).filter_by(demarche=demarche)
        connection.execute(here.where(facts.c.earlier_number.in_(chunk)).values(settled=MOVED))
