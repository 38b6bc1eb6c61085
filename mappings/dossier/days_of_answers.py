"""Under which revisions of a form the answers of a dossier were given, by what DS serves of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from mappings.dossier.decode import instant, stable_id
from mappings.dossier.model import RawDossier
from mappings.dossier.revision import Revision
from mappings.dossier.revisions_followed import RevisionsFollowed

BY_ONE_HAND = timedelta(seconds=1)
"""How far apart DS dates the annotations of one write, a person's or ours."""
_BY_HAND = "dateDerniereModificationAnnotations"
Days: TypeAlias = Mapping[str, Sequence[str]]
"""Numbers of revisions, by id of a champ."""


class DaysOfAnswers:
    """Under which revisions of a form answers were given, by what DS serves of a dossier.

    Which answers are read hangs on it, and not on their dates otherwise: what was given anew as it
    stood moves nothing else of a dossier.
    """

    def __init__(self, revisions: Sequence[Revision]) -> None:
        """Take the revisions of a form, from the oldest."""
        self._revisions = revisions
        self._followed: dict[str, RevisionsFollowed] = {}

    def of(self, raw: RawDossier) -> tuple[Days, Days]:
        """Revisions in force when a champ, then an annotation of people, last changed, by its id.

        Those of which that is told, and that are of other ones than the deposit of the dossier.
        """
        if len(self._revisions) < 2:  # noqa: PLR2004 (asked in one way)
            return {}, {}
        own = stable_id(raw["demarche"]["revision"]["id"])
        if own not in self._followed:
            self._followed[own] = RevisionsFollowed(self._revisions, own)
        at = self._followed[own].at
        first = at(datetime.fromisoformat(raw["dateDepot"]))

        def apart(champs: Iterable[Any], until: datetime | None = None) -> Days:
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
