"""Which data files were found right before: what of them a run does not use, it need not read.

Nothing of what they say is kept, only that this code found it right; without that note, or with one
that cannot be read, everything is read and checked.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from settings import ROOT

_NAME = "fichiers-verifies"
_KEPT = 8
"""Forms that one folder may follow by turns."""
_CHECKING = ("datafiles", "french", "mappings", "triage")
"""Rooms whose code says what is right."""


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The note of a home.

    Attributes:
        home: Folder of what the bridge keeps beside its base.
    """

    home: Path

    def has(self, content: str) -> bool:
        """Whether files of this content were found right by the code that runs.

        Args:
            content: Hash of what they hold.
        """
        return _by_this_code(content) in self._lines()

    def add(self, content: str) -> None:
        """Note that they were; a folder that cannot be written has no note."""
        lines = list(dict.fromkeys([_by_this_code(content), *self._lines()]))[:_KEPT]
        new = self._place.with_name(f".{_NAME}-{os.getpid()}")
        with suppress(OSError):
            try:
                new.write_text("\n".join(lines), "ascii")
                new.replace(self._place)
            finally:
                new.unlink(missing_ok=True)

    @property
    def _place(self) -> Path:
        return self.home / _NAME

    def _lines(self) -> list[str]:
        try:
            return self._place.read_text("ascii").splitlines()
        except (OSError, UnicodeError):
            return []


def _by_this_code(content: str) -> str:
    return sha256(f"{_code()} {content}".encode()).hexdigest()


@cache
def _code() -> str:
    """Tells one state of the code that checks from another: as Python does, by date and size."""
    return sha256("\n".join(_files()).encode(errors="surrogateescape")).hexdigest()


def _files() -> Iterator[str]:
    for room in _CHECKING:
        for folder, _, names in os.walk(ROOT / room):
            for name in names:
                if name.endswith(".py"):
                    found = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  each run
                    yield f"{folder}/{name} {found.st_mtime_ns} {found.st_size}"
