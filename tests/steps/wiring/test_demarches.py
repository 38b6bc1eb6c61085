"""Several démarches in one store, each with its own settings, read one after the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.server import Sandbox, default_form, running_sandbox
from settings import SettingsError, load_settings
from steps.wiring.services import each_demarche
from store.repository import open_store
from tests.steps.syncing import seeds

FIRST, SECOND = 48213, 59000


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    forms = [default_form(), {**default_form(), "number": SECOND, "title": "Une autre"}]
    with running_sandbox(tmp_path / "sandbox", forms=forms, seeds=seeds(30)) as served:
        for number in (FIRST, SECOND):
            served.control.add_token(f"jeton-{number}", demarches=[number])
        for number in (901, 902):
            company = {"siret": "73282932000074", "name": "Ex"}
            dossier = {"number": number, "company": company, "mandatory": False}
            served.control.create(SECOND, dossier)
        yield served


@pytest.fixture
def file(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of two démarches, which the environment names."""
    (tmp_path / "jeton").write_text("inconnu")
    monkeypatch.setenv("UNC_DS_URL", sandbox.url)
    monkeypatch.setenv("UNC_DS_TOKEN_FILE", str(tmp_path / "jeton"))
    monkeypatch.setenv("UNC_INSTRUCTEUR", sandbox.instructeur)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNC_DEMARCHES", str(tmp_path / "demarches.toml"))
    written = tmp_path / "demarches.toml"
    written.write_text(
        f'[unc]\nUNC_DEMARCHE = {FIRST}\nUNC_DS_TOKEN = "jeton-{FIRST}"\n'
        f'[autre]\nUNC_DEMARCHE = {SECOND}\nUNC_DS_TOKEN = "jeton-{SECOND}"\n'
        "UNC_OVERLAP_MINUTES = 30\n"
    )
    return written


def test_a_refused_token_is_named_with_the_file_and_the_demarche_that_gave_it(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text("utf-8").replace(f"jeton-{SECOND}", "inconnu"), "utf-8")
    error = told(capsys, "sync")["demarches"][str(SECOND)]["error"]
    assert f"le jeton UNC_DS_TOKEN ({file}, démarche {SECOND})" in error


@pytest.mark.usefixtures("file")
def test_a_refused_token_of_a_file_is_named_by_that_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UNC_DEMARCHES")
    monkeypatch.setenv("UNC_DEMARCHE", str(FIRST))
    assert "le jeton UNC_DS_TOKEN_FILE" in told(capsys, "sync")["error"]
    checks = told(capsys, "doctor")["checks"]
    access = next(one["text"] for one in checks if one["name"] == "Accès à DS")
    assert "le jeton UNC_DS_TOKEN_FILE" in access


def told(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    call([*command, "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.usefixtures("file")
def test_each_demarche_has_its_own_token_watermark_and_counts(
    tmp_path: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    first = told(capsys, "sync")
    assert first["created"] == 32
    assert {n: one["created"] for n, one in first["demarches"].items()} == {
        str(FIRST): 30,
        str(SECOND): 2,
    }
    with open_store(f"sqlite:///{tmp_path}/home/unc.sqlite") as store:
        states = [store.demarches.state(number) for number in (FIRST, SECOND)]
        assert store.dossiers.known_numbers(SECOND) == {901, 902}
    assert len({state.watermark for state in states}) == 2
    sandbox.control.edit_champ(901, {8: "seul changement"})
    again = told(capsys, "sync")
    assert {n: one["updated"] for n, one in again["demarches"].items()} == {
        str(FIRST): 0,
        str(SECOND): 1,
    }


@pytest.mark.usefixtures("file")
def test_one_that_fails_holds_no_other_up(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.control.revoke_token(f"jeton-{FIRST}")
    assert call(["sync", "--json"]) == 2
    out = json.loads(capsys.readouterr().out)
    assert "UNC_DS_TOKEN" in out["demarches"][str(FIRST)]["error"]
    assert out["demarches"][str(SECOND)]["created"] == 2


@pytest.mark.usefixtures("file")
def test_a_number_picks_one_of_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNC_DEMARCHE", str(SECOND))
    assert told(capsys, "sync")["created"] == 2
    settings = load_settings()
    assert settings.overlap_minutes == 30
    assert settings.exports().name == str(SECOND)
    assert settings.token().get_secret_value() == f"jeton-{SECOND}"
    with pytest.raises(SettingsError, match=r"UNC_DEMARCHE .* 1 "):
        load_settings(demarche=1)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("ceci n'est pas du TOML", "n'est pas du TOML (ligne 1)."),
        ("[a]\nUNC_DEMARCHE", "n'est pas du TOML (à sa fin)."),
        ("UNC_DEMARCHE = 1", "hors de la table"),
        ("[a]\nUNC_DEMARCH = 1", "demarch"),
        ("[a]\nUNC_DEMARCHE = 'un'", "UNC_DEMARCHE"),
        ("[a]\nUNC_DEMARCHE = 1\n[b]\nUNC_DEMARCHE = 1", "« b »"),
        ("[a]\nUNC_DEMARCHE = 1\nUNC_DEMARCHES = 'x'", "demarches"),
        ("[a]\nUNC_DEMARCHE = 1\nUNC_OVERLAP_MINUTES = -1", "UNC_OVERLAP_MINUTES"),
        ("[a]\nUNC_DEMARCHE = 1\nUNC_DS_TOKEN = ''", "UNC_DS_TOKEN"),
        ("", "aucune démarche"),
    ],
)
def test_a_file_that_is_wrong_is_explained(file: Path, content: str, named: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError) as caught:
        each_demarche()
    assert named in str(caught.value)
    file.unlink()
    with pytest.raises(SettingsError, match="UNC_DEMARCHES"):
        each_demarche()
