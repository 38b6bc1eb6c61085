"""What DS writes by itself, and what instructeurs do around a request, sets nothing off."""

from typing import Any

import pytest

from sandbox.demarche.notices import PLATFORM
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import label_names, some

EVALUATOR = "evaluateur.medicaments@ansm.example"


@pytest.mark.slow
def test_what_the_platform_writes_is_taken_for_nobody_s(exchange: MakeExchange) -> None:
    (complete,), (asked,) = some("Complet"), some("À compléter", state="en_instruction")
    with exchange([complete, asked], **TO_ALL, pass_en_instruction=True) as made:
        made.answer()
        assert made.answer().nothing_done(), "what DS wrote when we took it up came with the answer"
        told: dict[int, Any] = {}
        for one in (complete, asked):
            told[one.number] = made.snapshot(one.number)
            by_platform = [m for m in told[one.number]["messages"] if m["email"] == PLATFORM]
            assert len(by_platform) == 2, "at deposit, and once it was taken up"
            assert len(made.ours(one.number)) == 1
        assert told[asked.number]["state"] == "en_construction", "our request gave it back"
        made.control.move(complete.number, "accepte", by=EVALUATOR)
        made.control.move(complete.number, "en_instruction", by=EVALUATOR)
        made.answer()
        assert made.answer().nothing_done()
        assert len(made.ours(complete.number)) == 1


@pytest.mark.slow
def test_a_request_that_an_instructeur_cut_short_is_not_one_that_a_declarant_ignored(
    exchange: MakeExchange,
) -> None:
    (seed,) = some("À compléter")
    with exchange([seed], **TO_ALL) as made:
        made.control.clock(advance=-7200)
        made.answer()
        assert made.snapshot(seed.number)["pending_correction"]
        made.control.clock(advance=3600)
        made.control.move(seed.number, "en_instruction", by=EVALUATOR)
        assert not made.snapshot(seed.number)["pending_correction"]
        made.answer()
        assert len(made.ours(seed.number)) == 1
        assert "À relancer" not in label_names(made.shown()[seed.number])
        with made.services() as services:
            (kept,) = services.store.corrections.list(services.demarche)
        assert kept.resolved_at is None, "nobody corrected anything"
