from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event

from store.dossiers.pages import DossierRow, PageCounts
from store.repository import Store

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


def writes_of(store: Store) -> list[str]:
    """Statements that write, as they come."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            seen.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    return seen


def test_a_page_is_counted_by_what_it_changes(store: Store, row: MakeRow, day: Day) -> None:
    first = store.dossiers.save_page(7, [row(1), row(2)], watermark=day(0), seen_at=day(1))
    second = store.dossiers.save_page(
        7, [row(1), row(2, "b"), row(3)], watermark=day(1), seen_at=day(2)
    )
    assert first == PageCounts(created=(1, 2))
    assert second == PageCounts(created=(3,), updated=(2,), unchanged=(1,))
    assert store.demarches.state(7).watermark == day(1)


def test_what_was_saved_is_what_is_read(store: Store, row: MakeRow, day: Day) -> None:
    hostile = "=cmd|' /C calc'!A0 \0 \u202e 🧪 \ud800 " + "é" * 30_000
    saved = row(1, hostile, content_hash="h", fingerprint="f", modified_at=day(3))
    store.dossiers.save_page(7, [saved], watermark=None, seen_at=day(4))
    kept = store.dossiers.get(7, 1)
    assert kept is not None
    assert {name: getattr(kept, name) for name in DossierRow.__dataclass_fields__} == {
        name: getattr(saved, name) for name in DossierRow.__dataclass_fields__
    }
    assert kept.changed_at == day(4)


def test_an_unchanged_page_writes_nothing(store: Store, row: MakeRow, day: Day) -> None:
    page = [row(1), row(2)]
    store.dossiers.save_page(7, page, watermark=day(0), seen_at=day(0))
    writes = writes_of(store)
    counts = store.dossiers.save_page(7, page, watermark=day(0), seen_at=day(1))
    assert counts == PageCounts(unchanged=(1, 2))
    assert writes == []


def test_an_unchanged_page_moves_the_watermark_only(store: Store, row: MakeRow, day: Day) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
    writes = writes_of(store)
    store.dossiers.save_page(7, [row(1)], watermark=day(1), seen_at=day(1))
    assert len(writes) == 1
    assert "demarches" in writes[0]


def test_a_dossier_twice_on_a_page_is_its_later_reading(
    store: Store, row: MakeRow, day: Day
) -> None:
    counts = store.dossiers.save_page(
        7, [row(1), row(2), row(1, "later")], watermark=None, seen_at=day(0)
    )
    assert sorted(counts.created) == [1, 2]
    kept = store.dossiers.get(7, 1)
    assert kept is not None
    assert kept.raw["champs"] == ["later"]


def test_a_page_that_fails_keeps_nothing(store: Store, row: MakeRow, day: Day) -> None:
    naive = day(0).replace(tzinfo=None)
    with pytest.raises(Exception, match="without a time zone"):
        store.dossiers.save_page(
            7, [row(1), row(2, modified_at=naive)], watermark=day(1), seen_at=day(1)
        )
    assert store.dossiers.known_numbers(7) == set()
    assert store.demarches.state(7).watermark is None


def test_every_past_content_can_be_shown(store: Store, row: MakeRow, day: Day) -> None:
    for n, content in enumerate(["a", "b", "b", "a"]):
        store.dossiers.save_page(7, [row(1, content)], watermark=None, seen_at=day(n))
    past = store.dossiers.history(7, 1)
    assert [(p.raw["champs"], p.seen_from, p.seen_until) for p in past] == [
        (["a"], day(0), day(1)),
        (["b"], day(1), day(3)),
        (["a"], day(3), None),
    ]
    assert [p.fingerprint for p in past] == ["print of a", "print of b", "print of a"]


def test_our_own_writes_patch_the_copy_without_history(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
    patched = row(1, "with our annotation")
    store.dossiers.replace_raw(7, [patched, row(99)])
    assert len(store.dossiers.history(7, 1)) == 1
    assert store.dossiers.known_numbers(7) == {1}
    counts = store.dossiers.save_page(7, [patched], watermark=day(1), seen_at=day(1))
    assert counts.unchanged == (1,)


def test_demarches_do_not_see_each_other(store: Store, row: MakeRow, day: Day) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
    store.dossiers.save_page(8, [row(1, "other")], watermark=day(1), seen_at=day(0))
    seven, eight = store.dossiers.get(7, 1), store.dossiers.get(8, 1)
    assert seven is not None
    assert eight is not None
    assert (seven.content_hash, eight.content_hash) == ("hash of a", "hash of other")
    assert store.demarches.state(7).watermark == day(0)
    assert store.demarches.known() == (7, 8)


def test_dossiers_come_in_order_a_few_at_a_time(
    store: Store, row: MakeRow, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.dossiers.dossiers.HEAVY", 3)
    monkeypatch.setattr("store.dossiers.dossiers.LIGHT", 3)
    rows = [row(n) for n in range(10, 0, -1)]
    store.dossiers.save_page(7, rows, watermark=None, seen_at=day(0))
    assert [d.number for d in store.dossiers.iterate(7)] == list(range(1, 11))
    assert [d.number for d in store.dossiers.light_rows(7)] == list(range(1, 11))
    chosen = store.dossiers.iterate(7, numbers=[9, 2, 2, 77, 4, 6, 8])
    assert [d.number for d in chosen] == [2, 4, 6, 8, 9]
    assert list(store.dossiers.iterate(7, numbers=[])) == []


def test_writing_while_dossiers_are_read_is_allowed(
    store: Store, row: MakeRow, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.dossiers.dossiers.HEAVY", 2)
    store.dossiers.save_page(7, [row(n) for n in range(5)], watermark=None, seen_at=day(0))
    for dossier in store.dossiers.iterate(7):
        changed = row(dossier.number, "changed while reading")
        store.dossiers.save_page(7, [changed], watermark=None, seen_at=day(1))
    assert {len(store.dossiers.history(7, n)) for n in range(5)} == {2}


def test_dates_are_kept_in_utc(store: Store, row: MakeRow, day: Day) -> None:
    paris = day(0).astimezone(timezone(timedelta(hours=2)))
    store.dossiers.save_page(7, [row(1, modified_at=paris)], watermark=paris, seen_at=paris)
    kept = store.dossiers.get(7, 1)
    assert kept is not None
    assert kept.modified_at == paris
    assert kept.modified_at.utcoffset() == timedelta(0)
    assert store.demarches.state(7).watermark == paris


def test_of_a_dossier_that_is_the_same_only_the_date_is_kept(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
    touched = row(1, modified_at=day(1))
    counts = store.dossiers.save_page(7, [touched], watermark=day(1), seen_at=day(1))
    assert counts.unchanged == (1,)
    kept = store.dossiers.get(7, 1)
    assert kept is not None
    assert (kept.modified_at, kept.changed_at) == (day(1), day(0))
    assert len(store.dossiers.history(7, 1)) == 1
