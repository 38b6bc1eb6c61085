"""Pages of dossiers: sizes, cursors, dates, what leaves the list and where it goes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.demarche import cursors

SINCE = "2026-01-01T09:03:00+01:00"  # the minute when dossier 3 was deposited


def test_a_page_says_where_it_ends_and_the_next_goes_on_from_there(api: Any) -> None:
    page = api.dossiers("(first: 2)")
    assert [one["number"] for one in page["nodes"]] == [1, 2]
    assert page["pageInfo"]["hasNextPage"] is True
    rest = api.dossiers(f'(first: 9, after: "{page["pageInfo"]["endCursor"]}")')
    assert [one["number"] for one in rest["nodes"]] == [3, 4, 5]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_a_page_never_has_more_than_a_hundred_rows(start: Any, seed: Any) -> None:
    with start(seeds=(seed(n) for n in range(1, 131))) as api:
        for asked in ("", "(first: 500)", "(last: 500)"):
            page = api.dossiers(asked)
            assert len(page["nodes"]) == 100
        assert api.dossiers("(last: 500)")["nodes"][-1]["number"] == 130
        assert api.dossiers("(first: 0)")["nodes"] == []


def test_an_empty_page_has_no_cursor(api: Any) -> None:
    page = api.dossiers('(updatedSince: "2027-01-01T00:00:00Z")')
    assert page["nodes"] == []
    assert page["pageInfo"]["endCursor"] is None
    assert page["pageInfo"]["hasNextPage"] is False


def test_last_and_before_walk_backwards_in_ascending_pages(api: Any) -> None:
    page = api.dossiers("(last: 2)")
    assert [one["number"] for one in page["nodes"]] == [4, 5]
    earlier = api.dossiers(f'(last: 2, before: "{page["pageInfo"]["startCursor"]}")')
    assert [one["number"] for one in earlier["nodes"]] == [2, 3]
    assert api.numbers("(order: DESC, first: 2)") == [4, 5]


@pytest.mark.parametrize(
    "arguments",
    ["(first: 1, last: 1)", '(after: "a", before: "b")', "(first: -1)", '(after: "nonsense")'],
)
def test_arguments_that_exclude_each_other_are_a_bad_request(api: Any, arguments: Any) -> None:
    query = f"{{ demarche(number: 48213) {{ dossiers{arguments} {{ nodes {{ id }} }} }} }}"
    assert api.code(query) == "bad_request"


def test_updated_since_is_inclusive_and_created_since_is_ignored_beside_it(api: Any) -> None:
    assert api.numbers(f'(updatedSince: "{SINCE}")') == [3, 4, 5]
    assert api.numbers(f'(createdSince: "{SINCE}")') == [3, 4, 5]
    api.control.edit_champ(1, {8: "Autre contact"})
    both = '(updatedSince: "2026-03-01T00:00:00Z", createdSince: "2026-01-01T09:05:00+01:00")'
    assert api.numbers(both) == [1]


def test_a_dossier_updated_while_one_pages_moves_to_the_end_and_comes_again(api: Any) -> None:
    asked = 'updatedSince: "2026-01-01T00:00:00Z", first: 2'
    page = api.dossiers(f"({asked})")
    assert [one["number"] for one in page["nodes"]] == [1, 2]
    api.control.edit_champ(1, {8: "Autre contact"})
    seen, cursor = [], page["pageInfo"]["endCursor"]
    while cursor:
        page = api.dossiers(f'({asked}, after: "{cursor}")')
        seen += [one["number"] for one in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert seen == [3, 4, 5, 1]


def test_dossiers_of_one_instant_are_ordered_by_number_and_none_is_lost(
    start: Any, seed: Any
) -> None:
    same = datetime(2026, 1, 1, tzinfo=UTC)
    seeds = [seed(n, deposited_at=same, updated_at=same) for n in (7, 3, 5)]
    with start(seeds=seeds) as api:
        first = api.dossiers("(first: 2)")
        assert [one["number"] for one in first["nodes"]] == [3, 5]
        assert api.numbers(f'(after: "{first["pageInfo"]["endCursor"]}")') == [7]


def test_filters_by_state_archive_and_revision(start: Any, seed: Any) -> None:
    seeds = [seed(1), seed(2, state="accepte", archived=True), seed(3, revision=1)]
    with start(seeds=seeds) as api:
        assert api.numbers("(state: accepte)") == [2]
        assert api.numbers("(archived: false)") == [1, 3]
        assert api.numbers() == [1, 2, 3], "archived dossiers stay in the list"
        active = api.ask("{ demarche(number: 48213) { activeRevision { id } } }")["demarche"]
        assert api.numbers(f'(revision: "{active["activeRevision"]["id"]}")') == [1, 2]


def _gone(api: Any, name: Any, fields: str = "number reason state dateSupression") -> Any:
    query = f"{{ demarche(number: 48213) {{ {name} {{ nodes {{ {fields} }} }} }} }}"
    return api.ask(query)["demarche"][name]["nodes"]


def test_a_hidden_dossier_is_pending_then_deleted_and_can_come_back_before(api: Any) -> None:
    api.control.hide(2)
    api.control.hide(3, by="administration")
    assert api.numbers() == [1, 4, 5]
    reasons = {one["number"]: one["reason"] for one in _gone(api, "pendingDeletedDossiers")}
    assert reasons == {2: "user_request", 3: "instructeur_request"}
    api.control.restore(3)
    assert api.numbers() == [1, 3, 4, 5]
    api.control.purge(2)
    assert _gone(api, "pendingDeletedDossiers") == []
    (line,) = _gone(api, "deletedDossiers")
    assert (line["number"], line["reason"]) == (2, "user_request")
    assert api.code("{ dossier(number: 2) { id } }") == "not_found"


def test_deletions_since_are_inclusive(api: Any) -> None:
    api.control.hide(1)
    api.control.clock(advance=60)
    api.control.hide(2)
    api.control.purge(2)
    query = '{{ demarche(number: 48213) {{ {0}(deletedSince: "{1}") {{ nodes {{ number }} }} }} }}'
    for name, when, found in (
        ("pendingDeletedDossiers", "2026-03-02T12:00:10+01:00", [1]),
        ("pendingDeletedDossiers", "2026-03-02T12:00:11+01:00", []),
        ("deletedDossiers", "2026-03-02T12:01:10+01:00", [2]),
    ):
        nodes = api.ask(query.format(name, when))["demarche"][name]["nodes"]
        assert [one["number"] for one in nodes] == found


def test_the_id_of_a_purged_dossier_crashes_the_server(api: Any) -> None:
    api.control.purge(1)
    answer = api.post("{ demarche(number: 48213) { deletedDossiers { nodes { id } } } }")
    assert answer.status_code == 500
    error = answer.json()["errors"][0]["extensions"]
    assert error["code"] == "internal_server_error"
    assert error["exception_id"]


def test_an_expired_dossier_is_in_no_list_until_it_is_purged(api: Any) -> None:
    api.control.expire(4)
    assert 4 not in api.numbers()
    assert _gone(api, "pendingDeletedDossiers") == _gone(api, "deletedDossiers") == []
    api.control.purge(4)
    assert _gone(api, "deletedDossiers", "number reason") == [{"number": 4, "reason": "expired"}]


def test_a_user_cannot_take_back_a_dossier_that_is_being_examined(start: Any, seed: Any) -> None:
    with start(seeds=[seed(1, state="en_instruction")]) as api:
        api.control.hide(1)
        assert api.numbers() == [1]


def test_a_row_can_become_visible_late_with_an_earlier_timestamp(api: Any, seed: Any) -> None:
    late = api.control.create(48213, seed(50), unlisted=True)
    cursor = api.dossiers()["pageInfo"]["endCursor"]
    api.control.create(48213, seed(60))
    after = api.dossiers(f'(after: "{cursor}")')["pageInfo"]["endCursor"]
    api.control.release(late)
    assert api.numbers(f'(after: "{after}")') == []
    assert api.numbers() == [1, 2, 3, 4, 5, 50, 60]


@given(st.integers(0, 4_102_444_800_000_000), st.integers(0, 2**53))
def test_a_cursor_keeps_its_instant_and_its_number(instant: int, number: int) -> None:
    assert cursors.decode(cursors.encode(instant, number)) == (instant, number)


def test_a_groupe_instructeur_lists_its_own_dossiers(start: Any, seed: Any) -> None:
    with start(seeds=[seed(1), seed(2, groupe=1)]) as api:
        groupes = api.ask("{ demarche(number: 48213) { groupeInstructeurs { number } } }")
        number = groupes["demarche"]["groupeInstructeurs"][1]["number"]
        query = (
            "query($n: Int!) { groupeInstructeur(number: $n) { dossiers { nodes { number } } } }"
        )
        found = api.ask(query, n=number)["groupeInstructeur"]
        assert found["dossiers"]["nodes"] == [{"number": 2}]


@pytest.mark.slow
def test_two_full_lists_in_one_request_are_refused(api: Any) -> None:
    rows = "... on RepetitionChamp { rows { id champs { id label stringValue } } }"
    champs = f"champs {{ id label stringValue updatedAt {rows} }}"
    wide = " ".join(f"a{n}: {champs}" for n in range(40))
    one = f"dossiers {{ nodes {{ {wide} }} }}"
    assert "errors" not in api.post(f"{{ demarche(number: 48213) {{ {one} }} }}").json()
    two = f"{{ demarche(number: 48213) {{ a: {one} b: {one} }} }}"
    answer = api.post(two)
    assert answer.status_code == 200
    assert "complexity" in answer.json()["errors"][0]["message"]
    api.control.switches(complexity=False)
    assert "errors" not in api.post(two).json()


def test_a_query_deeper_than_fifteen_is_refused(api: Any) -> None:
    inner = "number"
    for _ in range(7):
        inner = f"champs {{ ... on DossierLinkChamp {{ dossier {{ {inner} }} }} }}"
    answer = api.post(f"{{ dossier(number: 1) {{ {inner} }} }}")
    assert "depth" in answer.json()["errors"][0]["message"]
