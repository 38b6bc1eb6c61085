"""What each page of the portal costs its server at the size of a démarche, in CPU.

    .venv/bin/python -m bench.portal.pages [--dossiers 10000] [--home DIR]

Pages are asked of the application itself, in one process, on a base made by ``bench.at_size``
(``--home`` keeps it); the floor is a static file asked for in the same way. Target: every page
under 200 ms of processor, whoever reads it. Lines of the lists are made first, and timed apart.
"""

import argparse
import asyncio
import base64
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI
from itsdangerous import TimestampSigner

from bench.at_size import DIFFERENT, made
from cli.portal.source import source_of
from exports.model import ExportedDossier
from portal.app import Site, make_app
from portal.dossiers.library import Library
from portal.source import Source
from steps.wiring.services import Services, open_services
from store.staff.accounts import Account
from store.staff.lines import LineQuery
from store.staff.opinions import OpinionRow
from triage.registre.folding import read

SECRET = "s" * 48
TARGET = 0.2
STATIC = "/statique/portail.css"
PEOPLE = {"agence@exemple.fr": "agence", "lyon@exemple.fr": "centre:lyon"}
PAGES = (
    "/",
    "/?motif=nouveau",
    "/dossiers",
    "/dossiers?q=comprime&tri=priorite",
    "/dossiers?tri=specialite&sens=decroissant&page=40",
    "/dossiers?depuis=2026-01-01&portee=propres",
    "/dossiers/{number}",
    "/exports",
    "/renvoi",
    "/indicateurs",
    "/situations",
    "/signaux/saisir",
)
OF_AGENCY = ("/situations/{situation}", "/situations/{situation}/valider", "/annees")
"""Of the situation that holds the most dossiers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=10_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--distinct", action="store_true", help="no dossier is a copy of another")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-pages-") as folder:
        different = asked.dossiers if asked.distinct else DIFFERENT
        settings = made(asked.home or Path(folder), asked.dossiers, different=different)
        with open_services(settings) as services:
            slow = asyncio.run(measured(services))
    sys.exit(bool(slow))


async def measured(services: Services) -> list[str]:
    """Ask for each page three times as each person; tell the best, and those over the target."""
    source = source_of(services)
    source = readable(source)
    people(services)
    app = make_app(source, Site(url="http://127.0.0.1", secret=SECRET, dsfr=False))
    library: Library = app.state.dossier_pages.library
    begun = time.process_time()
    library.indicators("agence")  # asked for, so that pages show them
    library.refresh()
    print(f"lines of the lists       {time.process_time() - begun:8.2f} CPU-s")
    library.look = lambda: None  # type: ignore[method-assign]  # nothing beside the pages
    read = LineQuery("reseau", centre="lyon")
    number = max(one.number for one in services.store.lines.waiting(services.demarche, read))
    floor = await best(app, STATIC, "")
    print(f"floor: a static file     {floor * 1000:8.1f} ms")
    slow = []
    for email, role in PEOPLE.items():
        for page in (*PAGES, *(OF_AGENCY if role == "agence" else ())):
            path = page.format(number=number, situation=largest(source))
            took = await best(app, path, email)
            slow += [path] if took > TARGET else []
            print(f"{email:18} {page:52} {took * 1000:8.1f} ms")
    print(f"over {TARGET * 1000:.0f} ms: {slow or 'none'}")
    return slow


def largest(source: Source) -> str:
    """The situation that holds the most dossiers."""
    register = read(source.store.acts.list(source.demarche))
    return max(register.situations.values(), key=lambda one: len(one.dossiers)).id


def readable(source: Source) -> Source:
    """As where the form was adopted and every dossier may leave: the network reads most."""
    around = replace(source.circumstances(), adopted=True, network_default="include")

    def entries(numbers: Iterable[int] | None) -> Iterator[ExportedDossier]:
        for one in source.entries(numbers):
            said = {name: a for name, a in one.report.annotations.items() if name != "diffusable"}
            yield replace(one, judged=True, report=replace(one.report, annotations=said))

    return replace(source, entries=entries, circumstances=lambda: around)


def people(services: Services) -> None:
    """Accounts, and opinions on a tenth of the dossiers."""
    at = datetime.now(UTC) - timedelta(days=1)
    known = {one.email for one in services.store.accounts.list()}
    for email, role in PEOPLE.items():
        if email not in known:
            services.store.accounts.add(Account(email, role, at, at))
    numbers = sorted(services.store.dossiers.known_numbers(services.demarche))[::10]
    if not services.store.opinions.last_id(services.demarche):
        rows = [OpinionRow(number, "crpv-lyon", "", "vu") for number in numbers]
        services.store.opinions.save(services.demarche, rows, at=at)


async def best(app: FastAPI, path: str, email: str) -> float:
    """CPU seconds of one answer, the least of three."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        status = await ask(app, path, email)
        took.append(time.process_time() - begun)
        assert status == 200, (path, status)  # noqa: S101, PLR2004
    return min(took)


async def ask(app: FastAPI, path: str, email: str) -> int:
    """Ask the application for a page; its status."""
    where, _, query = path.partition("?")
    headers = [(b"host", b"127.0.0.1")]
    if email:
        headers.append((b"cookie", f"unc={cookie(email)}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    told: list[int] = []

    asked = iter([True])

    async def receive() -> dict[str, object]:
        if not next(asked, False):
            await asyncio.Event().wait()  # the browser stays there
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            told.append(int(str(message["status"])))

    await app(scope, receive, send)  # type: ignore[arg-type]
    return told[0]


def cookie(email: str) -> str:
    """The cookie of a session, as the portal signs it."""
    said = {"id": "x", "email": email, "opened": datetime.now(UTC).isoformat()}
    content = base64.b64encode(json.dumps(said).encode())
    key = sha256(f"sessions\0{SECRET}".encode()).hexdigest()
    return TimestampSigner(key).sign(content).decode()


if __name__ == "__main__":
    main()
