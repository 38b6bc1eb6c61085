"""The schedule: what the real server plans with every service of its own on, and who runs it."""

import json
import re
from collections.abc import Iterator
from functools import partial

import pytest
import requests
from ruamel.yaml import YAML

from sandbox.generator.generate import generate
from tests.ops.conftest import ROOT, Cluster, wait_for
from tests.ops.prefect.stack import Stack, prefect_stack

pytestmark = [pytest.mark.first, pytest.mark.debian, pytest.mark.timeout(600)]

DEPLOYMENTS = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
PLANNED = [one["name"] for one in DEPLOYMENTS if one.get("schedules")]
TOKEN = "jeton-de-la-minuterie"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("horaire")
    with prefect_stack(home, cluster, seeds=generate(12, seed=9)) as made:
        made.sandbox.control.add_token(TOKEN)
        made.block("secret", name="jeton-ds", data={"value": TOKEN})
        yield made


def doctor(stack: Stack) -> dict[str, tuple[str, str]]:
    done = stack.unc("doctor", "--json")
    checks = json.loads(done.stdout)["checks"]
    return {one["name"]: (one["level"], one["text"]) for one in checks}


def test_no_service_of_the_server_is_switched_off(stack: Stack) -> None:
    assert not [name for name in stack.environment if "SERVICES" in name]


def test_runs_are_planned_for_each_deployment_that_has_a_schedule(stack: Stack) -> None:
    assert PLANNED
    for name in PLANNED:
        wait_for(partial(stack.runs, name, "SCHEDULED"), seconds=120, what=f"{name} planned")
        first = stack.runs(name, "SCHEDULED")[0]
        assert first["auto_scheduled"], "planned by the server, not triggered"


def test_doctor_tells_each_deployment_and_that_no_worker_polls(stack: Stack) -> None:
    checks = doctor(stack)
    for name in PLANNED:
        level, text = checks[f"Déploiement {name}"]
        assert level == "ok", text
        assert re.match(
            r"prochain passage le \d\d/\d\d/\d{4} \d\d:\d\d\. Aucun passage fini\.", text
        )
    level, text = checks["Worker de la file unc"]
    assert level == "bloquant"
    assert "unc worker --pool unc" in text


def test_a_planned_run_is_completed_by_the_worker(stack: Stack) -> None:
    stack.schedule_soon("passerelle-unc", "passerelle")
    with stack.worker():
        wait_for(
            lambda: stack.runs("passerelle", "COMPLETED"), seconds=300, what="a planned run done"
        )
        run = stack.runs("passerelle", "COMPLETED")[0]
        checks = doctor(stack)
    assert run["auto_scheduled"], "planned by the server, not triggered"
    assert run["state"]["name"] == "Completed"
    assert checks["Worker de la file unc"] == ("ok", "1 en marche")
    assert "Dernier passage terminé le" in checks["Déploiement passerelle"][1]
    assert checks["Déploiement passerelle"][0] == "ok"
    shown = stack.sandbox.control.snapshots(stack.sandbox.demarche)
    assert any(one["annotations"].get("901") for one in shown.values()), "its work was done"


def test_doctor_tells_a_pause_and_a_deployment_that_the_server_lacks(stack: Stack) -> None:
    purge = stack.get("deployments/name/purge-unc/purge")
    stack.call(f"deployments/{purge['id']}/pause_deployment")
    export = stack.get("deployments/name/export-unc/export-mensuel")
    requests.delete(f"{stack.api}/deployments/{export['id']}", timeout=30).raise_for_status()
    checks = doctor(stack)
    assert checks["Déploiement purge"][0] == "à voir"
    assert checks["Déploiement purge"][1].startswith("en pause")
    assert checks["Déploiement export-mensuel"][0] == "bloquant"
    assert "unc deploy" in checks["Déploiement export-mensuel"][1]
