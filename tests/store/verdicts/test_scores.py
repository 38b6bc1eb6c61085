"""Scores are kept as they move, and never change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.database.errors import StoreError
from store.repository import Store
from triage.registre.ranking import Score, ScoreLine

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LINE = ScoreLine("MITM", 1, 1, "mitm : 1")
SCORE = Score(points=1, most=20, lines=(LINE,), version="2026.1 (ab)", reference="bdpm-1")


def test_a_score_is_kept_when_it_moves_and_with_what_it_rests_on(store: Store) -> None:
    other = replace(SCORE, lines=(replace(LINE, evidence="mitm : inconnu", points=0),), points=0)
    store.scores.keep(7, {"SIT-0001": SCORE, "SIT-0002": other}, at=AT)
    store.scores.keep(7, {"SIT-0001": SCORE}, at=AT + timedelta(days=1))
    store.scores.keep(7, {"SIT-0001": replace(SCORE, reference="bdpm-2")}, at=AT)
    assert [one.score for one in store.scores.list(7, "SIT-0001")] == [SCORE]
    store.scores.keep(7, {"SIT-0001": other}, at=AT + timedelta(days=2))
    store.scores.keep(7, {"SIT-0001": replace(other, version="2027.1 (cd)")}, at=AT)
    found = store.scores.list(7, "SIT-0001")
    assert [one.score.points for one in found] == [1, 0, 0]
    assert [one.score.version for one in found] == ["2026.1 (ab)"] * 2 + ["2027.1 (cd)"]
    assert found[0].scored_at == AT
    assert store.scores.list(8, "SIT-0001") == ()


@pytest.mark.parametrize("change", ["UPDATE scores SET points = 9", "DELETE FROM scores"])
def test_the_database_refuses_to_change_a_score(store: Store, change: str) -> None:
    store.scores.keep(7, {"SIT-0001": SCORE}, at=AT)
    with pytest.raises((StoreError, DBAPIError)), store._scope.write() as connection:
        connection.execute(text(change))
    assert len(store.scores.list(7, "SIT-0001")) == 1
