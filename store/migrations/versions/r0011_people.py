"""Passages that are no patient's; accounts known by who the identity provider says they are."""

import sqlalchemy as sa
from alembic import op

from store.database.columns import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "not_patients",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demarche", "number"],
            ["dossiers.demarche", "dossiers.number"],
            name=op.f("fk_not_patients_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demarche", "number", "code", name=op.f("pk_not_patients")),
    )
    with op.batch_alter_table("accounts") as table:
        table.add_column(sa.Column("issuer", sa.Text(), nullable=True))
        table.add_column(sa.Column("subject", sa.Text(), nullable=True))
        table.create_unique_constraint(op.f("uq_accounts_issuer_subject"), ["issuer", "subject"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
