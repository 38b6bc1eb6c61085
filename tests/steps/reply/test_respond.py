"""Dossiers are answered once, exactly as decided; a second run writes nothing."""

import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from steps.judge.judge import judge
from steps.reply.respond import due_replies, respond
from steps.reply.withdrawal import withdraw
from steps.wiring.summary import Summary
from tests.conftest import said
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from triage.replies.reply import Outcome

SEEDS = generate(60, seed=3)
ASKED = {"À compléter", "À préciser"}
LABEL = {"Complet": {"Complet"}, "À préciser": {"À examiner"}, "Hors champ": {"À examiner"}}


def some(status: str, count: int = 1, *, state: str = "en_construction") -> list[SeedDossier]:
    found = [
        one
        for one in SEEDS
        if one.planted.status == status and one.state == state and not one.archived
    ]
    assert len(found) >= count, (status, state)
    return found[:count]


def label_names(raw: dict[str, Any]) -> set[str]:
    return {one["name"] for one in raw["labels"]}


def values(raw: dict[str, Any]) -> dict[str, str]:
    return {one["label"]: one["stringValue"] or "" for one in raw["annotations"]}


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, 240])
def test_dossiers_show_what_was_decided_and_a_second_run_writes_nothing(
    exchange: MakeExchange, count: int
) -> None:
    seeds = generate(count, seed=11)
    with exchange(seeds, **TO_ALL) as made:
        first = made.answer()
        shown, verdicts = made.shown(), made.verdicts()
        counted = made.mutations()
        kept = made.control.snapshots(made.bridge.sandbox.demarche)
        second = made.answer()
        assert made.mutations() == {}
    planted = {one.number: one.planted for one in seeds}
    written = 0
    for seed in seeds:
        raw, verdict, truth = shown[seed.number], verdicts[seed.number], planted[seed.number]
        show = values(raw)
        messages = said(kept[seed.number])
        if truth.status == "Clos":
            assert show["Statut du triage"] == ""
            assert messages == []
            continue
        written += 1
        assert show["Statut du triage"] == truth.status, seed.number
        assert show["Priorité proposée"] == (truth.priority or ""), seed.number
        assert (show["Motif hors champ"] != "") is (truth.status == "Hors champ"), seed.number
        score = "" if truth.status == "Hors champ" else str(truth.score)
        assert show["Complétude (%)"] == score, seed.number
        blocking = [item.id for item in verdict.items if item.blocking]
        if truth.status == "À compléter":
            lines = show["Éléments manquants"].splitlines()
            assert [line.split()[0] for line in lines] == blocking, seed.number
        urgent = {"Urgent"} if truth.priority == "P1" else set()
        assert label_names(raw) == LABEL.get(truth.status, set()) | urgent, seed.number
        asked = truth.status in ASKED
        due = truth.status in {*ASKED, "Complet"}
        assert len(messages) == int(due), seed.number
        assert bool(due and messages[0]["reason"]) is asked, seed.number
        assert (raw["dateDerniereCorrectionEnAttente"] is not None) is asked, seed.number
    assert len(first.annotated) == written == counted["dossierModifierAnnotations"]
    assert first.messages == counted["dossierEnvoyerMessage"]
    assert first.refused == []
    assert not second.needs_a_human()
    assert second.nothing_done()


@pytest.mark.slow
def test_our_own_writes_never_cause_an_assessment(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter", state="en_instruction")
    with exchange([seed], **TO_ALL) as made:
        assert made.answer().assessed == {seed.number}
        assert made.snapshot(seed.number)["state"] == "en_construction"  # by our request
        assert made.answer().assessed == set()


def test_a_dry_run_writes_nothing_and_switches_nothing_on(exchange: MakeExchange) -> None:
    seeds = some("Complet", 2)
    with exchange(seeds, declarant_channel="message", quiet_minutes=0) as made:
        made.read_only()
        with made.services() as services:
            assert {one.number for one in due_replies(services)} == {s.number for s in seeds}
            assert services.store.demarches.state(services.demarche).channel_on_since is None
        assert made.mutations() == {}


@pytest.mark.slow
def test_a_corrected_dossier_is_judged_again_and_the_time_it_took_is_kept(
    exchange: MakeExchange,
) -> None:
    seed = next(one for one in SEEDS if one.planted.kind == "plain R2.method_blank")
    with exchange([seed], **TO_ALL) as made:
        made.control.clock(advance=-48 * 3600)
        made.answer()
        made.control.clock(advance=48 * 3600)
        made.control.submit(seed.number, {43: "SNDS"})
        again = made.answer()
        with made.services() as services:
            (kept,) = services.store.corrections.list(services.demarche)
        shown, told = made.snapshot(seed.number), made.ours(seed.number)
        assert made.answer().nothing_done()
    assert again.assessed == again.annotated == {seed.number}
    assert shown["annotations"]["901"] == "Complet"
    assert len(told) == 2
    assert kept.resolved_at is not None
    assert kept.resolved_at - kept.requested_at >= timedelta(hours=48)


@pytest.mark.slow
def test_a_run_sends_no_more_messages_than_allowed_and_the_next_goes_on(
    exchange: MakeExchange,
) -> None:
    seeds = some("Complet", 5)
    with exchange(seeds, **{**TO_ALL, "messages_per_run": 2}) as made:
        assert [made.answer().messages for _ in range(4)] == [2, 2, 1, 0]
        assert all(len(made.ours(one.number)) == 1 for one in seeds)


@pytest.mark.slow
def test_switching_the_channel_on_again_never_mails_what_came_in_between(
    exchange: MakeExchange,
) -> None:
    old, between, fresh = some("Complet", 3)
    on: dict[str, Any] = {"declarant_channel": "message", "quiet_minutes": 0}
    with exchange([old]) as made:
        demarche = made.bridge.sandbox.demarche
        assert made.answer(**on).messages == 0
        made.answer()
        made.control.create(demarche, _deposited_now(between))
        assert made.answer().messages == 0
        assert made.answer(**on).messages == 0
        time.sleep(1.1)  # DS tells the second of a deposit only
        made.control.create(demarche, _deposited_now(fresh))
        assert made.answer(**on).messages == 1
        assert len(made.ours(fresh.number)) == 1


def _deposited_now(seed: SeedDossier) -> dict[str, Any]:
    return {**asdict(seed), "deposited_at": datetime.now(UTC), "updated_at": datetime.now(UTC)}


@pytest.mark.slow
def test_a_pilot_list_keeps_every_other_declarant_out(exchange: MakeExchange) -> None:
    first, second = some("À compléter", 2)
    with exchange(
        [first, second], **{**TO_ALL, "messages_pilot": frozenset({second.number})}
    ) as made:
        made.answer()
        assert (len(made.ours(first.number)), len(made.ours(second.number))) == (0, 1)


@pytest.mark.slow
def test_a_complete_dossier_is_passed_once_and_an_instructeur_is_not_undone(
    exchange: MakeExchange,
) -> None:
    seeds = [*some("Complet"), *some("À compléter")]
    with exchange(seeds, pass_en_instruction=True) as made:
        made.answer()
        complete, incomplete = (made.snapshot(one.number)["state"] for one in seeds)
        assert (complete, incomplete) == ("en_instruction", "en_construction")
        made.control.move(seeds[0].number, "en_construction")
        made.answer()
        assert made.snapshot(seeds[0].number)["state"] == "en_construction"


@pytest.mark.slow
def test_a_message_sent_in_error_is_withdrawn_and_not_sent_again(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        with made.services() as services:
            assert withdraw(services, seed.number).outcome is Outcome.DONE
            nothing_left = withdraw(services, seed.number)
            assert nothing_left.outcome is Outcome.REFUSED
            assert "Aucun message" in nothing_left.text
            assert withdraw(services, 1).outcome is Outcome.REFUSED
        (message,) = made.ours(seed.number)
        assert message["body"] == ""
        assert made.answer().messages == 0


@pytest.mark.slow
def test_no_channel_no_message(exchange: MakeExchange) -> None:
    with exchange(SEEDS) as made:
        made.answer()
        assert "dossierEnvoyerMessage" not in made.mutations()


def test_a_value_that_ds_shows_already_is_not_written(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        made.answer()
        made.mutations()
        with made.services() as services:
            judge(services, Summary())
            respond(services, Summary())
        assert made.mutations() == {}


@pytest.mark.slow
def test_a_message_about_earlier_answers_waits_once_the_declarant_submitted(
    exchange: MakeExchange,
) -> None:
    (one,) = some("À compléter")
    with exchange([one], **TO_ALL) as made:
        made.read_only()
        made.control.submit(one.number, {12: "autre"})
        made.answer(reading=False)
        assert not made.ours(one.number)
        made.answer()
        assert len(made.ours(one.number)) == 1
