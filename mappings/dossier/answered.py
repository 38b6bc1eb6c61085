"""Which answers of a dossier were given to other words than a person reviewed.

DS moves an open dossier to each revision that it publishes, with its answers: what a champ answered
is what the form asked when it was last changed, not what it asks in the revision of today.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from mappings.dossier.decode import instant, stable_id
from mappings.dossier.model import Champ, Dossier, RawDossier, Rows, YesNo
from mappings.dossier.revision import Revision

ANNOTATIONS = "annotations."
"""What the path of an annotation begins with."""
Otherwise = Mapping[str, Mapping[str, frozenset[str]]]
"""By number of revision, fields that it asked otherwise, each with the champs that give it."""
BY_ONE_HAND = timedelta(seconds=1)
"""How far apart DS dates the annotations of one write, a person's or ours."""
_BY_HAND = "dateDerniereModificationAnnotations"
_Days: TypeAlias = Mapping[str, Sequence[str]]


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


class _Followed:
    """The revisions that a dossier may have followed until now.

    Attributes:
        numbers: Of all of them.
        at: Those that may have been in force at a moment, which DS tells to the second.
    """

    def __init__(self, revisions: Sequence[Revision], own: str) -> None:
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


class DaysOfAnswers:
    """Under which revisions of a form answers were given, by what DS serves of a dossier.

    Which answers are read hangs on it, and not on their dates otherwise: what was given anew as it
    stood moves nothing else of a dossier.
    """

    def __init__(self, revisions: Sequence[Revision]) -> None:
        """Take the revisions of a form, from the oldest."""
        self._revisions = revisions
        self._followed: dict[str, _Followed] = {}

    def of(self, raw: RawDossier) -> tuple[_Days, _Days]:
        """Revisions in force when a champ, then an annotation of people, last changed, by its id.

        Those of which that is told, and that are of other ones than the deposit of the dossier.
        """
        if len(self._revisions) < 2:  # noqa: PLR2004 (asked in one way)
            return {}, {}
        own = stable_id(raw["demarche"]["revision"]["id"])
        if own not in self._followed:
            self._followed[own] = _Followed(self._revisions, own)
        at = self._followed[own].at
        first = at(datetime.fromisoformat(raw["dateDepot"]))

        def apart(champs: Iterable[Any], until: datetime | None = None) -> _Days:
            moved = ((one["id"], instant(one.get("updatedAt"))) for one in _every_raw(champs))
            told = {key: at(day) for key, day in moved if day and (until is None or day <= until)}
            return {key: sorted(some) for key, some in told.items() if some != first}

        by_hand = instant(raw.get(_BY_HAND))
        noted = apart(raw["annotations"], by_hand + BY_ONE_HAND) if by_hand else {}
        return apart(raw["champs"]), noted


def _every_raw(champs: Iterable[Any]) -> Iterator[Any]:
    for one in champs:
        rows = one.get("rows")
        if rows:
            for row in rows:
                yield from row["champs"]
        else:
            yield one


class _Span:
    """What was asked otherwise by the revisions that a dossier may have followed until now.

    Attributes:
        asked: Fields that one of them asked otherwise, each with the champs that gave it.
    """

    def __init__(self, revisions: Sequence[Revision], own: str, otherwise: Otherwise) -> None:
        followed = _Followed(revisions, own)
        self._own = own
        self._otherwise = otherwise
        self._in_force = followed.at
        self.asked: dict[str, frozenset[str]] = {}
        for number in followed.numbers:
            for path, champs in otherwise.get(number, {}).items():
                self.asked[path] = self.asked.get(path, frozenset()) | champs
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
