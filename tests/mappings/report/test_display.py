"""Numbers as French readers see them, wherever they are printed."""

import re
from pathlib import Path

import pytest

from mappings.report.display import show_chance, show_decimal, show_rate

ROOT = Path(__file__).parents[3]
ROOMS = ("cli", "exports", "flows", "mappings", "portal", "steps", "triage")
_ENGLISH = re.compile(r":[+,]?[,_]?\.[1-9]\d*[fg%]?\}|:[,_][df]?\}|:\.0%\}")
"""A format that writes a decimal point, or a comma between thousands."""
_TURNED = re.compile(r"replace\(|Decimal\(|show\(Decimal")
"""What makes it French, or a number again, on the same line."""


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.008, "p = 0,008"), (0.0123, "p = 0,012"), (0.00001, "p < 0,001"), (1.0, "p = 1,000")],
)
def test_a_probability_has_a_comma_and_is_never_nothing(value: float, told: str) -> None:
    assert show_chance("p", value) == told
    assert show_rate(value) == told.removeprefix("p ").removeprefix("= ")


def test_a_long_decimal_has_its_thousands_apart() -> None:
    assert show_decimal(12345.678, places=1) == "12\u202f345,7"


def test_nothing_printed_has_a_decimal_point_or_english_thousands() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{at}: {line.strip()}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for at, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if _ENGLISH.search(line) and not _TURNED.search(line)
    ]
    assert found == []
