"""What is previewed of a dossier is what a run writes."""

from pathlib import Path

from sandbox.generator.generate import generate
from steps.explain.preview import preview
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.reply.respond import due_replies
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from tests.conftest import bridge_on
from triage.replies.annotations import canonical
from triage.replies.reply import Annotate

STATUSES = {"Complet", "À compléter", "À préciser", "Hors champ"}


def test_the_annotations_of_every_status_are_those_that_are_due(tmp_path: Path) -> None:
    seeds = {str(one.planted.status): one for one in generate(60, seed=5) if one.revision > 1}
    with (
        bridge_on(tmp_path, [seeds[one] for one in STATUSES]) as bridge,
        connect(bridge.settings, make=True) as services,
    ):
        poll(services, Summary())
        judge(services, Summary())
        due = {
            one.number: {change.name: canonical(change.value) for change in one.changes}
            for one in due_replies(services)
            if isinstance(one, Annotate)
        }
        shown = {number: preview(services, number).annotations for number in due}
    assert {one["statut"] for one in due.values()} == STATUSES
    assert any("situation" in one for one in due.values())
    for number, wanted in due.items():
        at = {"controle_le"}  # of the verdict, and of the preview
        assert {name: one for name, one in wanted.items() if one and name not in at} == {
            name: one for name, one in shown[number].items() if name not in at
        }
