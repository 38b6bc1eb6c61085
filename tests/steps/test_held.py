"""Nothing is planned for, nor sent to, a dossier that DS cannot serve."""

from pathlib import Path

import pytest

from steps.reply.respond import due_replies
from tests.steps.answering import TO_ALL
from tests.steps.conftest import MakeExchange
from tests.steps.reply.test_respond import some
from tests.steps.syncing import mirrored, seeds

pytestmark = pytest.mark.slow

NODES = ["demarche", "dossiers", "nodes"]


def test_what_was_planned_is_held_while_ds_cannot_serve_the_dossier(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter")
    complete = {**some("Complet")[0].answers}
    with exchange([seed], **TO_ALL) as made:
        made.read_only()
        with made.services() as services:
            assert due_replies(services)
        made.control.submit(seed.number, complete)
        made.control.broken(seed.number)
        made.mutations()
        first, second = made.answer(), made.answer()
        assert first.quarantined == second.quarantined == {seed.number}
        assert made.mutations() == {}
        assert second.requests <= first.requests
        made.control.broken()
        healed = made.answer()
        assert healed.quarantined == set()
        assert made.snapshot(seed.number)["labels"] == ["Complet"]
        assert [one["correction"] for one in made.ours(seed.number) if "correction" in one] in (
            [],
            [None] * len(made.ours(seed.number)),
        )


def test_what_is_due_by_the_hour_waits_for_a_dossier_in_quarantine(exchange: MakeExchange) -> None:
    (seed,) = some("À compléter")
    with exchange([seed], **{**TO_ALL, "quiet_minutes": 60}) as made:
        made.answer()
        made.control.broken(seed.number)
        made.mutations()
        made.answer(quiet_minutes=0)
        assert made.mutations() == {}
        made.control.broken()
        made.answer(quiet_minutes=0)
        assert len(made.ours(seed.number)) == 1


def test_a_listing_that_comes_back_empty_takes_nothing_away(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(60)) as mirror:
        mirror.poll()
        kept = mirror.kept().keys()
        mirror.control.fault("patch", name="Listing", path=NODES, value=[])
        summary = mirror.reconcile()
        assert mirror.kept().keys() == kept
        assert not summary.deleted
        (told,) = [one for one in summary.set_aside if one.startswith("liste des dossiers")]
        assert f"{len(kept)} sur {len(kept)}" in told
        assert summary.needs_a_human()
        mirror.control.clear_faults()
        assert not mirror.reconcile().set_aside


def test_what_is_gone_leaves_though_the_listing_is_short(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(60)) as mirror:
        mirror.poll()
        gone = set(sorted(mirror.kept())[:5])
        for number in gone:
            mirror.control.expire(number)
        mirror.control.fault("patch", name="Listing", path=NODES, value=[])
        summary = mirror.reconcile()
        assert summary.deleted == gone
        assert mirror.kept().keys().isdisjoint(gone)
        (told,) = [one for one in summary.set_aside if one.startswith("liste des dossiers")]
        assert "5 sont introuvables et retirés" in told


def test_too_many_to_be_asked_for_stay(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(320)) as mirror:
        mirror.poll()
        kept = mirror.kept().keys()
        mirror.control.fault("patch", name="Listing", path=NODES, value=[])
        mirror.control.fault(
            "patch",
            name="Listing",
            path=["demarche", "dossiers", "pageInfo", "hasNextPage"],
            value=False,
        )
        summary = mirror.reconcile()
        assert mirror.kept().keys() == kept
        assert summary.requests < 50
        assert any("aucun n'est retiré" in one for one in summary.set_aside)
