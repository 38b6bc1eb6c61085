"""The current workbooks are one whole set, whatever is killed, and whoever publishes beside."""

import hashlib
import itertools
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exports.published.checking import ExportFile
from exports.published.current import carried, current, replace_current, sweep_current
from exports.published.folders import alone
from exports.published.manifest import ExportFacts, PublishedExport, export_facts
from tests.exports.conftest import context, entry

NOW = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)
FIRST = {"agence.xlsx": "un", "reseau.xlsx": "un", "crpv-lyon.xlsx": "un"}
SECOND = {"agence.xlsx": "deux", "reseau.xlsx": "deux", "crpv-lyon.xlsx": "un"}
FACTS = export_facts([entry(1)], context(), checksum="somme")


def facts(_: object) -> ExportFacts:
    return FACTS


def put(root: Path, said: Mapping[str, str]) -> list[str]:
    """Publish files that say something, and name those that are new."""
    with alone(root):
        sweep_current(root)
        there = current(root, demarche=4242)
        files = (
            (name, carried(there, name, digest=text) or ExportFile("a", text.encode(), digest=text))
            for name, text in said.items()
        )
        place = 1 + (there.sequence if there else 0)
        done = replace_current(root, files, facts=facts, at=NOW, sequence=place, kept=len)
    return [path.name for path in done[1]] if done else []


def shown(root: Path) -> dict[str, str]:
    """What a person finds: whole, and as its manifest says."""
    there = current(root, demarche=4242)
    assert there is not None
    assert there.intact
    for told in there.manifest["files"]:
        content = (root / "courant" / told["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"]
    names = {one.name for one in (root / "courant").iterdir()}
    assert names == {*(path.name for path in there.paths), "manifest.json"}
    return {path.name: path.read_text() for path in there.paths}


def inodes(root: Path) -> dict[str, tuple[int, int]]:
    found = {one.name: one.stat() for one in (root / "courant").glob("*.xlsx")}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in found.items()}


def test_only_what_moved_is_another_file(tmp_path: Path) -> None:
    assert put(tmp_path, FIRST) == list(FIRST)
    before = inodes(tmp_path)
    assert put(tmp_path, SECOND) == ["agence.xlsx", "reseau.xlsx"]
    after = inodes(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {
        "agence.xlsx",
        "reseau.xlsx",
    }
    assert shown(tmp_path) == SECOND
    told = json.loads((tmp_path / "courant" / "manifest.json").read_text())
    assert {one["name"]: one["sequence"] for one in told["files"]} == {
        "agence.xlsx": 2,
        "reseau.xlsx": 2,
        "crpv-lyon.xlsx": 1,
    }
    assert put(tmp_path, SECOND) == []
    assert inodes(tmp_path) == after
    left = {one.name for one in tmp_path.iterdir() if one.is_dir() and not one.is_symlink()}
    assert len(left) == 1, "the former set is gone"


def test_a_workbook_that_is_no_longer_made_leaves_the_set(tmp_path: Path) -> None:
    put(tmp_path, FIRST)
    assert put(tmp_path, {"agence.xlsx": "un"}) == []
    assert shown(tmp_path) == {"agence.xlsx": "un"}


def test_a_file_that_somebody_changed_is_made_again(tmp_path: Path) -> None:
    put(tmp_path, FIRST)
    (tmp_path / "courant" / "reseau.xlsx").write_text("enregistré par mégarde")
    there = current(tmp_path, demarche=4242)
    assert there is not None
    assert not there.intact
    assert put(tmp_path, FIRST) == ["reseau.xlsx"]
    assert shown(tmp_path) == FIRST


_ASKED = (
    (Path, "open"),
    (os, "link"),
    (os, "fsync"),
    (Path, "symlink_to"),
    (Path, "replace"),
    (Path, "rename"),
    (shutil, "rmtree"),
)
"""What publishing asks of the disk."""


def no_links(*_: Any) -> None:
    raise PermissionError


def dying(of: Any, count: Iterator[int], at: int) -> Any:
    """The same, in a process that is killed at the n-th time."""

    def step(*given: Any, **named: Any) -> Any:
        if next(count) == at:
            os._exit(9)
        return of(*given, **named)

    return step


def killed(root: Path, *, at: int, links: bool) -> bool:
    """Publish the second set in a process that is killed on its way; whether it was."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        if not links:
            Path.symlink_to = no_links  # type: ignore[method-assign, assignment]
        count = itertools.count(1)
        for owner, name in _ASKED:
            setattr(owner, name, dying(getattr(owner, name), count, at))
        put(root, SECOND)
    finally:
        os._exit(0)


@pytest.mark.slow
@pytest.mark.parametrize("links", [True, False])
def test_killed_at_any_point_a_whole_set_is_there_and_the_next_run_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "symlink_to", no_links)
    put(tmp_path, FIRST)
    at = 1
    while killed(tmp_path, at=at, links=links):
        if links:  # else there is an instant between two names, that the next run mends
            assert shown(tmp_path) in (FIRST, SECOND)
        with alone(tmp_path):
            sweep_current(tmp_path)
        assert shown(tmp_path) in (FIRST, SECOND)
        put(tmp_path, FIRST)
        assert shown(tmp_path) == FIRST
        at += 1
    assert at > 15
    assert shown(tmp_path) == SECOND


def test_two_publishers_at_once_leave_one_set(tmp_path: Path) -> None:
    sets = [{name: f"{text} {who}" for name, text in FIRST.items()} for who in "abcd"]
    threads = [threading.Thread(target=put, args=(tmp_path, one)) for one in sets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown(tmp_path) in sets


def test_a_disk_without_links_holds_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(Path, "symlink_to", refused)
    put(tmp_path, FIRST)
    assert put(tmp_path, SECOND) == ["agence.xlsx", "reseau.xlsx"]
    assert shown(tmp_path) == SECOND
    assert not (tmp_path / "courant").is_symlink()


def test_two_demarches_in_one_folder_have_a_set_each(tmp_path: Path) -> None:
    put(tmp_path, FIRST)
    with alone(tmp_path):
        done = replace_current(
            tmp_path,
            [("agence.xlsx", ExportFile("a", b"x", digest="x"))],
            facts=lambda _: export_facts([], context(demarche=7), checksum=""),
            at=NOW,
            sequence=1,
            kept=len,
        )
    assert done is not None
    whole: PublishedExport = done[0]
    assert whole.folder.name == "courant-7"
    assert shown(tmp_path) == FIRST
    assert current(tmp_path, demarche=7) == whole
