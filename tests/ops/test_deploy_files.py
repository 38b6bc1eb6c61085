"""Container, compose file and systemd units: as far as they can be checked without running them."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli.app import COMMANDS
from cli.portal.lookup_settings import LookupSettings
from cli.portal.settings import PortalSettings
from settings import Settings
from settings_parts import LOOKUP_PORT, PORTAL_PORT
from tests.ops.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))
COMPOSE: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
EXEC = re.compile(r"^ExecStart=\S+", re.MULTILINE)
RESTRAINED = "# Ce que ce service n'a pas à pouvoir faire.\n"
INSTRUCTIONS = {
    "ARG",
    "FROM",
    "WORKDIR",
    "COPY",
    "RUN",
    "ENV",
    "USER",
    "ENTRYPOINT",
    "CMD",
}


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


def test_the_containerfile_ends_as_an_account_without_rights() -> None:
    told = instructions()
    assert {name for name, _ in told} <= INSTRUCTIONS
    assert [value for name, value in told if name == "USER"][-1] == "10001"
    (base,) = [value.partition("=")[2] for name, value in told if name == "ARG" and "=" in value]
    assert ":" in base
    assert "latest" not in base
    for name, value in told:
        if name == "FROM":
            assert value.split()[0] == "${BASE}"
        if name == "COPY" and "--from" not in value:
            assert all((ROOT / source).exists() for source in value.split()[:-1]), value


def test_production_is_a_part_of_what_is_tested_in_the_same_versions() -> None:
    tested, used = (
        set(re.findall(r"^([a-z0-9.-]+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-prod.lock")
    )
    assert used < tested
    named = {one.partition("==")[0] for one in used}
    assert named.isdisjoint({"pytest", "playwright", "mypy", "oidc-provider-mock", "pyarrow"})
    assert {"prefect", "openpyxl", "setuptools"} <= named


def test_an_image_takes_no_data_no_secret_and_no_history() -> None:
    listed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in listed if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {line[1:] for line in rules if line.startswith("!")}
    assert let_in.isdisjoint({"var", ".env", ".git", "tests", "bench", "node_modules", ".venv"})
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    rooms = {one.rstrip("*") for one in project["packages"]["find"]["include"]}
    assert rooms | {f"{one}.py" for one in project["py-modules"]} <= let_in
    assert all((ROOT / one).exists() for one in let_in)


def test_each_service_of_compose_is_whole() -> None:
    for name, service in COMPOSE["services"].items():
        assert {"image", "restart", "healthcheck"} <= service.keys(), name
        for secret in service.get("secrets", ()):
            assert secret in COMPOSE["secrets"], name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), volume
        for other in service.get("depends_on", ()):
            assert other in COMPOSE["services"]
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "Prefect has no password"


def test_the_settings_that_the_files_name_exist() -> None:
    models = (Settings, PortalSettings, LookupSettings)
    fields = [name for model in models for name in model.model_fields]
    known = {f"UNC_{name.upper()}" for name in fields}
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            named = set(re.findall(r"\bUNC_[A-Z_]+\b", file.read_text("utf-8")))
            assert named <= known, file.name


def test_no_file_holds_a_secret() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            assert not re.search(r"(?i)(password|token|secret)=\S", file.read_text("utf-8")), file


def systemd_analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        missing = "systemd-analyze is not installed: the units were NOT checked"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.mark.debian
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyse = systemd_analyze()
    for unit in UNITS:
        if unit.suffix in {".service", ".timer"}:
            text = EXEC.sub("ExecStart=/bin/true", unit.read_text("utf-8"))
            (tmp_path / unit.name).write_text(text, "utf-8")
    names = [str(file) for file in tmp_path.iterdir()]
    done = subprocess.run(  # noqa: S603
        [analyse, "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "unc-" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.debian
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_can_do_little_more_than_its_work(unit: Path) -> None:
    told = subprocess.run(  # noqa: S603
        [systemd_analyze(), "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
    ).stdout  # fmt: skip
    level = re.search(r"Overall exposure level for \S+: (\d+\.\d)", told)
    assert level is not None, told
    assert float(level[1]) <= 4.0


def test_what_restrains_a_service_restrains_each() -> None:
    (one,) = {unit.read_text("utf-8").partition(RESTRAINED)[2].partition("\n\n")[0].strip()
              for unit in SERVICES}  # fmt: skip
    assert "NoNewPrivileges=true" in one
    # A shared folder of workbooks that is not there keeps no unit from starting.
    assert "ReadWritePaths=/var/lib/passerelle-unc -/srv/passerelle-unc" in one


def test_each_service_runs_a_command_that_exists() -> None:
    for unit in SERVICES:
        (line,) = re.findall("^ExecStart=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
        words = line.split()
        program = next(word for word in words if word.startswith("/opt/passerelle-unc"))
        assert Path(program).name in {"unc", "prefect"}
        if Path(program).name == "unc":
            assert words[words.index(program) + 1] in COMMANDS, unit.name


def test_each_timer_starts_a_service_that_is_there_and_a_failure_is_told() -> None:
    names = {unit.name for unit in UNITS}
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    for kind in ("passage", "purge", "rapprochement", "sauvegarde", "surveillance"):
        assert f"unc-{kind}.timer" in {timer.name for timer in timers}
    for timer in timers:
        service = f"{timer.stem}.service"
        assert service in names
        told = (timer.parent / service).read_text("utf-8")
        assert "OnFailure=unc-courriel@%n.service" in told
        assert "OnSuccess=unc-retour@%n.service" in told
        assert "Type=oneshot" in told
    for each in SERVICES:
        told = each.read_text("utf-8")
        if "Restart=on-failure" in told:  # systemd never says that such a service failed
            assert "systemctl start --no-block unc-courriel@%n.service" in told, each.name
            assert "systemctl start --no-block unc-retour@%n.service" in told, each.name
    again = (DEPLOY / "systemd" / "unc-retour@.service").read_text("utf-8")
    mail = (DEPLOY / "systemd" / "unc-courriel@.service").read_text("utf-8")
    assert "OnFailure" not in mail + again, "an alert that fails does not call itself"
    assert "SupplementaryGroups=systemd-journal" in mail


def test_timers_plan_what_prefect_plans_at_the_same_hours() -> None:
    deployments = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
    planned = {one["name"]: one for one in deployments if "cron" in one["schedules"][0]}
    timers = {
        "reconcile": "rapprochement",
        "purge": "purge",
        "export-hebdomadaire": "edition-hebdomadaire",
        "export-mensuel": "edition-mensuelle",
    }
    assert planned.keys() == timers.keys()
    for name, kind in timers.items():
        minute, hour, of_month, _, of_week = planned[name]["schedules"][0]["cron"].split()
        day = f"*-*-{of_month.zfill(2) if of_month != '*' else '*'}"
        told = (DEPLOY / "systemd" / f"unc-{kind}.timer").read_text("utf-8")
        when = f"{'Mon ' if of_week == '1' else ''}{day} {hour.zfill(2)}:{minute.zfill(2)}"
        assert f"OnCalendar={when}\n" in told, name
        if edition := planned[name]["parameters"].get("edition"):
            service = (DEPLOY / "systemd" / f"unc-{kind}.service").read_text("utf-8")
            assert f"unc export --edition {edition} --json\n" in service


def test_an_upgrade_starts_again_each_timer_and_each_service_that_stays_up() -> None:
    (chosen,) = re.findall("grep -E '(.+?)'", (DEPLOY / "install.sh").read_text("utf-8"))
    for unit in [one for one in UNITS if one.suffix in {".service", ".timer"}]:
        stays = unit.suffix == ".timer" or "Restart=on-failure" in unit.read_text("utf-8")
        assert bool(re.search(chosen, unit.name)) == stays, unit.name


def test_the_command_of_the_installation_reads_its_settings_as_systemd_does(tmp_path: Path) -> None:
    """A `&` in an address would be a second command in a shell, and the base another one."""
    settings = tmp_path / "unc.env"
    settings.write_bytes(
        b"# UNC_DEMARCHE=1\n\nUNC_DEMARCHE=12345\r\nUNC_OIDC_NAME=Pro Connect  \n"
        b"UNC_DATABASE_URL=postgresql://unc@/unc?host=/run/postgresql&sslmode=disable\n"
        b"UNC_SMTP_USER=\"a $HOME `id`\"\nUNC_SMTP_FROM='un@exemple.fr'\n"
        b"export UNC_HOME=/ailleurs\n"
        b"UNC_ALERT_TO=a@exemple.fr, b@exemple.fr"
    )
    shown = tmp_path / "bin" / "unc"
    shown.parent.mkdir()
    shown.write_text('#!/bin/sh\npwd\necho "$*"\nenv | grep ^UNC_ | sort\n', "utf-8")
    shown.chmod(0o755)
    script = (DEPLOY / "unc").read_text("utf-8")
    for told, here in {
        "/etc/passerelle-unc/unc.env": str(settings),
        "/opt/passerelle-unc/.venv/bin/unc": str(shown),
        "/var/lib/passerelle-unc": str(tmp_path),
        "runuser -u unc -- ": "",
    }.items():
        assert told in script
        script = script.replace(told, here)
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", script, "unc", "status", "--json"], capture_output=True, text=True,
        check=True, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        str(tmp_path),
        "status --json",
        "UNC_ALERT_TO=a@exemple.fr, b@exemple.fr",
        "UNC_DATABASE_URL=postgresql://unc@/unc?host=/run/postgresql&sslmode=disable",
        "UNC_DEMARCHE=12345",
        "UNC_OIDC_NAME=Pro Connect",
        "UNC_SMTP_FROM=un@exemple.fr",
        "UNC_SMTP_USER=a $HOME `id`",
    ]
    assert not done.stderr
    assert "deploy | doctor) cd /opt/passerelle-unc ;;" in script, "where prefect.yaml is"


def test_whoever_stops_a_worker_waits_longer_than_it_waits_for_its_run() -> None:
    unit = (DEPLOY / "systemd" / "unc-worker@.service").read_text("utf-8")
    drain = int(re.findall(r"--drain-seconds (\d+)", unit)[0])
    assert "KillMode=mixed" in unit, "its runs are not signalled"
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) >= drain + 120
    worker = COMPOSE["services"]["worker"]
    assert worker["stop_grace_period"] == "15m"
    assert int(worker["command"][-1]) == drain


def test_compose_serves_the_portal_on_its_own_port_to_this_machine_alone() -> None:
    portal = COMPOSE["services"]["portail"]
    assert portal["command"][0] in COMMANDS
    assert portal["ports"] == [f"127.0.0.1:{PORTAL_PORT}:{PORTAL_PORT}"]
    assert f"127.0.0.1:{PORTAL_PORT}/connexion" in portal["healthcheck"]["test"][-1]


def test_compose_serves_the_look_up_with_its_own_secret_alone() -> None:
    service = COMPOSE["services"]["annuaire"]
    assert service["command"][0] in COMMANDS
    assert service["ports"] == [f"127.0.0.1:{LOOKUP_PORT}:{LOOKUP_PORT}"]
    assert f"127.0.0.1:{LOOKUP_PORT}/sante" in service["healthcheck"]["test"][-1]
    assert service["secrets"] == ["lookup"], "it needs no token of DS"
    assert all(volume.endswith(":ro") for volume in service["volumes"]), "it writes nothing"


def test_the_account_of_the_image_can_read_the_token() -> None:
    told = (DEPLOY / "compose.yaml").read_text("utf-8")
    account = [value for name, value in instructions() if name == "USER"][-1]
    assert f"chown {account} secrets/ds-token" in told
