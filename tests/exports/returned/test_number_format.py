"""A number is told as the person reads it in its cell, in French."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.returned.format_parts import general
from exports.returned.number_format import BUILT_IN, shown, shown_text

ACCOUNT = (
    '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'  # as a French Excel has it
)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("0.5", "0%", "50%"),
        ("0.5", "0\\ %", "50 %"),
        ("0.125", "0.0%", "12,5%"),
        ("1.25", "0%;[Red]-0%", "125%"),
        ("-0.25", "0%;[Red]-0%", "-25%"),
        ("42", "00000", "00042"),
        ("123456789", '0#" "##" "##" "##" "##', "01 23 45 67 89"),
        ("612345678", "0#\\ ##\\ ##\\ ##\\ ##", "06 12 34 56 78"),
        ("12345678200010", '000" "000" "000" "00000', "123 456 782 00010"),
        ("5", "00-00", "00-05"),
        ("1234.5", '#,##0.00\\ "€"', "1\u202f234,50 €"),
        ("1234.5", "#,##0.00\\ [$€-40C]", "1\u202f234,50 €"),
        ("1234.5", '# ##0.00 "€"', "1 234,50 €"),
        ("1234.5", "[$$-409]#,##0.00", "$1\u202f234,50"),
        ("1234.5", ACCOUNT, "1\u202f234,50 €"),
        ("-1234.5", ACCOUNT, "-1\u202f234,50 €"),
        ("1234567", "#,##0", "1\u202f234\u202f567"),
        ("1234567", '#,##0.0,,"M"', "1,2M"),
        ("12345", "0.0,", "12,3"),
        ("12345", "0.00E+00", "1,23E+04"),
        ("12345", "##0.0E+0", "12,3E+3"),
        ("0.000012", "0.00E+00", "1,20E-05"),
        ("9.999", "0.0E+00", "1,0E+01"),
        ("1.5", "# ?/?", "1 1/2"),
        ("0.5", "# ?/?", "1/2"),
        ("3", "# ?/?", "3"),
        ("0.3333333", "# ??/??", "1/3"),
        ("0.375", "# ?/8", "3/8"),
        ("1.5", "?/?", "3/2"),
        ("-1.5", "# ?/?", "-1 1/2"),
        ("46354", "dd/mm/yyyy", "28/11/2026"),
        ("46354", "m/d/yy", "28/11/2026"),
        ("46354", "yyyy\\-mm\\-dd", "28/11/2026"),
        ("46354", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "samedi 28 novembre 2026"),
        ("46354", "[$-40C]d\\ mmmm\\ yyyy;@", "28 novembre 2026"),
        ("46354", "mmmm\\ yyyy", "novembre 2026"),
        ("46354", "d-mmm-yy", "28-nov-26"),
        ("46054.5", "dd/mm/yyyy hh:mm", "01/02/2026 12:00"),
        ("46054.58680555556", "m/d/yyyy h:mm AM/PM", "01/02/2026 14:05"),
        ("0.395833333333", "h:mm:ss", "09:30"),
        ("0.395844907407", "h:mm:ss", "09:30:01"),
        ("1.085416666667", "[h]:mm", "26:03"),
        ("1.085416666667", "[h]:mm:ss", "26:03"),
        ("0.003819444444", "mm:ss", "05:30"),
        ("-3", "0;(0)", "(3)"),
        ("-0.4", "0", "0"),
        ("-0.5", "0", "-1"),
        ("1.005", "0.00", "1,01"),
        ("0", '0;-0;"néant"', "néant"),
        ("150", '[>100]"beaucoup";0', "beaucoup"),
        ("50", '[>100]"beaucoup";0', "50"),
        ("7.10", 'General" kg"', "7,1 kg"),
        ("7", '"lot "0', "lot 7"),
        ("5", '"vu"', "vu"),
        ("5", "@", "5"),
        ("0.30000000000000004", "General", "0,3"),
        ("3400930000012", "General", "3400930000012"),
        ("1E+20", "General", "100000000000000000000"),
        ("1E-7", "General", "0,0000001"),
    ],
)
def test_a_number_is_told_as_its_cell_shows_it(value: str, code: str, text: str) -> None:
    assert shown(Decimal(value), code) == text


@pytest.mark.parametrize("code", [";;;", '""', "#", "-5", "dd/mm/yyyy"])
def test_what_a_format_hides_is_told_all_the_same(code: str) -> None:
    assert shown(Decimal(-5), code)


def test_days_since_1904_and_the_day_that_never_was() -> None:
    assert shown(Decimal(44892), "dd/mm/yyyy", since_1904=True) == "28/11/2026"
    assert shown(Decimal(1), "dd/mm/yyyy") == "01/01/1900"
    assert shown(Decimal(61), "dd/mm/yyyy") == "01/03/1900"


def test_what_stands_around_a_text_is_read_with_it() -> None:
    assert shown_text("Martin", '"Dr "@') == "Dr Martin"
    assert [shown_text("vu", code) for code in ("@", "General", "0", ";;;")] == ["vu"] * 4


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.one_of(
        st.sampled_from([*BUILT_IN.values(), ACCOUNT, "General"]),
        st.text(alphabet='0#?.,%E+-/@dmyhs[];"\\* _€(', max_size=12),
    ),
)
def test_any_format_tells_something_of_any_number(value: Decimal, code: str) -> None:
    assert shown(value, code)


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_whole(number: int) -> None:
    told = shown(Decimal(number), "#,##0")
    assert int(told.replace("\u202f", "")) == number
    assert general(Decimal(number)) == str(number)
