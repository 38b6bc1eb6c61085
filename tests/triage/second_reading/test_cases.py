"""The second reading: each labelled dossier is judged and answered as an evaluator would."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from french.phrases import is_made_of
from tests.triage.conftest import the_rules, the_second_reading
from tests.triage.second_reading.judging import outcome

CASES = YAML(typ="safe").load((Path(__file__).parent / "cas.yaml").read_text("utf-8"))
GIVEN = {"nom", "réponses", "envoyé", "état", "revision", "précédent existe", "précédent autre"}
PHRASES = the_second_reading().says_nothing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["nom"])
def test_the_dossier_is_judged_and_answered_as_an_evaluator_would(case: dict[str, Any]) -> None:
    assert outcome(case) == {name: value for name, value in case.items() if name not in GIVEN}


def test_each_dossier_has_a_name_of_its_own() -> None:
    assert len({case["nom"] for case in CASES}) == len(CASES) > 66


def test_both_rule_sets_have_the_same_items_and_penalties() -> None:
    first, second = the_rules().items, the_second_reading().items
    assert [(one.id, one.penalty, one.mandatory) for one in first] == [
        (one.id, one.penalty, one.mandatory) for one in second
    ]


@given(
    st.lists(st.sampled_from([one for one in PHRASES if one.isalpha()]), min_size=1, max_size=4),
    st.sampled_from([" ", " / ", ", ", "\n", " ; "]),
    st.sampled_from(["", ".", " !", "…"]),
    st.booleans(),
)
def test_phrases_that_are_repeated_or_joined_still_say_nothing(
    phrases: list[str], between: str, end: str, capitals: bool
) -> None:
    text = between.join(phrases) + end
    assert is_made_of(text.upper() if capitals else text, PHRASES)


@given(st.text(max_size=40), st.sampled_from(PHRASES), st.integers(0, 9))
def test_a_text_with_a_figure_says_something(text: str, phrase: str, figure: int) -> None:
    assert not is_made_of(f"{phrase} {text} {figure}", PHRASES)
