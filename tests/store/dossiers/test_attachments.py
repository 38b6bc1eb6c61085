from collections.abc import Callable
from datetime import datetime

from store.dossiers.absences import Deletion
from store.dossiers.pages import DossierRow
from store.repository import Store

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


def test_a_dossier_is_due_until_its_present_content_was_looked_through(
    store: Store, row: MakeRow, day: Day
) -> None:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    assert store.attachments.due(7) == (1, 2)
    store.attachments.mark_fetched(7, 1, content_hash=row(1).content_hash)
    assert store.attachments.due(7) == (2,)
    store.dossiers.save_page(7, [row(1, "b")], watermark=None, seen_at=day(1))
    assert store.attachments.due(7) == (1, 2)
    store.attachments.mark_fetched(7, 1, content_hash=row(1, "b").content_hash)
    assert store.attachments.due(7) == (2,)
    store.absences.mark_pending(7, {2: day(2)})
    assert store.attachments.due(7) == ()


def test_a_file_is_held_by_every_dossier_that_ever_had_it(
    store: Store, row: MakeRow, day: Day
) -> None:
    for demarche in (7, 8):
        page = [row(1), row(2), row(3)]
        store.dossiers.save_page(demarche, page, watermark=None, seen_at=day(0))
    store.attachments.expect(7, 1, ["only", "shared", "abroad", "only"])
    store.attachments.expect(7, 1, ["only", "later"])
    store.attachments.expect(7, 2, ["shared"])
    store.attachments.expect(8, 1, ["abroad"])
    assert store.attachments.held_only_by(7, [1]) == {"only", "later"}
    assert store.attachments.held_only_by(7, [1, 2]) == {"only", "later", "shared"}
    assert store.attachments.held_only_by(7, [3]) == frozenset()
    store.absences.purge(7, [Deletion(1, day(1), "user_request")], at=day(1))
    assert store.attachments.held_only_by(7, [1]) == frozenset()
    assert store.attachments.held_only_by(8, [1]) == {"abroad"}
