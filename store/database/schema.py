"""Which version the tables are in, and bringing them to ours."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from store.database.engine import Scope
from store.database.errors import SchemaTooNew, SchemaTooOld

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = tuple(f"{number:04}" for number in range(1, 19))
"""Migrations of this version, oldest first: known without importing Alembic, which is slow."""

_UPGRADE_LOCK = 0x554E4344


def is_current(scope: Scope) -> bool:
    """Whether the tables are those of this version."""
    return _version(scope) == REVISIONS[-1]


def is_empty(scope: Scope) -> bool:
    """Whether no version of the software made its tables."""
    return _version(scope) is None


def require_current(scope: Scope, *, place: str = "") -> None:
    """Refuse tables that are not those of this version.

    Args:
        scope: The database.
        place: Which it is, for people.

    Raises:
        SchemaTooOld: ``unc upgrade`` is due (an empty database too).
        SchemaTooNew: A newer version of the software made them.
    """
    version = _version(scope)
    if version == REVISIONS[-1]:
        return
    kind = SchemaTooOld if version is None or version in REVISIONS else SchemaTooNew
    raise kind.of(place)


def upgrade(scope: Scope) -> None:
    """Bring the tables to this version, in one transaction; nothing to do when they are.

    Raises:
        SchemaTooNew: A newer version of the software made them.
    """
    version = _version(scope)
    if version == REVISIONS[-1]:
        return
    if version is not None and version not in REVISIONS:
        raise SchemaTooNew
    from alembic import command

    with scope.write() as connection:
        if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            lock = text("SELECT pg_advisory_xact_lock(:key)")
            connection.execute(lock, {"key": _UPGRADE_LOCK})
        command.upgrade(migrations(connection), "head")


def migrations(connection: Connection | None = None) -> "Config":
    """Alembic's configuration for the migrations in this package, on a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    return config


def _version(scope: Scope) -> str | None:
    with scope.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)
