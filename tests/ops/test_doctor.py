"""`unc doctor`: one line for each check, and the remedy when it fails."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from settings import ROOT
from steps.wiring.public_data.reference import load
from tests.conftest import Bridge, MakeBridge

BDPM = ROOT / "tests" / "data" / "bdpm"
Doctor = Callable[..., tuple[int, dict[str, tuple[str, str]]]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Call `unc doctor` on a bridge, with other settings, and give its checks by name."""

    def run(made: Bridge, **changes: Any) -> tuple[int, dict[str, tuple[str, str]]]:
        for name, value in {**made.environment, **changes}.items():
            monkeypatch.setenv(name, str(value))
        code = call(["doctor", "--json"])
        told = json.loads(capsys.readouterr().out)["checks"]
        return code, {one["name"]: (one["level"], one["text"]) for one in told}

    return run


def test_all_is_well_on_a_good_installation(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        code, checks = doctor(made)
    good, todo, other = (
        {name for name, (level, _) in checks.items() if level == wanted}
        for wanted in ("ok", "à faire", "info")
    )
    assert code == 0
    assert good | todo | other == checks.keys(), checks
    assert other == {"Prefect", "Courriels de DS"}
    assert todo == {
        "Adopter des règles au portail", "Base de données", "Base des médicaments",
        "Dossier des exports", "Dossier de travail", "Données de consommation", "Fin du jeton",
    }, "what is not there is not ok"  # fmt: skip
    assert {
        "Fichiers de règles", "Base de données", "Dossier des exports", "Fin du jeton", "Prefect",
        "Accès à DS", "Démarche", "Instructeur", "Droit d'écrire", "Formulaire",
        "Annotations privées", "Labels",
        "Colonnes et confidentialité", "Base des médicaments", "Noms des réglages",
    } <= checks.keys()  # fmt: skip


@pytest.mark.slow
def test_defects_that_the_form_could_prevent_are_counted_with_their_remedy(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recent = (datetime.now(UTC) - timedelta(days=40)).replace(hour=12)
    spoilt = [
        replace(one, deposited_at=recent, updated_at=recent)
        for one in generate(400, seed=11)
        if "invalid" in one.planted.items["M3"] and one.state == "en_construction"
    ][:4]
    old = replace(spoilt[3], deposited_at=recent - timedelta(days=300))
    with bridge([*spoilt[:3], old]) as made:
        made.run()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        assert call(["doctor", "--source", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert call(["doctor", "--source"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        call(["doctor", "--json"])
        checks = json.loads(capsys.readouterr().out)["checks"]
    assert told["dossiers"] == 3
    found = [one for one in told["defects"] if one["item"] == "M3"]
    assert sum(one["dossiers"] for one in found) == 3
    assert {one["means"][0]["means"] for one in found} == {"referentiel"}
    assert found[0]["months"].keys() == {f"{recent:%Y-%m}"}
    assert told["means"]["referentiel"] >= 3
    assert "champ référentiel (pas en place)" in shown
    (line,) = [one for one in checks if one["name"] == "Défauts à la source"]
    assert line["level"] == "info"
    assert "champ référentiel" in line["text"]


def test_what_mails_of_ds_may_say_is_told(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        _, alone = doctor(made)
        _, passing = doctor(made, UNC_PASS_EN_INSTRUCTION="true")
        gone = [{"op": "remove", "annotation": True, "champ": one} for one in (901, 902, 903, 908)]
        made.sandbox.control.publish(made.sandbox.demarche, edits=gone)
        _, without = doctor(made)
    texts = [found["Courriels de DS"] for found in (alone, passing, without)]
    assert {level for level, _ in texts} == {"info"}
    assert "un instructeur seul" in texts[0][1]
    assert "par la passerelle" in texts[1][1]
    assert "« Statut du triage »" in texts[0][1]
    assert "Priorité" not in texts[0][1]
    assert texts[2][1].startswith("aucune annotation")


def test_nothing_is_written_by_looking(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        before = made.sandbox.control.snapshots(made.sandbox.demarche)
        doctor(made)
        assert made.sandbox.control.snapshots(made.sandbox.demarche) == before
        assert not (made.home / "unc.sqlite").exists()


def test_a_token_that_only_reads_is_told(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        code, checks = doctor(made, UNC_DS_TOKEN=made.sandbox.read_only_token)
    assert code == 2
    assert checks["Droit d'écrire"][0] == "bloquant"
    assert "accès en écriture" in checks["Droit d'écrire"][1]


def test_a_token_near_its_end_is_told(bridge: MakeBridge, doctor: Doctor) -> None:
    since = datetime.now(UTC).date() - timedelta(days=350)
    with bridge(generate(3, seed=1)) as made:
        code, checks = doctor(made, UNC_DS_TOKEN_SINCE=since)
    assert (code, checks["Fin du jeton"][0]) == (1, "à voir")


def test_what_lacks_on_ds_is_named(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        made.sandbox.control.delete_label(made.sandbox.demarche, "Urgent")
        made.sandbox.control.add_groupe(made.sandbox.demarche, "Nouveau groupe")
        code, checks = doctor(made)
    assert code == 1
    assert "Urgent" in checks["Labels"][1]
    assert "Nouveau groupe" in checks["Instructeur"][1]


def test_what_blocks_is_told_with_its_setting(bridge: MakeBridge, doctor: Doctor) -> None:
    with bridge(generate(3, seed=1)) as made:
        wrong = {
            "UNC_INSTRUCTEUR": "personne@exemple.fr",
            "PREFECT_API_URL": "http://127.0.0.1:9/api",
            "UNC_MAPPING": str(made.home / "nulle-part.yaml"),
            "UNC_DATABASE_URL": "postgresql://unc@127.0.0.1:9/unc",
        }
        code, checks = doctor(made, **wrong)
    assert code == 2
    for name, setting in {
        "Instructeur": "UNC_INSTRUCTEUR",
        "Prefect": "PREFECT_API_URL",
        "Fichiers de règles": "UNC_MAPPING",
        "Base de données": "UNC_DATABASE_URL",
    }.items():
        level, text = checks[name]
        assert level == "bloquant", name
        assert setting in text


@pytest.mark.slow
def test_where_the_portal_cannot_adopt_rules_is_told_with_the_remedy(
    bridge: MakeBridge, doctor: Doctor, tmp_path: Path
) -> None:
    name, own = "Adopter des règles au portail", tmp_path / "regles"
    shutil.copytree(ROOT / "triage/unc", own)
    with bridge(generate(1, seed=1)) as made:
        _, checks = doctor(made)
        assert checks[name][0] == "à faire"
        assert "UNC_RULES une copie de ce dossier" in checks[name][1]
        _, checks = doctor(made, UNC_RULES=own)
        assert checks[name] == ("ok", f"dans {own}")
        (own / "rules").rename(own / "ailleurs")
        (own / "rules").write_text("pas un dossier")
        _, checks = doctor(made, UNC_RULES=own)
        assert checks[name][0] == "à faire"
        assert str(own / "rules") in checks[name][1]


@pytest.mark.slow
def test_a_medicines_reference_that_is_asked_for_and_not_there_is_told(
    bridge: MakeBridge, doctor: Doctor, tmp_path: Path
) -> None:
    name = "Base des médicaments"
    with bridge(generate(1, seed=1)) as made:
        _, checks = doctor(made)
        assert checks[name][0] == "à faire"
        assert checks[name][1].startswith("BDPM non chargée : unc bdpm load")
        code, checks = doctor(made, UNC_BDPM_DIR=tmp_path / "absent")
        assert (code, checks[name][0]) == (1, "à voir")
        assert "UNC_BDPM_DIR" in checks[name][1]
        code, checks = doctor(made, UNC_BDPM_DIR=BDPM)
        assert (code, checks[name][0]) == (1, "à voir")
        assert checks[name][1].startswith("BDPM non chargée : unc bdpm load")
        loaded = load(BDPM, made.settings.home)
        code, checks = doctor(made)
        assert (code, checks[name]) == (0, ("ok", f"BDPM, version {loaded.version}"))
        shutil.rmtree(made.home / "bdpm" / loaded.version)
        code, checks = doctor(made)
        assert (code, checks[name][0]) == (2, "bloquant")


def test_columns_of_another_form_are_told_with_their_file(
    bridge: MakeBridge, doctor: Doctor
) -> None:
    name = "Colonnes et confidentialité"
    with bridge(generate(1, seed=1)) as made:
        other = ROOT / "mappings" / "erreurs" / "mapping.yaml"
        code, checks = doctor(made, UNC_MAPPING=other)
        assert (code, checks[name][0]) == (2, "bloquant")
        for file in ("columns.yaml", "policy.yaml"):
            (line,) = [one for one in checks[name][1].splitlines() if file in one]
            assert str(made.settings.columns / file) in line
            assert "UNC_COLUMNS" in line
        _, checks = doctor(made, UNC_MAPPING=made.settings.mapping, UNC_COLUMNS=made.home / "rien")
        assert checks[name][0] == "bloquant"
        assert "UNC_COLUMNS" in checks[name][1]


@pytest.mark.slow
def test_words_that_adapt_cannot_read_are_told_before_a_form_changes(
    bridge: MakeBridge, doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Mots du rapprochement"
    with bridge(generate(1, seed=1)) as made:
        code, checks = doctor(made)
        assert (code, checks[name]) == (0, ("ok", "synonymes.yaml, appris.json"))
        mapping = tmp_path / "mapping.yaml"
        shutil.copy(ROOT / "mappings" / "unc" / "mapping.yaml", mapping)
        learned = mapping.with_name("appris.json")
        learned.write_text('{"form": "unc", "paths": ["cas"], "traits": {"cas": {"0": -1}}}')
        _, checks = doctor(made, UNC_MAPPING=mapping)
        assert checks[name][0] == "à voir"
        assert checks[name][1].startswith("appris.json : « traits », « cas », « 0 » vaut -1")
        learned.unlink()
        # an installation that lost one of the shipped files
        monkeypatch.setattr("steps.adopt.subject.MAPPINGS", tmp_path)
        (tmp_path / "unc").mkdir()
        _, checks = doctor(made, UNC_MAPPING=mapping)
        assert checks[name][0] == "à voir"
        for file in ("synonymes.yaml", "appris.json"):
            assert str(tmp_path / "unc" / file) in checks[name][1]
        assert "remettez le fichier livré" in checks[name][1]


@pytest.mark.parametrize("home", ["/etc/hostname", "/proc/xx", "/etc/hostname/dessous"])
def test_a_home_that_cannot_be_used_is_told(bridge: MakeBridge, doctor: Doctor, home: str) -> None:
    with bridge(generate(1, seed=1)) as made:
        code, checks = doctor(made, UNC_HOME=home)
    level, text = checks["Dossier de travail"]
    assert (code, level) == (2, "bloquant")
    assert "UNC_HOME" in text
    assert "Mo" not in text


def test_everything_that_is_missing_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("doctor", "run"):
        assert call([command]) == 2
        told = " ".join("".join(capsys.readouterr()).replace("│", "").split())
        for name in ("UNC_DS_TOKEN", "UNC_DEMARCHE", "UNC_INSTRUCTEUR"):
            assert f"{name} manque" in told, command


def test_a_name_that_is_no_setting_is_told_with_the_nearest(
    bridge: MakeBridge, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bridge(generate(1, seed=1)) as made:
        monkeypatch.chdir(made.home.parent)
        Path(".env").write_text("UNC_DEMARCH=3\n", "utf-8")
        code, checks = doctor(made, UNC_BATHC_SIZE=3, UNC_ZZZ=1, UNC_SMTP_HOST="", UNC_ALERT_TO="a")
    level, text = checks["Noms des réglages"]
    assert (code, level) == (1, "à voir")
    assert "UNC_BATHC_SIZE (vouliez-vous UNC_BATCH_SIZE ?)" in text
    assert "UNC_DEMARCH (vouliez-vous UNC_DEMARCHE ?)" in text
    assert "UNC_ZZZ (à ôter)" in text
    assert "SMTP" not in text
    assert "ALERT" not in text


def test_a_token_that_every_account_can_read_is_told(
    bridge: MakeBridge, doctor: Doctor, tmp_path: Path
) -> None:
    file = tmp_path / "jeton"
    with bridge(generate(1, seed=1)) as made:
        file.write_text(made.sandbox.token, "utf-8")
        file.chmod(0o644)
        code, checks = doctor(made, UNC_DS_TOKEN_FILE=file)
        assert (code, checks["Fichier du jeton"][0]) == (1, "à voir")
        file.chmod(0o440)
        code, checks = doctor(made, UNC_DS_TOKEN_FILE=file)
        assert (code, checks["Fichier du jeton"][0]) == (0, "ok")


def test_settings_are_shown_for_people(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(1, seed=1)) as made:
        monkeypatch.chdir(made.home.parent)
        for name, value in {**made.environment, "UNC_HOME": "var", "COLUMNS": "300"}.items():
            monkeypatch.setenv(name, value)
        assert call(["doctor", "--settings"]) == 0
        shown = capsys.readouterr().out
        assert call(["doctor", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
    assert told["settings"]["UNC_PASS_EN_INSTRUCTION"] == "non"
    assert told["settings"]["UNC_HOME"] == str(made.home.parent / "var")
    assert "(publiée)" in shown
    assert "(metadata), ou les fichiers (download)" in shown


def test_verdicts_come_first_and_no_value_is_cut(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(1, seed=1)) as made:
        long = made.home / ("d" * 90)
        for name, value in {**made.environment, "UNC_EXPORT_DIR": long, "COLUMNS": 80}.items():
            monkeypatch.setenv(name, str(value))
        assert call(["doctor"]) == 0
        short = capsys.readouterr().out
        assert call(["doctor", "--settings"]) == 0
        whole = capsys.readouterr().out
    assert short.startswith("Un passage peut se faire : ")
    levels = [line.split("  ")[0] for line in short.splitlines() if line[:2].strip()]
    found = [level for level in levels if level in {"bloquant", "à voir", "à faire", "ok", "info"}]
    assert found == sorted(found, key=["à faire", "ok", "info"].index)
    assert "UNC_OVERLAP_MINUTES" not in short
    assert "unc doctor --settings" in short
    assert f"UNC_EXPORT_DIR={long}\n" in whole
    assert "UNC_OVERLAP_MINUTES=10\n" in whole
    assert "…" not in whole


@pytest.mark.slow
def test_what_runs_told_already_is_counted_by_all_three(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*command: str) -> str:
        assert call(list(command)) in {0, 1, 2}
        said = capsys.readouterr()
        return said.out + said.err

    with bridge(generate(1, seed=1)) as made:
        for name, value in {**made.environment, "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
        form = made.sandbox.control.publish
        form(made.sandbox.demarche, edits=[{"op": "reword", "champ": "4", "label": "Autre mot"}])
        for first in (told("run"), told("status"), told("doctor")):
            assert "Autre mot" in first
            assert "connu" not in first
        for again, command in (
            (told("run"), "status"), (told("status"), "status"), (told("doctor"), "doctor"),
        ):  # fmt: skip
            assert "Autre mot" not in again
            assert f" : unc {command} --tout" in again
        assert "Autre mot" in told("status", "--tout")
        assert "Autre mot" in told("doctor", "--tout")
