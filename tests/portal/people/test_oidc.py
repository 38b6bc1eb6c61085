"""Signing in at an OpenID Connect provider: a real one in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from joserfc.jwk import RSAKey

from portal.people.oidc import OidcProvider
from portal.serving import listen
from portal.source import Source
from tests.portal.conftest import ADMIN, LYON, Portal, Visitor, add_account, served
from tests.portal.people.signed_provider import SignedProvider, signed_provider

Agent = tuple[SignedProvider, Portal]
ONLY_OIDC = "proconnect@crpv.example.fr"
PEOPLE = (
    {"sub": "lyon", "email": LYON.upper(), "email_verified": True},
    {"sub": "sans-mot-de-passe", "email": ONLY_OIDC, "email_verified": True},
    {"sub": "inconnue", "email": "inconnue@exemple.fr", "email_verified": True},
    {"sub": "non-verifiee", "email": ADMIN, "email_verified": False},
    {"sub": "sans-adresse"},
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Address of oidc-provider-mock, running."""
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    claims = [word for one in PEOPLE for word in ("--user-claims", json.dumps(one))]
    command = [str(Path(sys.executable).with_name("oidc-provider-mock")), "-p", str(port), *claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    address = f"http://localhost:{port}"
    try:
        for _ in range(300):
            try:
                requests.get(f"{address}/.well-known/openid-configuration", timeout=30)
                break
            except requests.RequestException:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def linked(issuer: str, data: tuple[Source, object, int, int]) -> Iterator[Portal]:
    """A portal that trusts this provider."""
    add_account(data[0], ONLY_OIDC, "centre:nice", password=False)
    with served(data[0], oidc=OidcProvider(issuer, "unc", "secret", "ProConnect")) as portal:
        yield portal


def come_back(visitor: Visitor, sub: str) -> requests.Response:
    """Go to the provider, say who one is, and follow it back."""
    page = visitor.get("/connexion/oidc")
    assert "localhost" in page.url
    assert "code_challenge_method=S256" in page.url
    assert "nonce=" in page.url
    return visitor.session.post(page.url, data={"sub": sub}, timeout=30)


@pytest.mark.slow
def test_a_person_whom_the_provider_vouches_for_has_the_role_of_the_account(linked: Portal) -> None:
    visitor = linked.visitor()
    assert "Se connecter avec ProConnect" in visitor.get("/connexion").text
    answer = come_back(visitor, "lyon")
    assert answer.url == f"{linked.url}/"
    assert LYON in answer.text
    workbooks = visitor.get("/exports").text
    assert "Classeur du CRPV Lyon" in workbooks
    assert "agence.xlsx" not in workbooks


@pytest.mark.slow
def test_an_account_without_a_password_signs_in_there_only(linked: Portal) -> None:
    assert ONLY_OIDC in come_back(linked.visitor(), "sans-mot-de-passe").text
    assert linked.visitor().sign_in(ONLY_OIDC).status_code == 403
    assert linked.visitor().sign_in(ONLY_OIDC, "").status_code == 403


@pytest.mark.parametrize(
    ("sub", "told"),
    [
        ("inconnue", "aucun compte du portail"),
        ("non-verifiee", "pas confirmé votre adresse"),
        ("sans-adresse", "pas confirmé votre adresse"),
    ],
)
def test_nobody_else_comes_in(linked: Portal, sub: str, told: str) -> None:
    visitor = linked.visitor()
    answer = come_back(visitor, sub)
    assert answer.status_code == 403
    assert told in answer.text.replace("&#39;", "'")
    assert "/connexion" in visitor.get("/exports").url


def test_an_answer_that_was_not_asked_for_is_refused(linked: Portal, issuer: str) -> None:
    visitor = linked.visitor()
    assert visitor.get("/connexion/oidc/retour?code=x&state=y").status_code == 403
    assert visitor.get("/connexion/oidc/retour").status_code == 403
    assert visitor.get("/connexion/oidc/retour?error=access_denied&state=y").status_code == 403
    page = visitor.get("/connexion/oidc", allow_redirects=False).headers["location"]
    assert page.startswith(issuer)
    stolen = requests.post(page, data={"sub": "lyon"}, allow_redirects=False, timeout=30)
    other = linked.visitor()  # the answer of one browser, brought by another
    back = stolen.headers["location"].removeprefix(linked.url)
    assert other.get(back).status_code == 403
    assert "/connexion" in other.get("/exports").url


def test_a_provider_that_is_down_is_told(data: tuple[Source, object, int, int]) -> None:
    with listen("127.0.0.1", 0) as sock:
        nobody = f"http://127.0.0.1:{sock.getsockname()[1]}"
    with served(data[0], oidc=OidcProvider(nobody, "unc", "secret", "ProConnect")) as portal:
        answer = portal.visitor().get("/connexion/oidc")
    assert answer.status_code == 502
    assert "Réessayez" in answer.text


@pytest.mark.slow
def test_an_address_in_a_signed_userinfo_is_read_if_the_provider_signed_it(
    data: tuple[Source, object, int, int],
) -> None:
    data[0].store.accounts.unbind(LYON)
    with (
        signed_provider(LYON) as provider,
        served(data[0], oidc=OidcProvider(provider.url, "unc", "x", "ProConnect")) as portal,
    ):
        assert LYON in portal.visitor().get("/connexion/oidc").text
        data[0].store.accounts.unbind(LYON)
        provider.signer = RSAKey.generate_key(2048, {"kid": "k"})
        provider.email = ADMIN
        refused = portal.visitor().get("/connexion/oidc")
        assert refused.status_code == 403
        assert ADMIN not in refused.text


CHANGING, SECOND = "change@crpv.example.fr", "deuxieme@crpv.example.fr"


@pytest.fixture
def agent(data: tuple[Source, object, int, int]) -> Iterator[Agent]:
    """A person at a provider, and the portal that trusts it; the account is bound to nobody."""
    source = data[0]
    source.store.accounts.remove(CHANGING)
    add_account(source, CHANGING, "agence", password=False)
    with signed_provider(CHANGING) as provider:
        trusted = OidcProvider(provider.url, "unc", "x", "ProConnect")
        with served(source, oidc=trusted) as portal:
            yield provider, portal


@pytest.mark.slow
@pytest.mark.parametrize("said", ["false", "true", 0, 1, None, "", [True], ...])
def test_an_address_is_verified_by_true_alone(agent: Agent, said: object) -> None:
    provider, portal = agent
    provider.verified = said
    answer = portal.visitor().get("/connexion/oidc")
    assert answer.status_code == 403
    assert portal.source.store.accounts.of(provider.url, "s1") is None


@pytest.mark.slow
def test_a_person_whose_address_changes_comes_in_and_nobody_takes_their_place(
    agent: Agent,
) -> None:
    provider, portal = agent
    assert CHANGING in portal.visitor().get("/connexion/oidc").text
    for address, verified in (("nouvelle@exemple.fr", True), ("", False), (ADMIN, True)):
        provider.email, provider.verified = address, verified
        assert CHANGING in portal.visitor().get("/connexion/oidc").text
    # the address is given to somebody else, who has another sub
    provider.email, provider.verified, provider.subject = CHANGING, True, "s2"
    refused = portal.visitor().get("/connexion/oidc")
    assert refused.status_code == 403
    assert "autre identité" in refused.text
    portal.source.store.accounts.unbind(CHANGING)
    assert CHANGING in portal.visitor().get("/connexion/oidc").text


def test_an_answer_is_taken_once_and_with_its_own_nonce(agent: Agent) -> None:
    provider, portal = agent

    def answered(visitor: Visitor) -> str:
        asked = visitor.get("/connexion/oidc", allow_redirects=False).headers["location"]
        return requests.get(asked, allow_redirects=False, timeout=30).headers["location"]

    visitor = portal.visitor()
    back = answered(visitor).removeprefix(portal.url)
    assert visitor.get(back, allow_redirects=False).headers["location"] == "/"
    assert visitor.get(back).status_code == 403
    other = portal.visitor()
    back = answered(other).removeprefix(portal.url)
    provider.nonce = "celui d'une autre demande"
    assert other.get(back).status_code == 403
    assert "/connexion" in other.get("/exports").url


@pytest.mark.slow
def test_two_accounts_never_change_places(agent: Agent) -> None:
    provider, portal = agent
    source = portal.source
    source.store.accounts.remove(SECOND)
    add_account(source, SECOND, "centre:nice", password=False)
    try:
        assert CHANGING in portal.visitor().get("/connexion/oidc").text
        provider.email, provider.subject = SECOND, "s2"
        assert SECOND in portal.visitor().get("/connexion/oidc").text
        for subject, email, mine in (("s1", SECOND, CHANGING), ("s2", CHANGING, SECOND)):
            provider.subject, provider.email = subject, email
            assert mine in portal.visitor().get("/connexion/oidc").text
        with signed_provider(CHANGING) as elsewhere:  # another issuer, the same sub
            trusted = OidcProvider(elsewhere.url, "unc", "x", "ProConnect")
            with served(source, oidc=trusted) as misled:
                assert misled.visitor().get("/connexion/oidc").status_code == 403
    finally:
        source.store.accounts.remove(SECOND)


@pytest.mark.slow
def test_an_address_that_only_looks_like_that_of_an_account_is_nobodys(agent: Agent) -> None:
    provider, portal = agent
    for email in ([CHANGING], CHANGING.replace("c", "\u0441"), f"{CHANGING}\0", None):
        provider.email = email  # type: ignore[assignment]
        assert portal.visitor().get("/connexion/oidc").status_code == 403
        assert portal.source.store.accounts.of(provider.url, provider.subject) is None


@pytest.mark.slow
def test_a_provider_that_verifies_in_silence_is_believed_if_a_setting_says_so(
    agent: Agent,
) -> None:
    provider, portal = agent
    trusted = OidcProvider(provider.url, "unc", "x", "ProConnect", trusts_email=True)
    with served(portal.source, oidc=trusted) as believing:
        provider.verified = "false"
        assert believing.visitor().get("/connexion/oidc").status_code == 403
        provider.verified = ...
        assert CHANGING in believing.visitor().get("/connexion/oidc").text
