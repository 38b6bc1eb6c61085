"""What `unc doctor` makes of what a Prefect server tells of its deployments."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from cli.doctor import prefect
from cli.doctor.check import Check
from cli.doctor.prefect import Deployed, checks_prefect, deployment_checks
from settings import ROOT

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
GOOD = Deployed(
    name="passerelle",
    pool="unc",
    paused=False,
    planned_since=NOW - timedelta(days=1),
    next_run=NOW + timedelta(minutes=4),
    last_end=("COMPLETED", "Completed", NOW - timedelta(minutes=6)),
)


def told(**changes: Any) -> Check:
    [check] = deployment_checks(["passerelle"], [replace(GOOD, **changes)], at=NOW)
    return check


def test_the_next_run_and_the_last_end_are_told_in_paris_time() -> None:
    assert told() == Check(
        "Déploiement passerelle",
        "ok",
        "prochain passage le 28/11/2026 13:04. Dernier passage terminé le 28/11/2026 12:54.",
    )


def test_a_server_that_plans_nothing_is_a_fault_with_its_remedy() -> None:
    check = told(next_run=None)
    assert check.level == "bloquant"
    assert "n'a planifié aucun passage" in check.text
    assert "journalctl -u unc-prefect" in check.text


def test_a_server_that_was_just_told_has_time_to_plan() -> None:
    assert told(next_run=None, planned_since=NOW - timedelta(seconds=30)).level == "à voir"


def test_a_planned_run_that_nobody_takes_is_a_fault() -> None:
    check = told(next_run=NOW - timedelta(minutes=25))
    assert check.level == "bloquant"
    assert "le passage du 28/11/2026 12:35 attend encore" in check.text


@pytest.mark.parametrize(
    ("end", "level", "words"),
    [
        (("FAILED", "Failed"), "à voir", "échoué le"),
        (("CRASHED", "Interrompu"), "à voir", "interrompu le"),
        (("COMPLETED", "CompletedWithErrors"), "ok", "terminé, à regarder, le"),
    ],
)
def test_how_the_last_run_ended_is_told(end: tuple[str, str], level: str, words: str) -> None:
    check = told(last_end=(*end, NOW))
    assert check.level == level
    assert words in check.text


def test_a_deployment_without_a_schedule_is_run_by_hand() -> None:
    check = told(planned_since=None, next_run=None)
    assert check.level == "info"
    assert "lancé à la main" in check.text


def test_a_deployment_that_the_server_lacks_is_told() -> None:
    checks = list(deployment_checks(["passerelle", "purge"], [GOOD], at=NOW))
    assert {check.name: check.level for check in checks} == {
        "Déploiement purge": "bloquant",
        "Déploiement passerelle": "ok",
    }


@responses.activate
def test_an_installed_software_knows_what_is_to_be_deployed_where_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its modules are apart from prefect.yaml: one that the server lacks was not told."""
    address = "http://127.0.0.1:4200/api"
    monkeypatch.setenv("PREFECT_API_URL", address)
    responses.get(f"{address}/health", json=True)
    responses.get(f"{address}/work_pools/unc", json={"is_paused": False})
    responses.post(re.compile(f"{address}/.+/filter"), json=[])
    (tmp_path / "flows").mkdir()
    automations = (ROOT / "flows/automations.yaml").read_text("utf-8")
    (tmp_path / "flows/automations.yaml").write_text(automations, "utf-8")
    monkeypatch.setattr(prefect, "ROOT", tmp_path)
    monkeypatch.chdir(ROOT)
    lost = {one.name for one in checks_prefect() if "inconnu du serveur" in one.text}
    assert {"Déploiement passerelle", "Déploiement purge"} < lost
