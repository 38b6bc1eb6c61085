"""Loading BDPM: versions kept, verdicts judged again, nothing needed."""

import json
import shutil
from pathlib import Path

import pytest

from cli.app import call
from datafiles.file import DataFileError
from mappings.medicines.facts import medicines_of
from sandbox.generator.generate import generate
from settings import load_settings
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.case_files import reports_of
from steps.wiring.reference import load, matcher_of, version_of
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge

SAMPLE = Path(__file__).parents[2] / "data" / "bdpm"


def judged(bridge: Bridge) -> Summary:
    summary = Summary()
    with connect(bridge.settings, make=True) as services:
        poll(services, summary)
        judge(services, summary)
    return summary


def test_loading_judges_again_once_and_warns_only(bridge: MakeBridge) -> None:
    with bridge(generate(6, seed=5)) as ours:
        first = judged(ours)
        assert matcher_of(ours.settings.home) is None
        load(SAMPLE, ours.settings.home)
        again, nothing = judged(ours), judged(ours)
        with connect(ours.settings, make=True) as services:
            matcher = matcher_of(ours.settings.home)
            found = [
                medicines_of(one, mapping=services.form.mapping, matcher=matcher)
                for one in reports_of(services)
            ]
            rows = list(services.store.dossiers.iterate(services.demarche))
    assert len(first.assessed) == 6
    assert again.assessed == first.assessed
    assert nothing.assessed == set()
    assert any(matches for matches in found)
    details = [json.loads(row.assessment.detail) for row in rows if row.assessment]
    warned = [one for detail in details for one in detail["warnings"] if one["id"] == "bdpm"]
    assert warned, "made-up codes are not in BDPM"
    assert all(one["fields"] == ["specialites", "siret"] for one in warned)


def test_versions_are_kept_and_the_last_one_loaded_is_used(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    folder = tmp_path / "bdpm"
    shutil.copytree(SAMPLE, folder)
    first = load(folder, settings.home)
    (folder / "CIS_MITM.txt").unlink()
    second = load(folder, settings.home)
    assert second.absent == ("CIS_MITM.txt",)
    assert set(second.versions) == {first.version, second.version}
    assert version_of(settings.home) == second.version
    back = load(SAMPLE, settings.home)
    assert (back.version, back.new) == (first.version, False)
    matcher = matcher_of(settings.home)
    assert matcher is not None
    assert matcher.reference.version == first.version


def test_a_folder_without_specialities_leaves_the_version_in_use(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    loaded = load(SAMPLE, settings.home)
    empty = tmp_path / "vide"
    empty.mkdir()
    with pytest.raises(DataFileError, match=r"CIS_bdpm\.txt"):
        load(empty, settings.home)
    with pytest.raises(DataFileError, match="ne peut pas être lu"):
        load(tmp_path / "absent", settings.home)
    assert version_of(settings.home) == loaded.version


def test_the_command_counts_lines_and_joins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "home"))
    assert call(["bdpm", "load"]) == 2
    assert "UNC_BDPM_DIR manque" in capsys.readouterr().err
    monkeypatch.setenv("UNC_BDPM_DIR", str(SAMPLE))
    assert call(["bdpm", "load", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    by_file = {one["name"]: one for one in told["files"]}
    assert by_file["CIS_CPD_bdpm.txt"]["encoding"] == "cp1252"
    assert all(one["lines"] == one["read"] >= one["joined"] > 0 for one in told["files"])


def test_a_damaged_file_is_told_by_its_first_lines_and_their_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "home"))
    folder = tmp_path / "bdpm"
    shutil.copytree(SAMPLE, folder)
    for name, count in (("CIS_MITM.txt", 5), ("CIS_CPD_bdpm.txt", 1200)):
        (folder / name).write_text("abîmé\n" * count, encoding="utf-8")
    assert call(["bdpm", "load", str(folder)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if "CIS_MITM" in line] == [
        f"CIS_MITM.txt:{line} : ligne illisible" for line in range(1, 6)
    ]
    assert [line for line in told if "CIS_CPD" in line] == [
        *(f"CIS_CPD_bdpm.txt:{line} : ligne illisible" for line in range(1, 6)),
        "CIS_CPD_bdpm.txt : 1\u202f200 lignes illisibles en tout",
    ]
