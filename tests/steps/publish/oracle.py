"""An agency whose workbooks are made twice: with what is kept of former publications, and without.

The second time is of a copy of all that it has, in which nothing is kept and no current workbook is
there. Both must say the same, whatever happened before.
"""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import openpyxl

from sandbox.control.client import Control
from settings import Settings
from steps.publish.edition import publish_edition
from steps.publish.export import export
from steps.reply.respond import respond
from steps.run import gather
from steps.wiring.services import Connected, Services, connect, now, open_services
from steps.wiring.summary import Summary
from tests.conftest import ROOT, Bridge
from tests.steps.observed_runs import clock_ahead

Publish: TypeAlias = Callable[[Services, Summary], None]
PASSING = ("Données lues jusqu’au", "Refaite", "Identifiant du classeur")
"""Lines of `À propos` that say when, of which nothing is asked here."""
_LEFT_OUT = "docProps/core.xml"


def edition(kind: Any, title: str = "") -> Publish:
    """Publish an edition, then the current workbooks."""

    def publish(services: Services, summary: Summary) -> None:
        publish_edition(services, summary, kind=kind, title=title)

    return publish


@dataclass
class Office:
    """A bridge whose settings, data files and clock a test changes."""

    bridge: Bridge
    settings: Settings
    random: Random = field(default_factory=lambda: Random(0))
    ahead: timedelta = timedelta()
    twins: int = 0

    @property
    def control(self) -> Control:
        return self.bridge.sandbox.control

    @property
    def demarche(self) -> int:
        return self.bridge.sandbox.demarche

    @property
    def root(self) -> Path:
        return self.settings.exports()

    @property
    def base(self) -> Path:
        return self.bridge.home / "unc.sqlite"

    def change(self, **settings: Any) -> None:
        self.settings = self.settings.model_copy(update=settings)

    def now(self) -> datetime:
        return now()

    @contextmanager
    def services(self) -> Iterator[Services]:
        with open_services(self.settings) as one:
            yield one

    def connected(self, step: Callable[[Connected, Summary], None]) -> Summary:
        summary = Summary()
        with connect(self.settings, make=True) as services:
            step(services, summary)
        return summary

    def read(self) -> None:
        """Read the démarche, judge and write back: a run, but for its workbooks."""
        self.connected(gather)
        self.connected(respond)

    def shown(self, *, state: str = "") -> list[int]:
        """Dossiers that DS serves, in a state if one is asked for, in an order of the seed."""
        found = self.control.snapshots(self.demarche).items()
        numbers = [n for n, one in found if one["listed"] and state in ("", one["state"])]
        return self.random.sample(numbers, len(numbers))

    def pick(self, *, state: str = "") -> int:
        return self.shown(state=state)[0]

    def publish(self, how: Publish = export) -> list[str]:
        """Publish here, and in a copy where nothing is kept; what the workbooks say otherwise."""
        twin = self.twin()
        try:
            for settings in (self.settings, self.settings.model_copy(update={"home": twin})):
                with open_services(settings) as services:
                    how(services, Summary())
            return differences(self.bridge.home / "exports", twin / "exports")
        finally:
            shutil.rmtree(twin)

    def twin(self) -> Path:
        """A copy of the home, in which nothing is kept and no workbook is current."""
        self.twins += 1
        twin = self.bridge.home.with_name(f"double-{self.twins}")
        shutil.copytree(self.bridge.home, twin, symlinks=True)
        forget(twin / "unc.sqlite")
        for one in (twin / "exports").glob("*courant*"):
            one.unlink() if one.is_symlink() else shutil.rmtree(one)
        return twin

    def kept(self) -> dict[int, tuple[str, bytes, bytes]]:
        with sqlite3.connect(self.base) as base:
            rows = base.execute("SELECT number, stamp, facts, rows FROM kept_rows").fetchall()
        base.close()
        return {number: (stamp, facts, kept) for number, stamp, facts, kept in rows}

    def spoil(self, statement: str, *given: Any) -> None:
        """Do something to the table of what is kept."""
        with sqlite3.connect(self.base) as base:
            base.execute(statement, given)
        base.close()


def forget(file: Path) -> None:
    with sqlite3.connect(file) as base:
        base.execute("DELETE FROM kept_rows")
    base.close()


@contextmanager
def office_on(bridge: Bridge, folder: Path) -> Iterator[Office]:
    """An office with data files of its own."""
    rules = shutil.copytree(ROOT / "triage" / "unc", folder / "regles")
    mapping = shutil.copytree(ROOT / "mappings" / "unc", folder / "correspondance")
    columns = shutil.copytree(bridge.settings.columns, folder / "classeurs")
    changes = {"rules": rules, "mapping": mapping / "mapping.yaml", "columns": columns}
    office = Office(bridge, bridge.settings.model_copy(update=changes))
    with clock_ahead(lambda: office.ahead / timedelta(seconds=1)):
        yield office


def differences(ours: Path, theirs: Path) -> list[str]:
    """What the published sets under two folders say otherwise, cell by cell."""
    sets = {one: _sets(one) for one in (ours, theirs)}
    if sets[ours].keys() != sets[theirs].keys():
        return [f"ensembles : {sorted(sets[ours].keys() ^ sets[theirs].keys())}"]
    found = []
    for name, files in sets[ours].items():
        others = sets[theirs][name]
        if files.keys() != others.keys():
            found.append(f"{name} : {sorted(files.keys() ^ others.keys())}")
        for file in sorted(files.keys() & others.keys()):
            cells = list(_cells(ours / name / file, theirs / name / file))
            if files[file] != others[file]:
                found.append(f"{name}/{file} : autre empreinte")
            found += [f"{name}/{file} {one}" for one in cells]
    return found


def _sets(root: Path) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for one in (root / "courant", *root.glob("editions/*/*")):
        if (one / "manifest.json").is_file():
            told = json.loads((one / "manifest.json").read_text("utf-8"))
            found[str(one.relative_to(root))] = {f["name"]: f["digest"] for f in told["files"]}
    return found


def _cells(ours: Path, theirs: Path) -> Iterator[str]:
    """Cells of two workbooks that differ, and parts that do where no cell does."""
    if ours.read_bytes() == theirs.read_bytes():
        return
    parts = [_parts(ours), _parts(theirs)]
    unlike = {name for name in {**parts[0], **parts[1]} if parts[0].get(name) != parts[1].get(name)}
    if not unlike:
        return
    books = [openpyxl.load_workbook(one) for one in (ours, theirs)]
    if books[0].sheetnames != books[1].sheetnames:
        yield f"feuilles {books[0].sheetnames} ≠ {books[1].sheetnames}"
        return
    for place, name in enumerate(books[0].sheetnames, start=1):
        for row in zip_longest(*(book[name].iter_rows() for book in books), fillvalue=()):
            for one, other in zip_longest(*row):
                if _told(one) == _told(other):
                    continue
                unlike.discard(f"xl/worksheets/sheet{place}.xml")
                if not _is_passing(name, row[0] or row[1]):
                    cell = (one or other).coordinate
                    yield f"{name}!{cell} {_told(one)!r} ≠ {_told(other)!r}"
    if unlike:
        yield f"parties {sorted(unlike)}"


def _is_passing(sheet: str, row: Any) -> bool:
    return bool(sheet == "À propos" and row and row[0].value in PASSING)


def _told(cell: Any) -> tuple[Any, ...] | None:
    if cell is None:
        return None
    link = cell.hyperlink.target if cell.hyperlink else None
    return (cell.value, link, cell.number_format)


def _parts(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != _LEFT_OUT}
