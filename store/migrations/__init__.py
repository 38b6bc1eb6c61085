"""Alembic migrations, run by :mod:`store.schema` or, by developers, by ``alembic``."""
