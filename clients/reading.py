"""Reads a démarche: form, pages of dossiers, what left it, one dossier, its messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.capabilities import Capabilities, capabilities_of
from clients.demarche import Deletion, Deletions, DemarcheInfo, DossierPage, deletion, demarche_info
from clients.documents import document
from clients.errors import DsNotFound, DsOutOfScope
from clients.paging import LARGEST_PAGE, DossierPager, going_on
from clients.transport import DsTransport, Retry
from mappings.dossier import RawDossier


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
            raw = self._ask("Demarche", {"number": number})["demarche"]
        except DsNotFound as error:
            raise DsNotFound(
                f"La démarche {number} n'existe pas sur DS : corrigez UNC_DEMARCHE.",
                setting="UNC_DEMARCHE",
            ) from error
        except DsOutOfScope as error:
            raise DsOutOfScope(
                f"Le jeton UNC_DS_TOKEN ne donne pas accès à la démarche {number} :"
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

    def listing(self, number: int) -> Iterator[RawDossier]:
        """Yield every dossier without champs, to reconcile: a part of :meth:`dossier`."""
        cursor: str | None = None
        while True:
            variables = {"number": number, "first": LARGEST_PAGE, "after": cursor}
            connection = self._ask("Listing", variables)["demarche"]["dossiers"]
            yield from (node for node in connection["nodes"] if node is not None)
            cursor, has_next = going_on(connection["pageInfo"], after=cursor)
            if not has_next:
                return

    def deletions(self, number: int, *, since: datetime | None) -> Deletions:
        """Read what left a démarche since a date: one request up to 100 of each kind.

        Args:
            number: Number of the démarche.
            since: Date of deletion, itself included; ``None``: all.
        """
        pending: list[Deletion] = []
        deleted: list[Deletion] = []
        variables: dict[str, Any] = {
            "number": number,
            "since": since.isoformat() if since else None,
            "pendingAfter": None,
            "deletedAfter": None,
            "withPending": True,
            "withDeleted": True,
        }
        while variables["withPending"] or variables["withDeleted"]:
            answer = self._ask("Deletions", variables)["demarche"]
            for kind, found in (("pending", pending), ("deleted", deleted)):
                name = "pendingDeletedDossiers" if kind == "pending" else "deletedDossiers"
                connection = answer.get(name)
                if connection is None:
                    continue
                found.extend(deletion(node) for node in connection["nodes"] if node is not None)
                cursor, has_next = going_on(connection["pageInfo"], after=variables[f"{kind}After"])
                variables[f"{kind}After"] = cursor
                variables[f"with{kind.capitalize()}"] = has_next
        return Deletions(pending=tuple(pending), deleted=tuple(deleted))

    def dossier(self, number: int, *, retry: Retry = Retry.ALL) -> RawDossier:
        """Read one dossier whole (fragment ``DossierComplet``).

        Args:
            number: Its number.
            retry: What may be asked again: ``ONCE`` for a dossier that is known to be broken.

        Raises:
            DsNotFound: It does not exist (any more).
            DsServerError: DS cannot serve it.
        """
        return self._dossier("Dossier", number, retry=retry)

    def demarche_of(self, number: int) -> int:
        """Number of the démarche that a dossier belongs to: whether it exists, and no more.

        Raises:
            DsNotFound: DS does not show it: it does not exist (any more), or is hidden.
            DsOutOfScope: The token is not for its démarche.
        """
        shown = self._dossier("DemarcheDuDossier", number, retry=Retry.ONCE)
        return int(shown["demarche"]["number"])

    def messages(self, number: int) -> RawDossier:
        """Read one dossier without champs, and its messages with their texts and senders."""
        return self._dossier("Messages", number)

    def message_bodies(self, number: int) -> list[dict[str, Any]]:
        """Read the conversation of one dossier, oldest first, with texts and senders."""
        bodies: list[dict[str, Any]] = self.messages(number)["messages"]
        return bodies

    def find_message(self, number: int, *, reference: str) -> str | None:
        """Return the id of the message that carries a reference, to close a lost answer.

        A message that was withdrawn has no text any more, hence is not found.
        """
        for message in self.message_bodies(number):
            if reference in message["body"]:
                return str(message["id"])
        return None

    def _dossier(self, name: str, number: int, *, retry: Retry = Retry.ALL) -> RawDossier:
        try:
            raw: RawDossier = self._ask(name, {"number": number}, retry=retry)["dossier"]
        except DsNotFound as error:
            raise DsNotFound(f"Le dossier {number} n'existe pas, ou plus, sur DS.") from error
        return raw

    def _ask(
        self, name: str, variables: dict[str, Any], *, retry: Retry = Retry.ALL
    ) -> dict[str, Any]:
        asked = document(name, without=self.capabilities().without)
        return self.transport.execute(asked, variables, retry=retry)
