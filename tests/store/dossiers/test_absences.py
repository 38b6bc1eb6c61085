import json
from collections.abc import Callable
from datetime import datetime

from alembic import command
from sqlalchemy import bindparam, insert, select, text

from store.database.columns import UtcDateTime
from store.database.engine import database_file
from store.database.schema import migrations
from store.database.tables import dossiers, metadata
from store.dossiers.absences import Deletion, MissingDossier, Why
from store.dossiers.pages import DossierRow
from store.outbox.corrections import Correction
from store.outbox.plans import DuePlan
from store.outbox.sent import SentBefore
from store.repository import Store, open_store
from store.staff.accounts import Account
from store.staff.handed_out import HandedRow, save_rows
from store.staff.kept_rows import KeptDossierRow
from store.staff.lines import DossierLine
from store.staff.opinions import OpinionRow
from store.staff.visits import Visit, passage_line
from store.verdicts.assessments import AssessmentRow
from store.verdicts.facts import CountedFacts
from store.verdicts.situations import SituationReport
from tests.stored import tombstones
from triage.replies.reply import (
    Annotate,
    AnnotationChange,
    Conflict,
    Outcome,
    Receipt,
    SendMessage,
    SetLabel,
)

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]

SECRET = "Mme Zébulon née le 3 mai"
LEFT = {"absences", "sent_messages", "handed_out"}
"""Of the last, the number alone."""


def remember_all_about(store: Store, number: int, *, row: MakeRow, day: Day) -> None:
    """Fill every table that names a dossier, the secret in each text."""
    for moment in range(2):
        page = [row(number, f"{SECRET} {moment}")]
        store.dossiers.save_page(7, page, watermark=day(0), seen_at=day(moment))
    verdict = AssessmentRow(number, "f", "b", None, day(0), SECRET)
    store.assessments.save(7, [verdict], at=day(0))
    store.facts.count(7, [CountedFacts(number, SECRET, None, SECRET)])
    said = [SECRET] * 13
    line = DossierLine(number, "agence", SECRET, "P1", None, "2026-01-01", *said)
    store.lines.save(7, {number: "s"}, [line])
    kept = KeptDossierRow(number, "s", SECRET.encode(), SECRET.encode())
    store.kept_rows.save(7, [kept])
    replies = (
        Annotate(f"a{number}", number, "d", (AnnotationChange("statut", "i", "text", SECRET),)),
        SetLabel(f"l{number}", number, "d", "Complet", present=True),
        SendMessage(f"m{number}", number, "d", "ref", SECRET, None, "received", ()),
    )
    store.outbox.recall(7, number, messages=[SentBefore("older", "request", None)])
    conflict = Conflict(number, "priorite", "P1", SECRET)
    store.outbox.save_plans(7, [DuePlan(number, "p", replies, (conflict,))], at=day(0))
    store.outbox.mark_intended(7, [reply.key for reply in replies], at=day(0))
    receipts = [Receipt(reply.key, Outcome.DONE) for reply in replies]
    store.outbox.record(7, receipts, at=day(0))
    store.corrections.save(7, [Correction(number, day(0), day(1))])
    store.quarantine.record(7, number, reason=SECRET, at=day(0))
    described = SituationReport(number, "b", "SIT-0001", "bridge", day(0), SECRET)
    store.situations.save(7, [described], declared={number: SECRET})
    shown = HandedRow(number, ("lyon",), ("Titre",), (SECRET,))
    place = store.handed_out.last_sequence(7) + 1
    save_rows(store.handed_out, 7, "agence", [shown], sequence=place)
    store.attachments.expect(7, number, [SECRET])
    store.attachments.mark_fetched(7, number, content_hash="h")
    store.opinions.save(7, [OpinionRow(number, "agence", "Favorable", SECRET)], at=day(0))
    store.not_patients.add(7, number, [SECRET], who="a@x.example", at=day(1))
    who = f"{number}@x.example"
    store.accounts.add(Account(who, "agence", day(0), day(0)))
    store.seen.save(7, who, {number: SECRET}, at=day(1))
    store.visits.record(7, Visit(day(1), who, "not a patient", file=passage_line(number, SECRET)))
    store.absences.mark_lost(7, [number], at=day(2))


def tables_that_name(store: Store, number: int) -> set[str]:
    with store._engine.connect() as connection:
        return {
            table.name
            for table in metadata.sorted_tables
            if "number" in table.columns
            and connection.execute(select(table).filter_by(number=number)).first()
        }


def test_a_pending_dossier_is_out_of_sight_until_it_is_seen_again(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.dossiers.save_page(7, [row(1), row(2), row(3)], watermark=None, seen_at=day(0))
    dates = {1: day(1), 2: day(1), 99: day(1)}
    assert store.absences.mark_pending(7, dates) == (1, 2)
    assert store.absences.mark_pending(7, {1: day(4)}) == ()
    assert store.absences.pending(7) == {1: day(1), 2: day(1)}
    assert [d.number for d in store.dossiers.iterate(7)] == [3]
    assert [d.number for d in store.dossiers.light_rows(7)] == [3]
    assert store.dossiers.known_numbers(7) == {3}
    assert store.dossiers.known_numbers(7, pending=True) == {1, 2, 3}
    hidden = store.dossiers.get(7, 1)
    assert hidden is not None
    assert hidden.pending_since == day(1)

    counts = store.dossiers.save_page(7, [row(1), row(2, "b")], watermark=None, seen_at=day(2))
    assert counts.unchanged == (1,)
    assert counts.updated == (2,)
    assert counts.restored == (1, 2)
    assert store.absences.pending(7) == {}


def test_a_pending_dossier_can_be_restored_by_name(store: Store, row: MakeRow, day: Day) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    store.absences.mark_pending(7, {1: day(1)})
    store.absences.restore(7, [1, 99])
    assert store.dossiers.known_numbers(7) == {1}


def test_a_purge_leaves_a_tombstone_and_nothing_else(store: Store, row: MakeRow, day: Day) -> None:
    remember_all_about(store, 1, row=row, day=day)
    remember_all_about(store, 2, row=row, day=day)
    named = {t.name for t in metadata.sorted_tables if "number" in t.columns}
    assert tables_that_name(store, 1) == named, "the story fills every table"

    gone = [Deletion(1, day(3), "user_request"), Deletion(50, day(3), "expired")]
    assert store.absences.purge(7, gone, at=day(4)) == (1,)

    assert tables_that_name(store, 1) == LEFT
    assert tables_that_name(store, 2) == named
    assert tombstones(store, 7) == (
        MissingDossier(1, Why.ERASED, "user_request", row(1).deposited_at, day(3), day(4)),
        MissingDossier(50, Why.ERASED, "expired", None, day(3), day(4)),
    )
    assert store.absences.purge(7, gone, at=day(9)) == ()
    assert {t.erased_at for t in tombstones(store, 7)} == {day(4)}
    lines = {line.file for line in store.visits.list(7, limit=9)}
    assert lines == {"dossier 1", passage_line(2, SECRET)}


def test_what_is_erased_is_not_in_the_files_any_more(store: Store, row: MakeRow, day: Day) -> None:
    file = database_file(store._engine)
    if file is None:
        return  # PostgreSQL erases with its next vacuum
    remember_all_about(store, 1, row=row, day=day)
    store.dossiers.save_page(7, [row(2, "x" * 50_000)], watermark=None, seen_at=day(0))
    beside = list(file.parent.glob(f"{file.name}*"))
    written = SECRET.encode(), json.dumps(SECRET).encode()
    assert all(any(it in one.read_bytes() for one in beside) for it in written)
    with store.transaction() as memory:
        memory.absences.purge(7, [Deletion(1, day(3), "user_request")], at=day(4))
    assert not any(it in one.read_bytes() for one in beside for it in written)


def test_late_receipts_and_patches_of_a_purged_dossier_change_nothing(
    store: Store, row: MakeRow, day: Day
) -> None:
    remember_all_about(store, 1, row=row, day=day)
    store.absences.purge(7, [Deletion(1, day(3), "user_request")], at=day(4))
    assert store.outbox.mark_intended(7, ["a1"], at=day(5)) == frozenset()
    store.outbox.record(7, [Receipt("a1", Outcome.DONE, written=("statut",))], at=day(5))
    store.dossiers.replace_raw(7, [row(1)])
    assert tables_that_name(store, 1) == LEFT


def test_a_dossier_that_was_thought_gone_has_no_tombstone(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.absences.purge(7, [Deletion(1, day(3), "absent de la liste")], at=day(4))
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(5))
    assert tombstones(store, 7) == ()


def test_a_lost_dossier_is_pending_until_it_is_seen_again(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    store.absences.mark_pending(7, {2: day(1)})
    store.absences.mark_lost(7, [1, 2], at=day(2))
    store.absences.mark_lost(7, [1, 2], at=day(3))
    assert store.absences.pending(7) == {1: day(2), 2: day(1)}
    assert store.absences.lost(7) == {1, 2}
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(4))
    store.absences.restore(7, [2])
    assert store.absences.pending(7) == {}
    assert store.absences.lost(7) == frozenset()


def test_a_lost_dossier_is_erased_as_any_other(store: Store, row: MakeRow, day: Day) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    store.absences.mark_lost(7, [1], at=day(1))
    assert store.absences.purge(7, [Deletion(1, day(2), "expired")], at=day(3)) == (1,)
    assert store.absences.lost(7) == frozenset()


def test_what_shows_a_dossier_is_worth_more_than_what_ds_said_of_its_number(
    store: Store, row: MakeRow, day: Day
) -> None:
    absences = store.absences
    for number in range(1, 6):
        absences.answered(7, number, Why.NOT_FOUND, at=day(0))
    assert absences.denied(7) == {1, 2, 3, 4, 5}
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(1))
    store.quarantine.record(7, 2, reason="DS ne peut pas le servir", at=day(1))
    absences.mark_pending(7, {3: day(1)})
    absences.purge(7, [Deletion(4, day(1), "user_request")], at=day(1))
    absences.pass_over(7, [5], at=day(1))
    assert absences.denied(7) == frozenset()
    assert {one.number: one.why for one in absences.list(7)} == {
        3: Why.HIDDEN,
        4: Why.ERASED,
        5: Why.PASSED_OVER,
    }
    assert absences.unheard_of(7, range(8)) == (0, 6, 7)


def test_what_was_erased_stays_so_whatever_is_said_of_it_since(store: Store, day: Day) -> None:
    absences = store.absences
    absences.purge(7, [Deletion(1, day(1), "conservation")], at=day(2))
    before = absences.list(7)
    absences.mark_pending(7, {1: day(3)})
    absences.mark_lost(7, [1], at=day(3))
    absences.pass_over(7, [1], at=day(3))
    absences.purge(7, [Deletion(1, day(3), "expired")], at=day(4))
    assert absences.list(7) == before


def test_what_older_tables_said_is_carried_over(blank_url: str, day: Day) -> None:
    with open_store(blank_url) as store:  # makes the folder
        engine = store._engine
        with engine.begin() as connection:
            command.upgrade(migrations(connection), "0006")
            dossier = {
                "demarche": 7,
                **dict.fromkeys(("content_hash", "fingerprint", "state", "raw"), "x"),
                **dict.fromkeys(("dossier_id", "revision_id", "groupe_id"), "x"),
                **dict.fromkeys(("deposited_at", "modified_at", "changed_at"), day(0)),
            }
            for number in (1, 2, 3):
                since = None if number == 3 else day(number)
                old = {**dossier, "number": number, "pending_since": since}
                connection.execute(insert(dossiers).values(old))
            connection.execute(text("INSERT INTO lost_dossiers VALUES (7, 2)"))
            gone = text("INSERT INTO tombstones VALUES (7, 4, 'conservation', :at, :at, :at)")
            connection.execute(gone.bindparams(bindparam("at", type_=UtcDateTime)), {"at": day(4)})
        store.upgrade()
        assert store.absences.list(7) == (
            MissingDossier(1, Why.HIDDEN, "", None, day(1), None),
            MissingDossier(2, Why.LOST, "", None, day(2), None),
            MissingDossier(4, Why.ERASED, "conservation", day(4), day(4), day(4)),
        )
        assert store.absences.lost(7) == {2}
