"""Tables beside the dossiers that only synchronisation looks at."""

from sqlalchemy import Column, Index, String, Table

from store.columns import FreeText, UtcDateTime
from store.table_parts import erased_with_the_dossier, of_dossier
from store.tables import metadata

absences = Table(
    "absences",
    metadata,
    *of_dossier(),
    Column("why", String, nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("deposited_at", UtcDateTime),
    Column("since", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Index(None, "demarche", "why"),
)

fetched_dossiers = Table(
    "fetched_dossiers",
    metadata,
    *of_dossier(),
    Column("content_hash", String, nullable=False),
    erased_with_the_dossier(),
)

attachments = Table(
    "attachments",
    metadata,
    *of_dossier(),
    Column("checksum", String, primary_key=True),
    erased_with_the_dossier(),
    Index(None, "checksum"),
)
