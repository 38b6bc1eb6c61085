"""Scores of situations, as they moved: rows are added only, and none leaves with a dossier."""

import sqlalchemy as sa
from alembic import op

from store.database.columns import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "scores",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("scored_at", UtcDateTime(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_demarche_situation"), "scores", ["demarche", "situation"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER scores_no_{what.lower()} BEFORE {what} ON scores"
                " BEGIN SELECT RAISE(ABORT, 'scores are added only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION scores_added_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'scores are added only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER scores_added_only BEFORE UPDATE OR DELETE ON scores"
        " FOR EACH ROW EXECUTE FUNCTION scores_added_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
