"""What was handed out: told again for any publication, at the cost of what changed."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select

from store.database.tables import handed_out
from store.dossiers.absences import Deletion
from store.dossiers.pages import DossierRow
from store.repository import Store
from store.staff.handed_out import HandedFile, HandedRow, save_rows

Day = Callable[[int], datetime]


def shown(number: int, title: str = "a", *centres: str) -> HandedRow:
    return HandedRow(number, centres, ("Dossier", "Titre"), (str(number), title))


def publish(store: Store, sequence: int, *rows: HandedRow, at: datetime) -> None:
    save_rows(store.handed_out, 7, "reseau", rows, sequence=sequence)
    files = [HandedFile(one, sequence, f"{one} {sequence}", "v1") for one in ("reseau", "crpv-a")]
    store.handed_out.save_files(7, files, at=at)


def kept(store: Store) -> int:
    with store._engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(handed_out)) or 0


def test_each_publication_is_told_as_it_was(store: Store, day: Day) -> None:
    publish(store, 1, shown(1, "a", "a"), shown(2), shown(3), at=day(1))
    publish(store, 2, shown(1, "a", "a"), shown(2, "b"), shown(4), at=day(2))
    publish(store, 3, shown(1, "a", "b"), shown(2), shown(4), at=day(3))
    assert store.handed_out.last_sequence(7) == 3
    old, new = store.handed_out.between(7, "reseau", before=1, after=2)
    assert old == {2: shown(2), 3: shown(3)}
    assert new == {2: shown(2, "b"), 4: shown(4)}
    assert store.handed_out.numbers(7, "crpv-a", 1) == {1}
    assert store.handed_out.numbers(7, "crpv-a", 3) == set()
    assert store.handed_out.numbers(7, "reseau", 2) == {1, 2, 4}
    assert store.handed_out.rows(7, "reseau", 2)[2].by_header == {"Dossier": "2", "Titre": "b"}
    assert store.handed_out.find(7, "crpv-a", "crpv-a 2") == store.handed_out.file(7, "crpv-a", 2)
    assert store.handed_out.file(7, "agence", 2) is None
    assert store.handed_out.last_sequence(8) == 0


def test_what_is_the_same_is_kept_once(store: Store, day: Day) -> None:
    many = [shown(number) for number in range(1, 40)]
    for sequence in range(1, 6):
        publish(store, sequence, shown(0, str(sequence)), *many, at=day(sequence))
    assert kept(store) == len(many) + 5


def test_a_publication_that_was_killed_is_finished_at_its_own_place(store: Store, day: Day) -> None:
    publish(store, 1, shown(1), at=day(1))
    publish(store, 2, shown(1, "b"), shown(2), at=day(2))
    publish(store, 2, shown(1, "b"), shown(2), at=day(3))  # killed before its set had its name
    assert kept(store) == 3
    assert store.handed_out.last_sequence(7) == 2
    assert store.handed_out.file(7, "reseau", 2) is not None


def test_what_no_kept_publication_shows_is_erased(store: Store, day: Day) -> None:
    for sequence in range(1, 6):
        publish(store, sequence, shown(1, str(sequence)), at=day(sequence))
    store.handed_out.prune(7, keep={2}, before=day(4))
    assert [store.handed_out.file(7, "reseau", one) is not None for one in range(1, 6)] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert kept(store) == 3
    assert store.handed_out.rows(7, "reseau", 2) == {1: shown(1, "2")}


def test_a_purge_leaves_the_number_alone(
    store: Store, row: Callable[..., DossierRow], day: Day
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    publish(store, 1, shown(1), at=day(1))
    publish(store, 2, shown(1, "b"), at=day(2))
    store.absences.purge(7, [Deletion(1, day(3), "expired")], at=day(3))
    assert store.handed_out.numbers(7, "reseau", 1) == {1}
    assert store.handed_out.rows(7, "reseau", 1)[1].by_header == {}
    publish(store, 3, shown(1, "b"), at=day(3))
    assert store.handed_out.rows(7, "reseau", 3) == {1: shown(1, "b")}


def test_how_a_row_that_moved_read_before_is_told_with_the_publications_that_showed_it(
    store: Store, day: Day
) -> None:
    publish(store, 1, shown(1), shown(2), at=day(1))
    publish(store, 2, shown(1, "b"), shown(2), at=day(2))
    publish(store, 4, shown(1, "c"), shown(2), shown(3), at=day(4))
    former = ((shown(1), 1, 2), (shown(1, "b"), 2, 4))
    assert store.handed_out.histories(7, "reseau", moved_after=2) == ((shown(1, "c"), former),)
    assert store.handed_out.histories(7, "reseau", moved_after=4) == ()
    assert store.handed_out.histories(7, "agence", moved_after=0) == ()


def test_one_killed_among_many_rows_goes_on_at_the_next(
    store: Store, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.staff.handed_out._AT_ONCE", 2)
    publish(store, 1, *map(shown, range(1, 8)), at=day(1))
    after = {number: shown(number, "b") for number in range(2, 9)}

    def killed() -> Iterator[HandedRow]:
        for number in range(2, 7):
            yield after[number]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_rows(store.handed_out, 7, "reseau", killed(), sequence=2)
    assert store.handed_out.rows(7, "reseau", 1) == {n: shown(n) for n in range(1, 8)}
    publish(store, 3, *after.values(), at=day(2))
    assert store.handed_out.rows(7, "reseau", 3) == after
    assert store.handed_out.rows(7, "reseau", 1) == {n: shown(n) for n in range(1, 8)}
    assert kept(store) == 14
