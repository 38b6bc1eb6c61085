"""What a declarant sees: a correction request, then the receipt, once each."""

import pytest

from sandbox.generator.generate import generate
from tests.conftest import MakeBridge, said

pytestmark = pytest.mark.slow

SEEDS = generate(40, seed=3)
NOW = {"declarant_channel": "correction", "quiet_minutes": 0, "messages_since": None}


def test_each_declarant_is_written_to_once_as_the_status_says(bridge: MakeBridge) -> None:
    with bridge(SEEDS, **{**NOW, "messages_since": "2000-01-01"}) as made:
        first = made.run()
        second = made.run()
        shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    assert first.messages > 0
    assert second.messages == 0
    for seed in SEEDS:
        sent = said(shown[seed.number])
        due = seed.planted.status in {"Complet", "À compléter", "À préciser"} and not seed.archived
        assert len(sent) == (1 if due else 0), seed.number
        if due:
            asked = seed.planted.status != "Complet"
            assert bool(sent[0]["reason"]) is asked, seed.number
            assert "référence UNC-" in sent[0]["body"].splitlines()[-1]


def test_switching_the_channel_on_never_mails_the_backlog(bridge: MakeBridge) -> None:
    with bridge(SEEDS[:12], **NOW) as made:
        assert made.run().messages == 0


def test_a_corrected_dossier_is_judged_again_and_received(bridge: MakeBridge) -> None:
    seed = next(one for one in SEEDS if one.planted.kind == "plain R2.method_blank")
    with bridge([seed], **{**NOW, "messages_since": "2000-01-01"}) as made:
        control = made.sandbox.control
        made.run()
        control.submit(seed.number, {43: "SNDS"})
        again = made.run()
        shown = control.snapshot(seed.number)
    assert again.assessed == {seed.number}
    assert shown["annotations"]["901"] == "Complet"
    assert [bool(one["reason"]) for one in said(shown)] == [True, False]
