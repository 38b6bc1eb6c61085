"""Every figure of what is made on request is of the dossiers that it holds, or says of what."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from french.time import PARIS
from sandbox.generator.generate import generate
from steps.judge.acts import register_of
from steps.publish.entries import entries_of
from steps.publish.export import export
from steps.publish.requested import Request, hand_out
from steps.registre.acting import Acting, validate
from steps.wiring.services import Services, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on
from tests.steps.returning import published
from tests.triage.registre.in_memory import ANNE, JUSTIFIED, TEXTS
from triage.registre.lifecycle import LevelGiven


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with bridge_on(tmp_path_factory.mktemp("demande"), generate(14, seed=4)) as one:
        one.run()
        yield one


@pytest.fixture
def services(bridge: Bridge) -> Iterator[Services]:
    with open_services(bridge.settings) as one:
        yield one


def asked(services: Services, request: Request) -> tuple[Path, dict[str, object]]:
    summary = Summary()
    hand_out(services, summary, request=request)
    folder = Path(summary.workbooks[0]).parent
    return folder, json.loads((folder / "manifest.json").read_text())


def figures(path: Path) -> dict[str, Any]:
    return {str(row[0]): row[1] for row in openpyxl.load_workbook(path)["Synthèse"].values}


def numbers(path: Path) -> set[int]:
    rows = openpyxl.load_workbook(path)["Dossiers"].iter_rows(min_row=2, values_only=True)
    return {int(str(row[0])) for row in rows if row[0]}


@pytest.mark.slow
def test_the_manifest_of_one_centre_counts_the_dossiers_of_that_centre(services: Services) -> None:
    folder, manifest = asked(services, Request(centre="lyon"))
    held = numbers(folder / "crpv-lyon.xlsx")
    days = sorted(
        one.report.deposited_at.astimezone(PARIS).date().isoformat()
        for one in entries_of(services)
        if one.report.number in held
    )
    assert 0 < len(held) < 14
    assert manifest["dossiers"] == len(held)
    assert manifest["period"] == [days[0], days[-1]]
    assert manifest["kind"] == "sur-demande"
    book = openpyxl.load_workbook(folder / "crpv-lyon.xlsx")
    about = {str(row[0]): str(row[1]) for row in book["À propos"].values if row[0]}
    assert about["Filtres"] == "aucun\N{NO-BREAK SPACE}: tous les dossiers de ce centre"
    assert about["Édition"] == "aucune\u00a0: classeur fait à la demande"
    assert about["Dossiers non diffusés"] == "leur nombre est dans le classeur du réseau"


@pytest.mark.slow
def test_figures_of_every_dossier_are_not_in_what_holds_some(services: Services) -> None:
    days = sorted(
        one.report.champs_modified_at.astimezone(PARIS).date() for one in entries_of(services)
    )
    since: date = days[-1] - timedelta(days=1)
    first, level = min(register_of(services).situations), LevelGiven("Modéré", JUSTIFIED)
    validate(services, first, TEXTS, level, Acting(ANNE))
    export(services, Summary())
    folder, manifest = asked(services, Request(since=since))
    held = numbers(folder / "agence.xlsx")
    shown, every = figures(folder / "agence.xlsx"), figures(published(services, "agence"))
    assert manifest["dossiers"] == shown["Dossiers"] == len(held) < every["Dossiers"]
    assert any("avec une mesure de l’agence" in name for name in every)
    assert not any("avec une mesure de l’agence" in name for name in shown)
    above = openpyxl.load_workbook(folder / "agence.xlsx")["Changements"]["A1"].value
    assert str(above).startswith("Rien n’est comparé\u00a0: ")
