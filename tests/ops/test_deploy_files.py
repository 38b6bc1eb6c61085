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

from settings import Settings
from tests.ops.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))
COMPOSE: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
EXEC = re.compile(r"^ExecStart=\S+", re.MULTILINE)
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "ENTRYPOINT", "CMD"}


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


def test_the_containerfile_ends_as_an_account_without_rights() -> None:
    told = instructions()
    assert {name for name, _ in told} <= INSTRUCTIONS
    assert [value for name, value in told if name == "USER"][-1] == "10001"
    for name, value in told:
        if name == "FROM":
            assert ":" in value.split()[0]
            assert "latest" not in value
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
        assert {"image", "restart"} <= service.keys(), name
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
    known = {f"UNC_{name.upper()}" for name in Settings.model_fields} | {"UNC_ALERT_TO"}
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            named = set(re.findall(r"\bUNC_[A-Z_]+\b", file.read_text("utf-8")))
            assert named <= known, file.name


def test_no_file_holds_a_secret() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            assert not re.search(r"(?i)(password|token|secret)=\S", file.read_text("utf-8")), file


@pytest.mark.debian
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        missing = "systemd-analyze is not installed: the units were NOT checked"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
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


def test_the_mail_script_is_a_shell_script() -> None:
    script = DEPLOY / "systemd" / "unc-courriel"
    assert os.access(script, os.X_OK)
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)  # noqa: S603
    checker = shutil.which("shellcheck")
    if checker is not None:
        subprocess.run([checker, str(script)], check=True)  # noqa: S603


def test_a_failed_unit_is_told_by_mail(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    for name, text in {
        "sendmail": f"cat > {sent}",
        "journalctl": "echo 'La base de données est injoignable'",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o700)
    subprocess.run(  # noqa: S603
        [str(DEPLOY / "systemd" / "unc-courriel"), "unc-passage.service"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "UNC_ALERT_TO": "exploitation@exemple.fr"},
        check=True,
    )
    mail = sent.read_text("utf-8")
    assert mail.startswith("To: exploitation@exemple.fr\nSubject: Passerelle UNC : unc-passage")
    assert "injoignable" in mail
