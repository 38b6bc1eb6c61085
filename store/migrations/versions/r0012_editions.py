"""What was handed out, kept as data: rows by audience, and the files that had them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handed_out_columns",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_handed_out_columns")),
    )
    op.create_table(
        "handed_out",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("headers", sa.String(), nullable=False),
        sa.Column("centres", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "demarche", "number", "audience", "since", name=op.f("pk_handed_out")
        ),
    )
    op.create_index(
        op.f("ix_handed_out_demarche_audience_until"),
        "handed_out",
        ["demarche", "audience", "until"],
    )
    op.create_table(
        "handed_out_files",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("versions", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "author", "sequence", name=op.f("pk_handed_out_files")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
