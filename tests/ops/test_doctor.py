"""`unc doctor`: one line for each check, and the remedy when it fails."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.app import call
from sandbox.generator import generate
from tests.conftest import Bridge, MakeBridge

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
    assert (code, {level for level, _ in checks.values()}) == (0, {"ok"}), checks
    assert {
        "Fichiers de règles", "Base de données", "Dossier des exports", "Fin du jeton", "Prefect",
        "Accès à DS", "Démarche", "Instructeur", "Droit d'écrire", "Formulaire",
        "Annotations privées", "Labels",
    } <= checks.keys()  # fmt: skip


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
