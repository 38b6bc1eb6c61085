"""The weekly digest over SMTP: whoever asked for it, once a week, counts and a link alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest

from cli.app import call
from portal.dossiers.library import Library
from portal.mail import Post
from portal.published.digest import Digest
from store.repository import open_store
from store.staff.accounts import Account
from tests.portal.conftest import LYON, SECRET, Portal, add_account
from tests.portal.people.test_notices import REFUSED, mail_server

AT = datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.fixture
def reader(portal: Portal) -> Iterator[str]:
    """Somebody who asked for it in her page."""
    email = "semaine@example.fr"
    add_account(portal.source, email, "centre:lyon")
    visitor = portal.visitor(email)
    page = visitor.get("/compte").text
    assert "Il est éteint." in page
    form = visitor.form("/compte", "/compte/resume")
    assert visitor.post("/compte/resume", **form, resume="peut-être").status_code == 400
    assert "Il est allumé." in visitor.post("/compte/resume", **form, resume="oui").text
    yield email
    portal.source.store.accounts.remove(email)


def digest(portal: Portal, port: int) -> Digest:
    library = Library(portal.source)
    library.refresh()
    post = Post("127.0.0.1", port, "portail@ansm.example.fr")
    return Digest(portal.source, library, post, "https://portail.example.fr")


def text(message: Message) -> str:
    return message.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_each_person_who_asked_gets_one_a_week_even_run_twice(portal: Portal, reader: str) -> None:
    with mail_server() as box:
        one = digest(portal, box.port)
        assert one.send(at=AT) == (1, 0)
        assert one.send(at=AT + timedelta(days=3)) == (0, 0)
        assert one.send(at=AT + timedelta(days=7)) == (1, 0)
    assert [message["To"] for message in box.received] == [reader, reader]
    said = text(box.received[0])
    account = portal.source.store.accounts.get(reader)
    assert account is not None
    told = one.told(account, AT)
    assert told.first > 0
    assert f"- {told.first} dossiers P1" in said
    agency = one.told(replace(account, role="agence"), datetime.now(UTC))
    assert agency.new + agency.changed > 0
    assert "https://portail.example.fr/" in said
    for word in (SECRET, str(portal.changed), str(portal.hostile), LYON):
        assert word not in said


def test_what_the_server_refuses_is_due_again_and_stops_nobody_else(
    portal: Portal, reader: str
) -> None:
    source, later = portal.source, AT + timedelta(days=21)
    add_account(source, REFUSED, "agence")
    source.store.digests.choose(REFUSED, wanted=True, at=AT)
    with mail_server() as box:
        one = digest(portal, box.port)
        assert one.send(at=later) == (1, 1)
        assert one.send(at=later) == (0, 1)
    with pytest.raises(ConnectionRefusedError):
        digest(portal, box.port).send(at=later + timedelta(days=7))
    with mail_server() as again:
        assert digest(portal, again.port).send(at=later + timedelta(days=7)) == (1, 1)
    assert [one["To"] for one in box.received + again.received] == [reader, reader]
    source.store.accounts.remove(REFUSED)


def test_who_stops_it_gets_none(portal: Portal, reader: str) -> None:
    visitor = portal.visitor(reader)
    form = visitor.form("/compte", "/compte/resume")
    assert visitor.post("/compte/resume", **form, resume="non").status_code == 200
    with mail_server() as box:
        assert digest(portal, box.port).send(at=AT + timedelta(days=70)) == (0, 0)


def test_the_command_says_why_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"HOME": str(tmp_path), "DEMARCHE": "12", "SMTP_FROM": "portail@example.fr"}
    for name, value in given.items():
        monkeypatch.setenv(f"UNC_{name}", value)
    assert call(["init"]) == 0
    with mail_server() as box, open_store(f"sqlite:///{tmp_path / 'unc.sqlite'}") as store:
        monkeypatch.setenv("UNC_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("UNC_SMTP_PORT", str(box.port))
        capsys.readouterr()
        assert call(["digest", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["sent"], told["failed"], told["asked"]) == (0, 0, 0)
        assert told["told"].startswith("Aucun résumé à envoyer : personne ne l'a demandé")
        reader = "semaine@example.fr"
        store.accounts.add(Account(reader, "agence", AT, AT, None))
        store.digests.choose(reader, wanted=True, at=AT)
        for expected in (
            "1 résumé envoyé.",
            "0 résumé envoyé : celui de la semaine est déjà parti",
        ):
            assert call(["digest"]) == 0
            assert capsys.readouterr().out.startswith(expected)
    assert [message["To"] for message in box.received] == [reader]
