"""What stops a run before it starts: exit code 2, one line in French that names the setting."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import call
from sandbox.server import Sandbox, running_sandbox
from tests.conftest import environment_of
from tests.steps.syncing import seeds

COMMANDS = ("run", "sync")  # those that may begin without a base


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(home, seeds=seeds(5), rate_limit=10_000) as served:
        served.control.add_token("ailleurs", demarches=[1])
        served.control.add_token("perime")
        served.control.expire_token("perime")
        served.control.add_token("reseau", networks=["192.0.2.0/24"])
        yield served


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where something would be written; every setting is good until the test changes one."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment_of(sandbox, tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home"


WRONG = {
    "no token": ("UNC_DS_TOKEN", ""),
    "unknown token": ("UNC_DS_TOKEN", "inconnu"),
    "token on two lines": ("UNC_DS_TOKEN", "un\ndeux"),
    "expired token": ("UNC_DS_TOKEN", "perime"),
    "token from elsewhere": ("UNC_DS_TOKEN", "reseau"),
    "no token file": ("UNC_DS_TOKEN_FILE", "/nulle/part"),
    "an empty token file": ("UNC_DS_TOKEN_FILE", "/dev/null"),
    "no demarche": ("UNC_DEMARCHE", None),
    "not a number": ("UNC_DEMARCHE", "quarante"),
    "zero": ("UNC_DEMARCHE", "0"),
    "unknown demarche": ("UNC_DEMARCHE", "99999"),
    "out of scope": ("UNC_DS_TOKEN", "ailleurs"),
    "not an address": ("UNC_DS_URL", "ds"),
    "not encrypted": ("UNC_DS_URL", "http://ds.example/graphql"),
    "a space in an address": ("UNC_DS_URL", "https://ds.example/a b"),
    "no such port": ("UNC_DS_URL", "https://ds.example:99999/graphql"),
    "a password in an address": ("UNC_DS_URL", "https://moi:secret@ds.example/graphql"),
    "bytes that are no text": ("UNC_INSTRUCTEUR", "robot\udce9"),
    "a control character": ("UNC_DATABASE_URL", "postgresql://secret@hote/base\x1b[0m"),
    "home as a shell writes it": ("UNC_HOME", "~/passerelle"),
    "a path that is too long": ("UNC_COLUMNS", "a" * 5_000),
    "not this machine": ("UNC_DS_URL", "http://127.0.0.1.ds.example/graphql"),
    "no instructeur": ("UNC_INSTRUCTEUR", ""),
    "negative overlap": ("UNC_OVERLAP_MINUTES", "-5"),
    "unknown channel": ("UNC_DECLARANT_CHANNEL", "telephone"),
    "unknown attachments": ("UNC_ATTACHMENTS", "peut-être"),
    "not a database": ("UNC_DATABASE_URL", "mysql://secret@hote/base"),
    "no mapping": ("UNC_MAPPING", "/nulle/part.yaml"),
    "no rules": ("UNC_RULES", "/nulle/part"),
    "no file of demarches": ("UNC_DEMARCHES", "/nulle/part.toml"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_and_nothing_is_written(
    home: Path,
    name: str,
    value: str | None,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    assert call([command]) == 2
    told = capsys.readouterr()
    assert name in told.err
    assert told.out == ""
    one_clear_line(told.err, value)
    assert not home.exists()


def one_clear_line(text: str, value: str | None) -> None:
    assert "Traceback" not in text
    assert len(text.strip().split(". ")) <= 2, text
    assert "secret" not in text
    if value in {"inconnu", "perime", "reseau", "ailleurs"}:
        assert value not in text


@pytest.mark.parametrize("command", ["run", "doctor", "status"])
def test_a_line_of_env_that_cannot_be_read_is_named_in_french(
    home: Path, command: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.parent / ".env").write_text("UNC_A=1\n# bien\n\nceci n'est pas un réglage\n", "utf-8")
    assert call([command]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(".env, ligne 4 : illisible")
    assert not told.out
    assert not caplog.records
    assert not home.exists()


def test_a_path_that_is_not_the_api_is_told(
    home: Path,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("UNC_DS_URL", sandbox.base_url + "/ailleurs")
    assert call(["sync"]) == 2
    assert "UNC_DS_URL" in capsys.readouterr().err
    assert not home.exists()


INSISTS_ONCE = """
from functools import partial
from clients import transport
transport.RetryPolicy = partial(transport.RetryPolicy, tries=2, first=3, shortest=2)
from cli.app import main
main()
"""


@pytest.mark.slow
def test_a_host_that_does_not_answer_is_told_by_the_process_itself(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = subprocess.run(  # noqa: S603 (ours)
        [sys.executable, "-c", INSISTS_ONCE, "sync"],
        env={
            **os.environ,
            "UNC_DS_URL": f"http://127.0.0.1:{port}/graphql",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "UNC_DS_URL" in done.stderr
    assert "(127.0.0.1) est injoignable ou a coupé la connexion, nouvel essai dans" in done.stderr
    assert done.stdout == ""
    one_clear_line(done.stderr, None)
    assert not home.exists()
