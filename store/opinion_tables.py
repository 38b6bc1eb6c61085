"""The table of what evaluators wrote in the workbooks that they returned."""

from sqlalchemy import Column, Index, Integer, String, Table

from store.columns import FreeText, UtcDateTime
from store.table_parts import NUMBER, SERIAL, erased_with_the_dossier
from store.tables import metadata

opinions = Table(
    "opinions",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("author", String, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("judgement", FreeText, nullable=False),
    Column("comment", FreeText, nullable=False),
    erased_with_the_dossier(),
    Index(None, "demarche", "number"),
    sqlite_autoincrement=True,  # a workbook names the last id that it carries: none comes twice
)
