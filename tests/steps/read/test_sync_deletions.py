"""What leaves the démarche leaves the exports; what is purged is erased; some come back."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.steps.syncing import Mirror, mirrored, seeds
from tests.stored import tombstones

pytestmark = pytest.mark.slow

OPEN = [one.number for one in seeds(12) if one.state == "en_construction"]
GONE, OTHER = OPEN[:2]
SECRET = "une description très reconnaissable"


def elsewhere(mirror: Mirror) -> None:
    """Let hours pass and another dossier change: the overlap is far from what came before."""
    mirror.control.clock(advance=6 * 3600)
    mirror.control.edit_champ(OTHER, {22: str(mirror.control.clock()["now"])})
    mirror.poll()


def test_a_hidden_dossier_is_out_of_sight_until_it_is_restored(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        for by in ("user", "administration"):
            mirror.control.hide(GONE, by=by)
            assert mirror.poll().deleted == {GONE}
            mirror.assert_same()
            elsewhere(mirror)
            assert mirror.poll().requests == 3
            mirror.control.restore(GONE)
            assert mirror.poll().restored == {GONE}
            mirror.assert_same()


def test_a_restored_dossier_whose_date_did_not_move_is_found(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        mirror.control.hide(GONE)
        hidden_at = mirror.control.clock()["now"]
        elsewhere(mirror)
        present = mirror.control.clock()["now"]
        mirror.control.clock(to=hidden_at)
        mirror.control.restore(GONE)
        mirror.control.clock(to=present)
        elsewhere(mirror)
        assert GONE in mirror.kept()
        mirror.assert_same()


def test_a_purged_dossier_leaves_a_tombstone_and_nothing_else(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.submit(GONE, {22: SECRET})
        mirror.poll()
        assert SECRET.encode() in traces(mirror)
        mirror.control.hide(GONE)
        mirror.poll()
        mirror.control.purge(GONE)
        assert mirror.poll().deleted == {GONE}
        with mirror.store() as store:
            (stone,) = tombstones(store, mirror.demarche)
            assert store.dossiers.get(mirror.demarche, GONE) is None
        assert (stone.number, stone.reason) == (GONE, "user_request")
        assert SECRET.encode() not in traces(mirror)
        assert mirror.poll().requests == 3
        mirror.assert_same()


def traces(mirror: Mirror) -> bytes:
    """Every byte of the store."""
    return b"".join(one.read_bytes() for one in mirror.home.glob("unc.sqlite*"))


def test_hidden_and_purged_between_two_polls_is_erased(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        mirror.control.hide(GONE)
        mirror.control.purge(GONE)
        assert mirror.poll().deleted == {GONE}
        mirror.assert_same()


def test_deposited_and_purged_between_two_polls_leaves_a_tombstone(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        born = mirror.control.create(mirror.demarche, replace(seeds(13)[12], number=777_777))
        mirror.control.purge(born)
        assert not mirror.poll().deleted
        with mirror.store() as store:
            assert [one.number for one in tombstones(store, mirror.demarche)] == [born]
        mirror.assert_same()


def test_an_expired_dossier_is_seen_to_go_by_reconciliation_only(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        mirror.control.expire(GONE)
        elsewhere(mirror)
        assert GONE in mirror.kept()
        assert mirror.reconcile().drift == {GONE}
        mirror.assert_same()
        assert not mirror.reconcile().drift
        assert mirror.poll().requests == 3
        mirror.control.purge(GONE)
        mirror.poll()
        with mirror.store() as store:
            (stone,) = tombstones(store, mirror.demarche)
        assert (stone.number, stone.reason) == (GONE, "expired")
        mirror.assert_same()


def test_an_expired_dossier_that_is_brought_back_is_found(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.poll()
        mirror.control.expire(GONE)
        mirror.reconcile()
        mirror.control.restore(GONE)
        assert mirror.poll().restored == {GONE}
        mirror.assert_same()
