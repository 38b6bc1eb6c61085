"""Tables beside the dossiers that only synchronisation looks at."""

from sqlalchemy import Column, Index, String, Table

from store.table_parts import erased_with_the_dossier, of_dossier
from store.tables import metadata

lost_dossiers = Table("lost_dossiers", metadata, *of_dossier(), erased_with_the_dossier())

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
