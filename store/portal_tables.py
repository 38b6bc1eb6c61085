"""Tables of the portal: who may sign in, what they fetched, who was told."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from store.columns import FreeText, UtcDateTime
from store.table_parts import SERIAL
from store.tables import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("email", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("sessions_from", UtcDateTime, nullable=False),
    Column("password_hash", Text),
)

visits = Table(
    "visits",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("account", FreeText, nullable=False),
    Column("event", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("file", FreeText, nullable=False),
    Index(None, "demarche", "account"),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("account", FreeText, nullable=False),
    Column("address", FreeText, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("demarche", Integer, primary_key=True, autoincrement=False),
    Column("folder", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)
