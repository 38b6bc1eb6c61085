"""The register of situations: acts, and those that what was decided until now stands for."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from store.database.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PARIS = ZoneInfo("Europe/Paris")
_DOOR = "reprise"
_PEOPLE = {
    "bridge": "passerelle",
    "annotation": "instructeur (annotation « Situation »)",
    "command": "personne non nommée",
}
_UNDATED = "Fondue avant le registre, un jour qui n’a pas été gardé."


def upgrade() -> None:
    acts = op.create_table(
        "acts",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("demarche", sa.Integer(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("effect_on", sa.Date(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_acts_demarche_entered_at"), "acts", ["demarche", "entered_at"])
    op.create_index(op.f("ix_acts_demarche_object"), "acts", ["demarche", "object"])
    rows = sorted(_acts(op.get_bind()), key=lambda one: one["entered_at"])
    if rows:
        op.bulk_insert(acts, rows)
    _add_only()


def _add_only() -> None:
    """Let the database itself refuse to change an act or to take it away."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER acts_no_{what.lower()} BEFORE {what} ON acts"
                " BEGIN SELECT RAISE(ABORT, 'acts are added only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION acts_added_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'acts are added only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER acts_added_only BEFORE UPDATE OR DELETE ON acts"
        " FOR EACH ROW EXECUTE FUNCTION acts_added_only()"
    )


def _acts(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """What the tables of before say, each at the moment that they give."""
    situations = sa.table(
        "situations",
        sa.column("demarche", sa.Integer()),
        sa.column("situation", sa.String()),
        sa.column("opened_at", UtcDateTime()),
        sa.column("merged_into", sa.String()),
    )
    reports = sa.table(
        "situation_reports",
        sa.column("demarche", sa.Integer()),
        sa.column("number", _SERIAL),
        sa.column("situation", sa.String()),
        sa.column("decided_by", sa.String()),
        sa.column("since", UtcDateTime()),
    )
    dossiers = sa.table(
        "dossiers",
        sa.column("demarche", sa.Integer()),
        sa.column("number", _SERIAL),
        sa.column("deposited_at", UtcDateTime()),
    )
    known = bind.execute(sa.select(situations).order_by(situations.c.situation)).all()
    opened = {(row.demarche, row.situation): row.opened_at for row in known}
    for row in known:
        yield _act(row.demarche, row.situation, "ouverture", row.opened_at, {})
    placed = sa.select(reports, dossiers.c.deposited_at).join(
        dossiers,
        (reports.c.demarche == dossiers.c.demarche) & (reports.c.number == dossiers.c.number),
    )
    for row in bind.execute(placed.where(reports.c.situation.is_not(None))):
        yield _act(
            row.demarche,
            f"dossier {row.number}",
            "rattachement",
            max(row.since, opened.get((row.demarche, row.situation), row.since)),
            {"situation": row.situation, "confirmé": row.decided_by != "bridge"},
            effect=_day(row.deposited_at),
            person=_PEOPLE[row.decided_by],
        )
    now = datetime.now(UTC)
    for row in known:
        if row.merged_into:
            yield {
                **_act(row.demarche, row.situation, "fusion", now, {"dans": row.merged_into}),
                "former": _json({"dans": None, "état": "À valider"}),
                "person": _PEOPLE["command"],
                "reason": _UNDATED,
            }


def _act(
    demarche: int,
    what: str,
    verb: str,
    moment: datetime,
    new: dict[str, Any],
    *,
    effect: date | None = None,
    person: str = _PEOPLE["bridge"],
) -> dict[str, Any]:
    return {
        "demarche": demarche,
        "entered_at": moment,
        "effect_on": effect or _day(moment),
        "object": what,
        "verb": verb,
        "door": _DOOR,
        "person": person,
        "reason": "",
        "former": _json({}),
        "new": _json(new),
    }


def _day(moment: datetime) -> date:
    return moment.astimezone(_PARIS).date()


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
