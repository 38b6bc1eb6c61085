"""Reports sent twice, and complements: found with the score and the fields that agree."""

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from tests.triage.situations.planted import the_matching
from triage.situations.description import Description
from triage.situations.duplicates import Copies, ReportLink, clusters, find_links
from triage.situations.evidence import identifiers, tells
from triage.situations.matching import MatchingRules

RULES = Path(__file__).parents[3] / "triage/unc"
ANSWERS = {
    "date_connaissance": "15/01/2026",
    "date_fin_analyse": "20/02/2026",
    "reference_interne": "unc-2026-001",
    "titre": "usage oral de la forme injectable",
    "usage_constate": "ampoules versees sur un sucre, plusieurs fois par jour",
    "contexte_clinique": "douleur chronique en ville",
}
FACETS = {"nature_non_conformite": ("Voie d'administration",), "voie_utilisee": ("Orale",)}


@pytest.fixture(scope="session")
def matching() -> MatchingRules:
    return the_matching()


def told(number: int, answers: dict[str, str] | None = None, **changes: Any) -> Description:
    values: dict[str, Any] = {
        "in_scope": True,
        "company": "100",
        "medicines": ("nefopam",),
        "codes": {},
        "unnamed": (),
        "facets": FACETS,
        "answers": {**ANSWERS, **(answers or {})},
        "initial": True,
        "earlier": None,
    }
    return Description(number=number, **(values | changes))


def found(matching: MatchingRules, *reports: Description) -> tuple[ReportLink, ...]:
    return find_links(reports, matching)


def test_the_same_report_sent_twice_is_found_whole(matching: MatchingRules) -> None:
    (link,) = found(matching, told(1), told(2))
    assert (link.kind, link.number, link.earlier, link.score) == ("duplicate", 2, 1, 1.0)
    assert set(link.agreeing) == {*FACETS, *ANSWERS}


def test_each_line_of_a_score_says_what_it_compared_and_what_it_counts_for(
    matching: MatchingRules,
) -> None:
    (link,) = found(matching, told(1), told(2, {"titre": "tout autre chose, sans mot commun"}))
    lines = {line.field: line for line in link.lines}
    assert lines["reference_interne"].shared == ("unc2026001",)
    assert lines["titre"].alike < 0.5
    whole = sum(line.weight for line in link.lines)
    share = sum(line.weight * line.alike for line in link.lines) / whole
    assert link.score == pytest.approx(share, abs=0.001)
    assert "titre" not in link.agreeing


@pytest.mark.parametrize(("day", "is_copy"), [("16/01/2026", True), ("15/03/2026", False)])
def test_dates_a_day_off_are_a_slip_and_two_months_off_another_report(
    matching: MatchingRules, day: str, is_copy: bool
) -> None:
    other = {"date_connaissance": day, "date_fin_analyse": day, "reference_interne": ""}
    assert bool(found(matching, told(1), told(2, other))) is is_copy


@pytest.mark.parametrize(
    "other",
    [
        told(2, {"reference_interne": "interne 12"}, company="200"),
        told(2, medicines=("tramadol",)),
        told(2, {"date_connaissance": "1", "date_fin_analyse": "2", "reference_interne": "3"}),
        told(2, {"reference_interne": ""}, facets={**FACETS, "voie_utilisee": ("Rectale",)}),
        told(2, initial=False),
    ],
    ids=["another company", "another substance", "no key in common", "another use", "complement"],
)
def test_another_report_is_not_a_copy(matching: MatchingRules, other: Description) -> None:
    assert found(matching, told(1), other) == ()


@pytest.mark.parametrize(
    ("field", "mine", "theirs"),
    [
        ("references_cas", "ep-2025-771", "fl-88 (aussi ep-2025-771)"),
        ("reference_interne", "dor-25-118/4", "dor 25 118 4"),
        ("references_bibliographiques", "doi:10.1056/nejmoa0706383.", "10.1056/nejmoa0706383"),
    ],
)
def test_an_identifier_of_two_companies_is_told_and_shown_as_across(
    matching: MatchingRules, field: str, mine: str, theirs: str
) -> None:
    alone = {"reference_interne": "", field: mine}
    (link,) = found(matching, told(1, alone), told(2, {**alone, field: theirs}, company="200"))
    assert (link.kind, link.across) == ("duplicate", True)
    assert next(line for line in link.lines if line.field == field).shared
    other = told(2, {**alone, field: theirs}, company="200", medicines=("tramadol",))
    assert found(matching, told(1, alone), other) == ()


@pytest.mark.parametrize(
    ("text", "kind", "told_to_all"),
    [
        ("FR-EXE-2026-0001", "cases", True),
        ("2025-001", "cases", False),
        ("UNC-001", "reference", False),
        ("20251234567", "cases", True),
    ],
)
def test_a_number_that_anybody_may_give_is_no_identifier(
    text: str, kind: Any, told_to_all: bool
) -> None:
    assert any(tells(one) for one in identifiers(text.lower(), kind)) is told_to_all


def test_copies_are_grouped_when_each_is_a_copy_of_all_with_the_fullest_first(
    matching: MatchingRules,
) -> None:
    reports = [told(1), told(2, answered=40), told(3, {"date_fin_analyse": "21/02/2026"})]
    links = find_links(reports, matching)
    by_number = {one.number: one for one in reports}
    assert clusters(links, by_number) == (Copies(2, (1, 3)),)
    loose = [link for link in links if {link.number, link.earlier} != {1, 3}]
    assert [len(one.others) for one in clusters(loose, by_number)] == [1]


def test_two_reports_that_say_next_to_nothing_are_not_copies(matching: MatchingRules) -> None:
    bare = {**dict.fromkeys(ANSWERS, ""), "date_connaissance": "15/01/2026"}
    assert found(matching, *(told(n, bare, facets={}) for n in (1, 2))) == ()


def test_a_complement_is_linked_to_its_initial_report_and_is_no_copy(
    matching: MatchingRules,
) -> None:
    (link,) = found(matching, told(1), told(2, initial=False, earlier=1))
    assert (link.kind, link.number, link.earlier, link.score) == ("complement", 2, 1, 1.0)
    assert "titre" in link.agreeing


def test_a_closure_of_another_company_s_report_is_told_and_of_another_substance_is_not(
    matching: MatchingRules,
) -> None:
    answers = {"reference_interne": "clo-9"}
    (link,) = found(matching, told(1), told(2, answers, initial=False, earlier=1, company="200"))
    assert link.across
    assert link.score < 1
    other = told(2, answers, initial=False, earlier=1, company="200", medicines=("tramadol",))
    assert found(matching, told(1), other) == ()


@pytest.mark.parametrize("earlier", [2, 99, None])
def test_a_complement_of_nothing_known_is_not_linked(
    matching: MatchingRules, earlier: int | None
) -> None:
    assert found(matching, told(2, initial=False, earlier=earlier)) == ()


@pytest.mark.slow
def test_time_grows_with_the_number_of_reports_and_not_its_square(matching: MatchingRules) -> None:
    def seconds(count: int) -> float:
        days = (date(2020, 1, 1) + timedelta(days=n % 1000) for n in range(count))
        reports = [
            told(n, {**dict.fromkeys(ANSWERS, f"{day:%d/%m/%Y}"), "reference_interne": f"r-{n}"})
            for n, day in enumerate(days)
        ]
        start = perf_counter()
        find_links(reports, matching)
        return perf_counter() - start

    seconds(50)
    assert seconds(800) < 12 * seconds(200) + 0.5


def test_references_are_compared_without_zeros_and_publications_found_anywhere() -> None:
    assert identifiers("jv-77", "reference") & identifiers("jv 0077", "reference")
    doi = identifiers("doi 10.1200/jco.1999.17", "publication")
    assert doi <= identifiers("voir 10.1200/jco.1999.17", "reference")
    assert identifiers("article pubmed 25346004", "publication") == {"pmid25346004"}


@pytest.mark.parametrize(
    ("seen", "number", "copies"),
    [
        ("perfusions en psychiatrie, six séances, deux établissements", "", True),
        ("instillations en urologie chez des sondés", "", False),
        ("instillations en urologie chez des sondés", "dlc/25/0199", True),
    ],
)
def test_uses_in_unknown_words_are_one_report_where_the_texts_or_a_case_say_so(
    matching: MatchingRules, seen: str, number: str, copies: bool
) -> None:
    words = ("zorglubite", "spiroutose")
    texts = ("six séances de perfusions, psychiatrie, deux établissements", seen)
    one, other = (
        told(
            at,
            {"titre": "", "usage_constate": text, "contexte_clinique": "", "references_cas": number}
            | ({"reference_interne": ""}),
            facets={"indication_visee": matching.vocabulary.uses_of(word)},
            use=word,
        )
        for at, (word, text) in enumerate(zip(words, texts, strict=True), 1)
    )
    assert bool(found(matching, one, other)) is copies
