"""The version of BDPM that is looked up: another one that was loaded is taken without a restart."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from datafiles.file import DataFileError
from mappings.medicines.directory import Directory


@dataclass(slots=True)
class VersionInUse:
    """A directory that is replaced as a whole, once it was read as a whole.

    Attributes:
        named: Gives the name of the version in use; "" when none was loaded.
        read: Reads it whole.
        directory: The last one that could be read; ``None`` when none was.
        refusal: Why the version in use could not be; "" when it was.
    """

    named: Callable[[], str]
    read: Callable[[], Directory | None]
    directory: Directory | None = None
    refusal: str = field(default="", init=False)

    def look(self) -> None:
        """Read the version in use, if it is another one; what cannot be read replaces nothing."""
        name = self.named()
        present = self.directory.version if self.directory else ""
        if not name or name == present:
            self.refusal = ""
            return
        try:
            found = self.read()
        except DataFileError as error:
            self.refusal = str(error)
            return
        if found is not None:
            self.directory, self.refusal = found, ""

    @contextmanager
    def watched(self, *, every: float) -> Iterator[None]:
        """Look again after so many seconds, while the block runs."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(every):
                self.look()

        thread = threading.Thread(target=watch, name="unc-lookup-version", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(timeout=30)
