"""States out of which there was no way: each ends in what is done, or told once to a person."""

from datetime import timedelta
from typing import Any

import pytest

from clients.errors import DsUnavailable
from clients.reading.reader import DsReader
from clients.writing.writer import FAILURES_IN_A_ROW
from sandbox.demarche.tokens import READER
from steps.reply import lost_answers
from steps.reply.withdrawal import withdraw
from steps.wiring.services import now
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import _deposited_now, label_names, some, values
from triage.replies.reply import Outcome, SendMessage


@pytest.mark.slow
def test_a_refusal_of_a_dossier_that_left_sight_troubles_nobody_any_more(
    exchange: MakeExchange,
) -> None:
    seed, other = some("Complet", 2)
    with exchange([seed, other], **TO_ALL) as made:
        reader = type(made.bridge.settings.token())(READER)
        assert made.answer(ds_token=reader).still_refused == {seed.number, other.number}
        made.control.hide(seed.number)
        assert made.answer(ds_token=reader).still_refused == {other.number}


@pytest.mark.slow
def test_a_dossier_submitted_again_unchanged_is_handed_to_people(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter")
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        assert "À relancer" not in label_names(made.shown()[seed.number])
        for _ in range(3):
            made.control.submit(seed.number, {})
            made.answer()
            assert "À relancer" in label_names(made.shown()[seed.number])
        assert len(made.ours(seed.number)) == 1
        assert made.answer().nothing_done()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["text", "textarea", "decimal_number"])
def test_a_score_is_written_whatever_kind_of_annotation_the_form_makes_of_it(
    exchange: MakeExchange, kind: str
) -> None:
    seed, later = some("Complet", 2)
    with exchange([seed]) as made:
        made.answer()
        demarche = made.bridge.sandbox.demarche
        made.control.publish(demarche, edits=[{"op": "retype", "champ": 903, "type": kind}])
        made.control.create(demarche, _deposited_now(later))
        told = made.answer()
        assert told.refused == []
        assert told.conflicts == set()
        shown = values(made.shown()[later.number])
        assert float(shown["Complétude (%)"]) == later.planted.score
        made.mutations()
        assert made.answer().nothing_done()
        assert made.mutations() == {}


@pytest.mark.slow
def test_an_annotation_of_a_kind_that_takes_no_status_is_told_with_its_remedy(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        edit = {"op": "retype", "champ": 901, "type": "formatted"}
        made.control.publish(made.bridge.sandbox.demarche, edits=[edit])
        ((number, text),) = made.answer().refused
        assert number == seed.number
        assert "statut" in text
        assert "rendez à cette annotation" in text
        assert made.answer().refused == []


@pytest.mark.slow
def test_a_passage_waits_for_the_quiet_hour_as_a_message_does(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([], pass_en_instruction=True, quiet_minutes=60) as made:
        made.control.create(made.bridge.sandbox.demarche, _deposited_now(seed))
        made.answer()
        assert made.snapshot(seed.number)["state"] == "en_construction"
        made.answer(quiet_minutes=0)
        assert made.snapshot(seed.number)["state"] == "en_instruction"


@pytest.mark.slow
def test_a_lost_message_withdrawn_by_hand_is_known_though_the_setting_gives_an_id(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        sender = made.bridge.sandbox.instructeur
        made.read_only()
        with made.services() as services:
            pending = services.store.outbox.pending(services.demarche)
            keys = [one.reply.key for one in pending if isinstance(one.reply, SendMessage)]
            services.store.outbox.mark_intended(services.demarche, keys, at=now())
            member = DsReader(services.transport).demarche(services.demarche).instructeur(sender)
        assert member is not None
        lost = made.control.message(seed.number, "Bonjour", by=sender)
        made.control.discard(seed.number, lost["n"], by=sender)
        made.answer(instructeur=member.id)
        assert len(made.ours(seed.number)) == 1


@pytest.mark.slow
def test_withdrawing_a_message_keeps_the_history_of_what_was_judged(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        made.control.submit(seed.number, {17: "Un autre titre, plus précis que le premier"})
        with made.services() as services:
            before = services.store.dossiers.get(services.demarche, seed.number)
            assert withdraw(services, seed.number).outcome is Outcome.DONE
        made.answer()
        assert before is not None
        with made.services() as services:
            past = services.store.dossiers.history(services.demarche, seed.number)
        assert before.fingerprint in {one.fingerprint for one in past[:-1]}
        assert past[-1].fingerprint != before.fingerprint


@pytest.mark.slow
def test_a_server_that_takes_no_message_is_not_asked_for_each_declarant(
    exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_answers, "SETTLED", timedelta(0))
    seeds: Any = [*some("Complet", 6), *some("À compléter", 4)]
    with exchange(seeds, **TO_ALL) as made:
        made.control.fault("http", mutation="dossierEnvoyerMessage", count=1000)
        for _ in range(2):
            made.mutations()
            with pytest.raises(DsUnavailable, match="envois de messages"):
                made.answer()
            assert made.control.stats()["operations"]["EnvoyerMessage"] == FAILURES_IN_A_ROW
        made.control.clear_faults()
        made.answer()
        assert all(len(made.ours(one.number)) == 1 for one in seeds)
