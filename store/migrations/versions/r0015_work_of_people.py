"""What a day in the portal needs: which dossiers wait, what each person has seen of them."""

import sqlalchemy as sa
from alembic import op

from store.database.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Lines are made again, with what they lacked: none is worth filling by hand.
    op.execute("DELETE FROM portal_stamps")
    op.drop_table("portal_lines")
    op.create_table(
        "portal_lines",
        *_of_dossier(),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("deposited", sa.String(), nullable=False),
        sa.Column("modified", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.Column("waits", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
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
    op.create_table(
        "portal_seen",
        *_of_dossier(),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        _erased_with_the_dossier("portal_seen"),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.email"],
            name=op.f("fk_portal_seen_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demarche", "number", "account", name=op.f("pk_portal_seen")),
    )
    op.create_index(op.f("ix_portal_seen_account"), "portal_seen", ["account"])


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
