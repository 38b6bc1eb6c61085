"""The image, built without a container engine; its commands and the services of compose in it.

Each service is a process of the image with the command, the environment, the volumes, the secrets
and the health check that deploy/compose.yaml gives it. What the engine alone does is not tried
here: restarts, read-only roots, networks of its own.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
import requests
from ruamel.yaml import YAML

from sandbox.generator.generate import generate
from sandbox.server import Sandbox, running_sandbox
from tests.conftest import said
from tests.installed import debian
from tests.installed.debian import wait_for
from tests.ops.conftest import ROOT, Cluster, descendants, kill_tree
from tests.ops.test_operations import first_release_on

pytestmark = [pytest.mark.machine, pytest.mark.timeout(5400)]

COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "deploy" / "compose.yaml")
TAG = "localhost/passerelle-unc:essai"
ACCOUNT = 10001
LARGEST_MB = 900
BUILDAH = {**os.environ, "BUILDAH_ISOLATION": "chroot"}


@pytest.fixture(scope="module")
def image(image_tools: None) -> Iterator[str]:
    """The image, as `make image` makes it, unless one that was just made is given; its name."""
    del image_tools
    if given := os.environ.get("UNC_TEST_IMAGE"):
        yield given
        return
    told = debian.call(
        ["deploy/image.sh"], TAG=TAG, WHEELS=str(debian.wheels()), ROOTFS=str(debian.minimal())
    )
    assert f"Image : {TAG}" in told
    yield TAG
    debian.call(["buildah", "rmi", "--force", TAG])


@dataclass
class Host:
    """What a host gives to its containers.

    Attributes:
        image: What the containers are of.
        home: Folder of the volume, of the secrets and of the logs.
        environment: What the operator writes to ``unc.env``.
        volumes: Folders of the host, by their place in a container.
    """

    home: Path
    sandbox: Sandbox
    image: str
    environment: Mapping[str, str]
    volumes: Mapping[str, Path]
    containers: dict[str, str] = field(default_factory=dict)

    def command(self, service: str, words: Sequence[str], *, apart: bool = True) -> list[str]:
        """A command of a service, as a process of the image.

        Two of buildah's runs that begin at once in one container may miss their volumes: a service
        has a container of its own, all other commands share one.
        """
        where = "apart" if apart else service
        if where not in self.containers:
            hosts = [f"--add-host={name}:127.0.0.1" for name in COMPOSE["services"]]
            made = debian.call(["buildah", "from", "--pull-never", *hosts, self.image], **BUILDAH)
            self.containers[where] = made.strip().splitlines()[-1]
        given = {**self.environment, **COMPOSE["services"][service]["environment"]}
        env = [f"--env={name}={value}" for name, value in given.items()]
        secrets = {f"/run/secrets/{one}": self.home / one
                   for one in COMPOSE["services"][service]["secrets"]}  # fmt: skip
        mounts = [f"--volume={there}:{here}:{'ro' if here in secrets else 'rw'}"
                  for here, there in {**self.volumes, **secrets}.items()]  # fmt: skip
        return ["buildah", "run", *env, *mounts, self.containers[where], "--", *words]

    def call(self, service: str, *words: str, code: int = 0) -> str:
        """Run a command as `compose exec` does; what it printed on standard output."""
        done = subprocess.run(  # noqa: S603
            self.command(service, words), check=False, capture_output=True, text=True, env=BUILDAH
        )
        assert done.returncode == code, f"{words} {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def is_healthy(self, service: str) -> bool:
        """What the health check of a service says."""
        kind, *check = COMPOSE["services"][service]["healthcheck"]["test"]
        assert kind == "CMD"
        done = subprocess.run(  # noqa: S603
            self.command(service, check), check=False, capture_output=True, env=BUILDAH
        )
        return done.returncode == 0

    @contextmanager
    def service(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service of compose, until its health check is content; ended as by a power cut."""
        told = COMPOSE["services"][name]
        words = [*told.get("entrypoint", ["unc"]), *told["command"]]
        command = self.command(name, words, apart=False)
        with (self.home / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                command, env=BUILDAH, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for(lambda: self.is_healthy(name), f"health of {name}")
            yield process
        finally:
            kill_tree(process)


@pytest.fixture(scope="module")
def host(image: str, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    home = tmp_path_factory.mktemp("hote")
    bases = [cluster.new_database() for _ in range(2)]
    with ExitStack() as stack:
        stack.enter_context(debian.private_network())
        sandbox = stack.enter_context(
            running_sandbox(home / "ds", seeds=generate(6, seed=9), rate_limit=100_000)
        )
        work = home / "travail"
        work.mkdir()
        os.chown(work, ACCOUNT, ACCOUNT)
        for name, text in {"ds-token": sandbox.token, "lookup": "s" * 40}.items():
            secret = home / name
            secret.write_text(text)
            os.chown(secret, ACCOUNT, -1)
            secret.chmod(0o400)
        cluster.home.chmod(0o755)  # the account of the image goes through it to the socket
        made = Host(
            home=home,
            sandbox=sandbox,
            image=image,
            environment={
                "UNC_DS_URL": sandbox.url,
                "UNC_DEMARCHE": str(sandbox.demarche),
                "UNC_INSTRUCTEUR": sandbox.instructeur,
                "UNC_PORTAL_URL": "https://portail.exemple.fr",
                "UNC_DATABASE_URL": f"postgresql://unc@/{bases[0]}?host=/base",
                "PREFECT_API_DATABASE_CONNECTION_URL": (
                    f"postgresql+asyncpg://unc@/{bases[1]}?host=/base"
                ),
            },
            volumes={
                "/srv/unc": work,
                "/base": cluster.home,
                "/bdpm": ROOT / "tests" / "data" / "bdpm",
            },
        )
        try:
            yield made
        finally:
            for one in made.containers.values():
                debian.call(["buildah", "rm", one])


def test_its_size_and_that_it_holds_nothing_but_the_software(image: str) -> None:
    told = orjson.loads(debian.call(["buildah", "images", "--json", image]))[0]["size"]
    amount, unit = told.split()
    assert unit == "MB"
    assert float(amount) <= LARGEST_MB
    container = debian.call(["buildah", "from", "--pull-never", image]).strip()
    try:
        root = Path(debian.call(["buildah", "mount", container]).strip())
        assert [one.name for one in (root / "app").iterdir()] == ["prefect.yaml"]
        site = next((root / "opt/unc/lib").glob("python3*/site-packages"))
        held = {one.name for one in site.iterdir()}
        assert {"cli", "portal", "prefect"} <= held
        assert held.isdisjoint({"tests", "pytest", "mypy", "playwright", "pyarrow"})
        assert not list((root / "srv/unc").iterdir())
        assert list((site / "mappings").rglob("*.yaml"))
    finally:
        debian.call(["buildah", "rm", container])


def test_its_commands_work_as_an_account_without_rights(host: Host) -> None:
    def unc(*words: str, code: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(
            host.call("worker", "unc", *words, "--json", code=code)
        )
        return found

    assert host.call("worker", "id", "-u").strip() == str(ACCOUNT)
    assert host.call("worker", "unc", "--version").startswith("unc ")
    assert "UNC_DATABASE_URL" in unc("status", code=2)["error"]
    assert unc("init")["made"]
    blocked = [one for one in unc("doctor", code=2)["checks"] if one["level"] == "bloquant"]
    assert ["PREFECT_API_URL" in one["text"] for one in blocked] == [True], "it is not started yet"
    assert unc("run")["created"] == 6
    assert unc("status")["dossiers"] == 6
    assert host.call("worker", "unc", "users", "list", "--json")
    host.call("worker", "sh", "-c", "! touch /app/ici 2>/dev/null")


def of_compose(start: str) -> list[str]:
    """The process that a line of the guide starts in the container of the worker."""
    words = shlex.split(debian.told(f"podman compose -f deploy/compose.yaml {start}"))
    there = words.index("worker")
    before, after = words[:there], words[there + 1 :]
    if "--entrypoint" in before:
        return [before[before.index("--entrypoint") + 1], *after]
    return after if "exec" in before else ["unc", *after]


def test_its_recipes_copy_upgrade_and_restore_a_base_of_the_first_release(
    host: Host, cluster: Cluster
) -> None:
    """What the engine alone does is left out; what it runs in the image is not."""
    url = first_release_on(cluster)
    name = url.partition("?")[0].rpartition("/")[2]
    given = {"UNC_DATABASE_URL": f"postgresql://unc@/{name}?host=/base"}
    here = replace(host, environment={**host.environment, **given})
    told = orjson.loads(here.call("worker", "unc", "status", "--json", code=2))
    assert f"/{name}?host=%2Fbase (UNC_DATABASE_URL) n'est pas à jour" in told["error"]
    upgrade = of_compose("run --rm --no-deps worker upgrade")
    copy = orjson.loads(here.call("worker", *upgrade, "--json"))["backup"]
    assert orjson.loads(here.call("worker", "unc", "status", "--json"))["dossiers"] == 2
    assert "Sauvegarde : /srv/unc/" in here.call("worker", *of_compose("exec worker unc backup"))
    with psycopg.connect(cluster.url(), autocommit=True) as raw:
        for statement in ("DROP DATABASE", "CREATE DATABASE"):
            raw.execute(f"{statement} {name}".encode())
    example = "unc-2026-01-31-013000.dump"
    restore = of_compose("run --rm --no-deps --entrypoint sh")
    assert example in restore[-1]
    here.call("worker", *(word.replace(example, Path(copy).name) for word in restore))
    told = orjson.loads(here.call("worker", "unc", "status", "--json", code=2))
    assert "n'est pas à jour" in told["error"]
    here.call("worker", *upgrade)
    assert orjson.loads(here.call("worker", "unc", "status", "--json"))["dossiers"] == 2


def test_the_services_of_compose_are_healthy_run_and_stop(host: Host) -> None:
    assert not host.is_healthy("worker"), "none was started"
    with host.service("prefect"):
        assert b"Failed to create" not in (host.home / "prefect.log").read_bytes()
        assert "Prefect" in requests.get("http://127.0.0.1:4200/", timeout=60).text
        prefect = ("prefect", "--no-prompt")
        host.call("worker", "unc", "deploy")
        # The look-up serves medicines that the operator loads, with a secret of its own.
        host.call("worker", "unc", "bdpm", "load", "/bdpm", "--json")
        with host.service("portail"), host.service("annuaire"), host.service("worker") as worker:
            for seed in generate(8, seed=9)[6:]:
                now = datetime.now(UTC)
                dated = replace(seed, deposited_at=now, updated_at=now)
                host.sandbox.control.create(host.sandbox.demarche, dated)
            host.call(
                "worker", *prefect, "deployment", "run", "passerelle-unc/passerelle", "--watch"
            )
            shown = host.sandbox.control.snapshots(host.sandbox.demarche)
            told = orjson.loads(host.call("worker", "unc", "status", "--json"))
            assert told["dossiers"] == len(shown) == 8
            assert max(len(said(one)) for one in shown.values()) <= 1
            stop(worker)
            assert worker.wait(60) == 0
            assert not host.is_healthy("worker"), "it was stopped"
            assert host.is_healthy("portail")


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the command itself, as an engine sends to the first process of a container."""
    for pid in descendants(process.pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"python" in words[0] and b"/opt/unc/bin/unc" in words:  # not buildah's own, above it
            os.kill(pid, getattr(signal, COMPOSE["services"]["worker"]["stop_signal"]))
            return
    pytest.fail("no worker to stop")


def test_a_secret_that_the_account_may_not_read_is_named(host: Host) -> None:
    file = host.home / "ds-token"
    shutil.chown(file, "root")
    try:
        told = host.call("worker", "unc", "run", "--json", code=2)
    finally:
        os.chown(file, ACCOUNT, -1)
    assert "UNC_DS_TOKEN_FILE" in orjson.loads(told)["error"]
