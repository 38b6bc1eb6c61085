"""What is kept of each dossier beside its verdict: whether judging looked at it, and counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("settled", sa.String(), nullable=False),
        sa.Column("earlier_number", _NUMBER, nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("unmapped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["demarche", "number"],
            ["dossiers.demarche", "dossiers.number"],
            name=op.f("fk_facts_dossiers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_facts")),
    )
    op.execute(
        "INSERT INTO facts (demarche, number, settled, earlier_number)"
        " SELECT d.demarche, d.number, '', a.earlier_number FROM dossiers d"
        " LEFT JOIN assessments a ON a.demarche = d.demarche AND a.number = d.number"
        " AND a.fingerprint = d.assessed_fingerprint AND a.basis = d.assessed_basis"
    )
    op.create_index(op.f("ix_facts_demarche_settled"), "facts", ["demarche", "settled"])
    op.create_index(
        op.f("ix_facts_demarche_earlier_number"), "facts", ["demarche", "earlier_number"]
    )
    op.create_index(op.f("ix_plans_demarche_again_at"), "plans", ["demarche", "again_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
