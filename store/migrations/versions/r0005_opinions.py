"""What evaluators wrote in the workbooks that they returned."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.ForeignKeyConstraint(
            ["demarche", "number"],
            ["dossiers.demarche", "dossiers.number"],
            name=op.f("fk_opinions_dossiers"),
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_opinions_demarche_number"), "opinions", ["demarche", "number"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
