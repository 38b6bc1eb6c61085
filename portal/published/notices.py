"""Telling people by e-mail that an edition is out: where to fetch it, and nothing of it.

The current workbooks move with each dossier: nobody is told of them.
"""

import logging
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

from portal.mail import Post
from portal.people.roles import parse_role
from portal.published.files import FetchableExport, FetchableFiles
from portal.source import Source, now
from store.staff.accounts import Account

RECENT = timedelta(days=1)
"""Older editions are told of no more: switching notices on mails nobody the past."""

_log = logging.getLogger("unc.portal")


@dataclass(frozen=True, slots=True)
class EditionNotices:
    """Sends each account one e-mail for each edition in which it may fetch a file."""

    source: Source
    fetchable: FetchableFiles
    post: Post
    url: str

    def tell(self) -> int:
        """Tell who was not told of the latest edition yet; how many were.

        A message that the server refuses is tried again at the next call; a crash between sending
        and writing down may tell a person twice.
        """
        due = list(self._due())
        if not due:
            return 0
        try:
            with self.post.connected() as server:
                return sum(self._told(server, account, export=export) for account, export in due)
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("Les avis n'ont pas pu être envoyés (%s)", type(error).__name__)
            return 0

    def _told(self, server: smtplib.SMTP, account: Account, *, export: FetchableExport) -> bool:
        """Tell one person; one address that is refused stops nobody else's notice."""
        try:
            server.send_message(self._message(account))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            _log.warning("Un avis a été refusé par le serveur (%s)", type(error).__name__)
            return False
        notices = self.source.store.notices
        notices.record(self.source.demarche, export.version, account=account.email, at=now())
        return True

    def _due(self) -> Iterator[tuple[Account, FetchableExport]]:
        for account in self.source.store.accounts.list():
            mine = self.fetchable.for_role(parse_role(account.role))
            found = [one for one in mine if one.is_edition]
            for export in sorted(found, key=lambda one: one.sequence)[-1:]:
                told = self.source.store.notices.told(self.source.demarche, export.version)
                recent = now() - export.published_at < RECENT
                if recent and account.email not in told:
                    yield account, export

    def _message(self, account: Account) -> EmailMessage:
        return self.post.message(
            to=account.email,
            subject="Portail UNC : une nouvelle édition est disponible",
            text="Bonjour,\n\nUne nouvelle édition des usages non conformes est disponible sur le"
            f" portail :\n{self.url}/exports\n\nCe message est automatique et ne contient aucune"
            " donnée.\n",
        )
