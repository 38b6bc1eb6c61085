"""Situations, the reports that each holds, and the text of every rule-set that gave a verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "situations",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("situation", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("demarche", "situation", name=op.f("pk_situations")),
    )
    op.create_table(
        "situation_reports",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("situation", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_situation_reports")),
        sa.ForeignKeyConstraint(
            ["demarche", "number"],
            ["dossiers.demarche", "dossiers.number"],
            name=op.f("fk_situation_reports_dossiers"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "rule_texts",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rule_texts")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
