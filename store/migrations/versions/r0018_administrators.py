"""What administrators need: invitations, weekly digests, proposed files."""

import sqlalchemy as sa
from alembic import op

from store.database.columns import FreeText, UtcDateTime

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("email", FreeText(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("invited_by", FreeText(), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_invitations")),
        sa.UniqueConstraint("email", name=op.f("uq_invitations_email")),
    )
    op.create_table(
        "digest_readers",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        _of_account("digest_readers"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_digest_readers")),
    )
    op.create_table(
        "digests_sent",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        _of_account("digests_sent"),
        sa.PrimaryKeyConstraint("demarche", "account", "week", name=op.f("pk_digests_sent")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("name", FreeText(), nullable=False),
        sa.Column("proposed_by", FreeText(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", FreeText(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account"],
        ["accounts.email"],
        name=op.f(f"fk_{table}_accounts"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
