"""Tables made as the migrations make them, without running a dozen migrations for each test."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from store.database import schema
from store.database.engine import EachItsOwn, Scope, make_engine

MIGRATE = schema.upgrade
"""What the product does."""


def upgrade(scope: Scope) -> None:
    """What `schema.upgrade` does; an empty SQLite base gets what the migrations made of another."""
    if not schema.is_empty(scope):
        MIGRATE(scope)
        return
    with scope.write() as connection:
        if connection.dialect.name == "sqlite":
            found = connection.scalar(text("SELECT count(*) FROM sqlite_master"))
            for statement in _statements() if found == 0 else ():
                connection.exec_driver_sql(statement)
    MIGRATE(scope)  # of PostgreSQL; of SQLite, there is nothing to do any more


@cache
def _statements() -> Sequence[str]:
    """All that migrations put in an empty SQLite base."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'migrated.sqlite'}")
        scope = EachItsOwn(engine)
        MIGRATE(scope)
        with scope.read() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            made: list[str] = list(driver.iterdump())
        engine.dispose()
    assert (made[0], made[-1]) == ("BEGIN TRANSACTION;", "COMMIT;")
    return made[1:-1]
