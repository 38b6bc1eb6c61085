"""`unc mapping`: check, propose, accept, card, on a sandbox whose form changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from settings import ROOT
from steps.read.poll import poll
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from tests.conftest import MakeBridge


@pytest.mark.slow
def test_staff_see_the_drift_accept_it_and_trace_a_value(
    bridge: MakeBridge,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "unc"
    shutil.copytree(ROOT / "mappings" / "unc", folder)
    monkeypatch.chdir(tmp_path)
    with bridge(generate(4, seed=5), mapping=folder / "mapping.yaml") as ours:
        for name, value in ours.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("UNC_MAPPING", str(folder / "mapping.yaml"))
        edits: list[dict[str, Any]] = [
            {"op": "reword", "champ": 21, "label": "Usage réel"},
            {"op": "add", "champ": {"id": 77, "label": "Pays d'origine", "type": "pays"}},
        ]
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=edits)
        with connect(ours.settings, make=True) as services:
            poll(services, Summary())
            number = min(services.store.dossiers.known_numbers(services.demarche))

        assert call(["mapping", "check"]) == 1
        told = capsys.readouterr().err
        line = next(
            at
            for at, text in enumerate((folder / "mapping.yaml").read_text("utf-8").splitlines(), 1)
            if text.startswith("  usage_constate:")
        )
        assert f"mapping.yaml:{line} : fields.usage_constate : bloquant" in told

        assert call(["mapping", "propose", "--json"]) == 0
        proposals = json.loads(capsys.readouterr().out)["proposals"]
        assert [one["line"].split(", title")[0] for one in proposals] == [
            "pays_d_origine: {champ: 77, type: pays"
        ]

        assert call(["mapping", "propose"]) == 0
        shown = capsys.readouterr().out
        assert (
            "# sous fields, à ajouter : champ 77 « Pays d'origine »\n  pays_d_origine: {" in shown
        )

        assert call(["mapping", "accept"]) == 1
        told = capsys.readouterr().err
        assert "renommé : « Usage constaté » → « Usage réel »" in told
        assert call(["mapping", "check"]) == 1, "nobody said that they saw it"
        capsys.readouterr()
        assert call(["mapping", "accept", "--seen", told.split("--seen ")[1].split()[0]]) == 0
        capsys.readouterr()
        assert call(["mapping", "check"]) == 0
        capsys.readouterr()

        assert call(["mapping", "card", str(number), "--json"]) == 0
        fields = {one["field"]: one for one in json.loads(capsys.readouterr().out)["fields"]}
        line_of = fields["usage_constate"]
        assert line_of["champ"] == "21"
        assert line_of["label"]
        assert line_of["revision"].isdigit()
        assert line_of["updated_at"]
        assert "specialites[1].denomination" in fields

        (folder / "mapping.yaml").write_text("form: unc\nfields: [\n", encoding="utf-8")
        assert call(["mapping", "check"]) == 2
        assert "mapping.yaml:3 : ce n'est pas du YAML lisible" in capsys.readouterr().err

        (folder / "mapping.yaml").write_bytes("form: unc\ntitle: Été\n".encode("latin-1"))
        assert call(["mapping", "check"]) == 2
        assert "mapping.yaml:2 : le fichier n'est pas en UTF-8" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named_as_it_was_given_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(["mapping", "check", "absent.yaml", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == ["absent.yaml ne peut pas être lu (il n'existe pas)"]
    monkeypatch.setenv("UNC_MAPPING", str(tmp_path))
    assert call(["mapping", "check"]) == 2
    assert f"UNC_MAPPING : {tmp_path} ne peut pas être lu (c'est un dossier)" in (
        capsys.readouterr().err
    )


def test_a_folder_is_no_file_to_write(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ("/", ""):
        assert call(["mapping", "adapt", "--auto", f"--output={given}"]) == 2
        assert "est un dossier : donnez un fichier." in capsys.readouterr().err
