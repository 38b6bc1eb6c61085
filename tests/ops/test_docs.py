"""The operators' pages are true: commands, settings, deployments and files that they name exist."""

import re

import pytest
from ruamel.yaml import YAML

from cli.app import app
from settings import Settings
from tests.ops.conftest import ROOT

PAGES = ("exploitation.md", "protection-des-donnees.md", "architecture.md")
SETTINGS = {f"UNC_{name.upper()}" for name in Settings.model_fields} | {"UNC_ALERT_TO"}
each_page = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


@each_page
def test_the_settings_exist(page: str) -> None:
    assert set(re.findall(r"\bUNC_[A-Z][A-Z_]*[A-Z]\b", text_of(page))) <= SETTINGS


@each_page
def test_the_commands_exist(page: str) -> None:
    known = {name for name in app if not name.startswith("-")}
    named = set(re.findall(r"(?:`|/|« |^)unc ([a-z]+)", text_of(page), re.MULTILINE))
    assert named <= known


@each_page
def test_the_files_exist(page: str) -> None:
    for path in re.findall(r"`((?:deploy|docs|flows|tests|exports)/[\w./-]+)`", text_of(page)):
        assert (ROOT / path).exists(), path


def test_every_deployment_is_described() -> None:
    told = text_of("exploitation.md")
    deployments = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
    for one in deployments:
        assert f"| `{one['name']}` |" in told
