"""A portal served over HTTP, on a real store and real exports, and visitors who browse it."""

import html
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from argon2 import PasswordHasher

from cli.portal.source import source_of
from exports.published.editions import EditionKind
from portal.app import Site, make_app
from portal.dossiers.waiting import Whose
from portal.people.oidc import OidcProvider
from portal.serving import listen, server_of
from portal.source import Source
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from steps.publish.edition import publish_edition
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from store.staff.accounts import Account
from tests.conftest import Bridge, bridge_on

PASSWORD = "quatre mots choisis au hasard"
ROLES = {
    "admin@ansm.example.fr": "admin",
    "agence@ansm.example.fr": "agence",
    "lyon@crpv.example.fr": "centre:lyon",
    "nice@crpv.example.fr": "centre:nice",
}
ADMIN, AGENCE, LYON, NICE = ROLES
OF_AGENCY = Whose(AGENCE, "agence", "agence", "")
OF_NETWORK = Whose(LYON, "crpv-lyon", "reseau", "lyon")
SCRIPT = "<script>document.title='volé'</script><img src=x onerror=alert(1)>"
SECRET = "sentinelle-reference-interne"
CHANGED = "Un titre que le déclarant a corrigé"
_HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
_FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_TOKEN = re.compile(r'name="jeton" value="([0-9a-f]+)"')


def seeds() -> list[SeedDossier]:
    """Dossiers, two of which hold what must not get out."""
    made = [one for one in generate(40, seed=3) if not one.archived][:30]
    scope = next(place for place, one in enumerate(made) if one.planted.status == "Complet")
    answers = {**made[scope].answers, 17: SCRIPT, 20: SCRIPT, 12: SECRET}
    made[scope] = replace(made[scope], answers=answers)
    return made


def plain(text: str) -> str:
    """What a page says, whatever spaces it is printed with."""
    return re.sub("[\u00a0\u202f]", " ", html.unescape(text))


@dataclass
class Visitor:
    """Somebody with a browser: cookies are kept from one page to the next."""

    url: str
    session: requests.Session

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=30, **options)

    def post(self, path: str, **fields: str | Sequence[str]) -> requests.Response:
        return self.session.post(
            self.url + path, data=fields, timeout=30, headers={"Sec-Fetch-Site": "same-origin"}
        )

    def token(self, path: str = "/connexion") -> str:
        found = _TOKEN.search(self.get(path).text)
        assert found
        return found.group(1)

    def form(self, path: str, action: str, *, holding: str = "") -> dict[str, str]:
        """Hidden fields of the first form of a page that goes to ``action`` and holds a text."""
        forms = _FORM.findall(self.get(path).text)
        text = next(one for where, one in forms if where == action and holding in one)
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(text)}

    def sign_in(self, email: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/connexion", adresse=email, mot_de_passe=password, jeton=self.token())

    def file_links(self, path: str = "/exports") -> dict[str, str]:
        """Address of each file that the page offers, by export, as it is told, and name."""
        page = self.get(path).text
        links = re.findall(
            r'href="(/exports/[0-9a-f]+)">Télécharger <span[^>]*>(\S+), ([^<]+)<', page
        )
        return {f"{told}/{name}": link for link, name, told in links}


@dataclass(frozen=True)
class Portal:
    """A portal that answers."""

    url: str
    source: Source
    site: Site
    bridge: Bridge | None = None
    hostile: int = 0
    changed: int = 0

    def visitor(self, email: str | None = None) -> Visitor:
        """Somebody new, signed in as ``email`` if one is given."""
        visitor = Visitor(self.url, requests.Session())
        if email:
            assert visitor.sign_in(email).status_code == 200
        return visitor


@contextmanager
def served(
    source: Source, *, oidc: OidcProvider | None = None, dsfr: bool = False
) -> Iterator[Portal]:
    """Serve a portal for the length of a block."""
    with listen("127.0.0.1", 0) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        site = Site(url=url, secret="s" * 48, oidc=oidc, dsfr=dsfr)
        app = make_app(source, site)
        library = app.state.dossier_pages.library
        library.indicators("agence")  # asked for, so that pages show them
        library.refresh()
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield Portal(url, source, site)
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def add_account(source: Source, email: str, role: str, *, password: bool = True) -> None:
    """An account that was made a minute ago, so that sessions may begin."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    source.store.accounts.add(Account(email, role, at, at, _HASH if password else None))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Source, Bridge, int, int]]:
    """A démarche with an edition, of which one dossier changed since."""
    made = seeds()
    hostile = next(one.number for one in made if one.answers.get(12) == SECRET)
    changed = next(
        one.number
        for one in made
        if one.planted.status == "Complet"
        and one.number != hostile
        and one.state == "en_construction"
    )
    with bridge_on(tmp_path_factory.mktemp("portal"), made, network_default="include") as bridge:
        bridge.run()
        with open_services(bridge.settings) as services:
            publish_edition(services, Summary(), kind=EditionKind.WEEKLY)
        bridge.sandbox.control.submit(changed, {17: CHANGED})
        bridge.run()
        with open_services(bridge.settings) as services:
            source = source_of(services)
            for email, role in ROLES.items():
                add_account(source, email, role)
            yield source, bridge, hostile, changed


@pytest.fixture(scope="session")
def portal(data: tuple[Source, Bridge, int, int]) -> Iterator[Portal]:
    """The portal of that démarche."""
    source, bridge, hostile, changed = data
    with served(source) as answering:
        yield replace(answering, bridge=bridge, hostile=hostile, changed=changed)


@pytest.fixture
def exports_root(portal: Portal) -> Path:
    """Folder of the exports."""
    return portal.source.exports
