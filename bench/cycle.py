"""A whole first cycle beside its floor: the same requests, the same rows, the same XML, once.

    .venv/bin/python -m bench.cycle [--dossiers 2000] [--profile FILE]

Target: at most 4 times, in CPU of the process, imports told apart. The cycle is `unc run` on a new
home: poll, assess, respond, export of 32 workbooks. The floor, a process of its own too, sends the
same requests to a server that plays the recorded answers, parses each, stores each dossier once by
the raw driver's executemany, and deflates the XML of the same workbooks once.
"""

import argparse
import cProfile
import pickle
import resource
import sqlite3
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import requests

from bench.serving import in_a_process, sandbox_of
from settings import Settings

LEVEL = 5
Heard = list[tuple[bytes, bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2000)
    parser.add_argument("--profile", default="")
    asked = parser.parse_args()
    with sandbox_of(asked.dossiers) as settings:
        heard = Path(settings.home).with_name("heard")
        with in_a_process(cycle, settings, heard, asked.profile) as (cpu, peak, shares):
            print(f"first cycle of {asked.dossiers}: {cpu:.2f} CPU-s, peak {peak:.0f} MiB")
            for name, seconds in shares:
                print(f"    {name:24} {seconds:6.2f} CPU-s")
        books = settings.home / "exports" / "courant"
        with in_a_process(replayer, heard) as url, in_a_process(floor, url, heard, books) as told:
            least, parts = told
    print(f"floor: {least:.2f} CPU-s ({', '.join(f'{name} {s:.2f}' for name, s in parts)})")
    work = (cpu - dict(shares)["imports"]) / (least - dict(parts)["imports"])
    print(f"{work:.2f} times (≤ 4), {cpu / least:.2f} with the imports of both")


def cycle(settings: Settings, heard: Path, profile: str, told: Any) -> None:
    """A run as `unc run` does it; what was sent and answered is kept for the floor."""
    import gc

    from bench.serving import unlimited
    from clients import transport
    from steps import run
    from steps.wiring.summary import Summary

    kept: Heard = []
    asked = threading.local()
    send, loaded = requests.Session.send, transport._loaded  # noqa: SLF001

    def sent(self: Any, request: Any, **how: Any) -> Any:
        asked.body = bytes(request.body)
        return send(self, request, **how)

    def heard_of(content: bytes) -> Any:
        kept.append((asked.body, content))
        return loaded(content)

    requests.Session.send = sent  # type: ignore[method-assign]
    transport._loaded = heard_of  # noqa: SLF001
    shares, imported = [], time.process_time()
    shares.append(("imports", imported))
    follow = run.follow

    def timed(name: str, step: Any, **how: Any) -> None:
        began = time.process_time()
        follow(name, step, **how)
        shares.append((name, time.process_time() - began))

    run.follow = timed
    gc.freeze()
    profiler = cProfile.Profile()
    with unlimited(settings) as services:
        if profile:
            profiler.enable()
        run.run_once(services, Summary())
        profiler.disable()
    cpu = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if profile:
        profiler.dump_stats(profile)
    heard.write_bytes(pickle.dumps(kept))
    told.put((cpu, peak, shares))


def replayer(heard: Path, told: Any) -> None:
    """A server that gives the recorded answers in their order."""
    answers = iter([answer for _, answer in pickle.loads(heard.read_bytes())])  # noqa: S301

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = next(answers)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.put(f"http://127.0.0.1:{server.server_port}/")
    server.serve_forever()


def floor(url: str, heard: Path, books: Path, told: Any) -> None:
    """Ask, parse, store, deflate: nothing is decided."""
    asked = [body for body, _ in pickle.loads(heard.read_bytes())]  # noqa: S301
    xml = list(parts(books))
    marks = [("imports", time.process_time())]
    began = time.process_time()
    with requests.Session() as session:
        answers = [orjson.loads(session.post(url, data=body, timeout=60).content) for body in asked]
    marks.append(("requests, parsed", time.process_time() - began))
    began = time.process_time()
    store(heard.with_name("floor.sqlite"), answers)
    marks.append(("stored", time.process_time() - began))
    began = time.process_time()
    for part in xml:
        made = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        made.compress(part)
        made.flush()
    marks.append(("deflated", time.process_time() - began))
    told.put((sum(seconds for _, seconds in marks), marks))


def parts(books: Path) -> Iterator[bytes]:
    for book in sorted(books.glob("*.xlsx")):
        with zipfile.ZipFile(book) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def store(path: Path, answers: list[Any]) -> None:
    """Keep each dossier of the pages, a transaction a page."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE dossiers (number INTEGER PRIMARY KEY, raw TEXT)")
    for answer in answers:
        shown = ((answer.get("data") or {}).get("demarche") or {}).get("dossiers") or {}
        rows = [
            (one["number"], orjson.dumps(one).decode())
            for one in shown.get("nodes", ())
            if "champs" in one
        ]
        base.execute("BEGIN")
        base.executemany("INSERT OR REPLACE INTO dossiers VALUES (?, ?)", rows)
        base.execute("COMMIT")
    base.close()


if __name__ == "__main__":
    main()
