"""The `unc` command as people and programs meet it: answers, exit codes, nothing that surprises."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from openpyxl import load_workbook

from cli.app import call
from cli.terminal.printable import printable
from sandbox.generator.generate import generate
from tests.conftest import Bridge, MakeBridge

SEEDS = generate(12, seed=4)
Unc = Callable[..., tuple[int, str, str]]


@pytest.fixture
def unc(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Unc:
    """Run a command line with these settings only; return exit code, output, errors."""

    def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = call(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def _json(unc: Unc, made: Bridge, *arguments: str, **changes: str) -> tuple[int, Any]:
    code, out, _ = unc(*arguments, "--json", **made.environment, **changes)
    return code, json.loads(out)


def test_a_run_answers_with_one_json_object_and_ends_with_0(bridge: MakeBridge, unc: Unc) -> None:
    with bridge(SEEDS) as made:
        code, counts = _json(unc, made, "run")
        again, nothing = _json(unc, made, "run")
    assert (code, again) == (0, 0)
    assert counts["created"] == counts["seen"] == len(SEEDS)
    assert counts["workbooks"]
    assert nothing["workbooks"] == []
    assert nothing["annotated"] == nothing["labelled"] == nothing["messages"] == 0


def test_the_steps_of_a_run_do_what_the_run_does(bridge: MakeBridge, unc: Unc) -> None:
    with bridge(SEEDS) as made:
        assert _json(unc, made, "sync")[1]["created"] == len(SEEDS)
        assert _json(unc, made, "assess")[1]["assessed"] == len(SEEDS)
        planned = _json(unc, made, "respond", "--dry-run")[1]["due"]
        assert made.sandbox.control.stats()["mutations"] == {}
        written = _json(unc, made, "respond")[1]["annotated"]
        assert _json(unc, made, "export")[1]["workbooks"]
        code, status = _json(unc, made, "status")
    assert {one["dossier"] for one in planned if one["what"] == "annotations"}
    assert written == len({one["dossier"] for one in planned if one["what"] == "annotations"})
    assert code == 0
    assert status["demarche"] == made.sandbox.demarche


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"UNC_DS_TOKEN": "unknown"}, "UNC_DS_TOKEN"),
        ({"UNC_DEMARCHE": "1"}, "UNC_DEMARCHE"),
        ({"UNC_DEMARCHE": "douze"}, "UNC_DEMARCHE"),
        ({"UNC_DS_URL": "http://ds.example/graphql"}, "UNC_DS_URL"),
        ({"UNC_DECLARANT_CHANNEL": "email"}, "UNC_DECLARANT_CHANNEL"),
        ({"UNC_MAPPING": "/nowhere.yaml"}, "UNC_MAPPING"),
        ({"UNC_RULES": "/nowhere"}, "UNC_RULES"),
        ({"UNC_INSTRUCTEUR": ""}, "UNC_INSTRUCTEUR"),
    ],
)
def test_what_cannot_run_says_why_once_in_french_and_ends_with_2(
    bridge: MakeBridge, unc: Unc, changes: dict[str, str], named: str
) -> None:
    with bridge(SEEDS[:1]) as made:
        code, out, err = unc("run", "--json", **{**made.environment, **changes})
    assert code == 2
    assert named in json.loads(out)["error"]
    assert named in err
    assert "Traceback" not in err
    assert not (made.home / "unc.sqlite").exists()


def test_an_unknown_command_answers_a_program_too(unc: Unc) -> None:
    code, out, err = unc("rnu", "--json")
    assert code == 2
    assert json.loads(out)["error"].startswith("Commande incomprise")
    assert "unc --help" in err


def test_the_links_of_a_workbook_open_the_dossier(bridge: MakeBridge) -> None:
    with bridge(SEEDS) as made:
        path = next(one for one in made.run().workbooks if one.endswith("agence.xlsx"))
        cell = load_workbook(path)["Dossiers"]["A2"]
        page = requests.get(cell.hyperlink.target, timeout=10)
    assert page.status_code == 200
    assert str(cell.value) in page.text


def test_text_that_would_command_a_terminal_is_shown_harmless() -> None:
    assert (
        printable("\x1b[31mrouge\x1b]0;titre\x07 \u202efin\nligne")
        == "�[31mrouge�]0;titre� �fin\nligne"
    )
