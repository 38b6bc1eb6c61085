"""What a publication made of each dossier, for the next ones."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "kept_rows",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demarche", "number"],
            ["dossiers.demarche", "dossiers.number"],
            name=op.f("fk_kept_rows_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_kept_rows")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
