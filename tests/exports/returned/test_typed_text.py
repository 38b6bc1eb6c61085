"""What a cell holds is told as the person reads it there."""

from datetime import date, timedelta

import pytest

from exports.returned.typed_text import typed_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e20, "100000000000000000000"),
        (1e-7, "0,0000001"),
        (date(2026, 1, 2), "02/01/2026"),
        (timedelta(hours=26, minutes=3), "26:03"),
        ("  vu \x07", "vu ␇"),
        ("a_x000D_\nb", "a\nb"),
        ("a_x000D_\r\nb", "a\nb"),
        ("a_x005F_x000D_\nb", "a_x005F_x000D_\nb"),
        ("a_x000D_b_x000D_", "a_x000D_b_x000D_"),
        (None, ""),
    ],
)
def test_rare_values_are_texts_too(value: object, text: str) -> None:
    assert typed_text(value) == text
