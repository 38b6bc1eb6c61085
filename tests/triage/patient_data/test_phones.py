"""Telephone numbers: of the mainland, overseas, abroad; and in text, where codes are none."""

import pytest

from triage.patient_data.phones import is_phone, phones_in


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01 44 55 66 77", True),
        ("0692 12 34 56", True),
        ("0262 90 12 34", True),
        ("0590 82 12 34", True),
        ("0690 35 12 34", True),
        ("0696 25 12 34", True),
        ("0694 23 12 34", True),
        ("0639 69 12 34", True),
        ("0508 41 12 34", True),
        ("+262 692 12 34 56", True),
        ("0033 6 12 34 56 78", True),
        ("+32 2 555 12 12", True),
        ("0144", False),
        ("06 39 98 12 34", False),
        ("01 44 55 66 77" + " " * 60, False),
        ("poste 12", False),
    ],
)
def test_a_number_of_any_french_region_is_one(number: str, expected: bool) -> None:
    assert is_phone(number) is expected


@pytest.mark.parametrize(
    "number",
    [
        "06 12 34 56 78",
        "06  12  34  56  78",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06 / 12 / 34 / 56 / 78",
        "0612345678",
        "06 39 98 12 34",
        "0692 12 34 56",
        "0692.12.34.56",
        "0692-12-34-56",
        "0692 123 456",
        "0692123456",
        "+262 692 12 34 56",
        "+33 (0)6 12 34 56 78",
        "06 123 456 78",
        "0033612345678",
        "06 12 34 56 78 06 98 76 54 32",
        "06 12 34 56 78 ext. 123",
    ],
)
@pytest.mark.parametrize("text", ["{}", "Joindre le patient au {}, le soir.", "tél:{}"])
def test_a_number_is_found_in_a_text(text: str, number: str) -> None:
    shown = text.format(number)
    assert [shown[start:end] for start, end in phones_in(shown)] == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("06 12 34 56 78/06 98 76 54 32", ["06 12 34 56 78", "06 98 76 54 32"]),
        ("0262 90 12 34 et 0590821234", ["0262 90 12 34", "0590821234"]),
        ("06 12 34 56 78 12 ans", ["06 12 34 56 78"]),
        ("1 06 12 34 56 78", ["06 12 34 56 78"]),
    ],
)
def test_what_stands_beside_a_number_hides_nothing(text: str, numbers: list[str]) -> None:
    assert [text[start:end] for start, end in phones_in(text)] == numbers


@pytest.mark.parametrize(
    "text",
    [
        "CIS 60001234, 6 000 123 4",
        "CIP 3400949497294",
        "CIP13 34009 494 972 9 4",
        "3400949497294",
        "SIRET 73282932000074",
        "SIRET 732 829 320 00074",
        "SIRET 06 12 34 56 78 90 12",
        "cas FR-AFSSAPS-20240612345",
        "cas FR-0612345678",
        "A-0612345678",
        "cas PV2024-0612345678",
        "cas 2024-0612345678",
        "cas BX-2024-06-12-34-56-78",
        "du 01/02/20 au 03/04/20",
        "entre 01.02.2024 et 02.03.2024",
        "le 05 12 2024 10 h",
        "2024-06-12 14:30:15",
        "12/06/12/34/56/78",
        "lot 123456789 du stock",
    ],
)
def test_codes_references_and_dates_are_no_numbers(text: str) -> None:
    assert list(phones_in(text)) == []
