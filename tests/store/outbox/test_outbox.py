from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import pytest

from store.dossiers.models import PlanMade
from store.dossiers.pages import DossierRow
from store.outbox.outbox import OursThere
from store.outbox.plans import DuePlan
from store.outbox.stages import Stage
from store.repository import Store
from triage.replies.annotations import canonical
from triage.replies.reply import (
    Annotate,
    AnnotationChange,
    Conflict,
    MessageSent,
    Outcome,
    Receipt,
    Reply,
    SendMessage,
    SetLabel,
)

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


def annotate(value: str | int | bool, *, key: str = "", name: str = "statut") -> Annotate:
    change = AnnotationChange(name, f"id-{name}", "text", value)
    return Annotate(key or f"annotate {name} {value}", 1, "D1", (change,))


def label(name: str = "Complet", *, present: bool = True) -> SetLabel:
    return SetLabel(f"label {name} {present}", 1, "D1", name, present)


def message(
    *items: str, body: str = "Bonjour", kind: Literal["received", "request"] = "request"
) -> SendMessage:
    return SendMessage(
        f"message {items}", 1, "D1", f"UNC-{'-'.join(items)}", body, "incomplete", kind, items
    )


def done(reply: Reply) -> Receipt:
    return Receipt(reply.key, Outcome.DONE)


@pytest.fixture
def filled(store: Store, row: MakeRow, day: Day) -> Store:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    return store


@pytest.fixture
def plan(filled: Store, day: Day) -> Callable[..., None]:
    def save(key: str, *replies: Reply, conflicts: tuple[Conflict, ...] = ()) -> None:
        filled.outbox.save_plans(7, [DuePlan(1, key, replies, conflicts)], at=day(0))

    return save


@pytest.fixture
def deliver(filled: Store, day: Day) -> Callable[..., None]:
    def send(*receipts: Receipt, at: int = 1) -> None:
        filled.outbox.mark_intended(7, [receipt.key for receipt in receipts], at=day(at))
        filled.outbox.record(7, receipts, at=day(at))

    return send


Save = Callable[..., None]


def stages(store: Store) -> dict[str, Stage]:
    return {stored.reply.key: stored.stage for stored in store.outbox.recorded(7)}


def written(store: Store, **chosen: Any) -> dict[int, Mapping[str, frozenset[str]]]:
    ours = store.outbox.ours(7, **chosen)
    return {number: one.annotations for number, one in ours.items() if one.annotations}


def labels(store: Store) -> frozenset[str]:
    return store.outbox.ours(7).get(1, OursThere()).labels


def pending(store: Store) -> list[Reply]:
    return [stored.reply for stored in store.outbox.pending(7)]


def test_a_plan_is_read_back_as_it_was_made(filled: Store, plan: Save) -> None:
    replies = (annotate("À compléter"), annotate(57, name="score"), label(), message("M1", "R2"))
    plan("p1", *replies)
    assert pending(filled) == list(replies)
    light, other = filled.dossiers.light_rows(7)
    assert light.plan == PlanMade(conditions="", content="p1", again_at=None)
    assert other.plan is None
    assert filled.outbox.pending(7, numbers=[2]) == ()


def test_a_reply_is_intended_then_has_its_receipt(filled: Store, plan: Save, day: Day) -> None:
    reply = message("M1")
    plan("p1", reply)
    assert filled.outbox.mark_intended(7, [reply.key, "nobody"], at=day(1)) == {reply.key}
    (stored,) = filled.outbox.pending(7)
    assert stored.maybe_sent
    filled.outbox.record(7, [Receipt(reply.key, Outcome.DONE, message_id="M9")], at=day(2))
    (kept,) = filled.outbox.recorded(7, stages=[Stage.DONE])
    assert (kept.intended_at, kept.received_at, kept.message_id) == (day(1), day(2), "M9")
    assert filled.outbox.pending(7) == ()
    assert filled.outbox.mark_intended(7, [reply.key], at=day(3)) == frozenset()


def test_a_message_that_was_sent_is_never_planned_again(
    filled: Store, plan: Save, deliver: Save
) -> None:
    reply = message("M1")
    plan("p1", reply)
    deliver(done(reply))
    plan("p2", reply)
    plan("p3")
    plan("p4", reply)
    assert pending(filled) == []
    assert stages(filled) == {reply.key: Stage.DONE}


@pytest.mark.parametrize("lost", [False, True], ids=["intended", "unknown"])
def test_a_message_that_may_have_been_sent_outlives_every_plan(
    filled: Store, plan: Save, day: Day, lost: bool
) -> None:
    reply = message("M1")
    plan("p1", reply)
    filled.outbox.mark_intended(7, [reply.key], at=day(1))
    if lost:
        filled.outbox.record(7, [Receipt(reply.key, Outcome.UNKNOWN)], at=day(1))
    plan("p2", message("M1", "R2"))
    plan("p3", message("M1", body="another text"))
    (stored,) = filled.outbox.pending(7)
    assert stored.reply == reply
    assert stored.maybe_sent
    assert filled.outbox.messages_sent(7) == {
        1: (MessageSent(reply.reference, "request", ("M1",), Outcome.UNKNOWN),)
    }


def test_a_message_that_was_only_planned_follows_the_new_plan(filled: Store, plan: Save) -> None:
    plan("p1", message("M1"))
    plan("p2", message("M1", body="a better text"))
    assert pending(filled) == [message("M1", body="a better text")]
    plan("p3", message("R2"))
    assert pending(filled) == [message("R2")]


def test_a_state_that_is_due_again_is_open_again(filled: Store, plan: Save, deliver: Save) -> None:
    there, back = annotate("Complet"), annotate("À compléter")
    for key, reply in [("p1", there), ("p2", back), ("p3", there)]:
        plan(key, reply)
        assert pending(filled) == [reply]
        deliver(done(reply))
        assert pending(filled) == []


def test_the_same_plan_again_opens_nothing(filled: Store, plan: Save, deliver: Save) -> None:
    written, refused = annotate("Complet"), label("Urgent")
    plan("p1", written, refused)
    deliver(done(written), Receipt(refused.key, Outcome.REFUSED, "Étiquette inconnue."))
    plan("p1", written, refused)
    assert pending(filled) == []
    plan("p2", refused)
    assert pending(filled) == [refused]


def test_a_refused_message_may_be_sent_once_something_changed(
    filled: Store, plan: Save, deliver: Save
) -> None:
    reply = message("M1")
    plan("p1", reply)
    deliver(Receipt(reply.key, Outcome.REFUSED, "Le dossier est archivé."))
    assert filled.outbox.messages_sent(7) == {}
    (refused,) = filled.outbox.recorded(7, stages=[Stage.REFUSED])
    assert refused.text == "Le dossier est archivé."
    plan("p2", reply)
    assert pending(filled) == [reply]


def test_open_states_that_a_new_plan_lacks_are_dropped(filled: Store, plan: Save, day: Day) -> None:
    plan("p1", annotate("Complet"), label())
    filled.outbox.mark_intended(7, [label().key], at=day(1))
    plan("p2", annotate("Clos"))
    assert pending(filled) == [annotate("Clos")]


def test_what_we_wrote_is_the_last_confirmed_value(
    filled: Store, plan: Save, deliver: Save
) -> None:
    for key, value in [("p1", "Complet"), ("p2", "Clos")]:
        plan(key, annotate(value), annotate(True, name="vu"))
        deliver(done(annotate(value)), done(annotate(True, name="vu")))
    assert written(filled) == {1: {"statut": {"Clos"}, "vu": {"True"}}}
    assert written(filled, numbers=[2]) == {}


def test_a_value_whose_answer_was_lost_may_be_ours(
    filled: Store, plan: Save, deliver: Save, day: Day
) -> None:
    plan("p1", annotate("À compléter"))
    deliver(done(annotate("À compléter")))
    plan("p2", annotate("Complet"))
    filled.outbox.mark_intended(7, [annotate("Complet").key], at=day(2))  # and killed
    plan("p3", annotate("Clos"))
    assert written(filled) == {1: {"statut": {"À compléter", "Complet"}}}
    deliver(Receipt(annotate("Clos").key, Outcome.UNKNOWN))
    assert written(filled) == {1: {"statut": {"À compléter", "Complet", "Clos"}}}
    deliver(done(annotate("Clos")))
    assert written(filled) == {1: {"statut": {"Clos"}}}


def test_a_refused_value_is_not_ours(filled: Store, plan: Save, deliver: Save) -> None:
    changes = tuple(AnnotationChange(n, f"id-{n}", "text", n) for n in ("one", "two", "three"))
    reply = Annotate("k", 1, "D1", changes)
    plan("p1", reply)
    deliver(Receipt("k", Outcome.REFUSED, "« two » : refusée.", written=("one", "three")))
    assert written(filled) == {1: {"one": {"one"}, "three": {"three"}}}
    assert stages(filled) == {"k": Stage.REFUSED}


def test_a_long_annotation_is_remembered(filled: Store, plan: Save, deliver: Save) -> None:
    long = "M1 Spécialité : absente\n" * 2_000 + "\0"
    plan("p1", annotate(long, key="long"))
    deliver(Receipt("long", Outcome.DONE))
    assert written(filled) == {1: {"statut": {canonical(long)}}}


def test_labels_are_ours_from_the_intention_to_the_removal(
    filled: Store, plan: Save, deliver: Save, day: Day
) -> None:
    plan("p1", label("Urgent"))
    filled.outbox.mark_intended(7, [label("Urgent").key], at=day(1))
    assert labels(filled) == {"Urgent"}
    filled.outbox.record(7, [done(label("Urgent"))], at=day(1))
    off = label("Urgent", present=False)
    plan("p2", off, label("Complet"))
    deliver(
        Receipt(off.key, Outcome.UNKNOWN),
        Receipt(label("Complet").key, Outcome.REFUSED, "Étiquette inconnue."),
    )
    assert labels(filled) == {"Urgent"}
    deliver(done(off))
    assert labels(filled) == frozenset()


def test_messages_are_listed_oldest_first(filled: Store, plan: Save, deliver: Save) -> None:
    late, early = message("R2"), message("M1")
    plan("p1", late, early)
    deliver(done(early), at=1)
    deliver(done(late), at=5)
    sent = filled.outbox.messages_sent(7, numbers=[1, 2])
    assert sent == {
        1: (
            MessageSent(early.reference, "request", ("M1",), Outcome.DONE),
            MessageSent(late.reference, "request", ("R2",), Outcome.DONE),
        )
    }


def test_a_receipt_does_not_go_back_on_a_done_reply(
    filled: Store, plan: Save, deliver: Save, day: Day
) -> None:
    plan("p1", annotate("Complet"))
    deliver(done(annotate("Complet")))
    filled.outbox.record(7, [Receipt(annotate("Complet").key, Outcome.UNKNOWN)], at=day(5))
    assert stages(filled) == {annotate("Complet").key: Stage.DONE}


def test_conflicts_are_those_of_the_last_plan(filled: Store, plan: Save, day: Day) -> None:
    first = Conflict(1, "statut", "Complet", "Vu avec \0 l'AP-HP")
    second = Conflict(1, "priorite", "P1", "P2")
    elsewhere = Conflict(2, "statut", "Clos", "Complet")
    filled.outbox.save_plans(7, [DuePlan(2, "q", (), (elsewhere,))], at=day(0))
    plan("p1", conflicts=(first, second))
    assert [c.annotation for c in filled.outbox.conflicts(7)] == ["priorite", "statut", "statut"]
    assert filled.outbox.conflicts(7)[1].found == "Vu avec \N{REPLACEMENT CHARACTER} l'AP-HP"
    plan("p2", conflicts=(second,))
    assert filled.outbox.conflicts(7) == (second, elsewhere)
    assert filled.outbox.conflicts(7, numbers=[1]) == (second,)
    plan("p3")
    assert filled.outbox.conflicts(7) == (elsewhere,)
