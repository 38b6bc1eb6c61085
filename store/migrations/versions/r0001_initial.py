"""Every table of the first version.

Column types are SQLAlchemy's own: a migration must not move with the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_dossier(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["demarche", "number"],
        ["dossiers.demarche", "dossiers.number"],
        name=op.f(f"fk_{table}_dossiers"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "demarches",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("watermark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active_revision_id", sa.String(), nullable=True),
        sa.Column("deletions_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_on_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("labels", sa.Text(), nullable=True),
        sa.Column("groupes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("demarche", name=op.f("pk_demarches")),
    )
    op.create_table(
        "dossiers",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision_id", sa.String(), nullable=False),
        sa.Column("groupe_id", sa.String(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_fingerprint", sa.String(), nullable=True),
        sa.Column("assessed_basis", sa.String(), nullable=True),
        sa.Column("planned_key", sa.String(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_dossiers")),
    )
    op.create_table(
        "published_exports",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_exports")),
    )
    op.create_index(
        op.f("ix_published_exports_demarche_kind"), "published_exports", ["demarche", "kind"]
    )

    op.create_table(
        "quarantine",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_tried", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "revisions",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("descriptors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "revision_id", name=op.f("pk_revisions")),
    )
    op.create_table(
        "runs",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_demarche"), "runs", ["demarche"])
    op.create_table(
        "tombstones",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deposited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "assessments",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("earlier_number", sa.Integer(), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _of_dossier("assessments"),
        sa.PrimaryKeyConstraint(
            "demarche", "number", "fingerprint", "basis", name=op.f("pk_assessments")
        ),
    )
    op.create_table(
        "conflicts",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("annotation", sa.String(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _of_dossier("conflicts"),
        sa.PrimaryKeyConstraint("demarche", "number", "annotation", name=op.f("pk_conflicts")),
    )
    op.create_table(
        "corrections",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        _of_dossier("corrections"),
        sa.PrimaryKeyConstraint("demarche", "number", "requested_at", name=op.f("pk_corrections")),
    )
    op.create_table(
        "labels_added",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _of_dossier("labels_added"),
        sa.PrimaryKeyConstraint("demarche", "number", "name", name=op.f("pk_labels_added")),
    )
    op.create_table(
        "past_states",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision_id", sa.String(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        _of_dossier("past_states"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_states")),
    )
    op.create_index(op.f("ix_past_states_demarche_number"), "past_states", ["demarche", "number"])
    op.create_table(
        "replies",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        _of_dossier("replies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("demarche", "key", name=op.f("uq_replies_demarche_key")),
    )
    op.create_index(op.f("ix_replies_demarche_number"), "replies", ["demarche", "number"])
    op.create_index(op.f("ix_replies_demarche_stage"), "replies", ["demarche", "stage"])
    op.create_table(
        "verdicts",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        _of_dossier("verdicts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_demarche_number"), "verdicts", ["demarche", "number"])
    op.create_table(
        "written_annotations",
        sa.Column("demarche", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=True),
        sa.Column("unconfirmed", sa.Text(), nullable=False),
        _of_dossier("written_annotations"),
        sa.PrimaryKeyConstraint("demarche", "number", "name", name=op.f("pk_written_annotations")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
