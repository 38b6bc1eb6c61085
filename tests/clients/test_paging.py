"""Whatever DS cannot serve, every other dossier is read, once the cursor has passed it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.capabilities import Capabilities
from clients.documents import Document
from clients.errors import DsNotFound, DsServerError, DsTimeout, DsUnavailable
from clients.reading.cursors import row_of_cursor
from clients.reading.demarche import DossierPage
from clients.reading.paging import DossierPager
from clients.transport import DsTransport, Retry


def sound(number: int) -> dict[str, Any]:
    """A dossier as DS serves it."""
    day = "2026-01-02T03:04:05+01:00"
    return {
        "number": number,
        "id": f"Dossier-{number}",
        "state": "en_construction",
        "archived": False,
        "dateDepot": day,
        "dateDerniereModification": day,
        "dateDerniereModificationChamps": day,
        "groupeInstructeur": {"id": "g", "label": "G"},
        "demarche": {"revision": {"id": "r"}},
        "usager": {"email": "a@b.example"},
        "demandeur": {"__typename": "PersonnePhysique"},
        "champs": [],
        "annotations": [],
        "messages": [],
    }


class Fake(DsTransport):
    """A démarche in memory: dossiers 1 to ``count``, some broken, pages too heavy over a size."""

    mute = False
    """Whether not even the number of a broken dossier can be selected."""

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
            return {"dossier": sound(variables["number"])}
        first = self.place(variables["after"]) + 1
        numbers = list(range(first, min(first + variables["first"], self.count + 1)))
        if document.name == "Page" and len(numbers) > self.heaviest:
            raise DsTimeout("heavy")
        if self.broken & set(numbers) and (
            document.name == "Page" or (self.mute and document.name == "Reperes")
        ):
            raise DsServerError("broken")
        answer = self._demarche(numbers)
        if document.name == "Curseurs":
            for edge in answer["dossiers"]["edges"]:
                del edge["node"]
        return {"demarche": answer}

    def cursor(self, number: int) -> str:
        return str(number)

    def place(self, cursor: str | None) -> int:
        return int(cursor or 0)

    def _demarche(self, numbers: list[int]) -> dict[str, Any]:
        info = {
            "hasNextPage": bool(numbers) and numbers[-1] < self.count,
            "endCursor": self.cursor(numbers[-1]) if numbers else None,
        }
        nodes = [sound(number) for number in numbers]
        edges = [{"cursor": self.cursor(number), "node": sound(number)} for number in numbers]
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
    assert ds.asked == ["Page", "Reperes", "Curseurs"]


class HidesNumbers(Fake):
    """Not even the number of a broken dossier can be selected; cursors are those of DS."""

    mute = True
    padded = False

    def cursor(self, number: int) -> str:
        plain = f"2026-11-03T09:12:44.123456000Z;{number}"
        told = urlsafe_b64encode(plain.encode()).decode()
        return told if self.padded else told.rstrip("=")

    def place(self, cursor: str | None) -> int:
        if cursor is None:
            return 0
        plain = urlsafe_b64decode(cursor.rstrip("=") + "=" * (-len(cursor.rstrip("=")) % 4))
        return int(plain.decode().partition(";")[2])


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 60),
    broken=st.frozensets(st.integers(1, 60), max_size=6),
    size=st.integers(1, 40),
    padded=st.booleans(),
)
def test_a_dossier_that_cannot_be_selected_at_all_is_named_from_its_cursor(
    count: int, broken: frozenset[int], size: int, padded: bool
) -> None:
    broken = frozenset(number for number in broken if number <= count)
    ds = HidesNumbers(count, broken=broken)
    ds.padded = padded
    read = pages(ds, size=size)
    served = [dossier["number"] for page in read for dossier in page.dossiers]
    assert served == [number for number in range(1, count + 1) if number not in broken]
    assert [one.number for page in read for one in page.broken] == sorted(broken)
    assert not read[-1].has_next


class HidesNumbersAndCursors(Fake):
    """The same, with cursors that nobody reads."""

    mute = True

    def cursor(self, number: int) -> str:
        return f"~{number:x}"

    def place(self, cursor: str | None) -> int:
        return int((cursor or "~0")[1:], 16)


@settings(max_examples=30, deadline=None)
@given(st.frozensets(st.integers(1, 30), max_size=4), st.integers(1, 40))
def test_one_whose_cursor_says_nothing_is_stepped_over_without_a_number(
    broken: frozenset[int], size: int
) -> None:
    read = pages(HidesNumbersAndCursors(30, broken=broken), size=size)
    served = [dossier["number"] for page in read for dossier in page.dossiers]
    assert sorted(served) == [number for number in range(1, 31) if number not in broken]
    assert [one.number for page in read for one in page.broken] == [None] * len(broken)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "MTIz", "Ozk5", "~12", 5, None, "OTk5OS0xMi0zMVQyMzo1OTo1OVo7LTE"],
)
def test_a_cursor_of_another_kind_says_nothing(cursor: Any) -> None:
    assert row_of_cursor(cursor) is None


def test_a_cursor_of_ds_says_its_number_and_its_time() -> None:
    row = row_of_cursor("MjAyNi0xMS0wM1QwOToxMjo0NC4xMjM0NTYwMDBaOzkwMDEyMw")
    assert row is not None
    assert row.number == 900123
    assert row.moment == datetime(2026, 11, 3, 9, 12, 44, 123456, tzinfo=UTC)


def test_twenty_broken_dossiers_at_the_head_of_a_page_do_not_hide_the_sound_ones() -> None:
    (page,) = pages(Fake(100, broken=frozenset(range(1, 31))))
    assert len(page.dossiers) == 70
    assert len(page.broken) == 30


class ServesNull(Fake):
    """Serves nothing in the place of a broken dossier of a page, without an error."""

    def execute(
        self, document: Document, variables: Mapping[str, Any], *, retry: Retry = Retry.ALL
    ) -> dict[str, Any]:
        broken, self.broken = self.broken, frozenset()
        answer = super().execute(document, variables, retry=retry)
        self.broken = broken
        if "demarche" in answer:
            served = answer["demarche"]["dossiers"]
            served["nodes"] = [None if one["number"] in broken else one for one in served["nodes"]]
        return answer


def test_a_null_in_the_place_of_a_dossier_is_no_end_of_it() -> None:
    (page,) = pages(ServesNull(10, broken=frozenset({3})))
    assert [one["number"] for one in page.dossiers] == list(range(1, 11))


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
