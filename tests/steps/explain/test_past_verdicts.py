"""Every past verdict is shown, whatever became of the rule-set and of the mapping since."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from sandbox.generator.generate import generate
from settings import ROOT, Settings
from steps.explain.past_verdicts import explain_past, history
from steps.explain.present_verdict import explain_now
from steps.judge.judge import judge
from steps.publish.entries import entries_of
from steps.read.poll import poll
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, connect, open_services
from steps.wiring.summary import Summary
from store.database.tables import assessments, dossiers, rule_texts, verdicts
from tests.conftest import Bridge, bridge_on
from tests.stored import current_verdicts
from triage.verdict.assess import JUDGED
from triage.verdict.model import Verdict

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Changed:
    """A dossier judged twice: by the shipped files, then by others that name a field otherwise."""

    bridge: Bridge
    after: Settings
    number: int


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Changed]:
    seeds = [one for one in generate(40, seed=5) if one.planted.status == "À compléter"][:1]
    rules = Path(shutil.copytree(ROOT / "triage/unc", tmp_path / "rules"))
    for file in (rules / "rapprochements.yaml", *(rules / "rules").iterdir()):
        text = file.read_text("utf-8").replace("field: titre,", "field: intitule,")
        file.write_text(text.replace("penalty: 0.10", "penalty: 0.11"), encoding="utf-8")
    matching = rules / "rapprochements.yaml"
    told_in = matching.read_text("utf-8").replace("told_in: [titre,", "told_in: [intitule,")
    matching.write_text(told_in, encoding="utf-8")
    mapping = tmp_path / "mapping.yaml"
    text = (ROOT / "mappings/unc/mapping.yaml").read_text("utf-8")
    mapping.write_text(text.replace("\n  titre:", "\n  intitule:"), encoding="utf-8")
    with bridge_on(tmp_path, seeds) as bridge:
        after = bridge.settings.model_copy(update={"rules": rules, "mapping": mapping})
        for settings in (bridge.settings, after):
            with connect(settings, make=True) as services:
                poll(services, Summary())
                judge(services, Summary())
        yield Changed(bridge, after, seeds[0].number)


def lose(services: Services, source: str) -> None:
    with services.store._scope.write() as connection:
        connection.execute(delete(rule_texts).filter_by(source=source))


def test_a_past_verdict_is_explained_by_the_rules_and_the_mapping_of_its_time(
    changed: Changed,
) -> None:
    with open_services(changed.bridge.settings) as services:
        then = explain_now(services, changed.number)
    with open_services(changed.after) as services:
        first, second = history(services, changed.number)
        assert first.kept
        assert second.kept
        past = explain_past(services, changed.number, which=1)
        assert (past.assessment, past.items) == (then.assessment, then.items)
        assert (past.scope, past.level, past.notes) == (then.scope, then.level, ())
        assert past.mapping == then.mapping
        assert explain_past(services, changed.number, which=2).digest == second.digest
        with pytest.raises(RequestError, match="2 verdict"):
            explain_past(services, changed.number, which=3)


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ("mapping.yaml", "la correspondance d'alors n'a pas été conservée."),
        ("2026-1.yaml", "le référentiel d'alors n'a pas été conservé."),
    ],
)
def test_without_a_text_the_stored_verdict_is_shown_and_says_so(
    changed: Changed, lost: str, why: str
) -> None:
    with open_services(changed.after) as services:
        stored = history(services, changed.number)[0].assessment
        lose(services, lost)
        assert not history(services, changed.number)[0].kept
        past = explain_past(services, changed.number, which=1)
        assert past.assessment == stored
        assert [one.result for one in past.items] == list(stored.items)
        assert past.rules is None
        (note,) = past.notes
        assert note.endswith(why)


def test_a_text_that_today_s_software_refuses_does_not_hide_the_verdict(changed: Changed) -> None:
    with open_services(changed.after) as services:
        with services.store._scope.write() as connection:
            connection.execute(update(rule_texts).values(text="version: rien\n"))
        (note,) = explain_past(services, changed.number, which=1).notes
        assert note.endswith("la correspondance d'alors ne se lit plus.")


def test_where_today_s_software_differs_the_stored_verdict_holds_and_it_is_said(
    changed: Changed,
) -> None:
    with open_services(changed.after) as services:
        row = services.store.assessments.history(services.demarche, changed.number)[0].assessment
        other = row.detail.replace('"verdict":"present"', '"verdict":"insufficient"', 1)
        assert other != row.detail
        with services.store._scope.write() as connection:
            connection.execute(update(assessments).filter_by(basis=row.basis).values(detail=other))
        past = explain_past(services, changed.number, which=1)
        told = next(one for one in past.items if one.result.verdict is Verdict.INSUFFICIENT)
        assert told.parts == (), "the reasoning made again is not that of this verdict"
        (note,) = past.notes
        assert note.endswith(f"il différerait : {told.result.id} insuffisant → présent.")


def test_a_verdict_whose_basis_says_nothing_of_the_code_is_judged_again_and_still_explained(
    changed: Changed,
) -> None:
    """As the bases of installations from before the code was a part of them."""
    with connect(changed.after, make=True) as services:
        row = current_verdicts(services.store, services.demarche)[changed.number]
        old = row.basis.replace(f"/code-{JUDGED}", "")
        assert old != row.basis
        with services.store._scope.write() as connection:
            connection.execute(update(assessments).filter_by(basis=row.basis).values(basis=old))
            connection.execute(update(verdicts).filter_by(basis=row.basis).values(basis=old))
            connection.execute(
                update(dossiers).filter_by(assessed_basis=row.basis).values(assessed_basis=old)
            )
        services.store.facts.unsettle_all(services.demarche)  # as the upgrade from there does
        assert [one.judged for one in entries_of(services)] == [False]
        for found in ({changed.number}, set()):
            summary = Summary()
            judge(services, summary)
            assert summary.assessed == found
        assert [one.judged for one in entries_of(services)] == [True]
        first, second, third = history(services, changed.number)
        assert second.digest == third.digest != first.digest
        assert second.kept
        past = explain_past(services, changed.number, which=2)
        assert (past.assessment, past.notes) == (second.assessment, ())
