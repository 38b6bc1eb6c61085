"""One table of what is ours on DS; plans and sent messages in tables of their own."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from store.database.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ours = sa.table(
    "ours",
    *map(sa.column, ("demarche", "number", "kind", "name", "confirmed", "unconfirmed")),
)


def upgrade() -> None:
    op.create_table(
        "ours",
        *_of_dossier(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Text(), nullable=True),
        sa.Column("unconfirmed", sa.Text(), nullable=False),
        _erased_with_the_dossier("ours"),
        sa.PrimaryKeyConstraint("demarche", "number", "kind", "name", name=op.f("pk_ours")),
    )
    for rows in _in_parts([*_annotations(), *_labels()]):
        op.bulk_insert(_ours, rows)
    op.drop_table("labels_added")
    op.drop_table("written_annotations")
    op.create_table(
        "plans",
        *_of_dossier(),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("again_at", UtcDateTime(), nullable=True),
        _erased_with_the_dossier("plans"),
        sa.PrimaryKeyConstraint("demarche", "number", name=op.f("pk_plans")),
    )
    op.execute(
        "INSERT INTO plans (demarche, number, conditions, content)"
        " SELECT demarche, number, substr(planned_key, 1, 16), substr(planned_key, 18, 16)"
        " FROM dossiers WHERE planned_key LIKE '%.%' AND planned_key NOT LIKE '%@%'"
    )
    op.drop_column("dossiers", "planned_key")
    op.create_table(
        "sent_messages",
        *_of_dossier(),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("demarche", "number", "reference", name=op.f("pk_sent_messages")),
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


def _annotations() -> Iterator[dict[str, object]]:
    """Values were kept as they were sent; they are compared as texts."""
    query = sa.text("SELECT * FROM written_annotations")
    for row in op.get_bind().execute(query).mappings().all():
        confirmed, unconfirmed = row["confirmed"], json.loads(row["unconfirmed"])
        yield {
            **row,
            "kind": "annotation",
            "confirmed": None if confirmed is None else _text(json.loads(confirmed)),
            "unconfirmed": json.dumps([_canonical(json.loads(one)) for one in unconfirmed]),
        }


def _labels() -> Iterator[dict[str, object]]:
    """Of a label whose answer was lost, it is not known whether it is there."""
    bind = op.get_bind()
    open_ = sa.text(
        "SELECT demarche, number, payload FROM replies"
        " WHERE kind = 'label' AND stage IN ('intended', 'unknown')"
    )
    lost: dict[tuple[int, int, str], bool] = {}
    for row in bind.execute(open_).all():
        reply = json.loads(row.payload)
        lost[row.demarche, row.number, reply["name"]] = reply["present"]
    for row in bind.execute(sa.text("SELECT demarche, number, name FROM labels_added")).all():
        sent = lost.get((row.demarche, row.number, row.name))
        yield {
            "demarche": row.demarche,
            "number": row.number,
            "kind": "label",
            "name": row.name,
            "confirmed": None if sent else _text(True),
            "unconfirmed": json.dumps([] if sent is None else [_canonical(sent)]),
        }


def _text(value: object) -> str:
    return json.dumps(_canonical(value))


def _canonical(value: object) -> str:
    return str(value).replace("\r\n", "\n").strip()


def _in_parts(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(rows), 1_000):
        yield rows[start : start + 1_000]


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
