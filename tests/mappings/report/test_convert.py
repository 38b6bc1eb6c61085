"""A company that was typed: its number without blanks, anything else as it was typed."""

import pytest

from mappings.dossier.model import Company, Text
from mappings.report.convert import convert


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("443 036 003 00027", "44303600300027"),
        ("W 751 080 001", "W751080001"),
        ("\u202f443036003 ", "443036003"),
        (" D.M. né le 03/04/1952 Lyon", "D.M. né le 03/04/1952 Lyon"),
        ("075-FDD-00003-01", "075-FDD-00003-01"),
    ],
)
def test_only_a_number_loses_its_blanks(typed: str, kept: str) -> None:
    assert convert(Text(typed), "company") == Company(kept, None)
