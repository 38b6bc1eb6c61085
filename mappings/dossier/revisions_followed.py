"""Which revisions of a form a dossier may have followed, and which were in force at a moment.

DS moves an open dossier to each revision that it publishes, with its answers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Revision


@dataclass(frozen=True, slots=True)
class TimeInForce:
    """When a revision was what the form asked, and which ones dossiers may follow since.

    Attributes:
        since: When it was published; ``None`` where DS does not say.
        until: When the next one was.
        followed: Its id, then those of all that came after.
    """

    since: datetime | None
    until: datetime | None
    followed: Sequence[str]

    @classmethod
    def of(cls, revisions: Sequence[Revision], number: str) -> "TimeInForce":
        """That of a revision, by its number, among all, from the oldest."""
        at = next(at for at, one in enumerate(revisions) if stable_id(one.id) == number)
        one, *later = revisions[at:]
        until = next((each.published for each in later if each.published), None)
        return cls(one.published, until, [each.id for each in revisions[at:]])


class RevisionsFollowed:
    """The revisions that a dossier may have followed until now.

    Attributes:
        numbers: Of all of them.
        at: Those that may have been in force at a moment, which DS tells to the second.
    """

    def __init__(self, revisions: Sequence[Revision], own: str) -> None:
        """Take the revisions of a form, from the oldest, and the number of the dossier's own."""
        numbers = [stable_id(one.id) for one in revisions]
        until = revisions[: numbers.index(own) + 1] if own in numbers else ()
        self._own = own
        self._moments: list[datetime] = []
        self._numbers: list[frozenset[str]] = []
        for one in until if until and until[-1].published else ():
            number = frozenset({stable_id(one.id)})
            if one.published is not None:
                self._moments.append(one.published)
                self._numbers.append(number)
            elif self._numbers:  # DS does not say when it followed the one before
                self._numbers[-1] |= number
        self.numbers = frozenset({own}).union(*self._numbers)
        self.at = lru_cache(maxsize=256)(self._in_force_at)

    def _in_force_at(self, moment: datetime) -> frozenset[str]:
        if not self._moments:
            return frozenset({self._own})
        if moment <= self._moments[0]:  # before all that is dated: the first, or of one second
            together = bisect_right(self._moments, self._moments[0])
            return frozenset().union(*self._numbers[:together])
        first, last = bisect_left(self._moments, moment) - 1, bisect_right(self._moments, moment)
        return frozenset().union(*self._numbers[first:last])
