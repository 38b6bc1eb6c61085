"""Reads what was handed out: for `Changements`, for the portal, and for what comes back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from exports.published.changes import Changes, changes_of
from store.repository import StoreMemory
from store.staff.handed_out import HandedFile, HandedRow, Rows, audience_of, holds


@dataclass(frozen=True, slots=True)
class HandedOutReader:
    """What was handed out of a démarche; the rows of an audience are read once.

    Attributes:
        store: What is remembered.
        demarche: Number of the démarche.
        masks: What stands in place of what is withheld, in whole or in a text.
        shares: Headers of the columns of percentages.
    """

    store: StoreMemory
    demarche: int
    masks: Sequence[str]
    shares: Collection[str]
    _between: dict[tuple[str, int, int], tuple[Rows, Rows]] = field(default_factory=dict)

    def changes(
        self, author: str, *, before: int, after: int, versions: str = ""
    ) -> Changes | None:
        """What changed for the readers of a workbook from one publication to another.

        Args:
            author: Whose workbook it is.
            before: Place of the first; it made the workbook.
            after: Place of the second; its rows are kept.
            versions: Of the data files that decide what is withheld in the second; those that were
                kept with it where they are not given.

        Returns:
            ``None`` where what was handed out first is not known.
        """
        first = self._file(author, before)
        if first is None:
            return None
        if not versions:
            second = self._file(author, after)
            versions = second.versions if second else ""
        audience = audience_of(author)
        key = (audience, before, after)
        if key not in self._between:
            read = self.store.handed_out.between
            self._between[key] = read(self.demarche, audience, before=before, after=after)
        old, new = self._between[key]
        return self._told(author, old, new, retold=first.versions == versions)

    def changes_to(
        self, author: str, rows: Mapping[int, HandedRow], *, before: int, versions: str
    ) -> Changes | None:
        """The same up to rows that are not kept."""
        first = self._file(author, before)
        if first is None:
            return None
        old = self.store.handed_out.rows(self.demarche, audience_of(author), before)
        return self._told(author, old, dict(rows), retold=first.versions == versions)

    def rows(self, author: str, digest: str) -> tuple[HandedRow, ...] | None:
        """Rows of the workbook whose digest begins so; ``None`` where it is not known."""
        found = self.store.handed_out.find(self.demarche, author, digest)
        if found is None:
            return None
        rows = self.store.handed_out.rows(self.demarche, audience_of(author), found.sequence)
        return tuple(one for one in rows.values() if holds(author, one.centres))

    def _file(self, author: str, sequence: int) -> HandedFile | None:
        return self.store.handed_out.file(self.demarche, author, sequence)

    def _told(self, author: str, old: Rows, new: Rows, *, retold: bool) -> Changes:
        agency = author == "agence"
        masks = () if agency else self.masks
        return changes_of(
            author, old, new, masks=masks, retold=agency or retold, shares=self.shares
        )
