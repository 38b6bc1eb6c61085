"""Two workers on one base make the workbooks of an edition together: one set, none twice."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exports.published.editions import EditionKind, editions
from exports.published.workbook import AudienceWorkbook
from sandbox.generator.generate import generate
from settings import Settings
from steps.publish import joining
from steps.publish.edition import make_edition
from steps.wiring.services import now, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
EVERY = ["agence", "crpv-lyon", "crpv-nice", "reseau"]
_DYING = """
import os
from exports.published.workbook import AudienceWorkbook
pack, packed = AudienceWorkbook.pack, []
def dying(book):
    packed.append(book)
    if len(packed) == {at}:
        os._exit(9)
    return pack(book)
AudienceWorkbook.pack = dying
from cli.app import call
for _ in range(200):
    call({command})
"""


class Packed:
    """Who made which workbook; the publisher waits in its first one for what a test says."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.by = dict[str, list[str]]()
        self.wait = threading.Event()
        pack = AudienceWorkbook.pack

        def counted(book: AudienceWorkbook) -> bytes:
            who = threading.current_thread().name
            self.by.setdefault(who, []).append(book.author)
            if who == "MainThread":
                assert self.wait.wait(60)
            else:
                self.wait.set()
            return pack(book)

        patch.setattr(AudienceWorkbook, "pack", counted)

    @property
    def all(self) -> Counter[str]:
        return Counter(one for books in self.by.values() for one in books)


@pytest.fixture
def made(tmp_path: Path, database: dict[str, Any]) -> Iterator[Bridge]:
    with bridge_on(tmp_path, generate(6, seed=4), **database) as bridge:
        bridge.run()
        yield bridge


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> Packed:
    monkeypatch.setattr(joining, "_SECONDS", 0.02)
    return Packed(monkeypatch)


def publish(settings: Settings) -> Summary:
    summary = Summary()
    with open_services(settings) as services:
        make_edition(services, summary, kind=EditionKind.WEEKLY, at=MONDAY)
    return summary


def edition(made: Bridge, root: Path | None = None) -> dict[str, bytes]:
    """The files of the one edition, of which nothing unfinished is left."""
    root = root or made.home / "exports"
    (one,) = editions(root, EditionKind.WEEKLY, demarche=made.sandbox.demarche)
    assert one.intact
    assert [*root.glob(".partage*")] == [*root.glob(".en-cours*")] == []
    assert {path.name for path in one.folder.iterdir()} == {
        *(path.name for path in one.paths),
        "manifest.json",
    }
    return {path.stem: path.read_bytes() for path in one.paths}


def helper(settings: Settings, heard: threading.Event | None = None) -> threading.Thread:
    asked = list[int]()

    def tell(*_: object) -> None:
        asked.append(1)
        if heard and len(asked) > 2:
            heard.set()

    def work() -> None:
        with open_services(settings, tell=tell) as services:
            while not (joining.join_publication(services) or asked):
                pass  # the publisher has not begun

    return threading.Thread(target=work, name="helper")


def killed(made: Bridge, *command: str, at: int) -> "subprocess.Popen[bytes]":
    """A worker that is killed while it makes its n-th workbook."""
    env = {**os.environ, **made.environment, "UNC_DATABASE_URL": made.settings.database()}
    code = _DYING.format(at=at, command=[*command])
    return subprocess.Popen([sys.executable, "-c", code], env=env)  # noqa: S603 (ours)


def test_two_at_once_give_one_set_and_none_is_made_twice(
    made: Bridge, packed: Packed, tmp_path: Path
) -> None:
    other = helper(made.settings)
    other.start()
    done = publish(made.settings)
    other.join()
    assert len(done.workbooks) == len(EVERY)
    assert packed.all == Counter(EVERY), "each once"
    assert {*packed.by} == {"MainThread", "helper"}, "by both"
    together = edition(made)
    root = tmp_path / "seul"
    publish(made.settings.model_copy(update={"export_dir": root}))
    assert edition(made, root) == together, "the same bytes as one makes alone"


def test_two_publishers_at_once_publish_one_set(made: Bridge, packed: Packed) -> None:
    found = list[Summary]()
    other = threading.Thread(target=lambda: found.append(publish(made.settings)), name="helper")
    other.start()
    packed.wait.set()
    found.append(publish(made.settings))
    other.join()
    assert packed.all == Counter(EVERY)
    assert sorted(len(one.workbooks) for one in found) == [0, len(EVERY)]
    assert sorted(edition(made)) == EVERY


def test_a_publisher_killed_midway_is_finished_by_the_next(made: Bridge, packed: Packed) -> None:
    packed.wait.set()
    with killed(made, "export", "--edition", "hebdomadaire", at=3) as process:
        assert process.wait(120) == 9
    (left,) = (made.home / "exports").glob(".partage-*")
    assert len([*left.glob("*.fait")]) == 2
    with open_services(made.settings) as services:
        make_edition(services, Summary(), kind=EditionKind.WEEKLY, at=now())
    assert len(packed.all) == len(EVERY) - 2, "what was done is not made again"
    assert sorted(edition(made)) == EVERY


def test_a_worker_killed_midway_leaves_its_workbook_to_the_publisher(
    made: Bridge, packed: Packed
) -> None:
    with killed(made, "export", "--join", at=1) as process:

        def wait() -> None:
            process.wait(60)
            packed.wait.set()

        threading.Thread(target=wait, name="watch").start()
        publish(made.settings)
        assert process.wait(60) == 9
    assert packed.all == Counter(EVERY)
    assert sorted(edition(made)) == EVERY


def test_what_would_not_be_the_same_is_not_shared(made: Bridge, packed: Packed) -> None:
    other = made.settings.model_copy(update={"network_default": "exclude"})
    worker = helper(other, heard=packed.wait)
    worker.start()
    publish(made.settings)
    worker.join()
    assert {*packed.by} == {"MainThread"}
    assert sorted(edition(made)) == EVERY
