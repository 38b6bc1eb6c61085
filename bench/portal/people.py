"""The portal under 200 people at once: each fetches a workbook of 5 MiB and browses.

    .venv/bin/python bench/portal/people.py [PEOPLE]

`unc serve` runs in a process of its own, on loopback, over dossiers of the sandbox. Everybody
signs in, then all begin together. Target: no error, and the p95 of a page under 20 times the p95
of a static file asked for in the same run. Half a minute at most.
"""

import asyncio
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from argon2 import PasswordHasher

from exports.published.checking import ExportFile
from exports.published.listing import latest
from exports.published.manifest import ExportFacts
from exports.published.publishing import publish
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import Settings, load_settings
from steps.run import run_once
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from store.repository import open_store
from store.staff.accounts import Account

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 200
DOSSIERS = 300
SIZE = 5 * 2**20
PASSWORD = "quatre mots choisis au hasard"  # noqa: S105
PAGES = ("/", "/exports", "/dossiers", "/dossiers?q=comprime&tri=priorite", "/indicateurs")
STATIC = "/statique/portail.css"
CENTRES = ("centre:lyon", "agence")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="unc-portal-") as folder:
        home = Path(folder)
        settings = made(home)
        environment = {
            **os.environ,
            "UNC_HOME": str(home),
            "UNC_DEMARCHE": str(settings.demarche),
            "UNC_DS_URL": settings.ds_url,
        }
        unc = Path(sys.executable).with_name("unc")
        server = subprocess.Popen(  # noqa: S603 (our own command)
            [unc, "serve", "--port", "0", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            asyncio.run(load(announced(server), server.pid))
        finally:
            server.terminate()
            server.wait(timeout=30)


def made(home: Path) -> Settings:
    """Dossiers, exports (the latest with a workbook of 5 MiB) and an account for each person."""
    with running_sandbox(home / "sandbox", seeds=generate(DOSSIERS, seed=7)) as sandbox:
        settings = load_settings(
            _env_file=None,
            ds_url=sandbox.url,
            ds_token=sandbox.token,
            demarche=sandbox.demarche,
            instructeur=sandbox.instructeur,
            home=home,
        )
        with connect(settings, make=True) as services:
            run_once(services, Summary())
    last = latest(settings.exports(), demarche=sandbox.demarche)
    assert last  # noqa: S101
    content = padded((last.folder / "reseau.xlsx").read_bytes())
    told = {name: last.manifest[name] for name in ExportFacts.__dataclass_fields__}
    facts = ExportFacts(**{**told, "checksum": "5 MiB", "kind": ""})
    files = {"reseau.xlsx": ExportFile(audience="reseau", content=content)}
    assert publish(settings.exports(), files, facts=facts, at=datetime.now(UTC))  # noqa: S101
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    at = datetime.now(UTC) - timedelta(minutes=1)
    with open_store(settings.database()) as store:
        for place in range(PEOPLE):
            role = CENTRES[place % 2]
            store.accounts.add(Account(f"p{place}@exemple.fr", role, at, at, hashed))
    return settings


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


async def load(url: str, pid: int) -> None:
    """Let everybody in, then measure."""
    limits = httpx2.Limits(max_connections=None)
    times: dict[str, list[float]] = defaultdict(list)
    errors: list[str] = []
    people = [
        httpx2.AsyncClient(base_url=url, limits=limits, timeout=120, follow_redirects=False)
        for _ in range(PEOPLE)
    ]
    door = asyncio.Semaphore(8)
    ids = await asyncio.gather(*(enter(one, place, door) for place, one in enumerate(people)))
    gate, start = asyncio.Event(), time.perf_counter()
    tasks = [
        asyncio.create_task(visit(one, file_id, gate, (times, errors)))
        for one, file_id in zip(people, ids, strict=True)
    ]
    await asyncio.sleep(0.1)
    start = time.perf_counter()
    gate.set()
    await asyncio.gather(*tasks)
    seconds = time.perf_counter() - start
    for one in people:
        await one.aclose()
    tell(times, errors, seconds=seconds, memory=peak(pid))


async def enter(person: httpx2.AsyncClient, place: int, door: asyncio.Semaphore) -> str:
    """Sign in, and find the link of the workbook, the last on the page."""
    async with door:
        page = (await person.get("/connexion")).text
        token = found(r'name="jeton" value="(\w+)"', page)
        fields = {"adresse": f"p{place}@exemple.fr", "mot_de_passe": PASSWORD, "jeton": token}
        entered = await person.post("/connexion", data=fields)
        assert entered.status_code == 303, entered.status_code  # noqa: S101, PLR2004
        return found(r'.*href="(/exports/\w+)"', (await person.get("/exports")).text)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern  # noqa: S101
    return match.group(1)


async def visit(
    person: httpx2.AsyncClient,
    file_id: str,
    gate: asyncio.Event,
    seen: tuple[dict[str, list[float]], list[str]],
) -> None:
    """What one person does: a page, a static file, the workbook, more pages, a card."""
    times, errors = seen

    async def ask(kind: str, path: str, good: Callable[[bytes], bool]) -> None:
        start = time.perf_counter()
        try:
            answer = await person.get(path)
            if answer.status_code != 200 or not good(answer.content):  # noqa: PLR2004
                errors.append(f"{path}: {answer.status_code}, {len(answer.content)} bytes")
        except httpx2.HTTPError as error:
            errors.append(f"{path}: {type(error).__name__}")
        times[kind].append(time.perf_counter() - start)

    await gate.wait()
    for place, path in enumerate((*PAGES, f"/dossiers/{24_000_001}", *PAGES)):
        await ask("page", path, lambda content: b"</html>" in content or b"Page" in content)
        await ask("static", STATIC, lambda content: b".unc-main" in content)
        if place == 1:
            await ask("workbook", file_id, lambda content: len(content) >= SIZE)


def peak(pid: int) -> int:
    """Most memory that the server took, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(found(r"VmHWM:\s+(\d+)", status)) // 1024


def tell(times: dict[str, list[float]], errors: list[str], *, seconds: float, memory: int) -> None:
    requests = sum(map(len, times.values()))
    print(f"{PEOPLE} people, {DOSSIERS} dossiers, {requests} requests in {seconds:.1f} s")
    p95 = {kind: statistics.quantiles(values, n=20)[-1] for kind, values in times.items()}
    for kind, values in times.items():
        middle = statistics.median(values)
        print(f"{kind:9} {len(values):5}  median {middle:6.3f} s  p95 {p95[kind]:6.3f} s")
    fetched = len(times["workbook"]) * SIZE / 2**20
    print(f"{fetched:.0f} MiB of workbooks; server's memory {memory} MiB at most")
    print(f"p95 of a page / p95 of a static file: {p95['page'] / p95['static']:.2f} (target < 20)")
    print(f"errors: {len(errors)} {errors[:5]}")
    sys.exit(bool(errors) or p95["page"] >= 20 * p95["static"])


if __name__ == "__main__":
    main()
