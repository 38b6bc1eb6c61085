"""Walks the dossiers of a démarche page by page, around whatever DS cannot serve.

A page that times out is asked again by halves; a page that fails inside is cut down to the broken
dossier with a query that asks for no champs. Any root error voids its answer: nothing of it is
handed out, and the cursor does not move.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.capabilities import Capabilities
from clients.demarche import BrokenDossier, DossierPage
from clients.documents import document
from clients.errors import DsNotFound, DsServerError, DsTimeout, DsUnavailable
from clients.transport import DsTransport, Retry
from mappings.dossier import RawDossier

LARGEST_PAGE = 100
"""DS never serves more dossiers at once, whatever is asked."""

PAGES_BEFORE_GROWING = 3
"""Pages served at a reduced size before a larger one is tried: each failed try costs DS 30 s."""

HOPELESS = 20
"""So many broken dossiers in one page without a sound one: DS is broken, not the dossiers."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a dossier stands: its number, and the cursor just before it."""

    number: int
    before: str | None


@dataclass(slots=True)
class _Sorted:
    """Dossiers of a page that failed, sorted into sound and broken ones."""

    sound: list[RawDossier]
    broken: list[BrokenDossier]


@dataclass(frozen=True, slots=True)
class DossierPager:
    """Pages of one démarche.

    Attributes:
        transport: The way to DS.
        capabilities: What the instance knows.
        number: Number of the démarche.
        updated_since: Only dossiers updated since then, itself included; ``None``: all, by
            date of deposit. A cursor of one kind is nonsense in the other.
        state: Only dossiers in this state; ``None``: all.
    """

    transport: DsTransport
    capabilities: Capabilities
    number: int
    updated_since: datetime | None
    state: str | None = None

    def pages(self, after: str | None, *, page_size: int) -> Iterator[DossierPage]:
        """Yield the pages after a cursor, at least one.

        Args:
            after: Cursor to go on from.
            page_size: Dossiers a page, at most 100; fewer while DS finds that too heavy.
        """
        largest = size = max(1, min(page_size, LARGEST_PAGE))
        cursor, has_next, served = after, True, 0
        while has_next:
            try:
                page = self._page(cursor, size=size, retry=Retry.SPLIT)
            except DsTimeout:
                if size > 1:
                    size, served = size // 2, 0
                    continue
                page = self._around_broken(cursor, size=1)
            except DsServerError:
                page = self._around_broken(cursor, size=size)
            yield page
            cursor, has_next, served = page.end_cursor, page.has_next, served + 1
            if served >= PAGES_BEFORE_GROWING:
                size, served = min(largest, size * 2), 0

    def _page(self, after: str | None, *, size: int, retry: Retry) -> DossierPage:
        demarche = self._ask("Page", after, size=size, retry=retry)
        connection = demarche["dossiers"]
        cursor, has_next = going_on(connection["pageInfo"], after=after)
        return DossierPage(
            dossiers=tuple(node for node in connection["nodes"] if node is not None),
            broken=(),
            cursor_before=after,
            end_cursor=cursor,
            has_next=has_next,
            active_revision_id=demarche["activeRevision"]["id"],
        )

    def _around_broken(self, after: str | None, *, size: int) -> DossierPage:
        """Serve a page that fails as a whole: the sound dossiers, and the numbers of the others."""
        demarche = self._ask("Reperes", after, size=size, retry=Retry.ALL)
        connection = demarche["dossiers"]
        befores = [after, *(edge["cursor"] for edge in connection["edges"])]
        marks = [
            _Mark(number=edge["node"]["number"], before=before)
            for edge, before in zip(connection["edges"], befores, strict=False)
        ]
        found = _Sorted(sound=[], broken=[])
        self._sort(marks, found=found)
        cursor, has_next = going_on(connection["pageInfo"], after=after)
        return DossierPage(
            dossiers=tuple(found.sound),
            broken=tuple(found.broken),
            cursor_before=after,
            end_cursor=cursor,
            has_next=has_next,
            active_revision_id=demarche["activeRevision"]["id"],
        )

    def _sort(self, marks: Sequence[_Mark], *, found: _Sorted) -> None:
        """Sort dossiers known to fail together, halving until each half is served or alone."""
        if len(marks) <= 1:
            for mark in marks:
                self._sort_one(mark.number, found=found)
            return
        middle = len(marks) // 2
        for half in (marks[:middle], marks[middle:]):
            if len(half) > 1:
                try:
                    page = self._page(half[0].before, size=len(half), retry=Retry.ONCE)
                except (DsTimeout, DsServerError):
                    self._sort(half, found=found)
                else:
                    found.sound.extend(page.dossiers)
            else:
                self._sort(half, found=found)

    def _sort_one(self, number: int, *, found: _Sorted) -> None:
        asked = document("Dossier", without=self.capabilities.without)
        try:
            answer = self.transport.execute(asked, {"number": number}, retry=Retry.SPLIT)
        except DsNotFound:
            return  # gone since the page was listed: the deletions will tell
        except (DsTimeout, DsServerError) as error:
            found.broken.append(BrokenDossier(number=number, reason=str(error)))
            if not found.sound and len(found.broken) >= HOPELESS:
                raise
        else:
            found.sound.append(answer["dossier"])

    def _ask(self, name: str, after: str | None, *, size: int, retry: Retry) -> dict[str, Any]:
        since = self.updated_since
        variables = {
            "number": self.number,
            "first": size,
            "after": after,
            "updatedSince": since.isoformat() if since else None,
            "state": self.state,
        }
        asked = document(name, without=self.capabilities.without)
        answer: dict[str, Any] = self.transport.execute(asked, variables, retry=retry)["demarche"]
        return answer


def going_on(info: dict[str, Any], *, after: str | None) -> tuple[str | None, bool]:
    """Return the cursor to go on from and whether to, never a null over a good cursor.

    Raises:
        DsUnavailable: DS announces more and gives no way to it: stopping here would lose dossiers.
    """
    cursor, has_next = info["endCursor"] or after, bool(info["hasNextPage"])
    if has_next and cursor == after:
        raise DsUnavailable("DS annonce une page suivante sans curseur : réessayez plus tard.")
    return cursor, has_next
