"""Reconciliation finds what polling cannot see, both ways, and counts it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from cli.app import call
from store.database.tables import dossiers
from tests.conftest import bridge_on
from tests.steps.syncing import Mirror, mirrored, seeds

pytestmark = pytest.mark.slow

OPEN = [
    one.number
    for one in sorted(seeds(12), key=lambda one: one.updated_at)
    if one.state == "en_construction"
]
"""Open dossiers, the first of them beyond the overlap."""
SCANNED = [one for one in seeds(26) if "pending" not in str(one.answers)]


def settled(mirror: Mirror) -> None:
    mirror.poll()
    assert not mirror.reconcile().drift


def test_a_copy_that_is_exact_has_no_drift_and_nothing_is_written(tmp_path: Path) -> None:
    with mirrored(tmp_path, SCANNED) as mirror:
        settled(mirror)
        before = [row for row in mirror.dump() if row[0] != "revisions"]
        summary = mirror.reconcile()
        assert not summary.drift
        assert summary.requests <= 3 + 1 + 2  # a poll, the form, two pages of listing
        assert [row for row in mirror.dump() if row[0] != "revisions"] == before


def test_a_row_that_became_visible_too_late_for_the_overlap_is_found(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        born = mirror.control.create(
            mirror.demarche, replace(seeds(13)[12], number=777_777), unlisted=True
        )
        mirror.control.clock(advance=3600)
        mirror.control.edit_champ(OPEN[0], {22: "plus tard"})
        mirror.poll()
        mirror.control.release(born)
        assert born not in mirror.poll().seen
        assert mirror.reconcile().drift == {born}
        mirror.assert_same()
        assert not mirror.reconcile().drift


def test_what_ds_changes_without_a_date_is_found(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        settled(mirror)
        mirror.control.switches(label_moves_date=False)
        mirror.control.label(OPEN[0], "Urgent")
        assert OPEN[0] not in mirror.poll().seen
        assert mirror.reconcile().drift == {OPEN[0]}
        mirror.assert_same()


def test_a_company_that_is_unnamed_for_now_is_not_forgotten(tmp_path: Path) -> None:
    with mirrored(tmp_path, SCANNED) as mirror:
        settled(mirror)
        mirror.control.clock(advance=3600)
        mirror.control.edit_champ(OPEN[0], {22: "plus tard"})
        mirror.poll()
        mirror.control.switches(registry_down=True)
        assert not mirror.reconcile().drift


def test_a_company_named_late_is_found(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.switches(registry_down=True)
        settled(mirror)
        mirror.control.switches(registry_down=False)
        summary = mirror.reconcile()
        assert len(summary.updated) == 12
        assert len(summary.drift) >= 10  # the poll itself saw those of the overlap
        mirror.assert_same()


def test_a_store_that_lost_dossiers_is_filled_again_by_pages(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(130), page=100) as mirror:
        settled(mirror)
        forgotten = sorted(mirror.kept())[:50]
        with mirror.store() as store, store._scope.write() as connection:
            here = delete(dossiers).filter_by(demarche=mirror.demarche)
            connection.execute(here.where(dossiers.c.number.in_(forgotten)))
        summary = mirror.reconcile()
        assert summary.drift == set(forgotten)
        assert summary.requests < 15
        mirror.assert_same()


def test_a_quarantined_dossier_is_no_drift(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.broken(OPEN[0])
        mirror.poll()
        summary = mirror.reconcile()
        assert not summary.drift
        assert summary.quarantined == {OPEN[0]}


def test_the_command_tells_the_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge_on(tmp_path, seeds(12)) as bridge:
        for name, value in bridge.environment.items():
            monkeypatch.setenv(name, value)
        assert call(["sync"]) == 0
        bridge.sandbox.control.expire(OPEN[0])
        capsys.readouterr()
        assert call(["reconcile", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["drift"], told["repaired"]) == (1, [OPEN[0]])
        assert call(["reconcile"]) == 0
        assert "Aucun écart" in capsys.readouterr().out
