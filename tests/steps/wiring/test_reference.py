"""Loading BDPM: versions kept, verdicts judged again, nothing needed."""

import json
import shutil
from pathlib import Path

import pytest

from cli.app import call
from cli.doctor.files import checks_files
from datafiles.file import DataFileError
from mappings.medicines.bdpm_files import FILES
from mappings.medicines.facts import medicines_of
from sandbox.generator.generate import generate
from settings import Settings, load_settings
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.case_files import reports_of
from steps.wiring.public_data.reference import load, matcher_of, refusal
from steps.wiring.public_data.version import version_of
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


@pytest.mark.slow
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
    with pytest.raises(DataFileError, match=r"/dev/null n'est pas un dossier ; donnez celui"):
        load(Path("/dev/null"), settings.home)
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, to be damaged."""
    made = tmp_path / "bdpm"
    shutil.copytree(SAMPLE, made)
    return made


def test_a_damaged_file_is_refused_with_its_first_line_and_their_count(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "home"))
    assert call(["bdpm", "load", str(SAMPLE)]) == 0
    (folder / "CIS_CPD_bdpm.txt").write_text("abîmé\n" * 1200, encoding="utf-8")
    version = version_of(tmp_path / "home")
    capsys.readouterr()
    assert call(["bdpm", "load", str(folder), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["error"]
    assert told.startswith("CIS_CPD_bdpm.txt, ligne 1 (et 1199 autres) : 1 colonne au lieu de 2")
    assert told.endswith(f"la version en usage, {version}, ne change pas")
    assert version_of(tmp_path / "home") == version


@pytest.mark.parametrize("name", [one.name for one in FILES])
@pytest.mark.parametrize(
    "content",
    [b"", b"<html>503</html>", b"PK\x03\x04zip", b"a\tb\n"],
    ids=["empty", "html", "zip", "other"],
)  # fmt: skip
def test_a_doubtful_file_leaves_the_version_in_use_and_is_told_of(
    tmp_path: Path, folder: Path, name: str, content: bytes
) -> None:
    home = tmp_path / "home"
    loaded = load(SAMPLE, home)
    (folder / name).write_bytes(content)
    with pytest.raises(DataFileError, match=name) as refused:
        load(folder, home, accepted=[name])
    assert version_of(home) == loaded.version
    assert refusal(home) == str(refused.value)
    assert [one.name for one in (home / "bdpm").iterdir() if one.is_dir()] == [loaded.version]
    load(SAMPLE, home)
    assert refusal(home) == ""


def test_a_file_that_lost_rows_is_used_once_a_person_accepts_it(
    tmp_path: Path, folder: Path
) -> None:
    home = tmp_path / "home"
    first = load(SAMPLE, home)
    path = folder / "CIS_CPD_bdpm.txt"
    lines = [one for one in path.read_bytes().splitlines(keepends=True) if one.strip()]
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    with pytest.raises(DataFileError, match=r"--accepter CIS_CPD_bdpm\.txt"):
        load(folder, home)
    assert version_of(home) == first.version
    second = load(folder, home, accepted=["cis_cpd_bdpm.txt"])
    assert version_of(home) == second.version != first.version
    assert load(folder, home).version == second.version, "one that is known is not compared"


def test_a_line_that_is_accepted_as_illegible_makes_its_file_unknown(
    tmp_path: Path, folder: Path
) -> None:
    home, path = tmp_path / "home", folder / "CIS_MITM.txt"
    path.write_bytes(path.read_bytes() + b"\r\nabcd\tX\r\n")
    with pytest.raises(DataFileError, match=r"CIS_MITM\.txt, ligne 10"):
        load(folder, home)
    told = load(folder, home, accepted=["CIS_MITM.txt"])
    assert [one.refused for one in told.files if one.name == "CIS_MITM.txt"] == [(10,)]
    matcher = matcher_of(home)
    assert matcher is not None
    majors = {one.major for one in matcher.reference.medicines.values()}
    assert majors == {True, None}
    with pytest.raises(DataFileError, match=r"--accepter autre\.txt"):
        load(folder, home, accepted=["autre.txt"])


def test_a_missing_list_is_unknown_and_doctor_says_so(tmp_path: Path, folder: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    (folder / "CIS_MITM.txt").unlink()
    load(folder, settings.home)
    matcher = matcher_of(settings.home)
    assert matcher is not None
    assert {one.major for one in matcher.reference.medicines.values()} == {None}
    told = check(settings)
    assert "sans CIS_MITM.txt : ce qu'ils diraient est « inconnu »" in told
    (folder / "CIS_bdpm.txt").write_bytes(b"")
    with pytest.raises(DataFileError):
        load(folder, settings.home)
    assert "le dernier chargement a été refusé : CIS_bdpm.txt : le fichier est vide" in check(
        settings
    )


def test_a_version_that_was_changed_where_it_is_kept_is_told_of(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    loaded = load(SAMPLE, settings.home)
    kept = settings.home / "bdpm" / loaded.version / "CIS_MITM.txt"
    kept.write_bytes(kept.read_bytes()[:100])
    assert "y a été modifiée" in check(settings)


def check(settings: Settings) -> str:
    (found,) = (one for one in checks_files(settings) if one.name == "Base des médicaments")
    return found.text


def test_files_of_the_has_are_joined_and_a_dated_name_is_known(
    tmp_path: Path, folder: Path
) -> None:
    home = tmp_path / "home"
    cis = (folder / "CIS_bdpm.txt").read_text("cp1252")[:8]
    (folder / "CIS_HAS_SMR_bdpm.txt").write_text(
        f"{cis}\tCT-1\tInscription (CT)\t20200115\tImportant\tl’indication\r\nsuite\r\n",
        encoding="cp1252", newline="",
    )  # fmt: skip
    (folder / "HAS_LiensPageCT_bdpm.txt").write_text("CT-1\thttps://example.invalid/1\n")
    (folder / "CIS_InfoImportantes_20260518_bdpm.txt").write_text(f"{cis}\t01/02/2026\t\tRappel\n")
    told = load(folder, home)
    assert {one.name: one.read for one in told.files if "CIP" not in one.name}.items() >= {
        "CIS_HAS_SMR_bdpm.txt": 1, "HAS_LiensPageCT_bdpm.txt": 1, "CIS_InfoImportantes.txt": 1,
    }.items()  # fmt: skip
    matcher = matcher_of(home)
    assert matcher is not None
    medicine = matcher.reference.medicines[cis]
    assert [(one.value, one.link) for one in medicine.smr] == [
        ("Important", "https://example.invalid/1")
    ]
    assert [one.text for one in medicine.information] == ["Rappel"]
