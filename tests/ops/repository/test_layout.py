"""The floor plan: a folder is read at one glance, and its name says a subject."""

import re
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


def test_a_class_has_a_name_of_its_own() -> None:
    rooms = [*ROOMS.split(), "triage"]
    named = Counter(
        found
        for room in rooms
        for path in Path(ROOT / room).rglob("*.py")
        if "node_modules" not in path.parts
        for found in re.findall(r"^class ([A-Z]\w*)", path.read_text("utf-8"), re.MULTILINE)
    )
    assert [name for name, n in named.items() if n > 1] == []
    assert len(named) > 100
