"""What shows a question is told in words; what is not known of it, as DS writes it."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.drift.condition_words import in_words

QUESTIONS = {"41": "Le patient est-il décédé ?", "7": "Ampleur", "9": "Dose (mg)"}

TRUE = "« Le patient est-il décédé ? » est « Oui »"


def champ(number: int) -> str:
    return f'(champ "{b64encode(f"Champ-{number}".encode()).decode()}")'


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (f"(= {champ(41)} true)", TRUE),
        (f"(= {champ(41)} false)", "« Le patient est-il décédé ? » est « Non »"),
        (f'(!= {champ(7)} "Locale")', "« Ampleur » n'est pas « Locale »"),
        (f"(>= {champ(9)} 2.5)", "« Dose (mg) » est supérieur ou égal à 2,5"),
        (f'(includes {champ(7)} "Dite \\"locale\\"")', '« Ampleur » comporte « Dite "locale" »'),
        (f"(empty? {champ(9)})", "« Dose (mg) » n'a pas de réponse"),
        (f"(= {champ(9)} {champ(12)})", "« Dose (mg) » est le champ 12"),
        (
            f'(and (= {champ(41)} true) (or (= {champ(7)} "A") (= {champ(7)} "B")))',
            f"{TRUE} et (« Ampleur » est « A » ou « Ampleur » est « B »)",
        ),
    ],
)
def test_a_condition_is_told_in_words(condition: str, told: str) -> None:
    assert in_words(condition, QUESTIONS) == told


@pytest.mark.parametrize(
    "condition",
    [
        f"(newer-than {champ(41)} 3)",
        "((",
        f"(= {champ(41)} true",
        f"(= {champ(41)} true) x",
        "(and)",
    ],
)
def test_what_is_not_known_is_shown_as_ds_writes_it(condition: str) -> None:
    assert in_words(condition, QUESTIONS) == condition


@given(st.text(alphabet='()"\\ =andorchamp41.é', max_size=60))
def test_any_text_is_told(condition: str) -> None:
    assert isinstance(in_words(condition, QUESTIONS), str)


def test_a_condition_without_end_is_told() -> None:
    condition = "(and " * 100_000 + ")" * 100_000
    assert in_words(condition, QUESTIONS) == condition
