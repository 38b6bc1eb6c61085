"""The base is lost, or comes back from an older copy: no word twice, nothing of ours a person's."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sandbox.generator.generate import generate
from steps.judge.situations import decided
from steps.read.erasure import erase
from steps.read.retention import REASON
from steps.wiring.services import now
from store.dossiers.absences import Deletion
from tests.steps.answering import TO_ALL, Exchange
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import SEEDS, some

pytestmark = pytest.mark.slow

BASE = "unc.sqlite"


def files_of_the_base(made: Exchange) -> list[Path]:
    found = sorted(made.bridge.home.glob("*.sqlite*"))
    assert found
    return found


def lose_the_base(made: Exchange) -> None:
    for file in files_of_the_base(made):
        file.unlink()


def copy_of_the_base(made: Exchange, folder: Path) -> Path:
    folder.mkdir()
    for file in files_of_the_base(made):
        shutil.copy(file, folder)
    return folder


def restore_the_base(made: Exchange, copy: Path) -> None:
    lose_the_base(made)
    for file in copy.iterdir():
        shutil.copy(file, made.bridge.home)


def conversations(made: Exchange, numbers: list[int]) -> dict[int, int]:
    return {number: len(made.ours(number)) for number in numbers}


def people_hold(made: Exchange) -> frozenset[int]:
    with made.services() as services:
        held = {one.number for one in services.store.outbox.conflicts(services.demarche)}
        return decided(services) | held


def test_a_base_that_is_lost_costs_no_second_message_and_makes_nothing_a_persons(
    exchange: MakeExchange,
) -> None:
    seeds = generate(24, seed=9)
    numbers = [one.number for one in seeds]
    with exchange(seeds, **TO_ALL) as made:
        made.answer()
        told, shown = conversations(made, numbers), {n: made.snapshot(n) for n in numbers}
        lose_the_base(made)
        made.mutations()
        again = made.answer()
        assert again.messages == 0
        assert conversations(made, numbers) == told
        assert people_hold(made) == frozenset()
        for number in numbers:
            assert made.snapshot(number)["labels"] == shown[number]["labels"]
            assert made.snapshot(number)["annotations"].get("901") == shown[number][
                "annotations"
            ].get("901")
        assert "dossierEnvoyerMessage" not in made.mutations()
        assert made.answer().nothing_done()


CORRECTED = next(one for one in SEEDS if one.planted.kind == "plain R2.method_blank")


@pytest.mark.parametrize("lost", ["base", "since a copy"])
def test_a_dossier_that_moved_since_is_answered_as_if_nothing_was_lost(
    exchange: MakeExchange, tmp_path: Path, lost: str
) -> None:
    number = CORRECTED.number
    with exchange([CORRECTED], **TO_ALL) as made:
        made.answer()
        copy = copy_of_the_base(made, tmp_path / "copy")
        if lost == "base":
            lose_the_base(made)
            made.control.submit(number, {43: "SNDS"})
            assert made.answer().messages == 1  # « reçu et complet », once
        else:
            made.control.submit(number, {43: "SNDS"})
            made.answer()
            restore_the_base(made, copy)
            assert made.answer().messages == 0
        shown = made.snapshot(number)
        assert shown["annotations"]["901"] == "Complet"
        assert set(shown["labels"]) - {"Urgent"} == {"Complet"}
        assert len(made.ours(number)) == 2
        assert people_hold(made) == frozenset()
        assert made.answer().nothing_done()


def test_labels_of_a_forgotten_status_are_taken_off(exchange: MakeExchange) -> None:
    (seed,) = some("Complet")
    with exchange([seed]) as made:
        made.answer()
        assert "Complet" in made.snapshot(seed.number)["labels"]
        lose_the_base(made)
        made.control.submit(seed.number, {2: None})
        made.answer()
        shown = made.snapshot(seed.number)
        assert shown["annotations"]["901"] == "À préciser"
        assert set(shown["labels"]) == {"À examiner"}
        assert people_hold(made) == frozenset()


def test_what_a_person_wrote_is_a_persons_though_the_base_is_lost(exchange: MakeExchange) -> None:
    held, other = some("Complet", 2)
    with exchange([held, other]) as made:
        made.answer()
        made.control.annotate(held.number, {901: "À trier"})
        lose_the_base(made)
        assert made.answer().conflicts == {held.number}
        assert made.snapshot(held.number)["annotations"]["901"] == "À trier"


def test_a_message_withdrawn_before_the_base_was_lost_is_not_sent_again(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        (message,) = made.ours(seed.number)
        made.control.discard(seed.number, message["n"], by=made.bridge.sandbox.instructeur)
        made.control.clock(advance=60)
        lose_the_base(made)
        assert made.answer().messages == 0
        assert len(made.ours(seed.number)) == 1


def test_a_dossier_opened_again_after_its_purge_gets_no_second_message(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("Complet")
    with exchange([seed], **TO_ALL) as made:
        made.answer()
        for state in ("en_instruction", "accepte"):
            made.control.move(seed.number, state)
        made.answer()
        with made.services() as services:
            gone: list[Any] = [Deletion(seed.number, now(), REASON)]
            assert erase(services, gone) == (seed.number,)
        for state in ("en_instruction", "en_construction"):
            made.control.move(seed.number, state)
        made.mutations()
        assert made.answer().created == {seed.number}
        assert "dossierEnvoyerMessage" not in made.mutations()
        assert len(made.ours(seed.number)) == 1
