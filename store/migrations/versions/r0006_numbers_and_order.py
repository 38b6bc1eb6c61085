"""Numbers of dossiers of 64 bits, and the order of what was sent without any clock.

SQLite's integers have 64 bits already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OF_DOSSIERS = (
    "dossiers",
    "past_states",
    "assessments",
    "verdicts",
    "replies",
    "written_annotations",
    "labels_added",
    "conflicts",
    "corrections",
    "quarantine",
    "tombstones",
    "situation_reports",
    "lost_dossiers",
    "fetched_dossiers",
    "attachments",
    "opinions",
)

_SENT_IN_ORDER = """
    UPDATE replies SET sending = ordered.place
    FROM (
        SELECT id, row_number() OVER (
            PARTITION BY demarche, number ORDER BY intended_at, id
        ) AS place
        FROM replies WHERE intended_at IS NOT NULL
    ) AS ordered
    WHERE replies.id = ordered.id
"""


def upgrade() -> None:
    op.add_column("replies", sa.Column("sending", sa.Integer(), nullable=True))
    op.execute(_SENT_IN_ORDER)
    op.add_column("demarches", sa.Column("last_opinion", _NUMBER, nullable=True))
    op.execute(
        "UPDATE demarches SET last_opinion ="
        " (SELECT max(id) FROM opinions WHERE opinions.demarche = demarches.demarche)"
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _OF_DOSSIERS:
            op.alter_column(table, "number", type_=sa.BigInteger())
        op.alter_column("assessments", "earlier_number", type_=sa.BigInteger())


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
