"""Whether a database is whole: damage in its middle shows to nobody before it is read."""

from sqlalchemy import Connection

from store.database.engine import Scope, database_file
from store.database.errors import StoreDamaged

_FAILED_READS = (
    "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
)
"""Pages that PostgreSQL found damaged since its statistics began, when it keeps checksums."""


def require_sound(scope: Scope) -> None:
    """Read all of an embedded database, and ask PostgreSQL what it found in its own.

    Raises:
        StoreDamaged: A page, a row or an index is not what it must be.
    """
    with scope.read() as connection:
        if not _is_sound(connection):
            raise StoreDamaged.of(database_file(connection.engine))


def _is_sound(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok"
    return not connection.exec_driver_sql(_FAILED_READS).scalar()
