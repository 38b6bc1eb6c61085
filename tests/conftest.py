"""Fixtures for tests of the whole product: a sandbox over HTTP, and the bridge set to it.

The product is imported where it is used: the process that only hands tests to the others, and
waits, loads this file too.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sandbox.demarche.seed import SeedDossier
    from sandbox.server import Sandbox
    from settings import Settings
    from steps.wiring.summary import Summary

ROOT = Path(__file__).parents[1]

for name in [name for name in os.environ if name.startswith("UNC_") and "TEST" not in name]:
    del os.environ[name]  # no setting of this machine reaches a test


MEMORY = Path("/dev/shm")  # noqa: S108 (pytest makes a folder there for its user alone)
"""Where files cost no wait for a disk: each commit of a base waits for one, hundreds in a test."""

if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


if "PYTEST_XDIST_WORKER" in os.environ:
    gc.disable()  # until all is collected: what is imported stays

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")  # a loaded machine is no fault of the code


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """One process takes all files of a room that share what is long to make.

    The démarche of the portal's takes four seconds to read, Prefect one to import.
    """
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            room, file = "/".join(nodeid.split("/")[:2]), nodeid.partition("::")[0]
            return room if room in {"tests/flows", "tests/portal"} else file

    return ByFile(config, log) if config.option.dist == "loadfile" else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import, to leave them out, whole folders that ``-m`` leaves out."""
    left_out = "not debian" in config.option.markexpr and "not machine" in config.option.markexpr
    folders = [ROOT / one for one in _NEED_A_MACHINE]
    return True if left_out and collection_path in folders else None


_NEED_A_MACHINE = ("tests/installed", "tests/portal/browser")
"""Folders of which each test has the marker debian or machine."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test-all` the variants beyond what `sample` names; begin with the longest."""
    variants: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            variants.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for group in variants.values():
        marker = group[0].get_closest_marker("sample")
        kept = marker.args[0] if marker else len(group)
        every = max(1, len(group) // kept)
        for place, item in enumerate(group):
            if place % every or place >= every * kept:
                item.add_marker(pytest.mark.slow)
    for item in items:
        if item.nodeid.startswith(_NEED_A_MACHINE):
            marked = item.get_closest_marker("debian") or item.get_closest_marker("machine")
            assert marked, f"{item.nodeid} would be left out of `make test` without a word"
    # The longest files first: both processes of `make test-rest` end together.
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


def pytest_collection_finish() -> None:
    """What was imported stays, as in `unc`: not looked through again at each collection.

    And what comes is looked through less often than in a process that must stay small: a tenth of
    the time of the tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def data_files_stay_as_they_are() -> Iterator[None]:
    """No test writes what staff would write beside the project's own mapping, rules or columns."""

    def read() -> dict[Path, bytes]:
        places = ("mappings/unc", "triage/unc", "exports/unc")
        files = (one for place in places for one in (ROOT / place).rglob("*.*"))
        return {one: one.read_bytes() for one in files if "__pycache__" not in one.parts}

    before = read()
    yield
    assert read() == before, "a test wrote to the project's own data files"


@pytest.fixture(scope="session", autouse=True)
def _migrations_run_once() -> Iterator[None]:
    """An empty SQLite base is made from what the migrations made once: see `real_migrations`."""
    from store.database import schema
    from tests import migrated

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", migrated.upgrade)
        yield


@pytest.fixture(scope="session", autouse=True)
def _insist_at_once() -> Iterator[None]:
    from clients import transport
    from tests.at_once import AT_ONCE

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "RetryPolicy", AT_ONCE)
        yield


@pytest.fixture
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the migrations themselves."""
    from store.database import schema
    from tests import migrated

    monkeypatch.setattr(schema, "upgrade", migrated.MIGRATE)


@dataclass(frozen=True)
class Bridge:
    """A sandbox, and settings with which the bridge works on it."""

    sandbox: "Sandbox"
    home: Path
    settings: "Settings"

    def run(self, **changes: Any) -> "Summary":
        """One whole run; ``changes`` are settings of this run only."""
        from steps.run import run_once
        from steps.wiring.services import connect
        from steps.wiring.summary import Summary

        summary = Summary()
        with connect(self.settings.model_copy(update=changes), make=True) as services:
            run_once(services, summary)
        return summary

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to work on the same sandbox and store."""
        return environment_of(self.sandbox, self.home, UNC_COLUMNS=str(self.settings.columns))


def environment_of(sandbox: "Sandbox", home: Path, **more: str) -> dict[str, str]:
    """What a command needs to work on a sandbox, with its store under ``home``."""
    return {
        "UNC_DS_URL": sandbox.url,
        "UNC_DS_TOKEN": sandbox.token,
        "UNC_DEMARCHE": str(sandbox.demarche),
        "UNC_INSTRUCTEUR": sandbox.instructeur,
        "UNC_HOME": str(home),
        **more,
    }


def said(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Messages in a snapshot of a dossier, but those that the platform writes by itself."""
    from sandbox.demarche.notices import PLATFORM

    return [one for one in shown["messages"] if one["email"] != PLATFORM]


COLUMNS = ROOT / "exports" / "unc"
_CENTRES = ("lyon", "nice")


def few_centres(folder: Path, centres: Sequence[str] = _CENTRES) -> Path:
    """The project's columns and policy with two centres: thirty workbooks take three seconds."""
    folder.mkdir(parents=True)
    for name in ("columns.yaml", "policy.yaml"):
        shutil.copyfile(COLUMNS / name, folder / name)
    lines = (COLUMNS / "crpv.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.split(",")[0] in ("code", *centres)]
    (folder / "crpv.csv").write_text("".join(kept), "utf-8")
    return folder


@pytest.fixture(scope="session")
def light_columns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Columns of tests that ask what a run does, not what a workbook shows: one centre, few sheets.

    Half the time of a whole run goes into sheets.
    """
    folder = few_centres(tmp_path_factory.mktemp("colonnes") / "legeres", ["lyon"])
    columns = folder / "columns.yaml"
    head, *sheets = columns.read_text("utf-8").split("\n  - name: ")
    kept = [one for one in sheets if one.startswith(_LIGHT_SHEETS)]
    text = "\n  - name: ".join([head, *kept])
    columns.write_text(text.replace("    rest: true\n", ""), "utf-8")
    return folder


_LIGHT_SHEETS = ("Dossiers\n", "Changements\n", "Dictionnaire\n", "À propos\n")


@contextmanager
def bridge_on(
    folder: Path, seeds: Iterable["SeedDossier"] = (), **changes: Any
) -> Iterator[Bridge]:
    """Serve a sandbox with these dossiers under ``folder``, and set the bridge to it.

    Workbooks are those of the agency, the network and two centres, unless ``columns`` is given.
    """
    from clients import limiter
    from sandbox.server import running_sandbox
    from settings import load_settings

    limiter._shared.cache_clear()  # another server, which counts its own requests
    columns = changes.pop("columns", None) or few_centres(folder / "colonnes")
    with running_sandbox(folder / "sandbox", seeds=seeds, rate_limit=100_000) as sandbox:
        settings = load_settings(
            _env_file=None,
            ds_url=sandbox.url,
            ds_token=sandbox.token,
            demarche=sandbox.demarche,
            instructeur=sandbox.instructeur,
            home=folder / "home",
            columns=columns,
            **changes,
        )
        yield Bridge(sandbox=sandbox, home=folder / "home", settings=settings)


MakeBridge = Callable[..., AbstractContextManager[Bridge]]


@pytest.fixture
def bridge(tmp_path: Path, light_columns: Path) -> MakeBridge:
    """Make a bridge on a sandbox with the given dossiers, for the length of a block.

    Its workbooks are light ones of the agency, the network and one centre, unless ``columns`` is
    given.
    """

    def make(seeds: Iterable["SeedDossier"] = (), **changes: Any) -> AbstractContextManager[Bridge]:
        return bridge_on(tmp_path, seeds, **{"columns": light_columns, **changes})

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium, once a process for the pages of the sandbox and of the portal."""
    from tests.chromium import chromium

    with chromium() as launched:
        yield launched
