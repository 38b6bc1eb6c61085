"""Signing in with a password: what opens a session, what does not, and what ends it."""

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import requests
from itsdangerous import TimestampSigner

from cli.app import call
from portal.pages.sign_in import _network
from portal.people.passwords import hash_password, is_password
from portal.people.sessions import LASTS, local_path
from portal.source import now
from store.staff.accounts import Account
from store.staff.sign_in_tries import PACE
from tests.portal.conftest import AGENCE, PASSWORD, Portal, add_account


def test_the_right_password_opens_a_signed_http_only_session(portal: Portal) -> None:
    visitor = portal.visitor()
    token = visitor.token()
    answer = visitor.session.post(
        f"{portal.url}/connexion",
        data={"adresse": f" {AGENCE.upper()} ", "mot_de_passe": PASSWORD, "jeton": token},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = SimpleCookie(answer.headers["set-cookie"])["unc"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert AGENCE in visitor.get("/exports").text


def test_a_wrong_password_and_an_unknown_account_are_told_alike(portal: Portal) -> None:
    wrong = portal.visitor().sign_in(AGENCE, "pas le bon mot de passe")
    unknown = portal.visitor().sign_in("personne@exemple.fr")
    assert wrong.status_code == unknown.status_code == 403
    for answer in (wrong, unknown):
        assert "Adresse ou mot de passe incorrect." in answer.text
    portal.visitor(AGENCE)  # a right one counts from the beginning


def test_wrong_passwords_make_a_stranger_wait_and_not_the_owner(portal: Portal) -> None:
    email = "essais@exemple.fr"
    add_account(portal.source, email, "agence")
    stranger = "203.0.113.9"

    def signs_in(password: str, *, here: str) -> requests.Response:
        visitor = portal.visitor()
        visitor.session.headers["X-Forwarded-For"] = here
        return visitor.sign_in(email, password)

    for _ in range(PACE.free):
        portal.source.store.sign_in_tries.take(email, stranger, at=now(), pace=PACE)
    refused = signs_in(PASSWORD, here=stranger)  # even the right one
    assert refused.status_code == 429
    assert "attendez 1 seconde" in refused.text
    assert refused.headers["retry-after"] == "1"
    assert signs_in(PASSWORD, here="198.51.100.7").status_code == 200


def test_addresses_of_one_subscriber_are_one() -> None:
    assert _network("2001:db8:1:2:3::4") == _network("2001:db8:1:2::9")
    assert _network("2001:db8:1:3::4") != _network("2001:db8:1:2::4")
    assert _network("::ffff:203.0.113.9") == "203.0.113.9"
    assert _network("?") == "?"


def test_signing_out_closes_the_session_wherever_its_cookie_was_copied(portal: Portal) -> None:
    email = "sortie@exemple.fr"
    add_account(portal.source, email, "agence")
    visitor = portal.visitor(email)
    stolen = visitor.session.cookies.get_dict()
    token = visitor.token("/exports")
    assert visitor.post("/deconnexion", jeton=token).url.endswith("/connexion")
    thief = portal.visitor()
    thief.session.cookies.update(stolen)
    assert thief.get("/exports").url.endswith("/connexion?suite=%2Fexports")


def test_sessions_closed_by_a_clock_that_was_ahead_keep_nobody_out(portal: Portal) -> None:
    email = "avance@exemple.fr"
    add_account(portal.source, email, "agence")
    portal.source.store.accounts.close_sessions(email, at=now() + timedelta(days=366))
    assert email in portal.visitor(email).get("/exports").text


def test_an_account_that_is_removed_is_out_at_once(portal: Portal) -> None:
    email = "partie@exemple.fr"
    add_account(portal.source, email, "agence")
    visitor = portal.visitor(email)
    portal.source.store.accounts.remove(email)
    assert "/connexion" in visitor.get("/exports").url


def test_a_session_ends_with_the_working_day(portal: Portal) -> None:
    key = sha256(f"sessions\0{portal.site.secret}".encode()).hexdigest()

    def opened(ago: timedelta) -> str:
        said = {"id": "x", "email": email, "opened": (datetime.now(UTC) - ago).isoformat()}
        content = base64.b64encode(json.dumps(said).encode())
        visitor = portal.visitor()
        visitor.session.cookies.set("unc", TimestampSigner(key).sign(content).decode())
        return visitor.get("/exports").url

    email = "longue@exemple.fr"
    at = datetime.now(UTC) - timedelta(days=2)
    portal.source.store.accounts.add(Account(email, "agence", at, at))
    assert opened(LASTS - timedelta(minutes=1)).endswith("/exports")
    assert "/connexion" in opened(LASTS + timedelta(minutes=1))


def test_after_signing_in_people_come_back_to_the_page_they_wanted(portal: Portal) -> None:
    visitor = portal.visitor()
    visitor.get("/dossiers?statut=Complet")
    assert visitor.sign_in(AGENCE).url == f"{portal.url}/"  # the form was opened by itself
    visitor = portal.visitor()
    token = visitor.token("/dossiers?statut=Complet")
    answer = visitor.post("/connexion", adresse=AGENCE, mot_de_passe=PASSWORD, jeton=token)
    assert answer.url.endswith("/dossiers?statut=Complet")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://mal.example", "//mal.example", "/\\mal.example", "/exports\r\nX: y", "javascript:1"],
)
def test_nobody_is_sent_to_another_site(elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"


@pytest.mark.slow
def test_passwords_are_kept_as_argon2id_and_no_account_has_one_by_default() -> None:
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert is_password(PASSWORD, hashed)
    assert not is_password(PASSWORD, None)
    with pytest.raises(ValueError, match="12"):
        hash_password("trop court")


def test_users_are_managed_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNC_HOME", str(tmp_path))
    assert call(["init"]) == 0
    capsys.readouterr()

    def unc(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = call(["users", *arguments])
        shown = capsys.readouterr()
        return code, " ".join((shown.out + shown.err).split())

    new = ("add", "A@Exemple.fr", "--role", "centre:lyon")
    assert unc(*new, typed="court\n") == (
        2,
        "Le mot de passe doit avoir au moins 12 caractères.",
    )
    assert unc("add", "a@exemple.fr", "--role", "chef", typed=f"{PASSWORD}\n")[0] == 2
    assert unc("add", "a", "--role", "agence")[0] == 2
    assert unc(*new, typed=f"{PASSWORD}\n")[0] == 0
    code, told = unc("add", "a@exemple.fr", "--role", "agence", "--no-password")
    assert (code, "existe déjà" in told) == (2, True)
    assert '"role": "centre:lyon"' in unc("list", "--json")[1]
    assert unc("remove", "a@exemple.fr")[0] == 0
    assert unc("remove", "a@exemple.fr")[0] == 1
