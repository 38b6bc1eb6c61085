"""One table of the dossiers that are not in sight, each with why.

It takes the place of the tombstones and of the lost dossiers, and says which are hidden.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ERASED = """
    INSERT INTO absences (demarche, number, why, reason, deposited_at, since, erased_at)
    SELECT demarche, number, 'erased', reason, deposited_at, deleted_at, erased_at FROM tombstones
"""
_OUT_OF_SIGHT = """
    INSERT INTO absences (demarche, number, why, reason, since)
    SELECT dossiers.demarche, dossiers.number,
        CASE WHEN lost_dossiers.number IS NULL THEN 'hidden' ELSE 'lost' END,
        '', dossiers.pending_since
    FROM dossiers LEFT JOIN lost_dossiers
        ON lost_dossiers.demarche = dossiers.demarche AND lost_dossiers.number = dossiers.number
    WHERE dossiers.pending_since IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM tombstones
            WHERE tombstones.demarche = dossiers.demarche AND tombstones.number = dossiers.number
        )
"""


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_demarche_why"), "absences", ["demarche", "why"])
    op.execute(_ERASED)
    op.execute(_OUT_OF_SIGHT)
    op.drop_table("lost_dossiers")
    op.drop_table("tombstones")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
