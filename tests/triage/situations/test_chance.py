"""The tests against chance that are written out say what scipy says."""

import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.situations.chance import even_split, kendall
from triage.situations.trends import before_after, monthly

COUNTS = st.integers(0, 6) | st.integers(0, 400)


@given(st.lists(COUNTS, min_size=4, max_size=60).filter(lambda one: len(set(one)) > 1))
def test_the_trend_of_a_series_is_that_of_scipy(counts: list[int]) -> None:
    from scipy import stats

    found = stats.kendalltau(range(len(counts)), counts)
    assert kendall(counts) == pytest.approx((found.statistic, found.pvalue), rel=1e-9, abs=1e-15)


@given(st.permutations(range(12)) | st.permutations(range(40)))
def test_a_series_without_equal_counts_too(counts: list[int]) -> None:
    from scipy import stats

    found = stats.kendalltau(range(len(counts)), counts)
    assert kendall(counts) == pytest.approx((found.statistic, found.pvalue), rel=1e-9, abs=1e-15)


@given(st.integers(0, 900), st.integers(0, 900))
def test_an_uneven_split_is_as_likely_as_scipy_says(one: int, other: int) -> None:
    from scipy import stats

    if one + other:
        found = stats.binomtest(one, one + other, 0.5).pvalue
        assert even_split(one, other) == pytest.approx(found, rel=1e-9)


def test_no_run_imports_a_library_of_statistics_for_its_trends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)  # to import it is an error
    days = [date(2026, month, 3) for month in (1, 2, 2, 3, 3, 3, 5)]
    first, until = date(2026, 1, 1), date(2026, 6, 1)
    assert monthly(days, first=first, until=until).p_value is not None
    assert before_after(days, date(2026, 3, 1), first=first, until=until).p_value is not None
