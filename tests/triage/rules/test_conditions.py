"""Conditions: what each test says, at its border, and that no answer makes none true."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from mappings.report.model import Answer, AnswerState, Value
from triage.rules.conditions import Condition, holds, supports

DAY = date(2026, 3, 1)


def answers(**values: Value | None) -> dict[str, Answer]:
    states = {True: AnswerState.BLANK, False: AnswerState.ANSWERED}
    return {name: Answer(states[value is None], value=value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        ({"equals": "a"}, "a", True),
        ({"equals": "a"}, "b", False),
        ({"equals": False}, False, True),
        ({"equals": False}, True, False),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a", "b"]}, "c", False),
        ({"not_in": ["a"]}, "b", True),
        ({"not_in": ["a"]}, "a", False),
        ({"includes_any": ["a"]}, ("a", "b"), True),
        ({"includes_any": ["a"]}, ("b",), False),
        ({"includes_other_than": ["a"]}, ("a", "b"), True),
        ({"includes_other_than": ["a"]}, ("a",), False),
        ({"includes_none": ["a"]}, ("b",), True),
        ({"includes_none": ["a"]}, ("a", "b"), False),
        ({"only": ["a", "b"]}, ("a",), True),
        ({"only": ["a", "b"]}, ("a", "c"), False),
        ({"at_least": 5}, 5, True),
        ({"at_least": 5}, 4, False),
        ({"at_least": 5}, Decimal("4.99"), False),
        ({"at_least": 1}, True, False),
        ({"at_least": 5}, "9", False),
    ],
)
def test_a_test_at_its_border(test: dict[str, Any], value: Value, expected: bool) -> None:
    condition = Condition.model_validate({"field": "x", **test})
    assert holds(condition, answers(x=value)) is expected
    assert not holds(condition, answers(x=None))
    assert supports(condition, answers(x=value)) == (("x",) if expected else ())


@pytest.mark.parametrize(
    ("value", "other", "expected"),
    [
        (2, 1, True),
        (1, 1, False),
        (Decimal("1.5"), 1, True),
        (DAY, date(2026, 2, 28), True),
        (DAY, DAY, False),
        (2, None, False),
        (None, 1, False),
        (True, 0, False),
        (2, False, False),
        ("b", "a", False),
        (2, DAY, False),
    ],
)
def test_more_than_compares_like_with_like(
    value: Value | None, other: Value | None, expected: bool
) -> None:
    condition = Condition(field="x", more_than="y")
    given = answers(x=value, y=other)
    assert holds(condition, given) is expected
    assert supports(condition, given) == (("x", "y") if expected else ())


BOTH = {"all": [{"field": "x", "equals": "a"}, {"field": "y", "equals": "b"}]}
EITHER = {"any": BOTH["all"]}


@pytest.mark.parametrize(
    ("shape", "given", "expected"),
    [
        (BOTH, {"x": "a", "y": "b"}, ("x", "y")),
        (BOTH, {"x": "a", "y": None}, ()),
        (EITHER, {"x": "a", "y": None}, ("x",)),
        (EITHER, {"x": "a", "y": "b"}, ("x", "y")),
        (EITHER, {"x": None, "y": None}, ()),
    ],
)
def test_joined_tests_are_supported_by_those_that_are_true(
    shape: dict[str, Any], given: Mapping[str, Value | None], expected: tuple[str, ...]
) -> None:
    condition = Condition.model_validate(shape)
    assert supports(condition, answers(**given)) == expected
    assert holds(condition, answers(**given)) is bool(expected)
    assert list(condition.fields()) == ["x", "y"]


def test_no_condition_is_true() -> None:
    assert holds(None, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "x"},
        {"field": "x", "equals": "a", "at_least": 1},
        {"equals": "a"},
        {"field": "x", "all": []},
        {"field": "x", "equal": "a"},
    ],
)
def test_a_condition_makes_one_test_of_one_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)
