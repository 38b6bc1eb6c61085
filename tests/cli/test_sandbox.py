"""`unc sandbox`: a form of one's own, a scenario, copies of the whole folder, a new start."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.control.client import Control
from sandbox.server import default_form, open_instance

UNC = Path(sys.executable).parent / "unc"
FORM = (
    "title: Court\ngroupes: [Nord]\nchamps:\n  - {id: 1, label: Nom, type: text, required: true}\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sandboxes; one on the default form is under demo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "var"))
    (tmp_path / "court.yaml").write_text(FORM)
    return tmp_path / "var"


@contextmanager
def served(*options: str) -> Iterator[dict[str, str]]:
    """`unc sandbox` in another process; gives the settings that it prints."""
    command = [str(UNC), "sandbox", "--port", "0", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  ours
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "}\n")
        yield json.loads("".join(lines) + "}")
    finally:
        process.kill()
        process.communicate()


def control(settings: dict[str, str]) -> Control:
    return Control(re.sub(r"/api/.*", "", settings["UNC_DS_URL"]))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_a_form_of_ones_own_is_served_copied_and_brought_back_while_served(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = ("--form", "court.yaml")
    with served(*form, "--dossiers", "3", "--scenario", "Deux-Semaines") as settings:
        assert settings["UNC_HOME"] == str(home / "demo-court")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*", settings["UNC_MESSAGES_SINCE"])
        asked: Any = control(settings)
        before = list(asked.snapshots(48213))
        assert len(before) == 3
        assert call(["sandbox", "snapshot", "un", *form]) == 0
        asked.purge(before[0])
        (home / "demo-court" / "unc.sqlite").write_bytes(b"")
        assert call(["sandbox", "return", "un", *form]) == 0
        assert list(asked.snapshots(48213)) == before
        assert not (home / "demo-court" / "unc.sqlite").exists()
        asked.purge(before[0])
        assert call(["sandbox", "reset", *form]) == 0
        assert list(asked.snapshots(48213)) == before
        assert call(["sandbox", "return", "deux", *form]) == 2
        assert "Instantanés gardés : un." in said(capsys)
        asked.close()


def test_copies_are_kept_brought_back_and_the_folder_emptied_when_nobody_serves(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_instance(home / "demo").close()
    (home / "demo" / "exports").mkdir()
    assert call(["sandbox", "snapshot", "un"]) == 0
    (home / "demo" / "exports").rmdir()
    assert call(["sandbox", "return", "un"]) == 0
    assert (home / "demo" / "exports").is_dir()
    assert call(["sandbox", "reset", "--json"]) == 0
    assert [one.name for one in (home / "demo").iterdir()] == ["instantanes"]
    assert json.loads(capsys.readouterr().out)["snapshots"] == ["un"]
    assert call(["sandbox", "return", "un"]) == 0
    assert (home / "demo" / "sandbox.sqlite").is_file()
    assert call(["sandbox", "snapshot", "a/b"]) == 2
    assert "ne nomme pas un instantané" in said(capsys)


def test_what_cannot_be_served_is_told_with_the_remedy(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["sandbox", "snapshot", "un"]) == 2
    assert "Aucun bac à sable dans" in said(capsys)
    assert call(["sandbox", "--form", "absent.json"]) == 2
    assert "--form : absent.json ne peut pas être lu" in said(capsys)
    (tmp_path / "faux.yaml").write_text(FORM.replace("text", "texte"))
    assert call(["sandbox", "--form", "faux.yaml"]) == 2
    assert "faux.yaml : question 1 « Nom » : type 'texte' inconnu" in said(capsys)
    assert call(["sandbox", "--scenario", "dix-ans"]) == 2
    assert "Ceux qui existent : deux-semaines" in said(capsys)
    open_instance(home / "demo").close()
    assert call(["sandbox", "--scenario", "deux-semaines"]) == 2
    assert "existe déjà, sans scénario" in said(capsys)
    open_instance(home / "demo-court", forms=[default_form()]).close()
    assert call(["sandbox", "--form", "court.yaml"]) == 2
    assert "a été fait d'un autre formulaire que court.yaml" in said(capsys)
