"""Workbooks of a set are tasks: each made once, by whoever takes it; a killed worker's is free."""

import shutil
import threading
from pathlib import Path

import pytest

from exports.published.checking import ExportFile
from exports.published.folders import alone, is_held
from exports.published.tasks import MadeFile, SetPlan, WorkbookTasks

NAMES = ("agence.xlsx", "reseau.xlsx", "crpv-lyon.xlsx")
PLAN = SetPlan("0a1b2c", 3, "hebdomadaire", "Édition 2026-S48")


def new(name: str) -> MadeFile:
    file = ExportFile("agence", f"contenu de {name}".encode(), digest=name)
    return MadeFile(file.facts(name, sequence=PLAN.sequence), content=file.content)


def never(name: str) -> MadeFile:
    raise AssertionError(name)


def tasks_of(root: Path) -> WorkbookTasks:
    """As another worker finds them."""
    found = WorkbookTasks.find(root, demarche=1)
    assert found is not None
    return found


def killed_after(root: Path, names: tuple[str, ...]) -> None:
    """What a publisher leaves that is killed after some of its workbooks."""
    with WorkbookTasks.of(root, PLAN, demarche=1) as tasks:
        tasks.do(names, new, finish=True)
        shutil.copytree(tasks.folder, root / "laissé")
    (root / "laissé").rename(tasks.folder)


def test_two_workers_make_each_workbook_once_and_the_publisher_waits(tmp_path: Path) -> None:
    taken, made = threading.Event(), list[str]()

    def slowly(name: str) -> MadeFile:
        taken.set()
        made.append(f"autre {name}")
        return new(name)

    with WorkbookTasks.of(tmp_path, PLAN, demarche=1) as tasks:
        other = threading.Thread(target=lambda: tasks_of(tmp_path).do(NAMES, slowly, finish=False))

        def first(name: str) -> MadeFile:
            if not made:
                other.start()
                assert taken.wait(10)
            made.append(f"ici {name}")
            return new(name)

        here = tasks.do(NAMES, first, finish=True)
        other.join()
        assert {one.split()[1] for one in made} == {*NAMES}
        assert len(made) == len(NAMES), "none twice"
        assert 0 < len(here) < len(NAMES)
        for name in NAMES:
            assert tasks.result(name) == MadeFile(new(name).facts)
            assert tasks.file(name).read_bytes() == new(name).content
    assert [*tmp_path.iterdir()] == []


def test_what_a_killed_publisher_did_is_taken_over_by_who_makes_the_same(tmp_path: Path) -> None:
    killed_after(tmp_path, NAMES[:2])
    later = SetPlan(PLAN.key, 4, PLAN.kind, PLAN.headline)
    with WorkbookTasks.of(tmp_path, later, demarche=1) as tasks:
        assert tasks.plan == PLAN, "with its place, which its files name"
        assert tasks.do(NAMES, new, finish=True) == NAMES[2:]


@pytest.mark.parametrize("how", ["other data", "damaged"])
def test_what_is_not_the_same_or_not_whole_is_made_again(tmp_path: Path, how: str) -> None:
    killed_after(tmp_path, NAMES)
    if how == "damaged":
        tasks_of(tmp_path).file(NAMES[1]).write_bytes(b"coup")
    plan = PLAN if how == "damaged" else SetPlan("d4e5f6", 4)
    with WorkbookTasks.of(tmp_path, plan, demarche=1) as tasks:
        wanted = NAMES[1:2] if how == "damaged" else NAMES
        assert tasks.do(NAMES, new, finish=True) == wanted
        assert tasks.plan == plan


def test_a_worker_of_a_set_that_is_over_writes_nothing_in_the_next(tmp_path: Path) -> None:
    killed_after(tmp_path, NAMES[:1])
    late = tasks_of(tmp_path)
    with WorkbookTasks.of(tmp_path, SetPlan("d4e5f6", 4), demarche=1) as tasks:
        with pytest.raises(FileNotFoundError):
            late.do(NAMES, new, finish=False)
        assert [tasks.result(name) for name in NAMES] == [None, None, None]


def test_what_could_not_be_made_is_told_to_the_publisher(tmp_path: Path) -> None:
    with WorkbookTasks.of(tmp_path, PLAN, demarche=1) as tasks:
        tasks_of(tmp_path).do(NAMES[:1], lambda _: MadeFile(aside="manque"), finish=False)
        assert tasks.do(NAMES[:1], never, finish=True) == ()
        assert tasks.result(NAMES[0]) == MadeFile(aside="manque")


def test_a_publication_is_under_way_while_its_folder_is_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "exports")
    with alone(tmp_path / "exports"):
        assert is_held(tmp_path / "exports")
    assert not is_held(tmp_path / "exports")
