"""Notices by e-mail, over SMTP to a server in this process: who is told, once, and of what."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest

from cli.portal.settings import load_portal_settings
from portal.mail import Post
from portal.people.roles import Role
from portal.published.files import FetchableExport, FetchableFiles
from portal.published.notices import EditionNotices
from settings import SettingsError
from tests.portal.conftest import LYON, ROLES, Portal, add_account

REFUSED = "refusee@exemple.fr"


@dataclass
class Mailbox:
    """What an SMTP server received."""

    port: int = 0
    received: list[Message] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server that speaks enough of RFC 5321 for a client, and refuses one address."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"RCPT" and REFUSED.encode() in line:
                    self.say("550 no such person")
                elif word == b"DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    box.received.append(message_from_bytes(b"".join(lines)))
                    self.say("250 ok")
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


def edition_notices(portal: Portal, port: int) -> EditionNotices:
    fetchable = FetchableFiles(
        portal.source.exports, demarche=portal.source.demarche, secret="s" * 48
    )
    post = Post("127.0.0.1", port, "portail@ansm.example.fr")
    return EditionNotices(portal.source, fetchable, post, "https://portail.example.fr")


def test_each_account_is_told_once_without_any_content(portal: Portal) -> None:
    with mail_server() as box:
        one = edition_notices(portal, box.port)
        first, second = one.tell(), one.tell()
    to = [str(message["To"]) for message in box.received]
    assert first == len(portal.source.store.accounts.list())
    assert second == 0
    assert set(ROLES) <= set(to)
    assert len(to) == len(set(to)) == first
    mine = next(message for message in box.received if message["To"] == LYON)
    body = mine.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode()
    assert "https://portail.example.fr/exports" in text
    assert not any(character.isdigit() for character in text)  # no number, no date, no count
    assert mine["Auto-Submitted"] == "auto-generated"


def test_an_address_that_is_refused_keeps_nobody_else_from_being_told(portal: Portal) -> None:
    add_account(portal.source, REFUSED, "agence")
    add_account(portal.source, "zoe@exemple.fr", "agence")
    with mail_server() as box:
        assert edition_notices(portal, box.port).tell() >= 1
    assert "zoe@exemple.fr" in [message["To"] for message in box.received]
    assert REFUSED not in [message["To"] for message in box.received]
    portal.source.store.accounts.remove(REFUSED)  # the portal is shared with other tests


def test_an_edition_of_last_week_is_not_cried_out(portal: Portal) -> None:
    class Old(FetchableFiles):
        def for_role(self, role: Role) -> tuple[FetchableExport, ...]:
            then = datetime.now(UTC) - timedelta(days=7)
            return tuple(
                replace(one, version="old", published_at=then) for one in super().for_role(role)
            )

    fetchable = Old(portal.source.exports, demarche=portal.source.demarche, secret="s" * 48)
    with mail_server() as box:
        assert replace(edition_notices(portal, box.port), fetchable=fetchable).tell() == 0
    assert not box.received


def test_a_mail_server_that_is_down_breaks_nothing(portal: Portal) -> None:
    with mail_server() as box:
        port = box.port
    assert edition_notices(portal, port).tell() == 0


def test_notices_are_off_until_a_server_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_portal_settings().post() is None
    monkeypatch.setenv("UNC_SMTP_HOST", "smtp.example.fr")
    with pytest.raises(SettingsError, match="UNC_SMTP_FROM"):
        load_portal_settings()
    monkeypatch.setenv("UNC_SMTP_FROM", "portail@example.fr")
    assert load_portal_settings().post() == Post("smtp.example.fr", 587, "portail@example.fr")
