"""Upsert and long IN lists, which SQLite and PostgreSQL write differently."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.dml import Insert

Item = TypeVar("Item")

_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(:key)")
IN_SIZE = 1_000
"""Values in one ``IN`` list: both databases stop at some 32,000 parameters."""


def upsert(connection: Connection, table: Table, *, update: Sequence[str]) -> Insert:
    """Insert into a table; where the primary key is already there, update those columns.

    Args:
        connection: Says which database it is for.
        table: The table.
        update: Columns to update; none means that the row that is there stays as it is.
    """
    return _upsert(connection.dialect.name, table, tuple(update))


@cache  # the same few statements, for every page
def _upsert(dialect: str, table: Table, update: tuple[str, ...]) -> Insert:
    if dialect == "sqlite":
        lite = sqlite.insert(table)
        if not update:
            return lite.on_conflict_do_nothing()
        return lite.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: lite.excluded[name] for name in update},
        )
    from sqlalchemy.dialects import postgresql  # as heavy as the store: only on a server

    full = postgresql.insert(table)
    if not update:
        return full.on_conflict_do_nothing()
    return full.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: full.excluded[name] for name in update},
    )


def one_by_one(connection: Connection, key: int) -> None:
    """Let the transactions that ask for a key follow each other: each looks, then writes."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(_ONE_BY_ONE, {"key": key})


def in_chunks(items: Iterable[Item], *, size: int = IN_SIZE) -> Iterator[list[Item]]:
    """Split items in lists of at most ``size``, in order; no list when there is no item."""
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk
