"""Bases are never invented, nor changed unasked; and each command knows of several démarches."""

import json
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from cyclopts import App

from cli.app import COMMANDS, call, make_app
from sandbox.server import default_form, running_sandbox
from settings import ROOT
from store.repository import open_store
from tests.steps.syncing import seeds

FIRST, SECOND = 48213, 59000
NEED_A_BASE = (
    "assess", "backup", "classement list", "classement try CLASSEMENT", "digest",
    "export",
    "import classeur.xlsx", "mapping absent titre --reason r --by n", "mapping accept",
    "mapping adapt --auto", "mapping adopt --by n", "mapping card 1", "mapping propose",
    "mapping same titre --reason r --by n",
    "patients clear 1 01234567", "patients restore 1 01234567", "patients show 1", "purge",
    "purge --dry-run", "reconcile", "respond", "respond --dry-run",
    "registre close SIT-0001 --conclusion c --by n", "registre discard SIT-0001 --by n",
    "registre duplicate 2 1 --by n", "registre effect SIT-0001", "registre event SIT-0001 e --by n",
    "registre edit SIT-0001 --by n", "registre freeze 2017 --by n",
    "registre import classeur.xlsx --by n", "registre template annees.xlsx",
    "registre identify SIT-0001 2026-01-01 --by n",
    "registre level SIT-0001 --niveau n --justification j --by n", "registre list",
    "registre meeting advise SEA-0001 SIT-0001 --texte t --by n",
    "registre meeting agenda SEA-0001 SIT-0001 --by n", "registre meeting hold SEA-0001 --by n",
    "registre meeting list", "registre meeting minutes SEA-0001 --by n",
    "registre meeting plan 2026-01-01 --by n",
    "registre meeting postpone SEA-0001 2026-01-01 --by n", "registre meeting show SEA-0001",
    "registre measure add SIT-0001 --type t --by n",
    "registre measure conclude MES-0001 --conclusion c --by n",
    "registre measure move MES-0001 --etat e --by n", "registre merge SIT-0002 SIT-0001 --by n",
    "registre pack SEA-0001 --to pack",
    "registre question add SIT-0001 --texte t --centres Lyon --echeance 2026-12-01 --by n",
    "registre question answer QUE-0001 --centre Lyon --texte t --by n", "registre question list",
    "registre question withdraw QUE-0001 --motif m --by n", "registre reopen SIT-0001 --by n",
    "registre seen SIT-0001 --by n", "registre show SIT-0001",
    "registre signal add --type t --organisme o --substance s --resume r --by n",
    "registre signal list", "registre signal place SIG-0001 --nouvelle --by n",
    "registre split SIT-0001 1 --by n", "registre undo SIT-0001 --by n",
    "registre validate SIT-0001 --niveau n --justification j --by n", "registre years",
    "respond --preview 1", "respond --withdraw 1", "rules explain 1", "rules try REGLES", "serve",
    "situations confirm SIT-0001", "situations consumption", "situations duplicates",
    "situations follow", "situations list", "situations merge SIT-0002 SIT-0001",
    "situations show SIT-0001", "situations split SIT-0001 1", "status", "status --stalled-after 5",
    "upgrade", "users add a@example.fr --role agence --no-password", "users list",
    "users remove a@example.fr", "users unbind a@example.fr",
)  # fmt: skip
WITHOUT = (
    "alert unc-passage.service", "bdpm load BDPM", "conso list", "conso load CONSO",
    "conso show A02BC01", "demo", "deploy", "doctor", "init", "lookup", "mapping check",
    "mapping document", "mapping new DOSSIER", "rules check", "rules diff 2026.1 2026.2", "run",
    "sandbox", "sandbox reset", "sandbox return", "sandbox snapshot", "sync", "worker",
)  # fmt: skip
"""What makes a base because it says so, or needs none."""


def leaves(app: App, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that can be typed, without its arguments."""
    names = [name for name in app if not name.startswith("-")]
    for name in names:
        yield from leaves(app[name], (*path, name))
    if path and (not names or app.default_command):
        yield " ".join(path)


def test_every_command_is_among_those_that_need_a_base_or_those_that_do_not() -> None:
    known = {*NEED_A_BASE, *WITHOUT}
    for leaf in leaves(make_app(listed=True)):
        assert any(one == leaf or one.startswith(f"{leaf} ") for one in known), leaf
    assert {one.split()[0] for one in known} == COMMANDS.keys()


def words(command: str) -> list[str]:
    places = {
        "REGLES": str(Path(__file__).parents[2] / "triage/unc/rules/2026-2.yaml"),
        "CLASSEMENT": str(Path(__file__).parents[2] / "triage/unc/classement.yaml"),
        "BDPM": str(Path(__file__).parents[1] / "data/bdpm"),
    }
    return [places.get(one, one) for one in shlex.split(command)]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where there is nothing, with settings that are right."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classeur.xlsx").write_bytes(b"PK")
    for name, value in {
        "UNC_DEMARCHE": str(FIRST),
        "UNC_DS_URL": "http://127.0.0.1:9/graphql",
        "UNC_DS_TOKEN": "jeton",
        "UNC_INSTRUCTEUR": "robot@example.fr",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("command", NEED_A_BASE)
def test_a_missing_base_is_named_and_none_is_made(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert call([*words(command), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert str(elsewhere / "var" / "unc.sqlite") in told["error"]
    assert "UNC_HOME" in told["error"]
    assert "unc init" in told["error"]
    assert [one.name for one in elsewhere.iterdir()] == ["classeur.xlsx"]


@pytest.mark.parametrize("command", ["mapping check", "rules check", "rules diff 2026.1 2026.2"])
def test_what_needs_no_base_makes_none(elsewhere: Path, command: str) -> None:
    assert call([*words(command), "--json"]) in {0, 1}
    assert not (elsewhere / "var").exists()


@pytest.mark.parametrize("name", ["UNC_HOME", "UNC_RULES", "UNC_MAPPING", "UNC_COLUMNS"])
def test_an_empty_folder_is_refused_by_its_name(
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.setenv(name, " ")
    assert call(["init"]) == 2
    assert f"{name} : valeur refusée (elle est vide" in capsys.readouterr().err
    assert [one.name for one in elsewhere.iterdir()] == ["classeur.xlsx"]


@pytest.mark.usefixtures("elsewhere")
def test_an_empty_optional_setting_is_one_that_is_not_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("UNC_EXPORT_DIR", "UNC_DATABASE_URL", "UNC_RETENTION_MONTHS", "UNC_BDPM_DIR"):
        monkeypatch.setenv(name, "")
    assert call(["init", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["made"]
    assert (tmp_path / "var" / "unc.sqlite").is_file()


@pytest.mark.usefixtures("elsewhere")
def test_init_makes_a_base_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(["init"]) == 0
    assert f"Base prête : {tmp_path}/var/unc.sqlite" in capsys.readouterr().out
    before = (tmp_path / "var" / "unc.sqlite").read_bytes()
    assert call(["init"]) == 0
    assert "Rien à préparer" in capsys.readouterr().out
    assert (tmp_path / "var" / "unc.sqlite").read_bytes() == before
    assert call(["status"]) == 0


def test_a_file_that_is_no_base_is_none(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "var").mkdir()
    (elsewhere / "var" / "unc.sqlite").touch()
    assert call(["users", "list"]) == 2
    assert "Aucune base" in capsys.readouterr().err
    assert (elsewhere / "var" / "unc.sqlite").stat().st_size == 0


@pytest.mark.sample(8)
@pytest.mark.parametrize(
    "command",
    # a copy of an older base is what one needs before an upgrade
    [one for one in NEED_A_BASE if one not in {"backup", "upgrade"}],
)
def test_an_older_base_is_upgraded_by_upgrade_alone(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    schema = Path(__file__).parents[1] / "ops/schema-0001.sql"
    (elsewhere / "var").mkdir()
    file = elsewhere / "var" / "unc.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(schema.read_text("utf-8"))
    assert call([*words(command), "--json"]) == 2
    assert "unc upgrade" in json.loads(capsys.readouterr().out)["error"]
    with open_store(f"sqlite:///{file}") as store:
        assert not store.schema_is_current()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Settings of two démarches, read once."""
    folder = tmp_path_factory.mktemp("deux")
    forms = [default_form(), {**default_form(), "number": SECOND, "title": "Une autre"}]
    with running_sandbox(folder / "sandbox", forms=forms, seeds=seeds(6)) as served:
        for number in (FIRST, SECOND):
            served.control.add_token(f"jeton-{number}", demarches=[number])
        tables = "".join(
            f'[d{n}]\nUNC_DEMARCHE = {n}\nUNC_DS_TOKEN = "jeton-{n}"\n' for n in (FIRST, SECOND)
        )
        (folder / "demarches.toml").write_text(tables)
        environment = {
            "UNC_DS_URL": served.url,
            "UNC_INSTRUCTEUR": served.instructeur,
            "UNC_HOME": str(folder / "home"),
            "UNC_DEMARCHES": str(folder / "demarches.toml"),
            # What staff say of the form is written beside the mapping: a copy of it.
            "UNC_MAPPING": str(copytree(ROOT / "mappings/unc", folder / "unc") / "mapping.yaml"),
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            assert call(["run"]) in {0, 1}
        yield environment


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = call([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        one
        for one in (*NEED_A_BASE, *WITHOUT)
        if one.split()[0] not in {"serve", "demo", "lookup", "sandbox"}
        and one != "mapping document"  # writes the project's own pages, of no démarche
    ],
)
def test_each_command_works_on_the_demarche_that_is_named_or_on_all(
    two: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classeur.xlsx").write_bytes(b"PK")
    for name, value in two.items():
        monkeypatch.setenv(name, value)
    _, alone = told(capsys, *words(command), "--demarche", str(SECOND))
    assert "UNC_DEMARCHE" not in alone.get("error", "")
    _, both = told(capsys, *words(command))
    refused = both.get("error", "")
    assert "UNC_DEMARCHE " not in refused, "a number is missing, and nothing says which there are"
    if "UNC_DEMARCHES" in refused:
        assert "--demarche" in refused
        assert str(FIRST) in refused
        assert str(SECOND) in refused


@pytest.mark.slow
def test_status_and_upgrade_speak_of_each(
    two: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in two.items():
        monkeypatch.setenv(name, value)
    _, both = told(capsys, "status")
    assert [(one["demarche"], one["dossiers"]) for one in both["demarches"]] == [
        (FIRST, 6),
        (SECOND, 0),
    ]
    assert call(["status", "--stalled-after", "0"]) in {0, 1}
    code, done = told(capsys, "upgrade")
    assert (code, done["upgraded"]) == (0, False)
    _, checks = told(capsys, "doctor")
    assert len(checks["demarches"]) == 2
    assert call(["status", "--demarche", "12"]) == 2
    assert "12" in capsys.readouterr().err


OF_A_DOSSIER = [one for one in NEED_A_BASE if " 1" in one]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [*OF_A_DOSSIER, "mapping check", "rules check", "situations list"]
)
def test_what_is_there_is_told_in_one_json_object_too(
    two: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    for name, value in two.items():
        monkeypatch.setenv(name, value)
    with open_store(f"sqlite:///{two['UNC_HOME']}/unc.sqlite") as store:
        number = min(store.dossiers.known_numbers(FIRST))
    typed = [str(number) if word == "1" else word for word in words(command)]
    code, answer = told(capsys, *typed, "--demarche", str(FIRST))
    assert isinstance(answer, dict)
    assert ("error" in answer) == (code == 2), answer
    assert "imprévue" not in str(answer.get("error"))
    if command in {"mapping card 1", "rules explain 1", "patients show 1", "respond --preview 1"}:
        assert code in {0, 1}
        assert answer
