"""Which answers of a dossier were given to other words than a person reviewed.

DS moves an open dossier to each revision that it publishes, with its answers: what a champ answered
is what the form asked when it was last changed, not what it asks in the revision of today.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mappings.dossier.decode import stable_id
from mappings.dossier.model import Champ, Dossier, Rows, YesNo
from mappings.dossier.revision import Revision
from mappings.dossier.revisions_followed import RevisionsFollowed

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
    """What was asked otherwise by the revisions that a dossier may have followed until now.

    Attributes:
        asked: Fields that one of them asked otherwise, each with the champs that gave it.
    """

    def __init__(self, revisions: Sequence[Revision], own: str, otherwise: Otherwise) -> None:
        followed = RevisionsFollowed(revisions, own)
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
