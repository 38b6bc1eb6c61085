"""A Prefect server on PostgreSQL, a work pool, its worker, and the bridge deployed to them."""

import os
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from sandbox.demarche.seed import SeedDossier
from sandbox.server import Sandbox, running_sandbox
from tests.ops.conftest import BIN, ROOT, Cluster, running, wait_for

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

PORTAL = "https://portail.example"
"""Where the pages of runs send whoever wants a workbook."""


@dataclass
class Stack:
    """Where the parts are, and what one asks of them."""

    home: Path
    api: str
    sandbox: Sandbox
    cluster: Cluster
    database: str
    prefect_database: str
    environment: Mapping[str, str]

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def prefect(self, *arguments: str, check: bool = True) -> str:
        """Call the command of Prefect, as an operator does."""
        done = subprocess.run(  # noqa: S603
            [str(BIN / "prefect"), *arguments],
            check=False, env=dict(self.environment), cwd=ROOT, capture_output=True, text=True,
            timeout=180,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def unc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call `unc` with the settings of the worker."""
        return subprocess.run(  # noqa: S603
            [str(BIN / "unc"), *arguments],
            check=False, env=dict(self.environment), cwd=ROOT, capture_output=True, text=True,
            timeout=180,
        )  # fmt: skip

    @contextmanager
    def worker(self) -> Iterator[Any]:
        """A worker of the pool `unc`."""
        command = [str(BIN / "unc"), "worker", "--name", "ici"]
        with running(command, env=self.environment, log=self.logs / "worker.log") as process:
            yield process

    def call(self, path: str, **body: Any) -> Any:
        """Ask the API of the server."""
        answer = requests.post(f"{self.api}/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.api}/{path}", timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def trigger(self, flow: str, deployment: str) -> str:
        """Start a run through the API and return its id."""
        found = self.get(f"deployments/name/{flow}/{deployment}")
        state = {"type": "SCHEDULED"}
        return str(self.call(f"deployments/{found['id']}/create_flow_run", state=state)["id"])

    def schedule(self, flow: str, deployment: str, *schedules: Mapping[str, Any]) -> None:
        """Plan the runs of a deployment so and no otherwise, as the interface does."""
        found = self.get(f"deployments/name/{flow}/{deployment}")
        at = f"{self.api}/deployments/{found['id']}"
        for one in found["schedules"]:
            requests.delete(f"{at}/schedules/{one['id']}", timeout=30).raise_for_status()
        planned = [{"active": True, "schedule": dict(one)} for one in schedules]
        if planned:
            requests.post(f"{at}/schedules", json=planned, timeout=30).raise_for_status()
            # The server plans what was changed within seconds; a schedule alone, within a minute.
            same = {"description": found["description"]}
            requests.patch(at, json=same, timeout=30).raise_for_status()

    def schedule_soon(self, flow: str, deployment: str) -> None:
        """Plan a run in some seconds, and one each two minutes then."""
        soon = datetime.now(UTC) + timedelta(seconds=20)
        self.schedule(flow, deployment, {"interval": 120, "anchor_date": soon.isoformat()})

    def state(self, run: str) -> dict[str, Any]:
        told: dict[str, Any] = self.get(f"flow_runs/{run}")["state"]
        return told

    def finished(self, run: str, *, seconds: float = 180) -> dict[str, Any]:
        """Wait until a run is over and return its state."""
        wait_for(lambda: self.state(run)["type"] in FINAL, seconds=seconds, what=f"run {run}")
        return self.state(run)

    def run_now(self, flow: str, deployment: str) -> tuple[str, dict[str, Any]]:
        """Trigger a run and wait for its end; again when one that the server planned was under way.

        Returns:
            Its id and the state that it ended in.
        """
        while True:
            run = self.trigger(flow, deployment)
            state = self.finished(run)
            if state["type"] != "CANCELLED":
                return run, state

    def runs(self, deployment: str, *states: str) -> list[dict[str, Any]]:
        """Runs of a deployment in these types of state, earliest first."""
        found: list[dict[str, Any]] = self.call(
            "flow_runs/filter",
            deployments={"name": {"any_": [deployment]}},
            flow_runs={"state": {"type": {"any_": list(states)}}},
            sort="EXPECTED_START_TIME_ASC",
        )
        return found

    def artifacts(self, run: str) -> dict[str, Any]:
        """What a run left, by key."""
        chosen = {"flow_run_id": {"any_": [run]}}
        return {one["key"]: one for one in self.call("artifacts/filter", artifacts=chosen)}

    def block(self, slug: str, *, name: str, data: Mapping[str, Any]) -> str:
        """Keep a block, as the interface does, and return its id."""
        kind = self.get(f"block_types/slug/{slug}")["id"]
        chosen = {"block_type_id": {"any_": [kind]}}
        [schema] = self.call("block_schemas/filter", block_schemas=chosen)
        made = self.call(
            "block_documents/", name=name, data=dict(data),
            block_schema_id=schema["id"], block_type_id=kind,
        )  # fmt: skip
        return str(made["id"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def prefect_stack(
    home: Path,
    cluster: Cluster,
    *,
    seeds: Iterable[SeedDossier],
    forms: Sequence[Mapping[str, Any]] = (),
) -> Iterator[Stack]:
    """Start the parts and deploy, as docs/exploitation.md says."""
    with running_sandbox(home / "sandbox", seeds=seeds, rate_limit=100_000, forms=forms) as sandbox:
        port, mine, theirs = free_port(), cluster.new_database(), cluster.new_database()
        stack = Stack(
            home=home, api=f"http://127.0.0.1:{port}/api", sandbox=sandbox, cluster=cluster,
            database=mine, prefect_database=theirs, environment={},
        )  # fmt: skip
        stack.environment = _environment(stack)
        server = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port"]
        log = stack.logs / "server.log"
        with running([*server, str(port)], env=stack.environment, log=log):
            wait_for(lambda: _is_up(stack), seconds=180, what="the Prefect server")
            stack.call("work_pools/", name="unc", type="process")
            stack.prefect("deploy", "--all")
            yield stack


def _is_up(stack: Stack) -> bool:
    try:
        return requests.get(f"{stack.api}/health", timeout=2).ok
    except requests.RequestException:
        return False


def _environment(stack: Stack) -> dict[str, str]:
    cluster, home = stack.cluster, stack.home
    return {
        "PATH": os.environ["PATH"],
        "PWD": str(ROOT),
        "PYTHONPATH": str(ROOT),  # the code under test, wherever the package is installed from
        "HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": stack.api,
        "PREFECT_API_DATABASE_CONNECTION_URL": (
            f"postgresql+asyncpg://unc@/{stack.prefect_database}?host={cluster.home}"
        ),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "30",
        "UNC_DS_URL": stack.sandbox.url,
        "UNC_DEMARCHE": str(stack.sandbox.demarche),
        "UNC_INSTRUCTEUR": stack.sandbox.instructeur,
        "UNC_HOME": str(home / "unc"),
        "UNC_DATABASE_URL": cluster.url(stack.database),
        "UNC_DS_TOKEN_BLOCK": "jeton-ds",
        "UNC_LOG_FORMAT": "json",
        "UNC_PORTAL_URL": PORTAL,
        "UNC_BATCH_SIZE": "2",  # a killed run is to be in the middle of something
    }
