"""How Alembic reaches the database: the connection it is given, else UNC_DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import Connection

from store.database.engine import EachItsOwn, make_engine
from store.database.tables import metadata


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite cannot alter a column otherwise
        transactional_ddl=True,  # also true of SQLite, as we open it
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    engine = make_engine(os.environ["UNC_DATABASE_URL"])
    with EachItsOwn(engine).write() as opened:
        _migrate(opened)
    engine.dispose()
