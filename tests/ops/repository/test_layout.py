"""The floor plan: a folder is read at one glance, and its name says a subject."""

from collections import Counter
from pathlib import Path

from tests.ops.conftest import ROOT

MOST_MODULES = 17
A_LIST = {"store/migrations/versions"}  # one a version of the base, read in order
ROOMS = "audit bench cli clients datafiles exports flows french mappings portal sandbox steps store"


def test_no_folder_holds_more_modules_than_one_glance_takes_in() -> None:
    rooms = [*ROOMS.split(), "tests", "triage"]
    held = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for room in rooms
        for path in Path(ROOT / room).rglob("*.py")
        if "node_modules" not in path.parts
    )
    assert {at: n for at, n in held.items() if n > MOST_MODULES and at not in A_LIST} == {}
    assert len(held) > len(rooms)
