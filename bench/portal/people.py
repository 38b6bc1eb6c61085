"""The portal under 200 people at once: each signs in, browses, fetches a workbook and writes.

    .venv/bin/python -m bench.portal.people [--people 200] [--servers 1] [--database URL]

`unc serve` runs in processes of its own, on loopback, over dossiers of the sandbox; with two or
more they share the base, SQLite or an empty one of PostgreSQL. Everybody signs in at once, then
all begin together: reads, and among them what each person writes (what was seen, an opinion or a
signal, the digest). Target: no error, nothing lost, and the p95 of a page under 20 times the p95 of
a static file asked for in the same run.
"""

import argparse
import asyncio
import html
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from argon2 import PasswordHasher

from bench.serving import keep_settings, kept_settings, settings_of, told_of
from cli.portal.source import source_of
from exports.published.checking import ExportFile
from exports.published.listing import latest
from exports.published.manifest import ExportFacts
from exports.published.publishing import publish
from portal.dossiers.library import Library
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import Settings
from steps.run import run_once
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from store.repository import open_store
from store.staff.accounts import Account
from triage.registre.acts import Verb

DOSSIERS = 300
SIZE = 5 * 2**20
PASSWORD = "quatre mots choisis au hasard"  # noqa: S105
PAGES = ("/", "/exports", "/dossiers", "/dossiers?q=comprime&tri=priorite", "/indicateurs")
STATIC = "/statique/portail.css"
ROLES = ("centre:lyon", "agence")
OPINION = "À surveiller"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--database", default="")
    parser.add_argument("--home", type=Path, help="kept, and begun from a copy of it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unc-portal-") as folder:
        home = Path(folder)
        if asked.home and asked.home.is_dir():
            shutil.copytree(asked.home, home, dirs_exist_ok=True, symlinks=True)
        settings = made(home, asked.people, asked.database)
        if asked.home and not asked.home.is_dir():
            shutil.copytree(home, asked.home, symlinks=True)
        environment = {
            **os.environ,
            "UNC_HOME": str(home),
            "UNC_DEMARCHE": str(settings.demarche),
            "UNC_DS_URL": settings.ds_url,
            "UNC_NETWORK_DEFAULT": "include",
        }
        if asked.database:
            environment["UNC_DATABASE_URL"] = asked.database
        unc = Path(sys.executable).with_name("unc")
        servers = [
            subprocess.Popen(  # noqa: S603 (our own command)
                [unc, "serve", "--port", "0", "--json"],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(asked.servers)
        ]
        try:
            with open_store(settings.database()) as store:
                numbers = {
                    role: sorted(store.lines.numbers(settings.demarche_number(), audience))
                    for role, audience in zip(ROLES, ("reseau", "agence"), strict=True)
                }
            load = Load([announced(one) for one in servers], numbers, people=asked.people)
            seconds = asyncio.run(load.run())
            memory = max(peak(one.pid) for one in servers)
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait(timeout=30)
        load.errors += lost(settings, load)
        tell(load, seconds=seconds, memory=memory)


def made(home: Path, people: int, database: str) -> Settings:
    """Dossiers, exports (the latest with a workbook of 5 MiB) and an account for each person."""
    if kept := kept_settings(home):
        return kept
    with running_sandbox(home / "sandbox", seeds=generate(DOSSIERS, seed=7)) as sandbox:
        told = {**told_of(sandbox), "network_default": "include"}
        told |= {"database_url": database} if database else {}
        settings = settings_of(told, home)
        with connect(settings, make=True) as services:
            run_once(services, Summary())
            Library(source_of(services)).refresh()
    last = latest(settings.exports(), demarche=sandbox.demarche)
    assert last  # noqa: S101
    content = padded((last.folder / "reseau.xlsx").read_bytes())
    manifest = {name: last.manifest[name] for name in ExportFacts.__dataclass_fields__}
    facts = ExportFacts(**{**manifest, "checksum": "5 MiB", "kind": ""})
    files = {"reseau.xlsx": ExportFile(audience="reseau", content=content)}
    assert publish(settings.exports(), files, facts=facts, at=datetime.now(UTC))  # noqa: S101
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    at = datetime.now(UTC) - timedelta(minutes=1)
    with open_store(settings.database()) as store:
        for place in range(people):
            store.accounts.add(Account(email_of(place), ROLES[place % 2], at, at, hashed))
    keep_settings(told, home)
    return settings


def email_of(place: int) -> str:
    return f"p{place}@exemple.fr"


def padded(workbook: bytes) -> bytes:
    """The workbook with a part that no one reads, up to 5 MiB."""
    into = io.BytesIO(workbook)
    with zipfile.ZipFile(into, "a", zipfile.ZIP_STORED) as archive:
        rest = SIZE - len(workbook)
        archive.writestr("customXml/padding.xml", f"<p>{'x' * rest}</p>")
    return into.getvalue()


def announced(server: subprocess.Popen[str]) -> str:
    """Address that the server prints once it listens."""
    assert server.stdout  # noqa: S101
    text = ""
    while "}" not in text:
        text += server.stdout.readline()
    return str(json.loads(text)["url"])


@dataclass
class Load:
    """What everybody does, and what was seen of it.

    Attributes:
        urls: Addresses of the servers: people are shared among them.
        numbers: Dossiers that each role reads.
        people: How many people.
        times: Seconds of each answer, by kind.
        errors: Answers that are not the expected ones.
        written: Writes that the portal said were done, by kind.
    """

    urls: list[str]
    numbers: dict[str, list[int]]
    people: int
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)

    async def run(self) -> float:
        """Everybody signs in at once, then does all the rest; seconds of the rest."""
        limits = httpx2.Limits(max_connections=None)
        people = [
            httpx2.AsyncClient(
                base_url=self.urls[place % len(self.urls)],
                headers={"x-forwarded-for": f"192.0.2.{place}"},  # as a proxy says
                limits=limits,
                timeout=120,
            )
            for place in range(self.people)
        ]
        begun = time.perf_counter()
        await asyncio.gather(*(self.enter(one, place) for place, one in enumerate(people)))
        print(f"signing in, all at once: {time.perf_counter() - begun:.1f} s")
        start = time.perf_counter()
        await asyncio.gather(*(self.visit(one, place) for place, one in enumerate(people)))
        seconds = time.perf_counter() - start
        for one in people:
            await one.aclose()
        return seconds

    async def ask(
        self,
        person: httpx2.AsyncClient,
        path: str,
        good: Callable[[bytes], bool],
        *,
        kind: str = "page",
        data: dict[str, object] | None = None,
    ) -> str:
        """The text of an answer, which is timed and looked at."""
        start, wanted = time.perf_counter(), 200 if data is None else 303
        text = ""
        try:
            answer = await (person.get(path) if data is None else person.post(path, data=data))
            text = answer.text if kind != "workbook" else ""
            if answer.status_code != wanted or not good(answer.content):
                self.errors.append(f"{path}: {answer.status_code}, {len(answer.content)} bytes")
            elif data is not None:
                self.written[kind] += 1
        except httpx2.HTTPError as error:
            self.errors.append(f"{path}: {type(error).__name__}")
        self.times[kind].append(time.perf_counter() - start)
        return text

    async def write(
        self,
        person: httpx2.AsyncClient,
        page: str,
        action: str,
        kind: str,
        **fields: object,
    ) -> None:
        """Read a page, and send its form."""
        text = await self.ask(person, page, _page)
        held: dict[str, list[str]] = defaultdict(list)
        for where, inside in _FORM.findall(text):
            if where == action and not held:
                for name, value in _HIDDEN.findall(inside):
                    held[name].append(html.unescape(value))
        await self.ask(person, action, lambda _: True, kind=kind, data={**held, **fields})

    async def enter(self, person: httpx2.AsyncClient, place: int) -> None:
        fields = {"adresse": email_of(place), "mot_de_passe": PASSWORD}
        await self.write(person, "/connexion", "/connexion", "sign in", **fields)

    async def visit(self, person: httpx2.AsyncClient, place: int) -> None:
        """What one person does: pages, static files, the workbook, a card, and three writes."""
        known = self.numbers[ROLES[place % len(ROLES)]]
        number = known[place % len(known)]
        exports = await self.ask(person, "/exports", _page)
        links = re.findall(r'href="(/exports/\w+)"', exports) or ["/exports/0"]
        card = f"/dossiers/{number}"
        own = self.opinion if ROLES[place % len(ROLES)] == "agence" else self.signal
        steps: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: self.ask(person, links[-1], lambda body: len(body) >= SIZE, kind="workbook"),
            lambda: self.write(person, "/", "/a-traiter/vus", "seen"),
            lambda: own(person, place, card),
            lambda: self.write(person, "/compte", "/compte/resume", "digest", resume="oui"),
        )
        paths = iter((*PAGES, card, *PAGES))
        for turn, path in enumerate(paths):
            await self.ask(person, path, _page)
            await self.ask(person, STATIC, lambda body: b".unc-main" in body, kind="static")
            if turn < len(steps):
                await steps[turn]()

    async def opinion(self, person: httpx2.AsyncClient, place: int, card: str) -> None:
        told = {"avis": OPINION, "commentaire": f"de {place}"}
        await self.write(person, card, f"{card}/avis", "opinion", **told)

    async def signal(self, person: httpx2.AsyncClient, place: int, _: str) -> None:
        where = "/signaux/saisir"
        told = {"substance": "Codéine", "resume": f"Usage détourné, récit numéro {place}."}
        await self.write(person, where, where, "signal", **told)


_FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def _page(body: bytes) -> bool:
    return b"</html>" in body


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern  # noqa: S101
    return match.group(1)


def lost(settings: Settings, load: Load) -> list[str]:
    """What the portal said was written and the base does not hold."""
    demarche = settings.demarche_number()
    with open_store(settings.database()) as store:
        opinions = {
            (one.number, one.comment)
            for one in store.opinions.latest(demarche)
            if one.judgement == OPINION
        }
        everybody = [email_of(place) for place in range(load.people)]
        kept = {
            "opinion": len(opinions),
            "signal": sum(one.verb is Verb.SIGNAL for one in store.acts.list(demarche)),
            "digest": len(store.digests.readers() & {*everybody}),
            "seen": sum(bool(store.seen.marks(demarche, one)) for one in everybody),
            "sign in": sum(
                one.event == "sign-in" for one in store.visits.list(demarche, limit=100_000)
            ),
        }
    return [
        f"{kind}: {count} said to be written, {kept[kind]} kept"
        for kind, count in load.written.items()
        if kept[kind] != count
    ]


def peak(pid: int) -> int:
    """Most memory that the server took, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(found(r"VmHWM:\s+(\d+)", status)) // 1024


def tell(load: Load, *, seconds: float, memory: int) -> None:
    times, errors = load.times, load.errors
    requests = sum(map(len, times.values()))
    print(f"{load.people} people, {DOSSIERS} dossiers, {requests} requests in {seconds:.1f} s")
    p95 = {kind: statistics.quantiles(values, n=20)[-1] for kind, values in times.items()}
    for kind, values in times.items():
        middle = statistics.median(values)
        print(f"{kind:9} {len(values):5}  median {middle:6.3f} s  p95 {p95[kind]:6.3f} s")
    print(f"written: {dict(load.written)}")
    print(f"server's memory {memory} MiB at most")
    print(f"p95 of a page / p95 of a static file: {p95['page'] / p95['static']:.2f} (target < 20)")
    print(f"errors: {len(errors)} {errors[:5]}")
    sys.exit(bool(errors) or p95["page"] >= 20 * p95["static"])


if __name__ == "__main__":
    main()
