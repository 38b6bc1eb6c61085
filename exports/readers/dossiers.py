"""The dossiers of a workbook: its own, and those that it shares with others. Pure.

What is worked out of each dossier that is shared is worked out once, whichever workbook asks first:
a centre has a few dozens of its own beside thousands that all centres have.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import Any, TypeVar, overload

from exports.readers.reading import Reading

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)


class WorkbookDossiers(Sequence[Reading]):
    """See the module; in no order.

    Attributes:
        own: Those that no other has as this one has them.
        shared: The others, if any.
    """

    def __init__(self, own: Sequence[Reading], shared: "WorkbookDossiers | None" = None) -> None:
        """Say which they are."""
        self.own, self.shared = own, shared
        self._known: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> "WorkbookDossiers":
        """They, if they share none yet."""
        return readings if isinstance(readings, WorkbookDossiers) else cls(readings)

    @overload
    def __getitem__(self, at: int) -> Reading: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Reading]: ...
    def __getitem__(self, at: Any) -> Any:
        """One or several, by place."""
        return self.own[at] if self.shared is None else [*self][at]

    def __len__(self) -> int:
        """How many."""
        return len(self.own) + len(self.shared or ())

    def __iter__(self) -> Iterator[Reading]:
        """Each."""
        return chain(self.own, self.shared or ())

    def each(self, name: str, of: Callable[[Reading], _T]) -> list[_T]:
        """What something says of each.

        Args:
            name: What it says: the same name is the same for all workbooks.
            of: Says it, of nothing that one workbook has and another has not.
        """
        mine = [of(one) for one in self.own]
        return (
            mine
            if self.shared is None
            else mine + self.shared.once(("each", name), lambda it: it.each(name, of))
        )

    def grouped(
        self, name: str, keys: Callable[[Reading], Iterable[_K]]
    ) -> "Mapping[_K, WorkbookDossiers]":
        """They by key; one that has several is in several groups, one that has none in no group.

        Args:
            name: As for :meth:`each`.
            keys: Likewise.
        """
        mine = defaultdict[_K, list[Reading]](list)
        for one in self.own:
            for key in keys(one):
                mine[key].append(one)
        theirs: Mapping[_K, WorkbookDossiers] = {}
        if self.shared is not None:
            theirs = self.shared.once(("grouped", name), lambda it: it.grouped(name, keys))
        return {
            key: WorkbookDossiers(mine.get(key, ()), theirs.get(key)) for key in {**theirs, **mine}
        }

    def once(self, name: Hashable, work: "Callable[[WorkbookDossiers], _T]") -> _T:
        """What is worked out of all of them, kept; where all are shared, with those who share."""
        if self.shared is not None and not self.own:
            return self.shared.once(name, work)
        if name not in self._known:
            self._known[name] = work(self)
        found: _T = self._known[name]
        return found


class DossiersApart(WorkbookDossiers):
    """Dossiers of which some are left out: what was worked out of each of the others stands."""

    def __init__(self, whole: WorkbookDossiers, stay: Sequence[bool]) -> None:
        """Say which of them stay, in their order."""
        super().__init__([*compress(whole, stay)])
        self._whole, self._stay = whole, stay

    def each(self, name: str, of: Callable[[Reading], _T]) -> list[_T]:
        """See above: it is asked of all, and kept."""
        told = self._whole.once(("each", name), lambda it: it.each(name, of))
        return [*compress(told, self._stay)]

    def grouped(
        self, name: str, keys: Callable[[Reading], Iterable[_K]]
    ) -> Mapping[_K, WorkbookDossiers]:
        """See above: groups that lose none are those of all."""
        groups = self._whole.once(("grouped", name), lambda it: it.grouped(name, keys))
        places = {one.number: at for at, one in enumerate(self.own)}
        found: list[tuple[int, _K, WorkbookDossiers]] = []
        for key, group in groups.items():
            stay = [one.number in places for one in group]
            if any(stay):
                left = group if all(stay) else DossiersApart(group, stay)
                found.append((places[left[0].number], key, left))
        # As they come up: the first of a group may be one that is left out.
        return {key: group for _, key, group in sorted(found, key=itemgetter(0))}
