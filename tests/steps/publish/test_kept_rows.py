"""What a publication keeps of dossiers for the next: no word of it is ever stale.

Whatever happened before, the workbooks say what those of a base say in which nothing is kept. All
that happens is in `happenings`. UNC_TEST_EXAMPLES adds so many rounds of any of it, at random.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from exports.published.editions import EditionKind
from sandbox.generator.generate import generate
from steps.publish import joining
from steps.publish.export import export
from steps.read.erasure import erase
from steps.read.retention import REASON
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion
from store.repository import Store
from store.staff.kept_rows import KeptRows
from tests.conftest import bridge_on
from tests.ops.test_sharing import Packed, helper
from tests.steps.publish.happenings import HAPPENINGS, NothingToDoError
from tests.steps.publish.happenings_of_files import FILES
from tests.steps.publish.oracle import Office, differences, edition, office_on
from tests.steps.publish.test_withdrawal import killed

pytestmark = [pytest.mark.slow, pytest.mark.first]

EXAMPLES = int(os.environ.get("UNC_TEST_EXAMPLES", "0"))
AT_ONCE = 6


def in_rounds(happenings: Mapping[str, Any]) -> list[list[str]]:
    """Each of them once, several at a time."""
    told = Random(19).sample(sorted(happenings), len(happenings))
    return [told[at : at + AT_ONCE] for at in range(0, len(told), AT_ONCE)]


def rounds() -> list[list[str]]:
    """What people do; then anything, as often as is asked."""
    among, random = sorted(HAPPENINGS | FILES), Random(EXAMPLES)
    return in_rounds(HAPPENINGS) + [
        random.sample(among, random.choice([1, 2, 3, 6])) for _ in range(EXAMPLES)
    ]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield from opened(tmp_path_factory.mktemp("garde"), 26)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """For what moves all dossiers at once."""
    yield from opened(tmp_path_factory.mktemp("fichiers"), 12)


def opened(folder: Path, dossiers: int) -> Iterator[Office]:
    with (
        bridge_on(folder, generate(dossiers, seed=4)) as bridge,
        office_on(bridge, folder) as made,
    ):
        made.read()
        assert made.publish() == []
        assert made.kept()
        yield made


def happen(office: Office, names: list[str]) -> list[str]:
    """Let it happen; what did."""
    done = []
    for name in names:
        try:
            (HAPPENINGS | FILES)[name](office)
        except NothingToDoError:
            continue
        done.append(name)
    return done


@pytest.mark.parametrize("names", rounds(), ids="+".join)
def test_what_people_did_is_in_the_workbooks(office: Office, names: list[str]) -> None:
    happen(office, names)
    office.read()
    assert office.publish() == []


@pytest.mark.parametrize("names", in_rounds(FILES), ids="+".join)
def test_what_files_and_settings_say_is_in_the_workbooks(small: Office, names: list[str]) -> None:
    assert small.kept()
    assert happen(small, names)
    if small.random.random() < 0.3:
        small.read()
    assert small.publish() == []


# How much is read


class Read:
    """Dossiers whose content a block read from the store."""

    def __init__(self) -> None:
        self.numbers: list[int] = []


@contextmanager
def reading(store: Store) -> Iterator[Read]:
    seen = Read()

    def look(_: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if re.search(r"^\s*SELECT.*\bdossiers\.raw\b", statement, re.DOTALL):
            rows = cursor.connection.cursor()
            asked = f"SELECT number FROM ({statement})"  # noqa: S608
            seen.numbers += [int(one) for (one,) in rows.execute(asked, parameters)]

    event.listen(store._engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(store._engine, "before_cursor_execute", look)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Office]:
    """Thirty dossiers, published, of which none moved."""
    yield from opened(tmp_path, 30)


def published(office: Office) -> tuple[set[str], list[int]]:
    """Files that a publication replaced, and dossiers that it read whole."""
    summary = Summary()
    with office.services() as services, reading(services.store) as seen:
        export(services, summary)
    return {Path(one).stem for one in summary.workbooks}, sorted(seen.numbers)


def test_what_moved_alone_is_read_and_its_readers_files_alone_are_replaced(quiet: Office) -> None:
    assert published(quiet) == (set(), [])
    number = quiet.pick(state="en_construction")
    only_lyon = {31: "Locale", 33: [{331: {"code": "69", "name": "Rhône"}}], 32: []}
    quiet.control.submit(number, {**only_lyon, 1: True, 2: True, 3: True, 4: False})
    quiet.control.annotate(number, {924: True, 901: "Complet"})
    quiet.read()
    assert quiet.publish() == []
    quiet.control.submit(number, {17: "Comprimés écrasés puis injectés"})
    quiet.read()
    assert published(quiet) == ({"agence", "reseau", "crpv-lyon"}, [number])
    quiet.control.annotate(number, {923: "Faible"})  # the network does not read it
    quiet.read()
    assert published(quiet) == ({"agence"}, [number])


def test_nothing_of_what_was_erased_is_kept(quiet: Office) -> None:
    number = quiet.pick()
    _, facts, rows = quiet.kept()[number]
    held = b"".join(one.read_bytes() for one in quiet.bridge.home.glob("unc.sqlite*"))
    assert rows[:400] in held
    with quiet.services() as services:
        erase(services, [Deletion(number, quiet.now(), REASON)])
    assert number not in quiet.kept()
    held = b"".join(one.read_bytes() for one in quiet.bridge.home.glob("unc.sqlite*"))
    parts = [rows[at : at + 400] for at in range(0, len(rows), 400)]
    assert not [part for part in (*parts, facts) if len(part) > 60 and part in held]
    assert quiet.publish() == []
    assert number not in quiet.kept()


# Accidents of publishing


def test_a_base_restored_to_before_its_workbooks_replaces_them(quiet: Office) -> None:
    kept = quiet.base.read_bytes()
    assert happen(quiet, ["titre"])
    quiet.read()
    assert quiet.publish() == []
    for one in quiet.bridge.home.glob("unc.sqlite-*"):
        one.unlink()
    quiet.base.write_bytes(kept)
    with quiet.services() as services:
        summary = Summary()
        export(services, summary)
    assert summary.workbooks


@pytest.mark.parametrize("at", [4, 14])
def test_a_publication_that_was_killed_leaves_nothing_stale(office: Office, at: int) -> None:
    happen(office, ["titre", "avis", "territoire"])
    office.read()

    def publish(_: Path) -> None:
        with office.services() as services:
            export(services, Summary())

    assert killed(office.root, at=at, take=publish)
    happen(office, ["titre", "diffusable"])
    office.read()
    assert office.publish() == []
    left = {one.name.lstrip(".").partition("-")[0] for one in office.root.iterdir()}
    assert left <= {"courant", "editions", "retraits", "verrou"}


def test_killed_while_rows_are_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    happen(office, ["titre"])
    office.read()
    for before in (True, False):
        pid = os.fork()
        if not pid:
            save = KeptRows.save

            def dying(*given: Any, save: Any = save, before: bool = before) -> None:
                if not before:
                    save(*given)
                os._exit(9)

            monkeypatch.setattr(KeptRows, "save", dying)
            try:
                with office.services() as services:
                    export(services, Summary())
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        happen(office, ["titre"])
        office.read()
    assert office.publish() == []


def test_what_two_workers_make_is_what_one_makes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "_SECONDS", 0.02)
    office.publish()
    happen(office, ["titre", "avis", "territoire", "garde_perdue"])
    office.read()
    packed, twin = Packed(monkeypatch), office.twin()
    worker = helper(office.settings)
    worker.start()
    how = edition(EditionKind.BY_HAND, "À deux")
    with office.services() as services:
        how(services, Summary())
    worker.join(60)
    assert len(packed.by) == 2, "both made some"
    monkeypatch.undo()
    office_of_twin = office.settings.model_copy(update={"home": twin})
    with Office(office.bridge, office_of_twin).services() as services:
        how(services, Summary())
    assert differences(office.root, twin / "exports") == []
