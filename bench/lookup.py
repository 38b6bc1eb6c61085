"""`unc lookup` under 200 requests a second: how long an answer takes, beside one that is constant.

    .venv/bin/python -m bench.lookup [FOLDER] [--rate 200] [--seconds 15]

Target: p95 under 50 ms on one process. Requests leave at their time whether the last one was
answered or not, and are timed from then: half ask a code, half what a declarant types letter by
letter, all different. The floor is the same application whose answers are constant, in a process of
its own, asked likewise in the same run. A third turn loads another version meanwhile.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote_plus

from bench.bdpm import FOLDER
from mappings.medicines.bdpm_files import PRESENTATIONS, SPECIALITIES, FileSpec, rows_of
from steps.wiring.public_data.reference import load

SECRET = "banc-de-mesure-secret-de-quarante-caracteres"  # noqa: S105
TARGET = 0.050
Turned: TypeAlias = tuple[list[float], Counter[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--constant", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.constant:
        serve_a_constant()
        return
    with tempfile.TemporaryDirectory(prefix="unc-lookup-") as folder:
        home = Path(folder)
        load(asked.folder, home)
        paths = list(itertools.islice(entries(asked.folder), asked.rate * asked.seconds))
        unc = str(Path(sys.executable).with_name("unc"))
        constant = [sys.executable, "-m", "bench.lookup", "--constant"]
        with served(constant, home) as (url, _):
            floor = asyncio.run(turn(url, paths, asked.rate))
        tell("a constant (the floor)", floor)
        with served([unc, "lookup", "--port", "0", "--json"], home) as (url, pid):
            measured = asyncio.run(turn(url, paths, asked.rate))
            tell("unc lookup", measured)
            other = home / "autre"
            shutil.copytree(asked.folder, other)
            file = other / SPECIALITIES.name
            file.write_bytes(file.read_bytes().replace(b"LABORATOIRES", b"Laboratoires", 1))
            taken = asyncio.run(turn(url, paths, asked.rate, beside=(unc, other, home)))
            tell("while another version is loaded", taken)
            print(f"memory of the process: {peak(pid)} MiB at most")
        p95 = quantile(measured, 95)
        print(f"p95 / floor: {p95 / quantile(floor, 95):.2f}")
        sys.exit(p95 >= TARGET)


def entries(folder: Path) -> Iterator[str]:
    """Addresses: codes, and names as they are typed, from the third letter on; never twice."""
    chance = random.Random(4)

    def rows(spec: FileSpec) -> list[list[str]]:
        content = (folder / spec.name).read_bytes()
        found = [row for row in rows_of(content, spec) if row]
        chance.shuffle(found)
        return found

    packs = rows(PRESENTATIONS)
    seen: set[str] = set()
    for at, row in enumerate(rows(SPECIALITIES)):
        yield f"/v1/specialite?cis={row[0]}"
        yield f"/v1/presentation?cip13={packs[at % len(packs)][6]}"
        name = row[1][: chance.randint(3, 24)].strip()
        for length in (max(3, len(name) // 2), len(name)):
            typed = f"/v1/recherche?q={quote_plus(name[:length])}"
            if typed not in seen:
                seen.add(typed)
                yield typed


@contextmanager
def served(command: list[str], home: Path) -> Iterator[tuple[str, int]]:
    """Run a server; give its address and its process."""
    environment = {**os.environ, "UNC_HOME": str(home), "UNC_LOOKUP_SECRETS": SECRET}
    with subprocess.Popen(  # noqa: S603 (our own command)
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout  # noqa: S101
        told = ""
        while "}" not in told:
            told += server.stdout.readline()
        try:
            yield json.loads(told)["url"], server.pid
        finally:
            server.terminate()


async def turn(
    url: str, paths: list[str], rate: int, *, beside: tuple[str, Path, Path] | None = None
) -> Turned:
    """Ask each address at its time; give how long each took, and the statuses."""
    host, _, port = url.removeprefix("http://").partition(":")
    times: list[float] = []
    statuses: Counter[str] = Counter()
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    start = time.perf_counter() + 0.5

    async def ask(place: int, path: str) -> None:
        due = start + place / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        reader, writer = free.pop() if free else await asyncio.open_connection(host, int(port))
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {SECRET}\r\n\r\n"
        writer.write(head.encode())
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(told.partition("content-length: ")[2].split("\r\n", 1)[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - due)
        statuses[told.split(" ", 2)[1]] += 1
        free.append((reader, writer))

    tasks = [asyncio.create_task(ask(place, path)) for place, path in enumerate(paths)]
    if beside is not None:
        unc, folder, home = beside
        loading = await asyncio.create_subprocess_exec(
            unc, "bdpm", "load", str(folder), "--json",
            env={**os.environ, "UNC_HOME": str(home)}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        await loading.wait()
    await asyncio.gather(*tasks)
    for _, writer in free:
        writer.close()
    return times, statuses


def quantile(turned: Turned, share: int) -> float:
    return statistics.quantiles(turned[0], n=100)[share - 1]


def tell(name: str, turned: Turned) -> None:
    told = ", ".join(f"p{one} {quantile(turned, one) * 1000:.1f} ms" for one in (50, 95, 99))
    print(f"{name:32} {len(turned[0])} requests: {told}; {dict(turned[1])}")


def peak(pid: int) -> int:
    """Most memory that a process took, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(one.split()[1]) // 1024 for one in lines if one.startswith("VmHWM"))


def serve_a_constant() -> None:
    """The same application, whose directory finds the same whatever is asked."""
    from portal.lookup.access import Access
    from portal.lookup.app import make_lookup
    from portal.lookup.version_in_use import VersionInUse
    from portal.serving import listen, server_of
    from steps.wiring.public_data.reference import directory_of

    home = Path(os.environ["UNC_HOME"])
    directory = directory_of(home)
    assert directory  # noqa: S101
    one = next(iter(directory.search("paracetamol")), {})

    class Constant:
        version, count, of_day = directory.version, 1, ""

    def exact(*_: object) -> object:
        return one

    def several(*_: object) -> list[object]:
        return [one]

    from portal.lookup import app

    app.EXACT = {place: (name, exact) for place, (name, _) in app.EXACT.items()}  # type: ignore[misc]
    app.SUGGESTED = dict.fromkeys(app.SUGGESTED, several)  # type: ignore[misc]
    version = VersionInUse(named=str, read=lambda: None, directory=Constant())  # type: ignore[arg-type]
    server = server_of(make_lookup(version, Access([SECRET], per_second=100_000), max_age=3_600))
    with listen("127.0.0.1", 0) as sock:
        print(json.dumps({"url": f"http://127.0.0.1:{sock.getsockname()[1]}"}), flush=True)
        server.run(sockets=[sock])


if __name__ == "__main__":
    main()
