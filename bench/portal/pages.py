"""What each page of the portal costs its server at the size of a démarche, in CPU.

    .venv/bin/python -m bench.portal.pages [--dossiers 10000] [--distinct] [--published] [--home]

Every route that a person can ask for, as an administrator, the agency and a centre, is asked of the
application itself, in one process, on a base made by ``bench.at_size`` (``--home`` keeps it; with
--published it has workbooks). The floor is a static file asked for in the same way. Target: every
page under 200 ms of processor, whoever reads it. Lines of the lists are made first, and timed
apart; then a page is asked for while all of them are made again, and the wait is told.
"""

import argparse
import asyncio
import base64
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread

from fastapi import FastAPI
from itsdangerous import TimestampSigner
from starlette.routing import BaseRoute, Route

from bench.at_size import DIFFERENT, made
from bench.portal.things import things
from cli.portal.source import source_of
from exports.model import ExportedDossier
from portal.app import Site, make_app
from portal.dossiers.library import Library
from portal.people.roles import parse_role
from portal.source import Source
from steps.judge.acts import today
from steps.publish.export import export
from steps.wiring.services import Services, open_services
from steps.wiring.summary import Summary
from store.staff.accounts import Account
from store.staff.lines import LineQuery
from store.staff.opinions import OpinionRow
from triage.registre.state_from_acts import read

SECRET = "s" * 48
TARGET = 0.2
STATIC = "/statique/portail.css"
PEOPLE = {
    "admin@exemple.fr": "admin",
    "agence@exemple.fr": "agence",
    "lyon@exemple.fr": "centre:lyon",
}
MORE = (
    "/?motif=nouveau",
    "/?motif=p1&page=20",
    "/dossiers?q=comprime&tri=priorite",
    "/dossiers?q=introuvable+nulle+part",
    "/dossiers?tri=specialite&sens=decroissant&page=40",
    "/dossiers?depuis=2026-01-01&portee=propres",
    "/dossiers?situation={name}",
    "/recherche.csv?q=comprime",
    "/situations?tri=signaux&page=2",
    "/situations?q=comprime",
    "/situations?au={past}&connu={past}",
    "/situations/{name}?au={past}&connu={past}",
    "/signaux?au={past}",
    "/journal?q=connexion",
    "/textes?dossier={number}",
)
"""Addresses beside the bare one of each route."""
CONNECTING = ("/connexion/oidc", "/connexion/oidc/retour", "/invitation/{secret}", "/metrics")
LARGE = {"/recherche.csv": "every dossier as a file", "/exports/lot/{sequence}": "workbooks"}
"""Files, not pages: told apart."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=10_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--distinct", action="store_true", help="no dossier is a copy of another")
    parser.add_argument("--published", action="store_true", help="with workbooks")
    parser.add_argument("--only", default="", help="addresses that begin so")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-pages-") as folder:
        different = asked.dossiers if asked.distinct else DIFFERENT
        settings = made(asked.home or Path(folder), asked.dossiers, different=different)
        with open_services(settings) as services:
            people(services)
            if asked.published:
                timed_export(services)
            slow = asyncio.run(measured(services, asked.only))
    sys.exit(bool(slow))


def timed_export(services: Services) -> None:
    begun = time.process_time()
    export(services, Summary())
    print(f"workbooks                {time.process_time() - begun:8.2f} CPU-s")


async def measured(services: Services, only: str) -> list[str]:
    """Ask for each page three times as each person; tell the best, and those over the target."""
    source = readable(source_of(services))
    app = make_app(source, Site(url="http://127.0.0.1", secret=SECRET, dsfr=False))
    library: Library = app.state.dossier_pages.library
    begun = time.process_time()
    library.indicators("agence")  # asked for, so that pages show them
    library.refresh()
    print(f"lines of the lists       {time.process_time() - begun:8.2f} CPU-s")
    look, library.look = library.look, lambda: None  # type: ignore[method-assign]
    names = {**things(services, admin=next(iter(PEOPLE))), "past": f"{today():%Y-%m-%d}"}
    held = read(source.store.acts.list(source.demarche)).situations[names["name"]]
    print(f"largest situation: {len(held.dossiers)} dossiers")
    floor = await best(app, STATIC, "") or 0.0
    print(f"floor: a static file     {floor * 1000:8.1f} ms")
    slow = []
    for email, role in PEOPLE.items():
        query = LineQuery("reseau" if ":" in role else "agence")
        lines = source.store.lines.waiting(services.demarche, query)
        mine = {**names, "number": str(max(one.number for one in lines)), **fetched(app, role)}
        for page in (*paths(app), *MORE):
            path = page.format_map(defaultdict(lambda: "x", mine))
            if not path.startswith(only):
                continue
            took = await best(app, path, email)
            if took is None:
                continue
            slow += [path] if took > TARGET and page.split("?")[0] not in LARGE else []
            print(f"{email:18} {page:44} {took * 1000:8.1f} ms  {LARGE.get(page, '')}", flush=True)
    print(f"over {TARGET * 1000:.0f} ms: {slow or 'none'}")
    library.look = look  # type: ignore[method-assign]
    await meanwhile(app, library, source)
    return slow


def paths(app: FastAPI) -> list[str]:
    """Every route that a person asks for."""
    found = [one.path for one in every_route(app.routes) if "GET" in (one.methods or ())]
    return [one for one in found if one not in CONNECTING]


def every_route(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Routes, those of included routers too."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from every_route(included.routes)
        elif isinstance(route, Route):
            yield route


def fetched(app: FastAPI, role: str) -> dict[str, str]:
    """A set of workbooks and a file of it, where there are any."""
    sets = app.state.counter.fetchable.for_role(parse_role(role))
    if not sets:
        return {}
    return {"sequence": str(sets[0].sequence), "file_id": sets[0].files[0].id}


async def meanwhile(app: FastAPI, library: Library, source: Source) -> None:
    """How long a page is waited for while every line is made again, in a thread beside."""
    source.store.lines.forget(
        source.demarche, sorted(source.store.lines.stamps(source.demarche))[:500]
    )
    worker = Thread(target=library.refresh)
    worker.start()
    waits = []
    while worker.is_alive():
        begun = time.perf_counter()
        await ask(app, "/dossiers?q=comprime", "agence@exemple.fr")
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.2)
    worker.join()
    print(
        f"a page while 500 lines are made again: {statistics.median(waits):.2f} s,"
        f" {max(waits):.2f} s at most, of {len(waits)}"
    )


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


async def best(app: FastAPI, path: str, email: str) -> float | None:
    """CPU seconds of one answer, the least of three; ``None`` where it is not for this person."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        status = await ask(app, path, email)
        took.append(time.process_time() - begun)
        if status in {403, 404}:
            return None
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
