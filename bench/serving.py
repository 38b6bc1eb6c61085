"""What benches start with: servers in processes of their own, and a démarche that was judged."""

import gc
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import orjson

from clients.limiter import Limiter
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import Settings, load_settings
from steps.judge.judge import judge
from steps.run import gather
from steps.wiring.services import Connected, connect
from steps.wiring.summary import Summary

UNLIMITED = 10**9
PAGE = 100
_KEPT = "reglages.json"


class SandboxAddress(Protocol):
    """Where a sandbox is, and who asks it."""

    @property
    def url(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def demarche(self) -> int: ...
    @property
    def instructeur(self) -> str: ...


def told_of(sandbox: SandboxAddress) -> dict[str, Any]:
    """Settings that lead to a sandbox, as plain values by their names."""
    return {
        "ds_url": sandbox.url,
        "ds_token": sandbox.token,
        "demarche": sandbox.demarche,
        "instructeur": sandbox.instructeur,
    }


def settings_of(told: Mapping[str, Any], home: Path) -> Settings:
    """Settings of a bench, which no file of the folder that it is run from changes."""
    return load_settings(_env_file=None, home=home, **told)


def kept_settings(home: Path) -> Settings | None:
    """Settings of a home that was made before; ``None``: it is to be made."""
    kept = home / _KEPT
    return settings_of(json.loads(kept.read_text()), home) if kept.is_file() else None


def keep_settings(told: Mapping[str, Any], home: Path) -> None:
    """Say that a home is made, and by which settings it is opened again."""
    (home / _KEPT).write_text(json.dumps(dict(told)))


def _sandbox(home: str, dossiers: int, told: Any) -> None:
    seeds = generate(dossiers, seed=1)
    kept = dossiers + 10
    with running_sandbox(Path(home), seeds=seeds, rate_limit=UNLIMITED, cache_size=kept) as one:
        told.put(told_of(one))
        while True:
            time.sleep(3600)


def _pages(recorded: dict[str, Any], dossiers: int, told: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorded, dossiers))
    told.put(f"http://127.0.0.1:{server.server_port}/api/v2/graphql")
    server.serve_forever()


@contextmanager
def in_a_process(target: Any, *told: Any) -> Iterator[Any]:
    """What a server says when it listens; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=target, args=(*told, queue), daemon=True)
    process.start()
    try:
        yield queue.get(timeout=1200)
    finally:
        process.kill()
        process.join()


@contextmanager
def sandbox_of(dossiers: int) -> Iterator[Settings]:
    """Settings with which the bridge works on a sandbox of so many dossiers."""
    with (
        tempfile.TemporaryDirectory() as folder,
        in_a_process(_sandbox, folder, dossiers) as told,
    ):
        yield settings_of(told, Path(folder) / "home")


@contextmanager
def judged_demarche(
    seeds: Sequence[SeedDossier], *, home: Path | None = None
) -> Iterator[Connected]:
    """The bridge on generated dossiers, read and judged; kept in a home, or gone with the block."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(
            (home or Path(folder)) / "ds", seeds=seeds, rate_limit=UNLIMITED
        ) as sandbox,
    ):
        settings = settings_of(told_of(sandbox), home or Path(folder))
        with connect(settings, make=True) as services:
            gather(services, Summary())
            judge(services, Summary())
            yield services


@contextmanager
def page_server(dossiers: int) -> Iterator[Settings]:
    """Settings for a server that says it has so many dossiers: those of a sandbox, renumbered.

    It answers at once, so that what is measured is the bridge. Its answers to everything but
    pages were recorded from the sandbox.
    """
    with sandbox_of(PAGE) as settings:
        recorded = _record(settings)
        with in_a_process(_pages, recorded, dossiers) as url:
            yield settings.model_copy(update={"ds_url": url})


def _record(settings: Settings) -> dict[str, Any]:
    heard: dict[str, Any] = {}
    with DsTransport(settings.ds_url, settings.token().get_secret_value()) as transport:

        def execute(document: Any, variables: Any, **how: Any) -> Any:
            heard[document.name] = plain(document, variables, **how)
            return heard[document.name]

        plain, transport.execute = transport.execute, execute  # type: ignore[method-assign]
        reader = DsReader(transport)
        number = settings.demarche_number()
        reader.demarche(number)
        list(reader.pages(number, updated_since=None))
        reader.deletions(number, since=None)
    return heard


def _handler(recorded: dict[str, Any], dossiers: int) -> type[BaseHTTPRequestHandler]:
    nodes = recorded["Page"]["demarche"]["dossiers"]["nodes"]
    revision = recorded["Page"]["demarche"]["activeRevision"]

    def page(after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        rows = range(start + 1, min(start + PAGE, dossiers) + 1)
        served = [
            {**node, "number": number, "id": f"D{number}"}
            for number, node in zip(rows, nodes, strict=False)
        ]
        end = start + len(served)
        info = {"hasNextPage": end < dossiers, "endCursor": str(end)}
        return {
            "demarche": {
                "activeRevision": revision,
                "dossiers": {"pageInfo": info, "nodes": served},
            }
        }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["query"].split("(")[0].split("{")[0].split()[-1]
            data = page(asked["variables"]["after"]) if name == "Page" else recorded[name]
            body = orjson.dumps({"data": data})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def unlimited(settings: Settings) -> Iterator[Connected]:
    """The bridge on a server, without its own limit of requests a minute."""
    gc.freeze()  # as `unc` does
    with connect(settings, make=True) as services:
        services.transport._limiter = Limiter(UNLIMITED)  # noqa: SLF001
        yield services
