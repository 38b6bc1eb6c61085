"""Lines of the portal's lists: made as dossiers move, no more held in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "portal_stamps",
        *_of_dossier(),
        sa.Column("stamp", sa.String(), nullable=False),
        _erased_with_the_dossier("portal_stamps"),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_portal_stamps")),
    )
    op.create_table(
        "portal_lines",
        *_of_dossier(),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("deposited", sa.String(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("substance", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("situation_text", sa.Text(), nullable=False),
        sa.Column("centres", sa.Text(), nullable=False),
        sa.Column("substances", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _erased_with_the_dossier("portal_lines"),
        sa.PrimaryKeyConstraint("demarche", "number", "audience", name=op.f("pk_portal_lines")),
    )


def _of_dossier() -> tuple["sa.Column[int]", "sa.Column[int]"]:
    return (
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
    )


def _erased_with_the_dossier(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["demarche", "number"],
        ["dossiers.demarche", "dossiers.number"],
        name=op.f(f"fk_{table}_dossiers"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
