"""What is kept of each dossier beside its verdict, in columns: whether it was looked at, counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select, update

from store.database.engine import Scope
from store.database.settling import MOVED
from store.database.statements import in_chunks
from store.database.tables import dossiers, facts, plans


@dataclass(frozen=True, slots=True)
class CountedFacts:
    """What is counted of a dossier that was judged.

    Attributes:
        number: Dossier.
        status: Status in force, as it is shown.
        priority: Priority in force; ``None`` when there is none.
        unmapped: Champs of its report that are not mapped, as JSON text; ``None`` leaves what was
            kept: it moves with a verdict only.
    """

    number: int
    status: str
    priority: str | None
    unmapped: str | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Dossiers that DS lists, counted.

    Attributes:
        judged: How many have a verdict.
        statuses: Of those, how many of each status; ``None`` for those that no judging counted.
        priorities: How many of each priority.
        unmapped: How many of each text of champs that are not mapped.
    """

    judged: int
    statuses: Mapping[str | None, int]
    priorities: Mapping[str | None, int]
    unmapped: Mapping[str | None, int]


class Facts:
    """Facts of dossiers of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def unsettled(self, demarche: int, *, under: str, at: datetime) -> tuple[int, ...]:
        """Dossiers to look at, by number, those pending deletion too; found by indexes.

        Args:
            demarche: Number of the démarche.
            under: What they must be settled under: versions of all that judging rests on.
            at: Plans that are due again by then (aware) are due.
        """
        moved = select(facts.c.number).where(
            facts.c.demarche == demarche, or_(facts.c.settled < under, facts.c.settled > under)
        )
        again = select(plans.c.number).where(plans.c.demarche == demarche, plans.c.again_at <= at)
        with self._scope.read() as connection:
            found = {*connection.scalars(moved), *connection.scalars(again)}
        return tuple(sorted(found))

    def settle(self, demarche: int, numbers: Iterable[int], *, under: str) -> None:
        """Remember that dossiers were looked at, and that nothing more is due to them."""
        with self._scope.write() as connection:
            for chunk in in_chunks(numbers):
                here = update(facts).filter_by(demarche=demarche)
                connection.execute(here.where(facts.c.number.in_(chunk)).values(settled=under))

    def unsettle_all(self, demarche: int) -> None:
        """Have judging look at every dossier again."""
        with self._scope.write() as connection:
            connection.execute(update(facts).filter_by(demarche=demarche).values(settled=MOVED))

    def count(self, demarche: int, rows: Sequence[CountedFacts]) -> None:
        """Keep what is counted of dossiers that are in store."""
        if not rows:
            return
        statement = (
            update(facts)
            .where(facts.c.demarche == bindparam("of_demarche"))
            .where(facts.c.number == bindparam("of_number"))
            .values(
                status=bindparam("new_status"),
                priority=bindparam("new_priority"),
                unmapped=func.coalesce(
                    bindparam("new_unmapped", type_=facts.c.unmapped.type), facts.c.unmapped
                ),
            )
        )
        values = [{f"new_{name}": value for name, value in asdict(row).items()} for row in rows]
        with self._scope.write() as connection:
            connection.execute(
                statement,
                [
                    {"of_demarche": demarche, "of_number": one.pop("new_number"), **one}
                    for one in values
                ],
            )

    def totals(self, demarche: int) -> Totals:
        """Counts of the dossiers that DS lists and that have a verdict; none is read."""
        listed = facts.join(
            dossiers,
            and_(dossiers.c.demarche == facts.c.demarche, dossiers.c.number == facts.c.number),
        )
        here = (
            facts.c.demarche == demarche,
            dossiers.c.pending_since.is_(None),
            dossiers.c.assessed_fingerprint.is_not(None),
        )
        names = (facts.c.status, facts.c.priority, facts.c.unmapped)
        query = select(*names, func.count()).select_from(listed).where(*here).group_by(*names)
        counted: tuple[Counter[str | None], ...] = (Counter(), Counter(), Counter())
        judged = 0
        with self._scope.read() as connection:
            for *values, number in connection.execute(query):
                judged += number
                for counter, value in zip(counted, values, strict=True):
                    counter[value] += number
        return Totals(judged, *counted)
