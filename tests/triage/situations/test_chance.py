"""The tests against chance that are written out say what scipy says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from triage.situations.chance import even_split, kendall

COUNTS = st.integers(0, 6) | st.integers(0, 400)


@given(st.lists(COUNTS, min_size=4, max_size=60).filter(lambda one: len(set(one)) > 1))
def test_the_trend_of_a_series_is_that_of_scipy(counts: list[int]) -> None:
    found = stats.kendalltau(range(len(counts)), counts)
    assert kendall(counts) == pytest.approx((found.statistic, found.pvalue), rel=1e-9, abs=1e-15)


@given(st.permutations(range(12)) | st.permutations(range(40)))
def test_a_series_without_equal_counts_too(counts: list[int]) -> None:
    found = stats.kendalltau(range(len(counts)), counts)
    assert kendall(counts) == pytest.approx((found.statistic, found.pvalue), rel=1e-9, abs=1e-15)


@given(st.integers(0, 900), st.integers(0, 900))
def test_an_uneven_split_is_as_likely_as_scipy_says(one: int, other: int) -> None:
    if one + other:
        found = stats.binomtest(one, one + other, 0.5).pvalue
        assert even_split(one, other) == pytest.approx(found, rel=1e-9)
