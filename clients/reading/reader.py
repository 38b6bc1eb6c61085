"""Reads a démarche: form, pages of dossiers, what left it, one dossier, its messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.answers import unservable
from clients.capabilities import Capabilities, capabilities_of
from clients.documents import document
from clients.errors import DsNotFound, DsOutOfScope, DsTimeout
from clients.reading.cursors import row_of_cursor
from clients.reading.demarche import (
    DeletedDossier,
    Deletions,
    DemarcheInfo,
    DossierPage,
    deletions,
    demarche_info,
)
from clients.reading.paging import LARGEST_PAGE, DossierPager, going_on
from clients.reading.single import ServedDossier, read_single
from clients.transport import DsTransport, Retry
from mappings.dossier.model import RawDossier
from mappings.dossier.shape import ShapeError, check_conversation, number_of

_GONE = "Le dossier {} n'existe pas, ou plus, sur DS."


@dataclass(frozen=True, slots=True)
class DsReader:
    """Reads one instance of DS with one token.

    Attributes:
        transport: The way to DS.
    """

    transport: DsTransport

    @property
    def requests_sent(self) -> int:
        """Number of HTTP requests sent so far over this transport, retries included."""
        return self.transport.requests_sent

    def capabilities(self) -> Capabilities:
        """Return what the instance knows: one request, the first time only."""
        return capabilities_of(self.transport)

    def demarche(self, number: int) -> DemarcheInfo:
        """Read a démarche with its revisions, labels and groupes, without its dossiers.

        Raises:
            DsNotFound: No démarche has this number.
            DsOutOfScope: The token is not for it.
        """
        try:
            raw = self._ask("Demarche", {"number": number}).get("demarche")
        except DsNotFound as error:
            raise DsNotFound(
                f"La démarche {number} n'existe pas sur DS : corrigez UNC_DEMARCHE.",
                setting="UNC_DEMARCHE",
            ) from error
        except DsOutOfScope as error:
            raise DsOutOfScope(
                f"Le jeton {error.setting} ne donne pas accès à la démarche {number} :"
                " corrigez UNC_DEMARCHE, ou demandez un jeton pour cette démarche.",
                setting="UNC_DEMARCHE",
            ) from error
        return demarche_info(raw)

    def pages(
        self,
        number: int,
        *,
        updated_since: datetime | None,
        state: str | None = None,
        after: str | None = None,
        page_size: int = LARGEST_PAGE,
    ) -> Iterator[DossierPage]:
        """Yield the dossiers of a démarche, page by page, at least one page.

        Pages shrink while DS finds them too heavy, and broken dossiers are set apart by number.

        Args:
            number: Number of the démarche.
            updated_since: Only dossiers updated since then, itself included; ``None``: all.
            state: Only dossiers in this state; ``None``: all.
            after: Cursor of an earlier page read with the same kind of ``updated_since``.
            page_size: Dossiers a page, at most 100.
        """
        pager = DossierPager(self.transport, self.capabilities(), number, updated_since, state)
        yield from pager.pages(after, page_size=page_size)

    def listing(
        self, number: int, *, updated_since: datetime | None = None
    ) -> Iterator[DossierPage]:
        """Yield dossiers without champs, to compare: a part of :meth:`dossier`.

        Args:
            number: Number of the démarche.
            updated_since: Only dossiers updated since then, itself included; ``None``: all.
        """
        capabilities = self.capabilities()
        pager = DossierPager(self.transport, capabilities, number, updated_since, light=True)
        yield from pager.pages(None, page_size=LARGEST_PAGE)

    def deletions(self, number: int, *, since: datetime | None) -> tuple[Deletions, Deletions]:
        """Read what left a démarche since a date: one request up to 100 of each list.

        Args:
            number: Number of the démarche.
            since: Date of deletion, itself included; ``None``: all.

        Returns:
            The list of hidden dossiers, that may come back, and that of purged ones.

        Raises:
            DsError: DS does not give both together; each may be had alone.
        """
        asked = {"pending": True, "deleted": True, "first": LARGEST_PAGE, "after": None}
        served = self._left(number, since, asked, retry=Retry.ONCE)
        hidden, purged = (
            self._list(number, since, pending=pending, served=served) for pending in (True, False)
        )
        return hidden, purged

    def deletions_alone(self, number: int, *, pending: bool, since: datetime | None) -> Deletions:
        """Read one of the two lists, in pages that shrink when DS finds them too heavy.

        Args:
            number: Number of the démarche.
            pending: The list of hidden dossiers; else that of purged ones.
            since: Date of deletion, itself included; ``None``: all.

        Raises:
            DsTimeout: DS does not answer even for the smallest page.
        """
        return self._list(number, since, pending=pending, served=None)

    def _list(
        self,
        number: int,
        since: datetime | None,
        *,
        pending: bool,
        served: dict[str, Any] | None,
    ) -> Deletions:
        """Read a list to its end, from its first page if that was served already."""
        name = "pendingDeletedDossiers" if pending else "deletedDossiers"
        found: list[DeletedDossier] = []
        odd: list[str] = []
        cursor, has_next, size = None, True, LARGEST_PAGE
        while has_next:
            asked = {"pending": pending, "deleted": not pending, "first": size, "after": cursor}
            try:
                page = served or self._left(number, since, asked, retry=Retry.SPLIT)
            except DsTimeout:
                if size == 1:
                    raise
                size //= 10
                continue
            served = None
            connection = page.get(name)
            if not isinstance(connection, dict):
                raise unservable(("demarche", name))
            found += deletions(connection, name, odd=odd)
            cursor, has_next = going_on(connection.get("pageInfo"), after=cursor)
        return Deletions(tuple(found), tuple(odd), until=_until(found, cursor))

    def _left(
        self, number: int, since: datetime | None, asked: dict[str, Any], *, retry: Retry
    ) -> dict[str, Any]:
        dated = {"number": number, "since": since.isoformat() if since else None}
        answer = self._ask("Deletions", {**dated, **asked}, retry=retry).get("demarche")
        if not isinstance(answer, dict):
            raise unservable(("demarche",))
        return answer

    def dossier(self, number: int, *, retry: Retry = Retry.ALL) -> RawDossier:
        """Read one dossier (fragment ``DossierComplet``), as far as DS can serve it."""
        return self.served(number, retry=retry).raw

    def served(self, number: int, *, retry: Retry = Retry.ALL) -> ServedDossier:
        """Read one dossier (fragment ``DossierComplet``), and say what DS cannot serve of it.

        Args:
            number: Its number.
            retry: What may be asked again: ``ONCE`` for a dossier that is known to be broken.

        Raises:
            DsNotFound: It does not exist (any more).
            DsServerError: DS cannot serve it.
        """
        without = self.capabilities().without
        try:
            return read_single(self.transport, number, without=without, retry=retry, name="Dossier")
        except DsNotFound as error:
            raise DsNotFound(_GONE.format(number)) from error

    def demarche_of(self, number: int) -> int:
        """Number of the démarche that a dossier belongs to: whether it exists, and no more.

        Raises:
            DsNotFound: DS does not show it: it does not exist (any more), or is hidden.
            DsOutOfScope: The token is not for its démarche.
            DsServerError: DS cannot serve it.
        """
        try:
            answer = self._ask("DemarcheDuDossier", {"number": number}, retry=Retry.ONCE)
        except DsNotFound as error:
            raise DsNotFound(_GONE.format(number)) from error
        shown = answer.get("dossier")
        of = number_of(shown.get("demarche")) if isinstance(shown, dict) else None
        if of is None:
            raise unservable(("dossier", "demarche", "number"))
        return of

    def messages(self, number: int) -> RawDossier:
        """Read one dossier without champs, and its messages with their texts and senders.

        Raises:
            DsNotFound: It does not exist (any more).
            DsUnservable: Its messages cannot be read: says where.
        """
        try:
            raw = self._ask("Messages", {"number": number}).get("dossier")
        except DsNotFound as error:
            raise DsNotFound(_GONE.format(number)) from error
        try:
            return check_conversation(raw)
        except ShapeError as error:
            raise unservable(("dossier", *error.path)) from error

    def message_bodies(self, number: int) -> list[dict[str, Any]]:
        """Read the conversation of one dossier, oldest first, with texts and senders."""
        bodies: list[dict[str, Any]] = self.messages(number)["messages"]
        return bodies

    def _ask(
        self, name: str, variables: dict[str, Any], *, retry: Retry = Retry.ALL
    ) -> dict[str, Any]:
        asked = document(name, without=self.capabilities().without)
        return self.transport.execute(asked, variables, retry=retry)


def _until(found: Sequence[DeletedDossier], cursor: str | None) -> datetime | None:
    """Latest deletion of a list, but never later than its last cursor says."""
    latest = max((one.deleted_at for one in found), default=None)
    row = row_of_cursor(cursor)
    return min(latest, row.moment) if latest and row else latest
