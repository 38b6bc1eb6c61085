"""Rule-sets that a person proposes and another one adopts, word for word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import insert, select, update

from store.database.engine import Scope
from store.database.tables import proposals

Decision: TypeAlias = Literal["adopted", "declined"]


@dataclass(frozen=True, slots=True)
class RuleProposal:
    """A rule-set that somebody proposes.

    Attributes:
        id: Its number.
        name: Name of its file.
        proposed_by: Address of the account.
        proposed_at: When (UTC).
        decision: ``None`` while it waits.
        decided_by: Address of whoever decided.
        decided_at: When (UTC).
        content: The file's text.
    """

    id: int
    name: str
    proposed_by: str
    proposed_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    content: str


_FIELDS = tuple(proposals.c[name] for name in RuleProposal.__dataclass_fields__)


class Proposals:
    """Proposals of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, demarche: int, name: str, content: str, *, by: str, at: datetime) -> int:
        """Keep a proposal; its number."""
        values = {
            "demarche": demarche, "name": name, "content": content, "proposed_by": by,
            "proposed_at": at,
        }  # fmt: skip
        with self._scope.write() as connection:
            statement = insert(proposals).values(values).returning(proposals.c.id)
            return int(connection.execute(statement).scalar_one())

    def get(self, demarche: int, number: int) -> RuleProposal | None:
        """The proposal of a number."""
        query = select(*_FIELDS).filter_by(demarche=demarche, id=number)
        with self._scope.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else RuleProposal(*row)

    def list(self, demarche: int, *, limit: int) -> tuple[RuleProposal, ...]:
        """The latest proposals, the latest first."""
        query = select(*_FIELDS).filter_by(demarche=demarche).order_by(proposals.c.id.desc())
        with self._scope.read() as connection:
            return tuple(RuleProposal(*row) for row in connection.execute(query.limit(limit)))

    def decide(
        self, demarche: int, number: int, decision: Decision, *, by: str, at: datetime
    ) -> bool:
        """Keep what was decided; whether nobody decided before."""
        open_ = update(proposals).filter_by(demarche=demarche, id=number, decision=None)
        values = {"decision": decision, "decided_by": by, "decided_at": at}
        with self._scope.write() as connection:
            return connection.execute(open_.values(values)).rowcount > 0
