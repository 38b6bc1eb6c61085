"""The store: all that is remembered is reached from here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Engine

from store.database import locks, schema
from store.database.engine import (
    EachItsOwn,
    Scope,
    Shared,
    make_engine,
    place_of,
    require_sound,
    sqlite_file,
)
from store.database.errors import LockLost
from store.database.retrying import RetriedOnce, once_more
from store.dossiers.absences import Absences
from store.dossiers.attachments import Attachments
from store.dossiers.demarches import Demarches
from store.dossiers.dossiers import Dossiers
from store.dossiers.quarantine import Quarantine
from store.outbox.corrections import Corrections
from store.outbox.outbox import Outbox
from store.staff.accounts import Accounts
from store.staff.digests import Digests
from store.staff.exports import Exports
from store.staff.handed_out import HandedOut
from store.staff.invitations import Invitations
from store.staff.kept_rows import KeptRows
from store.staff.lines import Lines
from store.staff.opinions import Opinions
from store.staff.proposals import Proposals
from store.staff.runs import Runs
from store.staff.seen import Seen
from store.staff.sign_in_tries import SignInTries
from store.staff.visits import Notices, Visits
from store.verdicts.acts import Acts
from store.verdicts.assessments import Assessments
from store.verdicts.facts import Facts
from store.verdicts.not_patients import NotPatients
from store.verdicts.rule_texts import RuleTexts
from store.verdicts.scores import Scores
from store.verdicts.situations import Situations

_T = TypeVar("_T")


class StoreMemory:
    """What is remembered, by subject.

    Attributes:
        demarches: How far each démarche was read.
        dossiers: Dossiers, their content and history.
        absences: Dossiers that left.
        quarantine: Dossiers set aside.
        attachments: Files on disk.
        assessments: Verdicts.
        facts: What is counted beside verdicts, and which dossiers judging must look at.
        outbox: Replies due and sent, conflicts, what is ours on DS.
        corrections: Correction requests, for the KPI.
        exports: Published workbooks.
        handed_out: What they showed, and to whom.
        runs: Runs.
        situations: Situations and the reports that each holds.
        acts: Acts of the register of situations, of which none is ever changed.
        scores: Scores of situations, as they moved.
        not_patients: Passages that are no patient's.
        rule_texts: Text of every rule-set and mapping that gave a verdict.
        accounts: Who may sign in to the portal.
        invitations: Who is invited to have an account.
        digests: Who asked for the weekly digest, and who got it.
        proposals: Rule-sets that wait for a second person.
        visits: What happened in the portal.
        sign_in_tries: Recent tries at signing in.
        notices: Who was told that an export is out.
        opinions: What evaluators wrote in returned workbooks.
        kept_rows: What a publication made of dossiers, for the next ones.
        lines: Lists of the portal.
        seen: What people have seen of the dossiers that waited for them.
    """

    def __init__(self, scope: Scope) -> None:
        self.demarches = Demarches(scope)
        self.dossiers = Dossiers(scope)
        self.absences = Absences(scope)
        self.quarantine = Quarantine(scope)
        self.attachments = Attachments(scope)
        self.assessments = Assessments(scope)
        self.facts = Facts(scope)
        self.outbox = Outbox(scope)
        self.corrections = Corrections(scope)
        self.exports = Exports(scope)
        self.handed_out = HandedOut(scope)
        self.runs = Runs(scope)
        self.situations = Situations(scope)
        self.acts = Acts(scope)
        self.scores = Scores(scope)
        self.not_patients = NotPatients(scope)
        self.rule_texts = RuleTexts(scope)
        self.accounts = Accounts(scope)
        self.digests = Digests(scope)
        self.invitations = Invitations(scope)
        self.proposals = Proposals(scope)
        self.visits = Visits(scope)
        self.sign_in_tries = SignInTries(scope)
        self.notices = Notices(scope)
        self.opinions = Opinions(scope)
        self.kept_rows = KeptRows(scope)
        self.lines = Lines(scope)
        self.seen = Seen(scope)


class Store(StoreMemory):
    """A database. Each operation is a transaction of its own, or part of :meth:`transaction`.

    One of its own is done once more where the database undid it because of another. Every
    operation may raise :class:`store.database.errors.StoreError`. Usable from several
    threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._scope = EachItsOwn(engine)
        self._locks: dict[int, locks.RunLock] = {}
        super().__init__(self._scope)
        for subject, memory in [*vars(self).items()]:
            if not subject.startswith("_"):
                setattr(self, subject, RetriedOnce(memory))

    def together(self, work: Callable[[StoreMemory], _T]) -> _T:
        """Do several operations as :meth:`transaction`, all of them once more as one is."""

        def whole() -> _T:
            with self.transaction() as memory:
                return work(memory)

        return once_more(whole)

    @contextmanager
    def transaction(self) -> Iterator[StoreMemory]:
        """Do several operations on the memory that is given, and keep all of them or none."""
        with self._scope.write() as connection:
            shared = Shared(connection)
            yield StoreMemory(shared)
        if shared.has_erased:
            self._scope.erased()

    @contextmanager
    def lock(self, demarche: int) -> Iterator[None]:
        """Hold a démarche for the time of a run; let go of by itself when the process dies.

        Raises:
            AlreadyRunning: On entering, when another run holds it.
        """
        with locks.run_lock(self._engine, demarche) as held:
            self._locks[demarche] = held
            try:
                yield
            finally:
                del self._locks[demarche]

    def require_alone(self, demarche: int) -> None:
        """Make sure that this run still holds its démarche: a lock can be lost on the way.

        Raises:
            LockLost: It does not, or not any more: whatever two runs must not both do is not done.
            StoreUnreachable: The database does not answer.
        """
        held = self._locks.get(demarche)
        if held is None:
            raise LockLost(demarche)
        held.check()

    def upgrade(self) -> None:
        """Bring the tables to this version of the software; quick when they are.

        Raises:
            SchemaTooNew: A newer version made them.
        """
        schema.upgrade(self._scope)

    def schema_is_current(self) -> bool:
        """Whether the tables are those of this version."""
        return schema.is_current(self._scope)

    def is_empty(self) -> bool:
        """Whether there is none of our tables."""
        return schema.is_empty(self._scope)

    def require_current(self) -> None:
        """Refuse tables of another version.

        Raises:
            SchemaTooOld: ``unc upgrade`` is due.
            SchemaTooNew: A newer version made them.
        """
        schema.require_current(self._scope, place=place_of(self._engine))

    def require_sound(self) -> None:
        """Read the whole database; as long as that takes.

        Raises:
            StoreDamaged: A part of it is damaged.
        """
        require_sound(self._scope)

    def close(self) -> None:
        """Close every connection; the SQLite file is then a single file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Give the store, to be closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store."""
        self.close()


def is_new(url: str) -> bool:
    """Whether a database has none of our tables yet. Nothing is made, not even its file.

    Raises:
        BadDatabaseUrl: The address is of neither kind.
        StoreError: It does not answer.
    """
    file = sqlite_file(url)
    if file is not None and not _has_content(file):
        return True
    with open_store(url) as store:
        return store.is_empty()


def _has_content(file: Path) -> bool:
    """Whether a file is there with something in it: to open what may not be looked at says why."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:
        return True


def open_store(url: str) -> Store:
    """Open the database that an address names; its tables may be of another version.

    Args:
        url: ``sqlite:///path`` (folders are made) or ``postgresql://user@host/base``.

    Raises:
        BadDatabaseUrl: The address is of neither kind.
        StoreUnreachable: The folder of the SQLite file cannot be made.
    """
    return Store(make_engine(url))
