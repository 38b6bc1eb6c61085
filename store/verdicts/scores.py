"""Scores of situations, kept as they move: added, never changed, nor erased with a dossier."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.engine import RowMapping

from store.database.engine import Scope
from store.database.jsontext import dump, load
from store.database.tables import scores
from triage.registre.ranking import Score, ScoreLine, same_score


@dataclass(frozen=True, slots=True)
class KeptScore:
    """A score, and the moment since which it was that (aware)."""

    scored_at: datetime
    score: Score


class Scores:
    """Scores of all démarches, each call for one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, demarche: int, found: Mapping[str, Score], *, at: datetime) -> None:
        """Keep the scores that differ from the last that was kept of their situation.

        Args:
            demarche: Number of the démarche.
            found: Score of each situation, by id.
            at: The present (aware).
        """
        with self._scope.write() as connection:
            last = (
                select(func.max(scores.c.id))
                .filter_by(demarche=demarche)
                .group_by(scores.c.situation)
            )
            rows = connection.execute(select(scores).where(scores.c.id.in_(last))).mappings()
            known = {row["situation"]: _score(row) for row in rows}
            new = [
                _row(demarche, name, one, at)
                for name, one in sorted(found.items())
                if not same_score(known.get(name), one)
            ]
            if new:
                connection.execute(insert(scores), new)

    def list(self, demarche: int, situation: str) -> tuple[KeptScore, ...]:
        """Scores of a situation, the oldest first."""
        query = select(scores).filter_by(demarche=demarche, situation=situation)
        with self._scope.read() as connection:
            rows: Iterable[RowMapping] = connection.execute(query.order_by(scores.c.id)).mappings()
            return tuple(KeptScore(row["scored_at"], _score(row)) for row in rows)


def _score(row: RowMapping) -> Score:
    return Score(
        points=row["points"],
        most=row["most"],
        lines=tuple(ScoreLine(**one) for one in load(row["lines"])),
        version=row["version"],
        reference=row["reference"],
    )


def _row(demarche: int, situation: str, one: Score, at: datetime) -> dict[str, object]:
    return {
        "demarche": demarche,
        "situation": situation,
        "scored_at": at,
        "points": one.points,
        "most": one.most,
        "version": one.version,
        "reference": one.reference,
        "lines": dump([asdict(line) for line in one.lines]),
    }
