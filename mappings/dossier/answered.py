"""Which answers of a dossier were given to other words than a person reviewed.

DS moves an open dossier to each revision that it publishes, with its answers: what a champ answered
is what the form asked when it was last changed, not what it asks in the revision of today.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from mappings.dossier.decode import stable_id
from mappings.dossier.model import Champ, Dossier, Rows, YesNo
from mappings.dossier.revision import Revision

ANNOTATIONS = "annotations."
"""What the path of an annotation begins with."""
Otherwise = Mapping[str, Mapping[str, frozenset[str]]]
"""By number of revision, fields that it asked otherwise, each with the champs that give it."""


class AnswersGiven:
    """What of each dossier is not read; what dossiers of a revision share is worked out once."""

    def __init__(self, revisions: Sequence[Revision], otherwise: Otherwise) -> None:
        """Take the revisions of a form, from the oldest, and what each asked otherwise."""
        self._revisions = revisions
        self._otherwise = otherwise
        self._spans: dict[str, _Span] = {}

    def unread(self, dossier: Dossier) -> frozenset[str]:
        """Fields, and annotations as ``annotations.name``, of which the answer is not read.

        Of one without an answer, those that the dossier's own revision asks otherwise.
        """
        if not self._otherwise:
            return frozenset()
        own = stable_id(dossier.revision_id)
        if own not in self._spans:
            self._spans[own] = _Span(self._revisions, own, self._otherwise)
        return frozenset(self._spans[own].unread(dossier))


class _Span:
    """The revisions that a dossier may have followed until now.

    Attributes:
        asked: Fields that one of them asked otherwise, each with the champs that gave it.
    """

    def __init__(self, revisions: Sequence[Revision], own: str, otherwise: Otherwise) -> None:
        numbers = [stable_id(one.id) for one in revisions]
        until = revisions[: numbers.index(own) + 1] if own in numbers else ()
        self._own = own
        self._otherwise = otherwise
        self._moments: list[datetime] = []
        self._numbers: list[frozenset[str]] = []
        for one in until if until and until[-1].published else ():
            number = frozenset({stable_id(one.id)})
            if one.published is not None:
                self._moments.append(one.published)
                self._numbers.append(number)
            elif self._numbers:  # DS does not say when it followed the one before
                self._numbers[-1] |= number
        self.asked: dict[str, frozenset[str]] = {}
        for followed in frozenset({own}).union(*self._numbers):
            for path, champs in otherwise.get(followed, {}).items():
                self.asked[path] = self.asked.get(path, frozenset()) | champs
        self._in_force = lru_cache(maxsize=256)(self._in_force_at)
        self._champs = frozenset[str]().union(*self.asked.values())

    def unread(self, dossier: Dossier) -> Iterator[str]:
        """The fields of which an answer was given to other words than were reviewed."""
        if not self.asked:
            return
        given = dict[str, list[Champ]]()
        for one in _answered(dossier):
            if one.id in self._champs:
                given.setdefault(one.id, []).append(one)
        for path, ids in self.asked.items():
            answers = [one for champ in ids for one in given.get(champ, ())]
            if answers:
                unread = any(self._is_unread(path, one, dossier) for one in answers)
            else:
                asked_so = path in self._otherwise.get(self._own, {})
                unread = asked_so and not path.startswith(ANNOTATIONS)
            if unread:
                yield path

    def _is_unread(self, path: str, one: Champ, dossier: Dossier) -> bool:
        """Whether a revision in force when it was answered asked it otherwise."""
        return any(
            one.id in self._otherwise.get(number, {}).get(path, ())
            for moment in _moments(one)
            for number in self._in_force(moment or dossier.deposited_at)
        )

    def _in_force_at(self, moment: datetime) -> frozenset[str]:
        """The revisions that may have been in force at a moment, which DS tells to the second."""
        if not self._moments:
            return frozenset({self._own})
        if moment <= self._moments[0]:  # before all that is dated: the first, or of one second
            together = bisect_right(self._moments, self._moments[0])
            return frozenset().union(*self._numbers[:together])
        first, last = bisect_left(self._moments, moment) - 1, bisect_right(self._moments, moment)
        return frozenset().union(*self._numbers[first:last])


def _answered(dossier: Dossier) -> Iterator[Champ]:
    """What says anything, in rows too; a box that nobody ticked is no word of an instructeur."""
    yield from _every(dossier.champs)
    for one in _every(dossier.annotations):
        if one.type != "checkbox" or one.value != YesNo(yes=False):
            yield one


def _every(champs: Iterable[Champ]) -> Iterator[Champ]:
    for one in champs:
        if one.value is not None:
            yield one
            if isinstance(one.value, Rows):
                for row in one.value.rows:
                    yield from _every(row)


def _moments(one: Champ) -> set[datetime | None]:
    """When an answer was last changed; of rows, when each that stands in them was."""
    inner = one.value.rows if isinstance(one.value, Rows) else ()
    return {each.updated_at for row in inner for each in _every(row)} or {one.updated_at}
