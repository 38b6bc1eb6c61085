"""Dossiers that no list shows any more, and the attachments that are on disk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _of_dossier(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["demarche", "number"],
        ["dossiers.demarche", "dossiers.number"],
        name=op.f(f"fk_{table}_dossiers"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "lost_dossiers",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_lost_dossiers")),
        _of_dossier("lost_dossiers"),
    )
    op.create_table(
        "fetched_dossiers",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_fetched_dossiers")),
        _of_dossier("fetched_dossiers"),
    )
    op.create_table(
        "attachments",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", "checksum", name=op.f("pk_attachments")),
        _of_dossier("attachments"),
    )
    op.create_index(op.f("ix_attachments_checksum"), "attachments", ["checksum"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
