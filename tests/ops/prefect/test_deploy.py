"""`unc deploy` on a real Prefect server: run twice is run once, and what is missing is told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
from ruamel.yaml import YAML

from cli.app import call
from cli.doctor.prefect import automations_check
from cli.terminal import prefect_server
from tests.ops.conftest import BIN, ROOT, running, wait_for
from tests.ops.prefect.stack import free_port

HOOK = "http://127.0.0.1:9/alerte-secrete"
DEPLOYMENTS = {one["name"] for one in YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]}
WANTED = YAML(typ="safe").load(ROOT / "flows/automations.yaml")["automations"]
AUTOMATIONS = [one["name"] for one in WANTED]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a command beside a server on its own SQLite base."""
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, env=environment, log=home / "logs" / "server.log"):
        wait_for(lambda: _is_up(environment), seconds=300, what="the Prefect server")
        yield environment


def _is_up(environment: Mapping[str, str]) -> bool:
    try:
        return requests.get(f"{environment['PREFECT_API_URL']}/health", timeout=2).ok
    except requests.RequestException:
        return False


def deploy(environment: Mapping[str, str], **more: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [str(BIN / "unc"), "deploy", "--json"],
        env={**environment, **more}, cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert HOOK not in done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def held(environment: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Name and id of what the server holds."""
    return {
        kind: sorted(
            (one["name"], one["id"])
            for one in requests.post(
                f"{environment['PREFECT_API_URL']}/{kind}/filter", json={}, timeout=30
            ).json()
        )
        for kind in ("work_pools", "deployments", "automations", "block_documents")
    }


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_deploying_twice_is_deploying_once_and_heals_what_was_taken_away(
    server: dict[str, str],
) -> None:
    url = f"{server['PREFECT_API_URL']}/automations/"
    of_hand = next(one for one in WANTED if one["name"] == "unc-perdu") | {
        "description": "À la main"
    }
    for _ in range(2):
        requests.post(url, json=of_hand, timeout=30).raise_for_status()
    told = deploy(server, UNC_ALERT_WEBHOOK=HOOK)
    assert set(told.pop("deployments")) == DEPLOYMENTS
    assert told == {
        "pool_made": True, "automations": AUTOMATIONS, "missing": [], "removed": []
    }  # fmt: skip
    before = held(server)
    assert {name for name, _ in before["deployments"]} == DEPLOYMENTS
    assert [name for name, _ in before["automations"]] == sorted(AUTOMATIONS)
    described = requests.post(f"{url}filter", json={}, timeout=30).json()
    assert "À la main" not in {one["description"] for one in described}
    gone = dict(before["automations"])["unc-echec"]
    requests.delete(f"{url}{gone}", timeout=30).raise_for_status()
    assert not deploy(server, UNC_ALERT_WEBHOOK=HOOK)["pool_made"]
    after = held(server)
    assert [name for name, _ in after["automations"]] == sorted(AUTOMATIONS)
    kept = {name: one for name, one in after["automations"] if name != "unc-echec"}
    assert kept.items() <= dict(before["automations"]).items()
    for kind in ("work_pools", "deployments", "block_documents"):
        assert after[kind] == before[kind], kind


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_pool_that_a_worker_made_meanwhile_is_taken_as_it_is(server: dict[str, str]) -> None:
    """A worker that starts makes it too: `unc deploy` then failed, once in a drill."""
    script = (
        "from pathlib import Path; from prefect.client.orchestration import get_client;"
        "from flows.deploying import _make_pool;"
        "client = get_client(sync_client=True).__enter__();"
        "_make_pool(client, Path.cwd()); print(_make_pool(client, Path.cwd()))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], env=server, cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"


def test_alerts_that_are_missing_or_off_are_told() -> None:
    check = automations_check(["a", "b", "c"], {"a": True, "b": False})
    assert check.level == "info"
    assert check.text.startswith("absentes : c ; éteintes : b. « unc deploy »")
    assert automations_check(["a"], {"a": True, "autre": False}).level == "ok"


@pytest.mark.parametrize("command", ["deploy", "worker"])
@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:4200", "ftp://hote/api", "http://[::1", "http://hote:99999/api"]
)
def test_what_is_no_address_of_a_server_is_told(
    command: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", address)
    monkeypatch.chdir(ROOT)
    assert call([command]) == 2
    assert capsys.readouterr().err.startswith("PREFECT_API_URL ")


def test_a_server_that_does_not_come_up_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prefect_server, "_START_SECONDS", 0)
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port()}/api")
    monkeypatch.chdir(ROOT)
    assert call(["deploy"]) == 2
    assert "PREFECT_API_URL : aucun serveur Prefect n'y répond" in capsys.readouterr().err
