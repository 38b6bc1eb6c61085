"""What a purge takes out of the base, and what it leaves."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from store.database.statements import in_chunks
from store.database.tables import dossiers, quarantine
from store.outbox import sent
from store.staff import handed_out, visits


def erase(connection: Connection, demarche: int, numbers: Iterable[int]) -> dict[int, datetime]:
    """Erase all that dossiers say.

    It goes with them: content, past states, assessments, replies, what was written, corrections,
    quarantine, what workbooks showed of them, codes of their passages in the journal. The
    references of messages stay: were one opened again, its declarant would not be told the same
    thing twice.

    Args:
        connection: Within a transaction.
        demarche: Number of the démarche.
        numbers: Dossiers, in store or not.

    Returns:
        When those that were in store had been deposited (UTC), by number.
    """
    query = select(dossiers.c.number, dossiers.c.deposited_at).filter_by(demarche=demarche)
    deposited: dict[int, datetime] = {}
    for chunk in in_chunks(sorted(numbers)):
        rows = connection.execute(query.where(dossiers.c.number.in_(chunk)))
        deposited |= {row.number: row.deposited_at for row in rows}
        sent.keep(connection, demarche, chunk)
        handed_out.forget(connection, demarche, chunk)
        visits.forget_passages(connection, demarche, chunk)
        for table in (dossiers, quarantine):  # the other tables follow by cascade
            here = delete(table).filter_by(demarche=demarche)
            connection.execute(here.where(table.c.number.in_(chunk)))
    return deposited
