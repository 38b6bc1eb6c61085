"""`unc alert`: what the operator reads, over SMTP, and how it ends where no server takes it."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path

import orjson
import pytest

from cli.alert import alert
from cli.app import call
from portal import mail
from sandbox.generator.generate import generate
from tests.conftest import MakeBridge
from tests.portal.people.test_notices import REFUSED, mail_server

UNIT = "unc-passage.service"
TO = "exploitation@exemple.fr"
SECRETS = ("s3cr3t", "jeton-tres-secret", "Madame Declarante")
Say = Callable[..., None]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Settings of the e-mails, in a folder where there is nothing."""
    monkeypatch.chdir(tmp_path)

    def given(port: int, **more: str) -> None:
        told = {"HOST": "127.0.0.1", "PORT": str(port), "FROM": "passerelle@exemple.fr"}
        for name, value in told.items():
            monkeypatch.setenv(f"UNC_SMTP_{name}", value)
        for name, value in {"UNC_ALERT_TO": TO, **more}.items():
            monkeypatch.setenv(name, value)

    return given


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of systemd, where nothing runs under it: they print what the real ones would."""
    entries = [
        {"_PID": "1", "MESSAGE": "unc-passage.service: Failed with result 'exit-code'."},
        {"_PID": "9", "MESSAGE": '{"time":"2026-11-29","level":"WARNING","message":"Dossier 24"}'},
        {"_PID": "9", "MESSAGE": '  "error": "La base postgresql://unc:s3cr3t@h/unc, jeton: '
         'jeton-tres-secret"'},
        {"_PID": "9", "MESSAGE": '  "refused": "Madame Declarante"'},
        {"_PID": "9", "MESSAGE": [1, 2]},
    ]  # fmt: skip
    lines = "\n".join(orjson.dumps(one).decode() for one in entries)
    folder = tmp_path / "outils"
    folder.mkdir()
    (folder / "lignes").write_text(lines, "utf-8")
    for name, text in {
        "journalctl": f"cat {folder}/lignes",
        "systemctl": "echo StateChangeTimestamp=@1764408000",
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def text_of(message: Message) -> str:
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


@pytest.mark.slow
@pytest.mark.usefixtures("machine")
def test_it_says_what_failed_where_since_when_and_what_to_do_and_nothing_secret(
    here: Say, bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bridge(generate(2, seed=1)) as made, mail_server() as box:
        made.run()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        here(box.port, UNC_ALERT_TO=f"{TO}, nuit@exemple.fr")
        assert call(["alert", UNIT]) == 0
        text = text_of(box.received[0])
        number = made.sandbox.demarche
    [message] = box.received
    assert message["To"] == f"{TO}, nuit@exemple.fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert f"{UNIT} a échoué sur {socket.gethostname()}, le 29/11/2025 à 10:20" in text
    assert "unc doctor, puis unc status" in text
    assert f"Démarche {number} : lue pour la dernière fois le " in text
    assert "Dernier passage (nº 1) : commencé le " in text
    assert "Failed with result 'exit-code'" in text
    assert "WARNING Dossier 24" in text
    assert "La base postgresql://…@h/unc" in text
    assert "2 autres lignes" in text
    for secret in (*SECRETS, made.sandbox.token):
        assert secret not in text


def test_it_is_sent_where_settings_and_base_are_what_failed(
    here: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as box:
        here(box.port, UNC_DEMARCHE="zut", UNC_OIDC_ISSUER="http://ailleurs")
        assert call(["alert", UNIT, "--json"]) == 0
        monkeypatch.setenv("UNC_DEMARCHE", "12")
        assert call(["alert", "unc-purge.service"]) == 0
    wrong, none = map(text_of, box.received)
    assert "Dernier passage : inconnu. UNC_DEMARCHE : valeur refusée" in wrong
    assert "Aucune base" in none


@pytest.mark.parametrize(
    ("to", "sentence"),
    [(REFUSED, "il refuse un destinataire"), (f"{TO},{REFUSED}", f"({REFUSED})")],
)
def test_an_address_that_is_refused_is_an_alert_that_did_not_go(
    here: Say, capsys: pytest.CaptureFixture[str], to: str, sentence: str
) -> None:
    with mail_server() as box:
        here(box.port, UNC_ALERT_TO=to)
        assert call(["alert", UNIT, "--json"]) == 1
    told = capsys.readouterr()
    assert "L'alerte n'est pas partie." in told.err
    assert sentence in " ".join(told.err.split())
    assert json.loads(told.out)["sent"] is False


def test_a_server_that_is_down_or_says_nothing_is_told_in_one_sentence(
    here: Say, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        here(mute.getsockname()[1])
        assert call(["alert", UNIT]) == 1
        assert "il ne répond pas" in capsys.readouterr().err
    assert call(["alert", UNIT]) == 1
    assert "rien n'y écoute" in capsys.readouterr().err


def test_what_is_missing_or_wrong_is_named(
    here: Say, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(["alert", UNIT]) == 2
    assert "UNC_SMTP_HOST et UNC_ALERT_TO manque" in capsys.readouterr().err
    here(25, UNC_ALERT_TO="pas une adresse")
    assert call(["alert", UNIT]) == 2
    assert "UNC_ALERT_TO" in capsys.readouterr().err
    here(25)
    assert call(["alert", "a\nBcc: x@y"]) == 2
    monkeypatch.setenv("UNC_SMTP_USER", "moi")
    assert call(["alert", UNIT]) == 2
    assert "UNC_SMTP_PASSWORD manque" in capsys.readouterr().err


def test_a_unit_that_goes_on_failing_is_told_once_a_day_then_that_it_works_again(
    here: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNC_HOME", str(tmp_path))
    begin = datetime(2026, 11, 29, 8, tzinfo=UTC)

    def after(minutes: float, *words: str) -> None:
        monkeypatch.setattr(alert, "now", lambda: begin + timedelta(minutes=minutes))
        assert call(["alert", UNIT, *words]) == 0

    with mail_server() as box:
        here(box.port)
        after(0, "--recovered")
        assert not box.received, "nothing had failed"
        for minutes in range(0, 300, 10):
            after(minutes)
        assert len(box.received) == 1
        assert "est déjà dit le 29/11/2026 à 09:00" in capsys.readouterr().err
        after(24 * 60)
        assert len(box.received) == 2
        assert "Elle échoue depuis le 29/11/2026 à 09:00, 30 fois" in text_of(box.received[1])
        after(24 * 60 + 1, "--recovered")
        assert len(box.received) == 2, "it may fail again at once"
        after(24 * 60 + 10, "--recovered")
        after(24 * 60 + 20, "--recovered")
        assert len(box.received) == 3
        assert f"{UNIT} marche de nouveau" in box.received[2]["Subject"]
        assert "pour la dernière le 30/11/2026 à 09:00" in text_of(box.received[2])
        after(24 * 60 + 30)
        assert len(box.received) == 4
    assert call(["alert", "unc-purge.service"]) == 1, "no server: it is due again at once"
    with mail_server() as box:
        here(box.port)
        after(24 * 60 + 40, "--recovered")
        assert len(box.received) == 1
        assert call(["alert", "unc-purge.service"]) == 0
        assert len(box.received) == 2
        (tmp_path / "alertes" / "unc-purge.service.json").write_text("{", "utf-8")
        assert call(["alert", "unc-purge.service"]) == 0
        assert len(box.received) == 3, "a memory that cannot be read says nothing"


CONFIGURATION = """\
primary_hostname = ici.exemple
domainlist ours = exemple.fr
spool_directory = {home}/file
log_file_path = {home}/%s.log
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
tls_advertise_hosts =
acl_smtp_rcpt = recipients
acl_smtp_data = accept
begin acl
recipients:
  accept domains = +ours
  deny message = pas de relais
begin routers
here:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = {home}/boite
  user = {account}
begin retry
"""


@contextmanager
def exim() -> Iterator[tuple[int, Path]]:
    """Debian's mail server, as a process: its port, and the file where it delivers."""
    program, account = shutil.which("exim4", path="/usr/sbin:/usr/bin"), "Debian-exim"
    known = {entry.pw_name for entry in pwd.getpwall()}
    if program is None or account not in known or os.getuid() != 0:
        missing = "exim4 is not installed, or we are not root (apt-get install exim4-daemon-light)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    home = Path(tempfile.mkdtemp(prefix="unc-exim-", dir="/tmp"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    file = home / "exim.conf"
    file.write_text(CONFIGURATION.format(home=home, port=port, account=account))
    shutil.chown(home, account)
    process = subprocess.Popen([program, "-C", str(file), "-bdf", "-oP", str(home / "pid")])  # noqa: S603
    try:
        wait_for(lambda: is_open(port))
        yield port, home / "boite"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home)


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.debian
def test_the_mail_server_of_a_debian_host_delivers_it(
    here: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    with exim() as (port, box):
        here(port)
        # What the unit takes away, and what stopped the sendmail of Postfix and Exim.
        confined = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        unc = str(Path(sys.executable).parent / "unc")
        assert subprocess.run([*confined, unc, "alert", UNIT], check=False).returncode == 0  # noqa: S603
        wait_for(lambda: box.exists() and b"automatique" in box.read_bytes())
        delivered = message_from_bytes(box.read_bytes().partition(b"\n")[2], policy=policy.default)
        assert isinstance(delivered, EmailMessage)
        assert delivered["To"] == TO
        assert delivered["Subject"].startswith(f"Passerelle UNC : {UNIT} a échoué sur ")
        assert "rien d'un dossier" in delivered.get_content()
        here(port, UNC_ALERT_TO="ailleurs@exemple.org")
        assert call(["alert", "unc-purge.service"]) == 1
        assert "il refuse un destinataire" in capsys.readouterr().err
