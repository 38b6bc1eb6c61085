"""Exact formulas say what a statistics library says."""

import pytest

from triage.consumption.chance import (
    at_least,
    beta_share,
    digamma,
    either_side,
    q_values,
    reach,
    trigamma,
    trigamma_inverse,
)


@pytest.mark.parametrize("freedom", [1, 2.5, 4, 9, 30, 2000, 1e6])
def test_students_law(freedom: float) -> None:
    from scipy import stats  # a second of imports: for one of the processes

    for distance in (0.0, 0.1, 1.0, 2.5, -4.0, 12.0):
        assert either_side(distance, freedom) == pytest.approx(
            2 * stats.t.sf(abs(distance), freedom), rel=1e-4
        )
    assert either_side(reach(0.05, freedom), freedom) == pytest.approx(0.05)
    assert either_side(float("inf"), freedom) == 0


@pytest.mark.parametrize(
    ("hits", "draws", "share"),
    [
        (0, 10, 0.03),
        (1, 10, 0.03),
        (8, 83, 0.03),
        (83, 83, 0.5),
        (400, 100_000, 0.003),
        (0.9, 5, 0.1),
    ],
)
def test_a_count_of_draws(hits: float, draws: float, share: float) -> None:
    from scipy import stats

    expected = stats.binom.sf(int(hits) - 1, draws, share)
    assert at_least(hits, draws, share) == pytest.approx(expected, rel=1e-9)


def test_false_discoveries_and_the_gamma_function() -> None:
    from scipy import special, stats

    chances = [0.01, 0.04, 0.03, 0.9, 0.01, 1.0]
    assert q_values(chances) == pytest.approx(stats.false_discovery_control(chances))
    assert q_values([]) == ()
    assert (beta_share(-1, 2, 2), beta_share(2, 2, 2)) == (0, 1)
    for at in (0.1, 1.0, 3.7, 40.0):
        assert digamma(at) == pytest.approx(special.digamma(at))
        assert trigamma(at) == pytest.approx(special.polygamma(1, at))
        assert trigamma_inverse(trigamma(at)) == pytest.approx(at)
