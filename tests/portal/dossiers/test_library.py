"""Lists come from the base: no page waits for the lines that are made meanwhile."""

from collections.abc import Iterable
from dataclasses import replace
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from exports.model import ExportedDossier
from portal.dossiers.library import Library
from portal.dossiers.search import DossierSearch
from portal.source import Source
from tests.portal.conftest import OF_AGENCY, Portal


@pytest.mark.slow
def test_a_page_does_not_wait_for_the_lines_that_are_made_meanwhile(portal: Portal) -> None:
    source, go_on = portal.source, Event()
    before = Library(source).find(OF_AGENCY, DossierSearch())

    def slow(numbers: Iterable[int] | None) -> Iterable[ExportedDossier]:
        go_on.wait(60)
        return source.entries(numbers)

    moved = {number: f"{stamp} moved" for number, stamp in source.stamps().items()}
    library = Library(replace(source, entries=slow, stamps=lambda: moved))
    try:
        library.look()
        _until(lambda: library.left == len(moved))
        assert library.find(OF_AGENCY, DossierSearch()) == before
        assert library.indicators("agence") is None
    finally:
        go_on.set()
    _until(lambda: not library.left)
    assert source.store.lines.stamps(source.demarche) == moved
    Library(source).refresh()
    assert Library(source).find(OF_AGENCY, DossierSearch()) == before


def test_a_dossier_that_is_listed_no_more_leaves_the_lists(portal: Portal) -> None:
    source: Source = portal.source
    left = dict(source.stamps())
    gone = left.popitem()[0]
    Library(replace(source, stamps=lambda: left)).refresh()
    assert gone not in source.store.lines.stamps(source.demarche)
    assert not Library(source).find(OF_AGENCY, DossierSearch(q=str(gone), tri="numero")).total
    Library(source).refresh()
    assert Library(source).find(OF_AGENCY, DossierSearch(q=str(gone))).total


def test_a_server_that_stops_waits_for_one_dossier_and_no_more(portal: Portal) -> None:
    source, read = portal.source, list[int]()
    moved = {number: f"{stamp} moved" for number, stamp in source.stamps().items()}

    def entries(numbers: Iterable[int] | None) -> Iterable[ExportedDossier]:
        for one in source.entries(numbers):
            read.append(one.report.number)
            if len(read) == 1:
                closing.start()
                _until(library._over.is_set)
            yield one

    library = Library(replace(source, entries=entries, stamps=lambda: moved))
    closing = Thread(target=library.close)
    library.refresh()
    closing.join(60)
    assert len(moved) > 2
    assert len(read) == 1
    assert moved.items().isdisjoint(source.store.lines.stamps(source.demarche).items())


def _until(done: object) -> None:
    assert callable(done)
    end = monotonic() + 60
    while not done():
        assert monotonic() < end
        sleep(0.01)
