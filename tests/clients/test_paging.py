"""Whatever DS cannot serve, every other dossier is read, once the cursor has passed it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.capabilities import Capabilities
from clients.demarche import DossierPage
from clients.documents import Document
from clients.errors import DsNotFound, DsServerError, DsTimeout, DsUnavailable
from clients.paging import DossierPager
from clients.transport import DsTransport, Retry


class Fake(DsTransport):
    """A démarche in memory: dossiers 1 to ``count``, some broken, pages too heavy over a size."""

    def __init__(self, count: int, *, broken: frozenset[int], heaviest: int = 100) -> None:
        self.count, self.broken, self.heaviest = count, broken, heaviest
        self.asked: list[str] = []
        self.down = False

    def execute(
        self,
        document: Document,
        variables: Mapping[str, Any],
        *,
        retry: Retry = Retry.ALL,  # noqa: ARG002
    ) -> dict[str, Any]:
        self.asked.append(document.name)
        if self.down:
            raise DsServerError("down")
        if document.name == "Dossier":
            if variables["number"] in self.broken:
                raise DsServerError("broken")
            return {"dossier": {"number": variables["number"]}}
        first = int(variables["after"] or 0) + 1
        numbers = list(range(first, min(first + variables["first"], self.count + 1)))
        if document.name == "Page":
            if len(numbers) > self.heaviest:
                raise DsTimeout("heavy")
            if self.broken & set(numbers):
                raise DsServerError("broken")
        return {"demarche": self._demarche(numbers)}

    def _demarche(self, numbers: list[int]) -> dict[str, Any]:
        info = {
            "hasNextPage": bool(numbers) and numbers[-1] < self.count,
            "endCursor": str(numbers[-1]) if numbers else None,
        }
        nodes = [{"number": number} for number in numbers]
        edges = [{"cursor": str(node["number"]), "node": node} for node in nodes]
        return {
            "activeRevision": {"id": "r"},
            "dossiers": {"pageInfo": info, "nodes": nodes, "edges": edges},
        }


def pages(ds: DsTransport, after: str | None = None, size: int = 100) -> list[DossierPage]:
    return list(DossierPager(ds, Capabilities(), 1, None).pages(after, page_size=size))


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 60),
    broken=st.frozensets(st.integers(1, 60), max_size=6),
    heaviest=st.integers(1, 60),
    size=st.integers(1, 40),
)
def test_every_sound_dossier_is_served_once_and_every_broken_one_named_once(
    count: int, broken: frozenset[int], heaviest: int, size: int
) -> None:
    broken = frozenset(number for number in broken if number <= count)
    read = pages(Fake(count, broken=broken, heaviest=heaviest), size=size)
    served = [dossier["number"] for page in read for dossier in page.dossiers]
    assert served == [number for number in range(1, count + 1) if number not in broken]
    assert [one.number for page in read for one in page.broken] == sorted(broken)
    assert read[-1].end_cursor == (str(count) if count else None)
    assert not read[-1].has_next


def test_each_page_goes_on_where_the_one_before_ended() -> None:
    read = pages(Fake(25, broken=frozenset({7}), heaviest=8), size=10)
    assert [page.cursor_before for page in read[1:]] == [page.end_cursor for page in read[:-1]]


def test_an_empty_page_keeps_the_cursor_that_it_was_asked_with() -> None:
    (page,) = pages(Fake(12, broken=frozenset()), after="12")
    assert page.end_cursor == page.cursor_before == "12"


def test_a_page_too_heavy_is_halved_and_grows_again_later() -> None:
    ds = Fake(100, broken=frozenset(), heaviest=20)
    sizes = [len(page.dossiers) for page in pages(ds, size=40)]
    assert sizes == [20, 20, 20, 20, 20]
    assert ds.asked.count("Page") == 5 + 2  # tried 40 at first, and again after three pages


def test_one_broken_dossier_of_a_hundred_costs_few_requests() -> None:
    ds = Fake(100, broken=frozenset({42}))
    pages(ds)
    assert len(ds.asked) <= 16


def test_a_server_that_is_down_is_not_taken_for_broken_dossiers() -> None:
    ds = Fake(100, broken=frozenset())
    ds.down = True
    with pytest.raises(DsServerError):
        pages(ds)
    assert ds.asked == ["Page", "Reperes"]


def test_a_page_of_broken_dossiers_only_stops_the_reading() -> None:
    ds = Fake(100, broken=frozenset(range(1, 101)))
    with pytest.raises(DsServerError):
        pages(ds)


class Vanishing(Fake):
    """Its broken dossier is gone by the time it is asked for alone."""

    def execute(
        self, document: Document, variables: Mapping[str, Any], *, retry: Retry = Retry.ALL
    ) -> dict[str, Any]:
        if document.name == "Dossier" and variables["number"] in self.broken:
            raise DsNotFound("gone")
        return super().execute(document, variables, retry=retry)


def test_a_dossier_gone_meanwhile_is_neither_served_nor_broken() -> None:
    (page,) = pages(Vanishing(10, broken=frozenset({3})))
    assert len(page.dossiers) == 9
    assert page.broken == ()


class Endless(Fake):
    """Announces a next page and gives no cursor to it."""

    def _demarche(self, numbers: list[int]) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(json.dumps(super()._demarche(numbers)))
        told["dossiers"]["pageInfo"] = {"hasNextPage": True, "endCursor": None}
        return told


def test_a_next_page_without_a_cursor_is_an_error_not_an_end() -> None:
    with pytest.raises(DsUnavailable, match="curseur"):
        pages(Endless(10, broken=frozenset()))
