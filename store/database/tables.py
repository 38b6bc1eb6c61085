"""The tables. JSON is kept as text: a dossier is read whole or not at all.

PostgreSQL's ``jsonb`` would refuse the NUL characters that free text may hold, and SQLite has no
such type. In each table the long text comes last: SQLite then answers a scan of the short columns
without following the pages that the text overflows to.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.database.columns import FreeText, UtcDateTime

SERIAL = BigInteger().with_variant(Integer, "sqlite")
NUMBER = SERIAL
"""A dossier's number, or what a declarant gave for one: 64 bits on both databases."""


def of_demarche() -> Column[int]:
    """The démarche that a row belongs to."""
    return Column("demarche", Integer, primary_key=True, autoincrement=False)


def of_dossier() -> tuple[Column[int], Column[int]]:
    """The dossier that a row belongs to."""
    return of_demarche(), Column("number", NUMBER, primary_key=True, autoincrement=False)


def erased_with_the_dossier() -> ForeignKeyConstraint:
    """A purge of the dossier erases the row."""
    return ForeignKeyConstraint(
        ["demarche", "number"], ["dossiers.demarche", "dossiers.number"], ondelete="CASCADE"
    )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

demarches = Table(
    "demarches",
    metadata,
    of_demarche(),
    Column("title", FreeText),
    Column("watermark", UtcDateTime),
    Column("active_revision_id", String),
    Column("deletions_since", UtcDateTime),
    Column("channel_on_since", UtcDateTime),
    Column("last_polled_at", UtcDateTime),
    Column("last_opinion", NUMBER),
    Column("labels", Text),
    Column("groupes", Text),
)

revisions = Table(
    "revisions",
    metadata,
    of_demarche(),
    Column("revision_id", String, primary_key=True),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("descriptors", Text, nullable=False),
)

dossiers = Table(
    "dossiers",
    metadata,
    *of_dossier(),
    Column("dossier_id", String, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("state", String, nullable=False),
    Column("revision_id", String, nullable=False),
    Column("groupe_id", String, nullable=False),
    Column("deposited_at", UtcDateTime, nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("pending_since", UtcDateTime),
    Column("assessed_fingerprint", String),
    Column("assessed_basis", String),
    Column("raw", Text, nullable=False),
)

past_states = Table(
    "past_states",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("seen_from", UtcDateTime, nullable=False),
    Column("seen_until", UtcDateTime, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("state", String, nullable=False),
    Column("revision_id", String, nullable=False),
    Column("raw", Text, nullable=False),
    erased_with_the_dossier(),
    Index(None, "demarche", "number"),
)

assessments = Table(
    "assessments",
    metadata,
    *of_dossier(),
    Column("fingerprint", String, primary_key=True),
    Column("basis", String, primary_key=True),
    Column("earlier_number", NUMBER),
    Column("assessed_at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False),
    erased_with_the_dossier(),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("current_from", UtcDateTime, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("basis", String, nullable=False),
    erased_with_the_dossier(),
    Index(None, "demarche", "number"),
)

facts = Table(
    "facts",
    metadata,
    *of_dossier(),
    Column("settled", String, nullable=False),
    Column("earlier_number", NUMBER),
    Column("status", FreeText),
    Column("priority", String),
    Column("unmapped", FreeText),
    erased_with_the_dossier(),
    Index(None, "demarche", "settled"),
    Index(None, "demarche", "earlier_number"),
)
"""Beside each dossier, apart from its long text: what judging looked at it under, and counts."""

plans = Table(
    "plans",
    metadata,
    *of_dossier(),
    Column("conditions", String, nullable=False),
    Column("content", String, nullable=False),
    Column("again_at", UtcDateTime),
    erased_with_the_dossier(),
    Index(None, "demarche", "again_at"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("intended_at", UtcDateTime),
    Column("received_at", UtcDateTime),
    Column("message_id", String),
    Column("sending", Integer),
    Column("text", FreeText, nullable=False),
    Column("payload", Text, nullable=False),
    erased_with_the_dossier(),
    UniqueConstraint("demarche", "key"),
    Index(None, "demarche", "number"),
    Index(None, "demarche", "stage"),
)

ours = Table(
    "ours",
    metadata,
    *of_dossier(),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("confirmed", Text),
    Column("unconfirmed", Text, nullable=False),
    erased_with_the_dossier(),
)

sent_messages = Table(
    "sent_messages",
    metadata,
    *of_dossier(),
    Column("reference", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("message_id", String),
)
"""What is left of messages whose dossier was erased, or that DS alone remembered."""

conflicts = Table(
    "conflicts",
    metadata,
    *of_dossier(),
    Column("annotation", String, primary_key=True),
    Column("wanted", FreeText, nullable=False),
    Column("found", FreeText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    erased_with_the_dossier(),
)

corrections = Table(
    "corrections",
    metadata,
    *of_dossier(),
    Column("requested_at", UtcDateTime, primary_key=True),
    Column("resolved_at", UtcDateTime),
    erased_with_the_dossier(),
)

quarantine = Table(
    "quarantine",
    metadata,
    *of_dossier(),
    Column("reason", FreeText, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_tried", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
)

published_exports = Table(
    "published_exports",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("folder", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("checksum", String, nullable=False),
    Column("manifest", Text, nullable=False),
    Index(None, "demarche", "kind"),
)

handed_out_columns = Table(
    "handed_out_columns",
    metadata,
    Column("digest", String, primary_key=True),
    Column("names", Text, nullable=False),
)

handed_out = Table(
    "handed_out",
    metadata,
    *of_dossier(),
    Column("audience", String, primary_key=True),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("until", Integer),
    Column("digest", String, nullable=False),
    Column("headers", String, nullable=False),
    Column("centres", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Index(None, "demarche", "audience", "until"),
)

handed_out_files = Table(
    "handed_out_files",
    metadata,
    of_demarche(),
    Column("author", String, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("versions", String, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", String, nullable=False),
    Column("counts", Text, nullable=False),
    Index(None, "demarche"),
)

situations = Table(
    "situations",
    metadata,
    of_demarche(),
    Column("situation", String, primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("merged_into", String),
)

situation_reports = Table(
    "situation_reports",
    metadata,
    *of_dossier(),
    Column("basis", String, nullable=False),
    Column("situation", String),
    Column("decided_by", String, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("description", Text, nullable=False),
    Column("declared", Text),
    erased_with_the_dossier(),
)

acts = Table(
    "acts",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("effect_on", Date, nullable=False),
    Column("object", FreeText, nullable=False),
    Column("verb", String, nullable=False),
    Column("door", String, nullable=False),
    Column("person", FreeText, nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("former", Text, nullable=False),
    Column("new", Text, nullable=False),
    Index(None, "demarche", "entered_at"),
    Index(None, "demarche", "object"),
    sqlite_autoincrement=True,  # what a person read names the last act: no id comes twice
)
"""The register of situations. Rows are added only: the migration's triggers refuse all else."""

scores = Table(
    "scores",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("situation", FreeText, nullable=False),
    Column("scored_at", UtcDateTime, nullable=False),
    Column("points", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Column("version", FreeText, nullable=False),
    Column("reference", FreeText, nullable=False),
    Column("lines", Text, nullable=False),
    Index(None, "demarche", "situation"),
)
"""Scores of situations as they moved. Rows are added only, as acts are."""

rule_texts = Table(
    "rule_texts",
    metadata,
    Column("digest", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("source", String, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
)


absences = Table(
    "absences",
    metadata,
    *of_dossier(),
    Column("why", String, nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("deposited_at", UtcDateTime),
    Column("since", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Index(None, "demarche", "why"),
)

fetched_dossiers = Table(
    "fetched_dossiers",
    metadata,
    *of_dossier(),
    Column("content_hash", String, nullable=False),
    erased_with_the_dossier(),
)

attachments = Table(
    "attachments",
    metadata,
    *of_dossier(),
    Column("checksum", String, primary_key=True),
    erased_with_the_dossier(),
    Index(None, "checksum"),
)


not_patients = Table(
    "not_patients",
    metadata,
    *of_dossier(),
    Column("code", String, primary_key=True),
    Column("said_by", FreeText, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    erased_with_the_dossier(),
)

accounts = Table(
    "accounts",
    metadata,
    Column("email", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("sessions_from", UtcDateTime, nullable=False),
    Column("password_hash", Text),
    Column("issuer", FreeText),
    Column("subject", FreeText),
    UniqueConstraint("issuer", "subject"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("key", String, primary_key=True),
    Column("email", FreeText, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("invited_by", FreeText, nullable=False),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

digest_readers = Table(
    "digest_readers",
    metadata,
    Column("account", String, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.email"], ondelete="CASCADE"),
)

digests_sent = Table(
    "digests_sent",
    metadata,
    of_demarche(),
    Column("account", String, primary_key=True),
    Column("week", String, primary_key=True),
    Column("sent_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.email"], ondelete="CASCADE"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("name", FreeText, nullable=False),
    Column("proposed_by", FreeText, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decision", String),
    Column("decided_by", FreeText),
    Column("decided_at", UtcDateTime),
    Column("content", Text, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("account", FreeText, nullable=False),
    Column("event", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("file", FreeText, nullable=False),
    Index(None, "demarche", "account"),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("account", FreeText, nullable=False),
    Column("address", FreeText, nullable=False),
)

kept_rows = Table(
    "kept_rows",
    metadata,
    *of_dossier(),
    Column("stamp", String, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    erased_with_the_dossier(),
)

portal_stamps = Table(
    "portal_stamps",
    metadata,
    *of_dossier(),
    Column("stamp", String, nullable=False),
    erased_with_the_dossier(),
)

portal_lines = Table(
    "portal_lines",
    metadata,
    *of_dossier(),
    Column("audience", String, primary_key=True),
    Column("status", FreeText, nullable=False),
    Column("priority", String, nullable=False),
    Column("score", Integer),
    Column("deposited", String, nullable=False),
    Column("modified", String, nullable=False),
    Column("ground", String, nullable=False),
    Column("own", Text, nullable=False),
    Column("waits", Text, nullable=False),
    Column("title", FreeText, nullable=False),
    Column("product", FreeText, nullable=False),
    Column("substance", FreeText, nullable=False),
    Column("company", FreeText, nullable=False),
    Column("situation", FreeText, nullable=False),
    Column("situation_text", FreeText, nullable=False),
    Column("centres", Text, nullable=False),
    Column("substances", FreeText, nullable=False),
    Column("text", FreeText, nullable=False),
    erased_with_the_dossier(),
)

portal_seen = Table(
    "portal_seen",
    metadata,
    *of_dossier(),
    Column("account", String, primary_key=True),
    Column("mark", String, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    erased_with_the_dossier(),
    ForeignKeyConstraint(["account"], ["accounts.email"], ondelete="CASCADE"),
    Index(None, "account"),
)

notices = Table(
    "notices",
    metadata,
    Column("demarche", Integer, primary_key=True, autoincrement=False),
    Column("folder", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)


opinions = Table(
    "opinions",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("demarche", Integer, nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("author", String, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("judgement", FreeText, nullable=False),
    Column("comment", FreeText, nullable=False),
    erased_with_the_dossier(),
    Index(None, "demarche", "number"),
    sqlite_autoincrement=True,  # a workbook names the last id that it carries: none comes twice
)
