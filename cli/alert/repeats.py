"""What was told of each unit that fails: once, then once a day, then that it works again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, TypeAdapter, ValidationError

_AGAIN = timedelta(hours=23)
"""A unit of each night that is a few minutes early is told again all the same."""
_QUIET = timedelta(seconds=100)
"""A service that fails in a loop starts well each time: it works once it has lived so long."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A unit that fails.

    Attributes:
        since: When it first failed (aware, as the others).
        last: When it last failed.
        told: When the operator was last told; never where no mail server took it.
        untold: How many failures nobody was told of.
    """

    since: AwareDatetime
    last: AwareDatetime
    told: AwareDatetime | None = None
    untold: int = 0

    def again(self, at: datetime) -> Self:
        """The same, once it failed once more."""
        return type(self)(self.since, at, self.told, self.untold + 1)

    def once_told(self) -> Self:
        """The same, once the operator knows of the last failure."""
        return type(self)(self.since, self.last, self.last)

    @property
    def is_due(self) -> bool:
        """Whether the operator is to be told of the last failure."""
        return self.told is None or not timedelta() <= self.last - self.told < _AGAIN

    def is_over(self, at: datetime) -> bool:
        """Whether a unit that works now does so for good."""
        return at - self.last >= _QUIET


_KEPT = TypeAdapter(Failing)


@dataclass(frozen=True, slots=True)
class RepeatedAlerts:
    """A file for each unit that fails, under ``folder``."""

    folder: Path

    def _file(self, unit: str) -> Path:
        return self.folder / f"{unit}.json"

    def of(self, unit: str) -> Failing | None:
        """What is known of a unit; a file that cannot be read is none."""
        try:
            return _KEPT.validate_json(self._file(unit).read_bytes())
        except (OSError, ValidationError):
            return None

    def keep(self, unit: str, failing: Failing) -> None:
        """Remember a unit.

        Raises:
            OSError: The disk refuses.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._file(unit).with_suffix(".neuf")
        new.write_bytes(_KEPT.dump_json(failing))
        new.replace(self._file(unit))

    def forget(self, unit: str) -> None:
        """It works again, and that was told."""
        self._file(unit).unlink(missing_ok=True)
