"""The pages are true: commands, settings, deployments, files and pictures that they name exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cli.app import COMMANDS
from cli.portal.lookup_settings import LookupSettings
from cli.portal.settings import PortalSettings
from settings import Settings
from tests.ops.conftest import ROOT

PAGES = (
    "annuaire.md",
    "exploitation.md",
    "protection-des-donnees.md",
    "architecture.md",
    "securite.md",
    "centre.md",
    "instructeur.md",
    "premier-jour.md",
    "verdict.md",
    "classeurs.md",
    "registre.md",
)
FIELDS = (*Settings.model_fields, *PortalSettings.model_fields, *LookupSettings.model_fields)
SETTINGS = {f"UNC_{name.upper()}" for name in FIELDS}
each_page = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


@each_page
def test_the_settings_exist(page: str) -> None:
    assert set(re.findall(r"\bUNC_[A-Z][A-Z_]*[A-Z]\b", text_of(page))) <= SETTINGS


@each_page
def test_the_commands_exist(page: str) -> None:
    known = set(COMMANDS)
    named = set(re.findall(r"(?:`|/|« |^)unc ([a-z]+)", text_of(page), re.MULTILINE))
    assert named <= known


@each_page
def test_the_files_exist(page: str) -> None:
    for path in re.findall(
        r"`((?:deploy|docs|tests|french|datafiles|mappings|triage|clients|store|exports|steps|flows|portal|cli|audit)/[\w./-]+)`",
        text_of(page),
    ):
        assert (ROOT / path).exists(), path


def _links(page: Path) -> Iterator[Path]:
    """Files that a page links to or shows, in it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        file = link.partition("#")[0]
        if file and "://" not in file:
            yield (page.parent / file).resolve()


def test_links_lead_to_files_and_every_picture_is_shown() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    linked = {page: set(_links(page)) for page in pages}
    lost = [(page.name, file.name) for page in pages for file in linked[page] if not file.exists()]
    assert not lost
    pictures = set((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert pictures <= set().union(*linked.values())
    assert all(one.stat().st_size <= 150_000 for one in pictures)
    assert sum(one.stat().st_size for one in pictures) <= 1_200_000


def test_sections_that_are_linked_are_there() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for file, section in re.findall(r"\]\(([\w.-]+\.md)#([^)]+)\)", page.read_text("utf-8")):
            titles = re.findall(
                "^#+ (.+)$", (ROOT / "docs" / file).read_text("utf-8"), re.MULTILINE
            )
            made = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert section in made, (page.name, file, section)


def test_each_threat_names_tests_that_are_there() -> None:
    rows = [row for row in text_of("securite.md").splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        threat, _, _, shown_by = row.strip("| ").split(" | ")
        named = re.findall(r"`(tests/[^`]+)`", shown_by)
        assert named, threat
        for path in named:
            assert "\ndef test_" in (ROOT / path).read_text("utf-8"), path


def test_every_deployment_is_described() -> None:
    told = text_of("exploitation.md")
    deployments = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]
    for one in deployments:
        assert f"| `{one['name']}` |" in told


@pytest.mark.slow
def test_every_message_that_is_explained_is_one_of_ours() -> None:
    rules = (file.read_text("utf-8") for file in (ROOT / "triage/unc/rules").glob("*.yaml"))
    ours = "\n".join([*texts_of_the_code(), *rules])
    rows = text_of("exploitation.md").partition("## 8.")[2].splitlines()
    messages = [
        m for row in rows if row.startswith("|") for m in re.findall("`([^`]+)`", row.split("|")[1])
    ]
    assert len(messages) > 20
    for message in messages:
        for part in message.split(" … "):
            assert part in ours, message


def texts_of_the_code() -> Iterator[str]:
    """Every text of the software, as it is said: its pieces joined."""
    rooms = (
        "cli",
        "clients",
        "datafiles",
        "exports",
        "flows",
        "mappings",
        "steps",
        "store",
        "triage",
    )
    files = [*ROOT.glob("*.py"), *(file for one in rooms for file in (ROOT / one).rglob("*.py"))]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(getattr(one, "value", "…")) if isinstance(one, ast.Constant) else "…"
                    for one in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_one_machine_is_told_whole() -> None:
    """What the timer's unit names is what the page writes, without PostgreSQL nor Prefect."""
    told = text_of("exploitation.md").partition("## 1.")[2].partition("## 2.")[0]
    unit = (ROOT / "deploy/systemd/unc-passage.service").read_text("utf-8")
    settings = re.search("^EnvironmentFile=(.+)$", unit, re.MULTILINE)
    account = re.search("^User=(.+)$", unit, re.MULTILINE)
    assert settings is not None
    assert account is not None
    script = (ROOT / "deploy/install.sh").read_text("utf-8")
    assert f"etc={Path(settings[1]).parent}\n" in script
    assert "sample=unc-une-machine.env\n" in script
    assert "useradd --system --user-group" in script
    assert f" {account[1]}\n" in script
    assert settings[1] in told
    for file in re.findall(r"deploy/[\w@./*-]+", told):
        assert list(ROOT.glob(file)), file
    for timer in re.findall(r"[\w-]+\.timer", told):
        assert (ROOT / "deploy/systemd" / timer).exists(), timer
    lines = (ROOT / "deploy/systemd/unc-une-machine.env").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if not line.startswith("#")}
    assert {"UNC_DEMARCHE", "UNC_INSTRUCTEUR", "UNC_DS_TOKEN_FILE", "UNC_HOME"} <= names
    assert not [name for name in names if name == "UNC_DATABASE_URL" or "PREFECT" in name]
    assert "UNC_DS_TOKEN_FILE=/etc/passerelle-unc/ds-token" in lines
    assert "/etc/passerelle-unc/ds-token\n" in told
