"""Humans win, and what cannot be written is told with its reason while the rest is delivered."""

from typing import Any

import pytest

from sandbox.demarche.tokens import READER
from store.outbox.stages import Stage
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some
from triage.verdict.model import Status

pytestmark = pytest.mark.slow


def refusals(exchange: Exchange) -> dict[int, list[str]]:
    """What `unc status` shows as refused, by dossier."""
    found: dict[int, list[str]] = {}
    with exchange.services() as services:
        for one in services.store.outbox.recorded(services.demarche, stages=[Stage.REFUSED]):
            found.setdefault(one.reply.number, []).append(one.text)
    return found


def test_what_an_instructeur_changed_stays_until_it_is_cleared(exchange: MakeExchange) -> None:
    held, other = some("Complet", 2)
    with exchange([held, other]) as made:
        made.answer()
        made.control.annotate(held.number, {901: "À trier"})
        told = made.answer()
        assert told.conflicts == {held.number}
        assert told.annotated == set()
        assert made.snapshot(held.number)["annotations"]["901"] == "À trier"
        made.control.submit(held.number, {17: "Un autre titre, plus précis que le premier"})
        assert made.answer().conflicts == {held.number}
        made.control.annotate(held.number, {901: None})
        taken_up = made.answer()
        assert taken_up.annotated == {held.number}
        assert taken_up.conflicts == set()
        assert made.snapshot(held.number)["annotations"]["901"] == "Complet"


def test_the_manual_switch_keeps_the_bridge_off_one_dossier(exchange: MakeExchange) -> None:
    manual, other = some("À compléter", 2)
    with exchange([manual, other], **TO_ALL) as made:
        made.control.annotate(manual.number, {921: True})
        assert made.answer().annotated == {other.number}
        assert made.ours(manual.number) == []
        assert made.snapshot(manual.number)["labels"] == []
        made.control.annotate(manual.number, {921: False})
        assert made.answer().annotated == {manual.number}


def test_a_read_only_token_is_told_for_each_dossier_and_not_tried_for_ever(
    exchange: MakeExchange,
) -> None:
    seeds = some("Complet", 3)
    with exchange(seeds, **TO_ALL) as made:
        reader = type(made.bridge.settings.token())(READER)
        told = made.answer(ds_token=reader)
        assert {number for number, _ in told.refused} == {one.number for one in seeds}
        assert all("lecture" in text for _, text in told.refused)
        assert set(refusals(made)) == {one.number for one in seeds}
        made.mutations()
        made.answer(ds_token=reader)
        assert made.mutations() == {}
        assert len(made.answer().annotated) == 3
        assert refusals(made) == {}
        assert all(len(made.ours(one.number)) == 1 for one in seeds)


def test_a_groupe_without_our_instructeur_gets_its_labels_only(exchange: MakeExchange) -> None:
    inside, outside = some("Complet", 2)
    groupe = "Usage non conforme - vaccins et sang"
    with exchange([inside, outside], **TO_ALL) as made:
        demarche, robot = made.bridge.sandbox.demarche, made.bridge.sandbox.instructeur
        made.control.change_groupe(inside.number, "Usage non conforme - médicaments")
        made.control.change_groupe(outside.number, groupe)
        made.control.remove_instructeur(demarche, robot, groupe)
        told = made.answer()
        assert told.annotated == {inside.number}
        assert "Complet" in made.snapshot(outside.number)["labels"]
        assert made.ours(outside.number) == []
        texts = {text for number, text in told.refused if number == outside.number}
        assert len(texts) == 1
        assert f"« {groupe} »" in texts.pop()
        made.mutations()
        assert made.answer().refused == []
        assert made.mutations() == {}
        made.control.add_instructeur(demarche, robot, groupe)
        assert made.answer().annotated == {outside.number}
        assert len(made.ours(outside.number)) == 1
        assert refusals(made) == {}


def test_an_option_that_the_demarche_lost_since_it_was_read_is_told_and_the_rest_is_written(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    options = [one.value for one in Status if one is not Status.COMPLET]
    edit = {"op": "retype", "champ": 901, "type": "drop_down_list", "options": options}
    with exchange([seed]) as made:
        made.read_only()
        made.control.publish(made.bridge.sandbox.demarche, edits=[edit])
        told = made.answer(reading=False)
        ((number, text),) = told.refused
        assert number == seed.number
        assert "statut" in text
        assert "doit être dans les options proposées" in text
        assert made.snapshot(seed.number)["annotations"]["905"] == seed.planted.priority
        assert "901" not in made.snapshot(seed.number)["annotations"]
        assert made.mutations()["dossierModifierAnnotations"] == 1
        made.answer()
        assert made.mutations() == {}, "people decide by it: read so, the form blocks"
        mended = {**edit, "options": [*options, "Complet"]}
        made.control.publish(made.bridge.sandbox.demarche, edits=[mended])
        made.answer()
        assert made.snapshot(seed.number)["annotations"]["901"] == "Complet"
        assert refusals(made) == {}


@pytest.mark.parametrize("how", ["purge", "hide"])
def test_a_dossier_that_left_between_plan_and_delivery_stops_no_other(
    exchange: MakeExchange, how: str
) -> None:
    gone, *others = some("Complet", 4)
    with exchange([gone, *others], **TO_ALL) as made:
        made.read_only()
        getattr(made.control, how)(gone.number)
        told = made.answer(reading=False)
        assert told.annotated >= {one.number for one in others}
        assert all(len(made.ours(one.number)) == 1 for one in others)
        texts = [text for number, text in told.refused if number == gone.number]
        assert texts
        assert all("Dossier" in text or "dossier" in text for text in texts)
        assert made.answer().refused == []


def test_a_label_that_the_demarche_lacks_is_told_once_and_is_no_error(
    exchange: MakeExchange,
) -> None:
    seeds = some("Complet", 3)
    with exchange(seeds) as made:
        demarche = made.bridge.sandbox.demarche
        made.control.delete_label(demarche, "Complet")
        told = made.answer()
        assert told.missing_labels == {"Complet"}
        assert not told.needs_a_human()
        assert told.labelled == set()
        again: Any = made.answer()
        assert again.missing_labels == set()
        made.control.add_label(demarche, "Complet")
        assert made.answer().labelled == {one.number for one in seeds}


def test_a_request_that_ds_did_not_flag_is_told(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter")
    with exchange([seed], **TO_ALL) as made:
        made.read_only()
        made.control.message(
            seed.number, "Merci de préciser.", by="a@b.example", correction="incorrect"
        )
        told = made.answer(reading=False)
        assert told.messages == 1
        ((number, text),) = told.refused
        assert number == seed.number
        assert "n'a pas ouvert la demande de correction" in text
        with made.services() as services:
            (remark,) = services.store.outbox.remarks(services.demarche)
        assert remark.text == text
