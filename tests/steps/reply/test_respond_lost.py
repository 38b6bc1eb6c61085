"""An answer that is lost, before or after the server applied it, duplicates and loses nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox.demarche.seed import SeedDossier
from steps.reply import lost_answers
from steps.wiring.services import now
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some

KINDS = ["drop_after", "drop_before", "truncated", "http"]
EFFECTS = [
    "dossierModifierAnnotations",
    "dossierAjouterLabel",
    "dossierSupprimerLabel",
    "dossierEnvoyerMessage",
    "dossierPasserEnInstruction",
]


@pytest.fixture(autouse=True)
def _ds_settles_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox on this machine has done with a request at once; DS may take 30 s."""
    monkeypatch.setattr(lost_answers, "SETTLED", timedelta(seconds=0.05))


@pytest.mark.slow
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_answer_leaves_each_effect_done_once(
    exchange: MakeExchange, kind: str, effect: str
) -> None:
    complete, incomplete = (*some("Complet"), *some("À compléter"))
    passing = effect == "dossierPasserEnInstruction"
    with exchange([complete, incomplete], **TO_ALL, pass_en_instruction=passing) as made:
        if effect == "dossierSupprimerLabel":
            made.answer(declarant_channel="off")
            made.control.submit(complete.number, {2: None})
        made.control.fault(kind, mutation=effect, count=2)
        first = made.answer()
        made.control.clear_faults()
        second = made.answer()
        assert not second.needs_a_human(), (first, second)
        made.mutations()
        made.answer()
        assert made.mutations() == {}
        _as_it_should_be(made, complete, incomplete, cleared=effect == "dossierSupprimerLabel")
        if passing:
            assert made.snapshot(complete.number)["state"] == "en_instruction"


def _as_it_should_be(
    made: Exchange, complete: SeedDossier, incomplete: SeedDossier, *, cleared: bool
) -> None:
    one, other = made.snapshot(complete.number), made.snapshot(incomplete.number)
    assert one["annotations"]["901"] == ("À préciser" if cleared else "Complet")
    assert other["annotations"]["901"] == "À compléter"
    assert ("Complet" in one["labels"]) is not cleared
    assert len(made.ours(complete.number)) == len(made.ours(incomplete.number)) == 1
    assert other["pending_correction"]


def test_a_message_found_by_its_reference_gets_its_receipt_in_the_same_run(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.control.fault("drop_after", mutation="dossierEnvoyerMessage", count=1)
        told = made.answer()
        assert (told.messages, told.unknown) == (1, set())
        assert len(made.ours(seed.number)) == 1


def _decided(made: Exchange, number: int) -> None:
    made.control.move(number, "en_instruction")
    made.control.move(number, "sans_suite")


Act = Callable[[Exchange, int], None]
NO_LONGER_DUE: dict[str, Act] = {
    "manual": lambda made, number: made.control.annotate(number, {921: True}),
    "decided": _decided,
    "purged": lambda made, number: made.control.purge(number),
}


@pytest.mark.slow
@pytest.mark.parametrize("act", NO_LONGER_DUE.values(), ids=NO_LONGER_DUE)
def test_a_lost_message_that_is_no_longer_due_is_not_sent_again(
    exchange: MakeExchange, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, other = some("Complet", 2)
    with exchange([seed, other], **TO_ALL) as made:
        made.control.fault("drop_before", mutation="dossierEnvoyerMessage", count=2)
        monkeypatch.setattr(lost_answers, "SETTLED", timedelta(minutes=1))
        assert made.answer().unknown == {seed.number, other.number}
        monkeypatch.setattr(lost_answers, "SETTLED", timedelta(0))
        act(made, seed.number)
        made.mutations()
        told = made.answer()
        assert made.mutations().get("dossierEnvoyerMessage") == 1
        assert told.unknown == set()
        assert len(made.ours(other.number)) == 1


@pytest.mark.slow
def test_a_lost_message_that_was_withdrawn_is_not_sent_again(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.read_only()
        with made.services() as services:
            (key,) = [
                one.reply.key
                for one in services.store.outbox.pending(services.demarche)
                if hasattr(one.reply, "body")
            ]
            services.store.outbox.mark_intended(services.demarche, [key], at=now())
        sender = made.bridge.sandbox.instructeur
        lost = made.control.message(seed.number, "Bonjour", by=sender)
        made.control.discard(seed.number, lost["n"], by=sender)
        made.answer()
        assert len(made.ours(seed.number)) == 1


@pytest.mark.slow
def test_ds_is_given_the_time_to_finish_before_a_message_is_sent_again(
    exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_answers, "SETTLED", timedelta(seconds=1))
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.control.fault("drop_before", mutation="dossierEnvoyerMessage", count=1)
        told = made.answer()
        assert told.unknown == {seed.number}
        assert made.ours(seed.number) == []
        assert made.answer().messages == 1
        assert len(made.ours(seed.number)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=366)])
def test_a_clock_that_was_ahead_makes_no_run_wait_longer_than_ds_takes(
    exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("steps.reply.lost_answers.time.sleep", slept.append)
    monkeypatch.setattr(lost_answers, "SETTLED", timedelta(seconds=30))
    seeds = some("Complet", 2)
    with exchange(seeds, **TO_ALL) as made:
        made.control.fault("drop_before", mutation="dossierEnvoyerMessage", count=2)
        monkeypatch.setattr("steps.reply.delivery.now", lambda: now() + ahead)
        made.answer()
        monkeypatch.setattr("steps.reply.delivery.now", now)
        made.control.clear_faults()
        made.answer()
        assert slept
        assert max(slept) <= 30
        assert all(len(made.ours(one.number)) == 1 for one in seeds)
