"""The workbooks of one publication as tasks that several workers share, each made once.

A task is a name in a folder that workers of one base share. Whoever holds the lock of its file
makes it; it is done once its result stands beside, so that no claim outlives its worker: the
system lets go of the lock of a killed one, and who waits for it makes the workbook instead. Of a
publisher that was killed, the next one that makes the same set takes over what was done.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from filelock import lock_descriptor

from exports.published.folders import UNFINISHED, discard, write_file
from exports.published.manifest import FileFacts, sha256

_PLACE = ".partage-"
_PLAN, _RESULT, _CLAIM = "plan.json", ".fait", ".pris"
_SHORT = 16


@dataclass(frozen=True, slots=True)
class SetPlan:
    """Which set is being made.

    Attributes:
        key: Of all that it is made from: equal for whoever would make the same files.
        sequence: Its place among the publications of the démarche.
        kind: Kind of an edition; blank for the current workbooks.
        headline: How its workbooks name the edition.
    """

    key: str
    sequence: int
    kind: str = ""
    headline: str = ""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """What became of a workbook.

    Attributes:
        facts: Of its file; ``None`` where it could not be made.
        stays: Whether it is the very file of the present set.
        aside: Why it could not be made.
        content: Its bytes, of one that is new, until they are on the disk.
    """

    facts: FileFacts | None = None
    stays: bool = False
    aside: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class WorkbookTasks:
    """The tasks of a publication.

    Attributes:
        folder: Where they are.
        plan: Of which set.
    """

    folder: Path
    plan: SetPlan

    @classmethod
    def find(cls, root: Path, *, demarche: int) -> Self | None:
        """Those of the publication that is under way, or was when its publisher was killed."""
        for folder in sorted(root.glob(f"{_PLACE}{demarche}-*")):
            with suppress(OSError, ValueError, TypeError):
                return cls(folder, SetPlan(**json.loads((folder / _PLAN).read_bytes())))
        return None

    @classmethod
    @contextmanager
    def of(cls, root: Path, plan: SetPlan, *, demarche: int) -> Iterator[Self]:
        """Open the tasks of a set; what is done of the same set, with its place, is kept.

        They are gone with the block, but where the process is killed. The caller holds the folder
        of the exports.
        """
        there = cls.find(root, demarche=demarche)
        if there is None or replace(there.plan, sequence=plan.sequence) != plan:
            for left in root.glob(f"{_PLACE}{demarche}-*"):
                discard(left)
            # Of this set alone: a worker that still makes another finds its folder no more.
            folder = root / f"{_PLACE}{demarche}-{plan.sequence}-{plan.key[:_SHORT]}"
            folder.mkdir(mode=0o750)
            _write(folder / _PLAN, json.dumps(asdict(plan)).encode())
            there = cls(folder, plan)
        try:
            yield there
        finally:
            discard(there.folder)

    def do(
        self, names: Sequence[str], make: Callable[[str], MadeFile], *, finish: bool
    ) -> tuple[str, ...]:
        """Make the workbooks that nobody makes.

        Args:
            names: Names of all files of the set.
            make: Makes one.
            finish: Wait for those that others make, so that all are done at the end.

        Returns:
            Names of those that were made here.
        """
        done = [name for name in names if self._once(name, make, wait=False)]
        if finish:  # whoever has one ends it, or is killed: then it is ours
            others = (name for name in names if name not in done)
            done += [name for name in others if self._once(name, make, wait=True)]
        return tuple(done)

    def result(self, name: str) -> MadeFile | None:
        """What became of a workbook; ``None`` where it is not done, or not as it was written."""
        try:
            told = json.loads((self.folder / f"{name}{_RESULT}").read_bytes())
            facts = FileFacts(**told["facts"]) if told["facts"] else None
            made = MadeFile(facts, told["stays"], told["aside"])
            if facts and not made.stays and sha256(self.file(name).read_bytes()) != facts.sha256:
                return None
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return made

    def file(self, name: str) -> Path:
        """Where a new file is until it has its place in the set."""
        return self.folder / name

    def _once(self, name: str, make: Callable[[str], MadeFile], *, wait: bool) -> bool:
        """Make a workbook unless it is done, or somebody makes it; whether it was made."""
        if self.result(name):
            return False
        with (self.folder / f"{name}{_CLAIM}").open("a") as claim:
            if not lock_descriptor(claim.fileno(), blocking=wait) or self.result(name):
                return False
            made = make(name)
            if made.content:
                write_file(self.file(name), made.content)
            told = {"stays": made.stays, "aside": made.aside}
            told["facts"] = asdict(made.facts) if made.facts else None
            _write(self.folder / f"{name}{_RESULT}", json.dumps(told).encode())
        return True


def _write(path: Path, content: bytes) -> None:
    """Write a small file that is there whole or not at all."""
    beside = path.with_name(f"{UNFINISHED}{path.name}")
    beside.write_bytes(content)
    beside.replace(path)
