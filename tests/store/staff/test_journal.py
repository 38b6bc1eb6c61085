from collections.abc import Callable
from datetime import datetime

import pytest

from store.dossiers.demarches import DemarcheState
from store.dossiers.pages import DossierRow
from store.dossiers.quarantine import Quarantined
from store.outbox.corrections import Correction
from store.repository import Store
from store.staff.exports import Published
from store.staff.runs import KILLED, RUNNING, Run

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


def test_a_demarche_that_was_never_read_has_no_state(store: Store) -> None:
    assert store.demarches.state(7) == DemarcheState(7)
    assert store.demarches.known() == ()


def test_only_what_is_named_of_a_demarche_changes(store: Store, day: Day) -> None:
    store.demarches.save(7, title="UNC", deletions_since=day(0), labels=[{"name": "Urgent"}])
    store.demarches.save(7, active_revision_id="r2", last_polled_at=day(1), groupes=[])
    assert store.demarches.state(7) == DemarcheState(
        7,
        title="UNC",
        active_revision_id="r2",
        deletions_since=day(0),
        last_polled_at=day(1),
        labels=[{"name": "Urgent"}],
        groupes=[],
    )
    store.demarches.save(7, labels=None)
    store.demarches.save(7)
    assert store.demarches.state(7).labels is None


def test_the_channel_was_first_on_once(store: Store, day: Day) -> None:
    assert store.demarches.channel_switched_on(7, at=day(1)) == day(1)
    assert store.demarches.channel_switched_on(7, at=day(5)) == day(1)
    ahead = day(366)
    assert store.demarches.channel_switched_on(8, at=ahead) == ahead
    assert store.demarches.channel_switched_on(8, at=day(2)) == day(2), "a clock that was ahead"
    assert store.demarches.state(7).channel_on_since == day(1)


def test_revisions_are_kept_as_last_read(store: Store, day: Day) -> None:
    store.demarches.save_revision(7, "r1", descriptors={"champs": []}, at=day(0))
    store.demarches.save_revision(7, "r2", descriptors={"champs": [1]}, at=day(1))
    store.demarches.save_revision(7, "r1", descriptors={"champs": [2]}, at=day(2))
    assert store.demarches.revisions(7) == {"r2": {"champs": [1]}, "r1": {"champs": [2]}}
    assert store.demarches.revisions(8) == {}


def test_a_quarantined_dossier_counts_its_tries_until_it_heals(store: Store, day: Day) -> None:
    for n in range(3):
        store.quarantine.record(7, 1, reason=f"erreur {n} \0", at=day(n))
    store.quarantine.record(7, 2, reason="autre", at=day(0))
    replaced = "erreur 2 \N{REPLACEMENT CHARACTER}"
    assert store.quarantine.list(7) == (
        Quarantined(1, replaced, day(0), day(2), 3),
        Quarantined(2, "autre", day(0), day(0), 1),
    )
    store.quarantine.release(7, [1, 99])
    assert [one.number for one in store.quarantine.list(7)] == [2]
    assert store.quarantine.list(8) == ()


def test_corrections_are_resolved_later(store: Store, row: MakeRow, day: Day) -> None:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    store.corrections.save(7, [Correction(1, day(0), None), Correction(2, day(1), None)])
    store.corrections.save(7, [Correction(1, day(0), day(3)), Correction(1, day(4), None)])
    assert store.corrections.list(7) == (
        Correction(1, day(0), day(3)),
        Correction(1, day(4), None),
        Correction(2, day(1), None),
    )
    assert store.corrections.list(7, numbers=[2]) == (Correction(2, day(1), None),)


def test_the_last_export_is_found_by_kind(store: Store, day: Day) -> None:
    assert store.exports.last(7, kind="all") is None
    made = [
        Published(kind, f"/exports/{n}", day(n), f"sum{n}", {"files": [n]})
        for n, kind in enumerate(["all", "agence", "all"])
    ]
    for published in made:
        store.exports.record(7, published)
    assert store.exports.last(7, kind="all") == made[2]
    assert store.exports.last(7, kind="agence") == made[1]
    assert store.exports.last(8, kind="all") is None
    assert store.exports.list(7) == tuple(reversed(made))
    assert store.exports.list(7, limit=1) == (made[2],)


def test_runs_say_how_they_ended(store: Store, day: Day) -> None:
    first = store.runs.start(7, at=day(0))
    store.runs.finish(first, outcome="done", counts={"seen": 3}, at=day(1))
    second = store.runs.start(7, at=day(2))
    other = store.runs.start(8, at=day(2))
    third = store.runs.start(7, at=day(3))
    assert store.runs.last(7) == (
        Run(third, day(3), None, RUNNING, {}),
        Run(second, day(2), None, KILLED, {}),
        Run(first, day(0), day(1), "done", {"seen": 3}),
    )
    assert [run.id for run in store.runs.last(8, limit=1)] == [other]


def test_the_last_run_alone_keeps_what_was_told(store: Store, day: Day) -> None:
    told = {"at": "2026-11-12", "since": {"a1": "2026-11-12"}}
    for _ in range(3):
        run = store.runs.start(7, at=day(0))
        store.runs.finish(run, outcome="completed", counts={"seen": 1}, at=day(0), told=told)
    assert store.runs.told(7) == told
    assert store.runs.told(8) == {}
    assert [one.counts for one in store.runs.last(7)] == [{"seen": 1}] * 3
    other = store.runs.start(7, at=day(0))
    assert store.runs.told(7) == told, "a killed run makes nothing new"
    store.runs.finish(
        other, outcome="completed", counts={}, at=day(0), told={"at": "2026-11-13", "since": {}}
    )
    assert store.runs.told(7)["since"] == {}


def test_a_transaction_keeps_all_or_nothing(store: Store, row: MakeRow, day: Day) -> None:
    with pytest.raises(RuntimeError, match="killed"), store.transaction() as memory:  # noqa: PT012
        memory.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
        memory.quarantine.record(7, 1, reason="x", at=day(0))
        assert memory.dossiers.known_numbers(7) == {1}
        raise RuntimeError("killed")
    assert store.dossiers.known_numbers(7) == set()
    assert store.quarantine.list(7) == ()
    with store.transaction() as memory:
        memory.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
        memory.demarches.save(7, title="UNC")
    assert store.dossiers.known_numbers(7) == {1}
    assert store.demarches.state(7).title == "UNC"
