"""Reads the dossiers of a démarche page by page; those that DS cannot serve are named apart.

A page that times out is asked again by halves; a page that fails inside is cut down to the broken
dossier with a query that asks for no champs, or for no dossier at all. Any root error voids its
answer: nothing of it is handed out, and the cursor does not move.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clients.answers import unservable
from clients.capabilities import Capabilities
from clients.documents import document
from clients.errors import (
    TO_ISOLATE,
    DsError,
    DsGateway,
    DsNotFound,
    DsServerError,
    DsTimeout,
    DsUnavailable,
    DsUnservable,
)
from clients.reading.cursors import row_of_cursor
from clients.reading.demarche import BrokenDossier, DossierPage, labels_told
from clients.reading.single import checked, read_single
from clients.transport import DsTransport, Retry
from mappings.dossier.model import RawDossier
from mappings.dossier.shape import number_of

LARGEST_PAGE = 100
"""DS never serves more dossiers at once, whatever is asked."""

PAGES_BEFORE_GROWING = 3
"""Pages served at a reduced size before a larger one is tried: each failed try costs DS 30 s."""

HOPELESS = 20
"""So many broken dossiers in one page without a sound one: DS is broken, not the dossiers."""


_BROKEN = "DS ne peut pas servir ce dossier : signalez-le au support de DS."


@dataclass(frozen=True, slots=True)
class _Position:
    """Number of a dossier, and the cursor before it.

    Attributes:
        number: Its number, as DS or its cursor says; ``None`` when neither does.
        sure: Whether DS itself said the number.
        before: The cursor just before it.
    """

    number: int | None
    sure: bool
    before: str | None


@dataclass(slots=True)
class _Sorted:
    """Dossiers of a page, sorted into sound and broken ones."""

    sound: list[RawDossier] = field(default_factory=list)
    broken: list[BrokenDossier] = field(default_factory=list)

    def take(self, nodes: Sequence[Any], *, whole: bool) -> None:
        """Sort dossiers that DS served, by their shape.

        Raises:
            DsUnservable: Too many are odd, and none is sound.
        """
        odd: list[tuple[int | None, DsUnservable]] = []
        for node in nodes:
            try:
                self.sound.append(checked(node, whole=whole))
            except DsUnservable as error:
                odd.append((number_of(node), error))
        for number, why in odd:
            self.give_up(number, why)

    def give_up(self, number: int | None, error: DsError) -> None:
        """Set a dossier aside.

        Raises:
            DsError: There are too many for the dossiers to be to blame.
        """
        self.broken.append(BrokenDossier(number=number, reason=str(error)))
        if not self.sound and len(self.broken) >= HOPELESS:
            raise error


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
        light: Whether to read dossiers without champs, annotations and messages.
    """

    transport: DsTransport
    capabilities: Capabilities
    number: int
    updated_since: datetime | None
    state: str | None = None
    light: bool = False

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
            except TO_ISOLATE:
                page = self._around_broken(cursor, size=size)
            except DsGateway as error:
                self._blame_dossiers(cursor, error)
                page = self._around_broken(cursor, size=size)
            yield page
            cursor, has_next, served = page.end_cursor, page.has_next, served + 1
            if served >= PAGES_BEFORE_GROWING:
                size, served = min(largest, size * 2), 0

    def _page(self, after: str | None, *, size: int, retry: Retry) -> DossierPage:
        name = "Listing" if self.light else "Page"
        demarche = self._ask(name, after, size=size, retry=retry)
        nodes = demarche["dossiers"].get("nodes")
        if not isinstance(nodes, list) or None in nodes:
            # DS served no dossier in the place of one: which one, its cursor tells.
            raise unservable(("demarche", "dossiers", "nodes"))
        found = _Sorted()
        found.take(nodes, whole=not self.light)
        return self._made(demarche, found, after=after)

    def _around_broken(self, after: str | None, *, size: int) -> DossierPage:
        """Serve a page that fails as a whole: the sound dossiers, and the numbers of the others."""
        try:
            demarche = self._ask("Reperes", after, size=size, retry=Retry.SPLIT)
        except (*TO_ISOLATE, DsGateway):  # not even the number of one of them can be selected
            demarche = self._ask("Curseurs", after, size=size, retry=Retry.ALL)
        found = _Sorted()
        marks = _marks(demarche["dossiers"].get("edges"), after)
        self._sort(marks, found=found)
        order = {mark.number: at for at, mark in enumerate(marks)}
        found.sound.sort(key=lambda raw: order.get(raw["number"], len(order)))
        return self._made(demarche, found, after=after)

    def _made(self, demarche: dict[str, Any], found: _Sorted, *, after: str | None) -> DossierPage:
        cursor, has_next = going_on(demarche["dossiers"].get("pageInfo"), after=after)
        active = demarche.get("activeRevision")
        row = row_of_cursor(cursor)
        return DossierPage(
            dossiers=tuple(found.sound),
            broken=tuple(found.broken),
            cursor_before=after,
            end_cursor=cursor,
            has_next=has_next,
            active_revision_id=_id(active),
            reached=row.moment if row else None,
            labels=labels_told(demarche),
        )

    def _sort(self, marks: Sequence[_Position], *, found: _Sorted) -> None:
        """Sort dossiers known to fail together, halving until each half is served or alone.

        Both halves are tried before one is looked into: a sound one tells that DS works.
        """
        if len(marks) <= 1:
            for mark in marks:
                self._sort_one(mark, found=found)
            return
        middle = len(marks) // 2
        failing = [
            half
            for half in (marks[:middle], marks[middle:])
            if len(half) == 1 or not self._serves(half[0].before, size=len(half), found=found)
        ]
        for half in failing:
            self._sort(half, found=found)

    def _serves(self, before: str | None, *, size: int, found: _Sorted) -> bool:
        """Take what DS serves after a cursor, if it does."""
        try:
            page = self._page(before, size=size, retry=Retry.ONCE)
        except (*TO_ISOLATE, DsGateway):
            return False
        found.sound.extend(page.dossiers)
        found.broken.extend(page.broken)
        return True

    def _blame_dossiers(self, after: str | None, error: DsGateway) -> None:
        """Pass if DS answers what shows no dossier: then it is not DS that is down.

        Raises:
            DsGateway: It is.
        """
        try:
            self._ask("Curseurs", after, size=1, retry=Retry.NEVER)
        except DsUnavailable:
            raise error from None

    def _sort_one(self, mark: _Position, *, found: _Sorted) -> None:
        """Sort a dossier: alone on its page, unless DS said its number, then by that.

        DS prepares a dossier otherwise for a page. A number that only the cursor tells may be none.
        """
        if (self.light or not mark.sure) and self._serves(mark.before, size=1, found=found):
            return
        if self.light or mark.number is None:
            found.give_up(mark.number, DsServerError(_BROKEN))
        else:
            self._read(mark.number, sure=mark.sure, found=found)

    def _read(self, number: int, *, sure: bool, found: _Sorted) -> None:
        try:
            served = read_single(
                self.transport,
                number,
                without=self.capabilities.without,
                retry=Retry.SPLIT,
                name="Dossier",
            )
        except DsNotFound:
            if not sure:  # what its cursor seemed to say is no number
                found.give_up(None, DsServerError(_BROKEN))
            # else gone since the page was listed: the deletions will tell
        except (*TO_ISOLATE, DsGateway) as error:
            if isinstance(error, DsGateway):
                self._blame_dossiers(None, error)
            found.give_up(number, error)
        else:
            found.sound.append(served.raw)
            if served.lacking:
                found.broken.append(BrokenDossier(number=number, reason=served.lacking))

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
        answer = self.transport.execute(asked, variables, retry=retry).get("demarche")
        if not isinstance(answer, dict) or not isinstance(answer.get("dossiers"), dict):
            raise unservable(("demarche", "dossiers"))
        return answer


def _marks(edges: object, after: str | None) -> list[_Position]:
    """Where the dossiers of a page stand."""
    marks: list[_Position] = []
    before = after
    for edge in edges if isinstance(edges, list) else ():
        cursor = edge.get("cursor") if isinstance(edge, dict) else None
        said = number_of(edge.get("node")) if isinstance(edge, dict) else None
        row = row_of_cursor(cursor)
        marks.append(_Position(said or (row.number if row else None), said is not None, before))
        before = cursor if isinstance(cursor, str) else before
    return marks


def _id(named: object) -> str | None:
    """Id of an object that DS serves, if it has one."""
    found = named.get("id") if isinstance(named, dict) else None
    return found if isinstance(found, str) else None


def going_on(info: object, *, after: str | None) -> tuple[str | None, bool]:
    """Return the cursor to go on from and whether to, never a null over a good cursor.

    Raises:
        DsUnservable: DS does not say whether there is more.
        DsUnavailable: DS announces more and gives no way to it: stopping here would lose dossiers.
    """
    if not isinstance(info, dict) or not isinstance(info.get("hasNextPage"), bool):
        raise unservable(("pageInfo",))
    cursor, has_next = info.get("endCursor") or after, info["hasNextPage"]
    if not isinstance(cursor, str | None) or (has_next and cursor == after):
        raise DsUnavailable("DS annonce une page suivante sans curseur : réessayez plus tard.")
    return cursor, has_next
