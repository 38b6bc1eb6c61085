"""Segmented regression of a monthly series: did it leave the line that it followed before?

Interrupted time series (Wagner et al. 2002): a line before, a change of level and a change of slope
from the event on. What is told is one figure, the mean distance over the months after from the line
of before, with its interval at 95 %. Neighbouring months are alike: a first-order autocorrelation
is estimated, corrected for the shortness of the series, and removed (Prais and Winsten 1954). On
independent months chance crosses the interval once in twenty; on months that are linked more often,
which :attr:`Segmented.linked` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_MONTHS = 12
"""Months that there must be on each side."""
_LINKED = 0.3
_MOST = 0.9
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Segmented:
    """What a segmented regression says.

    Attributes:
        change: Mean of the months after, minus what the line of before foretold, in the unit of
            the series.
        low: Lower bound of its interval at 95 %.
        high: Upper bound.
        foretold: Mean of the months after, as the line of before foretold it.
        p_value: Probability of such a distance by chance.
        linked: Whether neighbouring months are so alike that the interval is too narrow.
    """

    change: float
    low: float
    high: float
    foretold: float
    p_value: float
    linked: bool

    @property
    def significant(self) -> bool:
        """Whether chance does not explain the change."""
        return self.p_value < _LEVEL

    def share(self, value: float) -> float | None:
        """A change as a share of what was foretold; ``None`` where nothing was."""
        return value / self.foretold if self.foretold > 0 else None


def segmented(values: Sequence[float], before: int) -> Segmented | None:
    """Fit it; ``None`` with less than :data:`FEWEST_MONTHS` on a side.

    Args:
        values: One for each month, in order, without holes.
        before: How many of them are before the event.
    """
    months = len(values)
    if min(before, months - before) < FEWEST_MONTHS:
        return None
    import numpy as np  # as scipy: only where it is used
    from scipy import stats

    time = np.arange(months, dtype=float)
    after = (time >= before).astype(float)
    lines = np.column_stack([np.ones(months), time, after, (time - before) * after])
    series = np.asarray(values, dtype=float)
    mean = np.array([0.0, 0.0, 1.0, (months - before - 1) / 2])

    left = series - lines @ np.linalg.lstsq(lines, series, rcond=None)[0]
    square = float(left @ left)
    spread = float(np.abs(series).max()) or 1.0
    exact = square <= months * (1e-9 * spread) ** 2
    alike = 0.0 if exact else float(left[1:] @ left[:-1]) / square
    alike = min(max(alike + (1 + 4 * alike) / months, 0.0), _MOST) if not exact else 0.0
    whitened = np.eye(months) - np.diag([alike] * (months - 1), -1)
    whitened[0, 0] = np.sqrt(1 - alike * alike)
    fitted, wanted = whitened @ lines, whitened @ series
    found = np.linalg.lstsq(fitted, wanted, rcond=None)[0]
    error = wanted - fitted @ found
    free = months - lines.shape[1]
    variance = float(mean @ np.linalg.inv(fitted.T @ fitted) @ mean) * float(error @ error) / free
    change, width = float(mean @ found), float(np.sqrt(max(variance, 0.0)))
    if exact or width == 0:
        width, p_value = 0.0, float(abs(change) <= 1e-9 * spread)
    else:
        p_value = float(2 * stats.t.sf(abs(change) / width, free))
    half = float(stats.t.ppf(1 - _LEVEL / 2, free)) * width
    foretold = float(np.mean(found[0] + found[1] * time[before:]))
    return Segmented(
        change, change - half, change + half, foretold, p_value, linked=alike >= _LINKED
    )
