"""Alembic migrations, run by :mod:`store.database.schema` or, by developers, by ``alembic``."""
