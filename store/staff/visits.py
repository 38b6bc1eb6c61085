"""The journal of the portal: who did what, when; and what each person fetched last."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from store.database.engine import Scope
from store.database.statements import upsert
from store.database.tables import notices, visits

Event: TypeAlias = Literal[
    "sign-in",
    "sign-out",
    "sign-in refused",
    "download",
    "refused",
    "not a patient",
    "a patient again",
    "opinion",
    "workbook returned",
    "invitation",
    "invitation withdrawn",
    "account opened",
    "account removed",
    "role changed",
    "password changed",
    "digest chosen",
    "rules proposed",
    "rules adopted",
    "rules declined",
    "form changed",
    "register",
    "search fetched",
]


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the journal.

    Attributes:
        at: When (UTC).
        account: Address of the account, as it was given where the sign-in was refused; of what was
            done by a command, the user of the machine.
        event: What happened.
        folder: Name of the export's folder, if a file was asked for.
        file: Name of the file, path of the page that was refused, or dossier and code of a passage.
    """

    at: datetime
    account: str
    event: Event
    folder: str = ""
    file: str = ""


_ABOUT_PASSAGES: tuple[Event, ...] = ("not a patient", "a patient again")


def passage_line(number: int, code: str) -> str:
    """How the journal names a passage of a dossier."""
    return f"dossier {number}, passage {code}"


def forget_passages(connection: Connection, demarche: int, numbers: Iterable[int]) -> None:
    """Leave of each line on a passage of these dossiers which dossier it was.

    The code of a passage is drawn from its words, which could be guessed from it.
    """
    here = update(visits).filter_by(demarche=demarche).where(visits.c.event.in_(_ABOUT_PASSAGES))
    for number in numbers:
        of_dossier = visits.c.file.startswith(passage_line(number, ""), autoescape=True)
        connection.execute(here.where(of_dossier).values(file=f"dossier {number}"))


_FIELDS = tuple(visits.c[name] for name in Visit.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines of the journal are looked for; what is blank does not count.

    Attributes:
        text: Part of the account or of the object, whatever its case.
        event: What happened.
        since: From which moment (aware).
        until: Before which moment (aware).
    """

    text: str = ""
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


_ALL = Sought()


class Visits:
    """What happened in the portal, for all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, demarche: int, visit: Visit) -> None:
        """Write a line."""
        with self._scope.write() as connection:
            connection.execute(insert(visits).values(demarche=demarche, **asdict(visit)))

    def list(
        self, demarche: int, *, limit: int, offset: int = 0, sought: Sought = _ALL
    ) -> tuple[Visit, ...]:
        """Lines, the latest first."""
        query = select(*_FIELDS).filter_by(demarche=demarche).where(*_conditions(sought))
        query = query.order_by(visits.c.id.desc())
        with self._scope.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset))
            return tuple(Visit(*row) for row in rows)

    def count(self, demarche: int, sought: Sought = _ALL) -> int:
        """How many lines there are."""
        query = select(func.count()).select_from(visits).filter_by(demarche=demarche)
        query = query.where(*_conditions(sought))
        with self._scope.read() as connection:
            return connection.scalar(query) or 0

    def last_download(self, demarche: int, account: str) -> Visit | None:
        """What a person fetched last."""
        wanted = {"demarche": demarche, "account": account, "event": "download"}
        query = select(*_FIELDS).filter_by(**wanted).order_by(visits.c.id.desc()).limit(1)
        with self._scope.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Visit(*row)

    def former_sign_in(self, demarche: int, account: str) -> datetime | None:
        """When a person signed in, the time before the last one."""
        wanted = {"demarche": demarche, "account": account, "event": "sign-in"}
        query = select(visits.c.at).filter_by(**wanted).order_by(visits.c.id.desc())
        with self._scope.read() as connection:
            return connection.scalar(query.offset(1).limit(1))

    def forget(self, *, before: datetime) -> int:
        """Erase what is older than a moment (aware); how many lines."""
        with self._scope.write() as connection:
            return connection.execute(delete(visits).where(visits.c.at < before)).rowcount


def _conditions(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.text:
        held = (visits.c.account, visits.c.file, visits.c.folder)
        yield or_(*(one.icontains(sought.text, autoescape=True) for one in held))
    if sought.event:
        yield visits.c.event == sought.event
    if sought.since:
        yield visits.c.at >= sought.since
    if sought.until:
        yield visits.c.at < sought.until


class Notices:
    """Notices that were sent, for all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def told(self, demarche: int, folder: str) -> frozenset[str]:
        """Accounts that were told of an export."""
        query = select(notices.c.account).filter_by(demarche=demarche, folder=folder)
        with self._scope.read() as connection:
            return frozenset(connection.scalars(query))

    def record(self, demarche: int, folder: str, *, account: str, at: datetime) -> None:
        """Remember that an account was told."""
        row = {"demarche": demarche, "folder": folder, "account": account, "told_at": at}
        with self._scope.write() as connection:
            connection.execute(upsert(connection, notices, update=()), row)
