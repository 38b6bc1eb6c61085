"""What a verdict marks in texts holds for the report and the files that it was made from."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from sandbox.generator.generate import generate
from settings import ROOT, Settings
from steps.judge.judge import judge
from steps.publish.entries import entries_of
from steps.publish.export import export
from steps.read.poll import poll
from steps.wiring.public_data.reference import load
from steps.wiring.services import Services, connect
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on
from tests.steps.returning import published

PHONE = "06 39 98 12 34"
CONSTATED, CONSENT = 21, 924


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    """A bridge that judged one dossier, which holds a patient's phone in a text."""
    seed = next(one for one in generate(40, seed=5) if one.planted.status == "Complet")
    text = f"Usage prolongé hors indication, constaté chez un patient à rappeler au {PHONE}."
    seed = replace(seed, answers={**seed.answers, CONSTATED: text})
    with bridge_on(tmp_path, [seed]) as made:
        made.sandbox.control.annotate(seed.number, {CONSENT: True})
        with connect(made.settings, make=True) as services:
            poll(services, Summary())
            judge(services, Summary())
        yield made


def swapped(bridge: Bridge) -> Settings:
    """Settings whose mapping takes each of two texts for the other."""
    text = (ROOT / "mappings/unc/mapping.yaml").read_text("utf-8")
    for old, new in (("20,", "0,"), ("21,", "20,"), ("0,", "21,")):
        text = text.replace(f"{{champ: {old}", f"{{champ: {new}")
    path = bridge.home / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "mappings/unc/formulaire-relu.yaml", bridge.home)  # adopted with its form
    return bridge.settings.model_copy(update={"mapping": path})


def stricter(bridge: Bridge) -> Settings:
    """Settings with another rule-set."""
    rules = Path(shutil.copytree(ROOT / "triage/unc", bridge.home / "rules"))
    file = rules / "rules/2026-1.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("penalty: 0.10", "penalty: 0.11"), encoding="utf-8")
    return bridge.settings.model_copy(update={"rules": rules})


def shown(services: Services, author: str) -> list[dict[str, object]]:
    export(services, Summary())
    header, *rows = openpyxl.load_workbook(published(services, author))["Dossiers"].values
    return [dict(zip(map(str, header), row, strict=True)) for row in rows if row[0] is not None]


def judged(services: Services) -> list[bool]:
    return [one.judged for one in entries_of(services)]


@pytest.mark.slow
def test_a_dossier_leaves_by_the_marks_of_the_present_mapping_only(bridge: Bridge) -> None:
    with connect(bridge.settings, make=True) as services:
        (row,) = shown(services, "reseau")
        assert PHONE not in str(row["Usage constaté"])
    with connect(swapped(bridge), make=True) as services:
        assert judged(services) == [False]
        (row,) = shown(services, "reseau")  # judged first
        assert not any(PHONE in str(cell) for cell in row.values())
        assert PHONE in str(shown(services, "agence")[0]["Usage autorisé"])
        assert judged(services) == [True]


@pytest.mark.slow
def test_another_rule_set_waits_for_its_verdicts(bridge: Bridge) -> None:
    with connect(stricter(bridge), make=True) as services:
        assert judged(services) == [False]
        judge(services, Summary())
        assert judged(services) == [True]


def test_a_medicines_reference_that_is_loaded_does_not_empty_the_network(bridge: Bridge) -> None:
    load(ROOT / "tests/data/bdpm", bridge.settings.home)
    with connect(bridge.settings, make=True) as services:
        assert judged(services) == [True]
        judge(services, Summary())
        assert judged(services) == [True], "the basis names the reference now"


def test_code_that_judges_otherwise_judges_again_once(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steps.judge.verdicts_due.JUDGED", "other")
    with connect(bridge.settings, make=True) as services:
        assert judged(services) == [False]
        for count in (1, 0):
            summary = Summary()
            judge(services, summary)
            assert len(summary.assessed) == count
        assert judged(services) == [True]
