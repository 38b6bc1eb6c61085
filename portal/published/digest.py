"""The weekly digest by e-mail: how much waits for whoever asked for it, and where; no content."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from french.text import agreed
from french.time import PARIS
from portal.dossiers.library import Library
from portal.dossiers.waiting import Whose
from portal.mail import Post
from portal.people.roles import parse_role
from portal.source import Source, now
from store.staff.accounts import Account
from store.staff.lines import LineQuery

_KEPT = timedelta(days=90)
_log = logging.getLogger("unc.portal")


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """What a digest counts.

    Attributes:
        new: Dossiers that the last weekly edition did not have.
        changed: Dossiers that changed within a week, the new ones excepted.
        first: Dossiers of priority P1 that wait.
        questions: Questions to answer; for the agency, late ones.
    """

    new: int
    changed: int
    first: int
    questions: int


@dataclass(frozen=True, slots=True)
class Digest:
    """Sends its digest of the week to each account that asked for it, once."""

    source: Source
    library: Library
    post: Post
    url: str

    def send(self, *, at: datetime | None = None) -> tuple[int, int]:
        """Send those of the week of a moment (aware) that were not sent: how many, how many failed.

        It is said before that one is sent: killed meanwhile, it is not sent at all rather than
        twice. What the server refuses is due again.

        Raises:
            OSError: The server does not answer.
            SMTPException: It refuses all of them.
        """
        at = at or now()
        year, number, _ = at.astimezone(PARIS).isocalendar()
        week, digests = f"{year}-W{number:02}", self.source.store.digests
        digests.forget(before=at - _KEPT)
        due = [
            o for o in self.readers() if digests.claim(self.source.demarche, o.email, week, at=at)
        ]
        sent: set[str] = set()
        try:
            if due:
                with self.post.connected() as server:
                    for account in due:
                        if self._sent(server, account, at):
                            sent.add(account.email)
        finally:
            for one in due:
                if one.email not in sent:
                    digests.unclaim(self.source.demarche, one.email, week)
        return len(sent), len(due) - len(sent)

    def readers(self) -> list[Account]:
        """Accounts that asked for it."""
        asked = self.source.store.digests.readers()
        return [one for one in self.source.store.accounts.list() if one.email in asked]

    def _sent(self, server: smtplib.SMTP, account: Account, at: datetime) -> bool:
        """Send one; an address that is refused stops nobody else's."""
        message = self.post.message(
            to=account.email,
            subject="Portail UNC : votre semaine",
            text=_text(self.told(account, at), self.url),
        )
        try:
            server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            _log.warning("Un résumé a été refusé par le serveur (%s)", type(error).__name__)
            return False
        return True

    def told(self, account: Account, at: datetime) -> DigestCounts:
        """What the digest of a person counts, of what they may read alone."""
        source, role = self.source, parse_role(account.role)
        whose = Whose(account.email, role.author, role.audience, role.centre)
        queue = self.library.queue(whose)
        new = {one.number for one in queue.due if "nouveau" in one.why}
        waiting = [one.number for one in queue.due]
        lines = self.library.lines_of(role.audience, waiting)
        since = (at - timedelta(days=7)).astimezone(UTC).isoformat(timespec="seconds")
        query = LineQuery(role.audience, centre=role.centre, since=since)
        changed = {one.number for one in source.store.lines.waiting(source.demarche, query)}
        return DigestCounts(
            new=len(new),
            changed=len(changed - new),
            first=sum(one.priority == "P1" for one in lines.values()),
            questions=sum(
                len(one.things) for one in source.matters(role.author) if one.kind == "questions"
            ),
        )


def _text(told: DigestCounts, url: str) -> str:
    def counted(count: int, one: str, many: str) -> str:
        return f"- {agreed(count, one, many)}"

    lines = "\n".join(
        (
            counted(told.new, "nouveau dossier", "nouveaux dossiers"),
            counted(told.changed, "dossier modifié", "dossiers modifiés"),
            counted(told.first, "dossier P1 à traiter", "dossiers P1 à traiter"),
            counted(told.questions, "question attend", "questions attendent"),
        )
    )
    return (
        f"Bonjour,\n\nCette semaine, dans ce que vous lisez :\n\n{lines}\n\n{url}/\n\nVous avez"
        f" demandé ce résumé ; pour l'arrêter : {url}/compte\nCe message est automatique et ne"
        " contient aucune donnée d'un dossier.\n"
    )
