"""In a real base: acts, merges, undos and purges change nothing of what a past day was."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.dossiers.absences import Deletion
from store.repository import Store, open_store
from tests.triage.registre.in_memory import RegisterInMemory, lists, shown
from tests.triage.registre.test_history import START, STEPS, act
from triage.registre.refused import Refused
from triage.registre.state_from_acts import read
from triage.registre.years.indicator import year_figure

DEMARCHES = count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("passé") / "unc.sqlite"
    with open_store(f"sqlite:///{path}") as made:
        made.upgrade()
        yield made


def moment(day: date) -> datetime:
    return datetime.combine(day, time(11), tzinfo=UTC)


def purge_all(store: Store, demarche: int, memory: RegisterInMemory) -> None:
    numbers = [n for one in memory.read().situations.values() for n in one.dossiers]
    gone = [Deletion(number=n, deleted_at=moment(memory.today), reason="purge") for n in numbers]
    store.absences.purge(demarche, gone, at=moment(memory.today))


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.one_of(STEPS, st.just("purge")), min_size=3, max_size=16),
    on=st.integers(0, 16),
    until=st.integers(0, 16),
)
def test_no_later_act_nor_purge_changes_a_past_state(
    store: Store, steps: list[tuple[str, str, str, int, int] | str], on: int, until: int
) -> None:
    demarche, memory, day = (
        next(DEMARCHES),
        RegisterInMemory(today=START),
        START + timedelta(days=on),
    )
    seen: Callable[[], object] | None = None
    before: object = None
    for number, step in enumerate(steps):
        memory.today, entered = START + timedelta(days=number), len(memory.acts)
        if isinstance(step, str):
            purge_all(store, demarche, memory)
        else:
            with suppress(Refused):
                act(memory, step)
        store.acts.enter(demarche, memory.acts[entered:], at=moment(memory.today))
        memory.acts = [*store.acts.list(demarche)]
        if number == min(until, len(steps) - 1) and memory.acts:
            known = memory.acts[-1].entered_at

            def seen(known: datetime = known) -> object:
                acts = store.acts.list(demarche)
                figure = year_figure(acts, START.year, lists=lists(), known=known)
                return shown(read(acts, on=day, known=known)), figure

            before = seen()
    if seen is not None:
        assert seen() == before
