"""A file that was cut is known by what other files have; medicines that come and go are not."""

import random
from collections.abc import Sequence

import pytest

from triage.consumption.cut import ComparedFile, Read, doubts_of_cut

LETTERS = "ABCDGHJLMNPRSV"
EVERY = [
    (f"{LETTERS[place * 14 // 700]}{place % 9 + 1:02}AA{place % 89 + 1:02}", f"34009{place:08}")
    for place in range(700)
]
"""Classes and presentations; those of a class do not follow one another by their code."""
SIZES = {cip: random.Random(cip).lognormvariate(5, 1) for _, cip in EVERY}


def a_year(
    year: int, *, seed: int = 0, order: str = "class", share: float = 1.0, gone: float = 0.06
) -> Read:
    """A year of some 650 presentations, of which some came or went, cut at a share of its rows."""
    drawn = random.Random(seed * 100 + year)
    left = [one for one in EVERY if drawn.random() > gone]
    rows = [(atc, cip, SIZES[cip] * (1 + drawn.random() / 5)) for atc, cip in left] * 6
    rows.sort(key=lambda row: row[:2] if order == "class" else row[1])
    if order == "none":
        drawn.shuffle(rows)
    rows = rows[: round(share * len(rows))]
    return Read(year, len(rows), sum(n for *_, n in rows), {cip: atc for atc, cip, _ in rows})


def told(read: Read, *known: Read) -> Sequence[str]:
    return [*doubts_of_cut(read, [ComparedFile(f"OPEN_MEDIC_{one.year}", one) for one in known])]


@pytest.mark.parametrize("order", ["class", "code"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.95, 0.97, 0.99])
def test_a_cut_in_an_order_is_seen_however_small(order: str, share: float) -> None:
    cut = a_year(2024, order=order, share=share)
    assert any("derniers codes de OPEN_MEDIC_202" in one for one in told(cut, a_year(2023)))


def test_a_file_in_no_order_that_lost_a_tenth_has_too_few_rows() -> None:
    cut = a_year(2024, order="none", share=0.9)
    assert "lignes, contre" in told(cut, a_year(2023, order="none"))[0]


def test_medicines_that_come_and_go_are_no_cut() -> None:
    refused = 0
    for seed in range(15):
        past = [a_year(year, seed=seed) for year in (2021, 2022, 2023)]
        refused += bool(told(a_year(2024, seed=seed), *past))
    assert refused <= 1


def test_repeated_cuts_are_looked_at_beside_the_most_that_was_accepted() -> None:
    whole, cut = a_year(2022), a_year(2023, share=0.95)
    again = a_year(2024, share=0.94)
    assert told(again, whole, cut)
    assert told(a_year(2024, share=0.9), cut)
    assert not told(a_year(2024), whole, cut), "a whole one follows a cut one that was accepted"


def test_a_year_loses_no_row_of_its_own() -> None:
    whole = a_year(2024)
    less = Read(2024, whole.rows - 1, whole.boxes, whole.codes)
    (text,) = told(less, whole)
    assert text.endswith("dans OPEN_MEDIC_2024")
    other = {code: atc for code, atc in whole.codes.items() if code != "3400900000100"}
    (text,) = told(Read(2024, whole.rows + 9, whole.boxes, other), whole)
    assert text == "il y manque 1 code de OPEN_MEDIC_2024, dont 3400900000100"
    assert not told(whole, whole)


def test_persons_and_boxes_of_a_year_have_the_same_codes() -> None:
    whole = a_year(2024)
    persons = ComparedFile("NB_2024_cip13", Read(2024, 700, None, whole.codes), kind="twin")
    classes = {atc: atc for atc in whole.codes.values()}
    by_class = ComparedFile("NB_2024_atc5", Read(2024, 90, None, classes), kind="twin", width=7)
    assert not [*doubts_of_cut(whole, [persons, by_class])]
    cut = a_year(2024, share=0.99)
    assert len([*doubts_of_cut(cut, [persons, by_class])]) == 2
    boxes = ComparedFile("NB_2024_cip13", Read(2024, 700, 2 * (whole.boxes or 0), {}), kind="twin")
    assert "boîtes en tout" in next(doubts_of_cut(whole, [boxes]))


def test_the_last_presentation_keeps_its_groups() -> None:
    groups = {("age_sexe", "20/2"): 500.0, ("age_sexe", "60/2"): 400.0, ("age_sexe", "0/2"): 3.0}
    before = Read(2023, 5, 903.0, {"1": "V", "2": "V"}, groups)
    cut = Read(2024, 5, 900.0, {"1": "V", "2": "V"}, {("age_sexe", "20/2"): 510.0})
    (text,) = told(cut, before)
    assert "la dernière présentation, 2, n'a plus de boîtes (60 ans et plus, femmes)" in text
    whole = Read(2024, 5, 900.0, {"1": "V", "2": "V"}, {**groups, ("age_sexe", "0/2"): 0.0})
    assert not told(whole, before)


def test_a_whole_year_goes_to_the_last_class_though_nothing_is_beside_it() -> None:
    classes = sorted(atc for atc, _ in EVERY if atc < "N") * 3
    read = Read(2024, 5, 9.0, {str(place): atc for place, atc in enumerate(sorted(classes))})
    (text,) = told(read)
    assert text.startswith("aucune classe ATC après M")
