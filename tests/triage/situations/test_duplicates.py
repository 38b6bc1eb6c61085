"""Reports sent twice, and complements: found with the score and the fields that agree."""

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from mappings.schema.model import FormMapping
from triage.situations.description import Description
from triage.situations.duplicates import ReportLink, find_links
from triage.situations.matching import Matching, parse_matching

FILE = Path(__file__).parents[3] / "triage/unc/rapprochements.yaml"
ANSWERS = {
    "date_connaissance": "15/01/2026",
    "date_fin_analyse": "20/02/2026",
    "reference_interne": "unc-2026-001",
    "titre": "usage oral de la forme injectable",
    "usage_constate": "ampoules versees sur un sucre, plusieurs fois par jour",
    "contexte_clinique": "douleur chronique en ville",
    "population": "adulte",
}


@pytest.fixture(scope="session")
def matching(mapping: FormMapping) -> Matching:
    return parse_matching(FILE.read_text("utf-8"), source=FILE.name, mapping=mapping)


def told(number: int, answers: dict[str, str] | None = None, **changes: Any) -> Description:
    values: dict[str, Any] = {
        "in_scope": True,
        "company": "100",
        "medicines": ("nefopam",),
        "codes": {},
        "unnamed": (),
        "facets": {},
        "answers": {**ANSWERS, **(answers or {})},
        "initial": True,
        "earlier": None,
    }
    return Description(number=number, **(values | changes))


def found(matching: Matching, *reports: Description) -> tuple[ReportLink, ...]:
    return find_links(reports, matching.duplicates)


def test_the_same_report_sent_twice_is_found_whole(matching: Matching) -> None:
    assert found(matching, told(1), told(2)) == (
        ReportLink("duplicate", 2, 1, 1.0, tuple(f for f in map_order(matching) if f in ANSWERS)),
    )


def map_order(matching: Matching) -> list[str]:
    return [field.field for field in matching.duplicates.fields]


def test_what_was_reworded_does_not_hide_a_copy_and_the_score_says_how_much(
    matching: Matching,
) -> None:
    (link,) = found(matching, told(1), told(2, {"titre": "tout autre titre"}))
    assert link.score == pytest.approx(8 / 9, abs=0.001)
    assert "titre" not in link.agreeing


@pytest.mark.parametrize(
    "other",
    [
        told(2, company="200"),
        told(2, medicines=("tramadol",)),
        told(2, {"date_connaissance": "1", "date_fin_analyse": "2", "reference_interne": "3"}),
        told(2, {"usage_constate": "a", "contexte_clinique": "b", "titre": "c", "population": "d"}),
    ],
    ids=["another company", "another substance", "no key in common", "other answers"],
)
def test_another_report_is_not_a_copy(matching: Matching, other: Description) -> None:
    assert found(matching, told(1), other) == ()


def test_two_reports_that_say_next_to_nothing_are_not_copies(matching: Matching) -> None:
    bare = [told(n, answers={}) for n in (1, 2)]
    empty = [
        Description(
            **{
                **{name: getattr(one, name) for name in Description.__dataclass_fields__},
                "answers": {"date_connaissance": "15/01/2026"},
            }
        )
        for one in bare
    ]
    assert found(matching, *empty) == ()


def test_a_complement_is_linked_to_its_initial_report_and_is_no_copy(matching: Matching) -> None:
    (link,) = found(matching, told(1), told(2, initial=False, earlier=1))
    assert (link.kind, link.number, link.earlier, link.score) == ("complement", 2, 1, 1.0)
    assert "population" in link.agreeing


@pytest.mark.parametrize("earlier", [2, 99, None])
def test_a_complement_of_nothing_known_is_not_linked(
    matching: Matching, earlier: int | None
) -> None:
    assert found(matching, told(2, initial=False, earlier=earlier)) == ()


def test_time_grows_with_the_number_of_reports_and_not_its_square(matching: Matching) -> None:
    def seconds(count: int) -> float:
        reports = [
            told(n, {"date_connaissance": f"day {n % 200}", "date_fin_analyse": f"{n}"})
            for n in range(count)
        ]
        start = perf_counter()
        find_links(reports, matching.duplicates)
        return perf_counter() - start

    seconds(200)
    assert seconds(4_000) < 12 * seconds(1_000) + 0.5
