from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.dossiers.pages import DossierRow
from store.repository import Store

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]

DEMARCHES = count(1)
"""A démarche for each example: they share a store without seeing each other."""

PAGE = st.lists(st.tuples(st.integers(1, 6), st.sampled_from("abc")), max_size=5)


def contents(store: Store, demarche: int) -> dict[int, str]:
    return {d.number: d.raw["champs"][0] for d in store.dossiers.iterate(demarche)}


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pages=st.lists(PAGE, max_size=6), again=st.integers(1, 3))
def test_any_pages_end_in_the_last_content_of_each_dossier(
    store: Store,
    row: MakeRow,
    day: Day,
    pages: list[list[tuple[int, str]]],
    again: int,
) -> None:
    demarche = next(DEMARCHES)
    wanted: dict[int, str] = {}
    changes: dict[int, int] = {}
    for moment, page in enumerate(pages):
        last = dict(page)
        for number, content in last.items():
            changes[number] = changes.get(number, 0) + (wanted.get(number) != content)
        created = last.keys() - wanted.keys()
        updated = {n for n, content in last.items() if wanted.get(n, content) != content}
        wanted |= last
        for repeat in range(again):
            counts = store.dossiers.save_page(
                demarche,
                [row(number, content) for number, content in page],
                watermark=day(moment),
                seen_at=day(moment),
            )
            first = repeat == 0
            assert set(counts.created) == (created if first else set())
            assert set(counts.updated) == (updated if first else set())
            assert set(counts.created + counts.updated + counts.unchanged) == set(last)
    assert contents(store, demarche) == wanted
    assert store.dossiers.known_numbers(demarche) == set(wanted)
    assert {n: len(store.dossiers.history(demarche, n)) for n in wanted} == changes
    assert store.demarches.state(demarche).watermark == (day(len(pages) - 1) if pages else None)
