"""What evaluators wrote is kept, the latest is found, and a purge erases it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from store.dossiers.absences import Deletion
from store.dossiers.pages import DossierRow
from store.repository import Store
from store.staff.opinions import OpinionRow
from tests.store.conftest import START


@pytest.fixture
def known(store: Store, row: Callable[..., DossierRow]) -> int:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=START)
    return 1


def test_the_latest_of_each_author_is_found_and_so_is_what_it_was(store: Store, known: int) -> None:
    first = OpinionRow(known, "crpv-lyon", "Favorable", "à suivre\x00")
    other = OpinionRow(known, "agence", "", "vu")
    store.opinions.save(7, [first, other], at=START)
    then = store.opinions.last_id(7)
    changed = OpinionRow(known, "crpv-lyon", "", "")
    store.opinions.save(7, [changed], at=START + timedelta(days=1))
    kept = OpinionRow(known, "crpv-lyon", "Favorable", "à suivre\ufffd")
    assert store.opinions.latest(7) == (other, changed)
    assert store.opinions.latest(7, until=then) == (other, kept)
    assert store.opinions.last_id(7) > then > 0
    assert store.opinions.latest(8) == ()
    assert store.opinions.last_id(8) == 0


def test_a_purge_erases_it_and_its_id_never_comes_back(store: Store, known: int) -> None:
    store.opinions.save(7, [OpinionRow(known, "agence", "Favorable", "")], at=START)
    then = store.opinions.last_id(7)
    store.absences.purge(7, [Deletion(number=known, deleted_at=START, reason="essai")], at=START)
    assert store.opinions.latest(7) == ()
    assert store.opinions.last_id(7) == then, "a workbook that carries it can still come back"
    store.opinions.save(7, [OpinionRow(2, "agence", "Favorable", "")], at=START)
    assert store.opinions.last_id(7) > then
