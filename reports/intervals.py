"""Intervals of scores (scoring.md sections 1.6, 1.10, 2 and 4): what range the number of visits allows.

The visit is the sampling unit. Scores, means and interval ends are shares in [0, 1]; arrays broadcast
against each other; what cannot be computed is NaN.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from math import inf

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

Z95 = 1.959964  # two-sided 95 %
MINIMUM_DF = 30  # within-location degrees of freedom below which a dispersion is not estimated


def wilson(m: npt.ArrayLike, n_star: npt.ArrayLike, z: float = Z95) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's score interval of a share `m` seen in `n_star` effective observations.

    NaN where `n_star` is NaN or not positive. Source: Newcombe, Stat Med 17:857-872 (1998), method 3.
    """
    mean = np.asarray(m, dtype=np.float64)
    size = np.asarray(n_star, dtype=np.float64)
    size = np.where(size > 0, size, np.nan)
    spread = z * z / size
    centre = (mean + spread / 2) / (1 + spread)
    half = z * np.sqrt(mean * (1 - mean) / size + spread / (4 * size)) / (1 + spread)
    # Rounding must not push an end past the mean or out of [0, 1].
    low, high = np.minimum(centre - half, mean), np.maximum(centre + half, mean)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Sums over locations from which phi and the variance within locations follow; sums of quarters add up.

    `squares` = sum((n-1)*s2), `bernoulli` = sum((n-1)*(m*(1-m) + s2/n)), `df` = sum(n-1), over locations
    with n >= 2 (scoring.md section 2).
    """

    squares: float
    bernoulli: float
    df: int

    def __add__(self, other: Dispersion) -> Dispersion:
        return Dispersion(self.squares + other.squares, self.bernoulli + other.bernoulli, self.df + other.df)

    @property
    def sufficient(self) -> bool:
        return self.df >= MINIMUM_DF

    def phi(self, items: float = inf) -> float:
        """Return phi clipped to [1/items, 1]; NaN below `MINIMUM_DF` degrees of freedom.

        `items` is the largest number of items in the measure; without it phi may be as small as it is. Where every
        visit scored exactly 0 or 1 nothing tells how visits vary, so phi is 1, the widest interval.
        """
        if not self.sufficient:
            return float("nan")
        if self.bernoulli <= 0:
            return 1.0
        return min(max(self.squares / self.bernoulli, 1 / items), 1.0)

    @property
    def var_within(self) -> float:
        """Pooled variance of visits within locations; NaN below `MINIMUM_DF` degrees of freedom."""
        return self.squares / self.df if self.sufficient else float("nan")


def dispersions(n: FloatArray, mean: FloatArray, s2: FloatArray) -> list[Dispersion]:
    """Return the sums over the last axis (locations) for each row of (rows, locations) arrays.

    `mean` and the sample variance `s2` of the visits may be NaN where n < 2: those locations do not count.
    """
    free = np.maximum(n - 1, 0)
    m, variance = np.where(free > 0, mean, 0), np.where(free > 0, s2, 0)
    squares = (free * variance).sum(axis=-1)
    bernoulli = (free * (m * (1 - m) + variance / np.maximum(n, 1))).sum(axis=-1)
    rows = zip(squares.tolist(), bernoulli.tolist(), free.sum(axis=-1).tolist(), strict=True)
    return [Dispersion(row_squares, row_bernoulli, int(df)) for row_squares, row_bernoulli, df in rows]


def pooled(now: Dispersion, earlier: Iterable[Dispersion]) -> tuple[Dispersion, str]:
    """Return the dispersion to use and where it comes from: "quarter", "previous_four" or "none".

    `earlier` are the four quarters before; they stand in, together, when the quarter's own degrees of freedom
    do not suffice.
    """
    if now.sufficient:
        return now, "quarter"
    before = reduce(Dispersion.__add__, earlier, Dispersion(0.0, 0.0, 0))
    return (before, "previous_four") if before.sufficient else (now, "none")


def design_effect(visits_by_shopper: npt.ArrayLike, var_shopper: float, var_rest: float) -> float:
    """Return how much less n visits of few shoppers tell: n* = n / (phi * effect), 1 with a new shopper each time.

    `visits_by_shopper` is n_k, the visits of each shopper to the location (scoring.md section 2).
    """
    counts = np.asarray(visits_by_shopper, dtype=np.float64)
    n = counts.sum()
    shared = float(((counts / n) ** 2).sum())
    return float((n * shared * var_shopper + var_rest) / (var_shopper + var_rest))


def headline(
    m: FloatArray, low: FloatArray, high: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Combine channels (first axis) into headline score and interval (scoring.md 1.6).

    `weights` broadcasts to `m` and is 0 where a channel has no visit; NaN where no channel has one.
    """
    used = weights > 0
    total = weights.sum(axis=0)
    share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    score = np.where(total > 0, np.where(used, share * m, 0).sum(axis=0), np.nan)
    below = np.where(used, share * (m - low), 0)
    above = np.where(used, share * (high - m), 0)
    return score, score - np.sqrt((below**2).sum(axis=0)), score + np.sqrt((above**2).sum(axis=0))


def mover(
    m1: npt.ArrayLike,
    l1: npt.ArrayLike,
    u1: npt.ArrayLike,
    m2: npt.ArrayLike,
    l2: npt.ArrayLike,
    u2: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return D = m2 - m1 and its hybrid interval from the intervals of both (1 = before, 2 = after).

    Source: Newcombe, Stat Med 17:873-890 (1998), method 10; scoring.md section 4.
    """
    before, low1, high1, after, low2, high2 = (np.asarray(a, dtype=np.float64) for a in (m1, l1, u1, m2, l2, u2))
    change = after - before
    down = np.sqrt((after - low2) ** 2 + (high1 - before) ** 2)
    up = np.sqrt((high2 - after) ** 2 + (before - low1) ** 2)
    return change, change - down, change + up


def strata_se(weights: npt.ArrayLike, variances: npt.ArrayLike) -> float:
    """Return the standard error of a weighted mean of locations, `variances` being those of their scores."""
    w = np.asarray(weights, dtype=np.float64)
    return float(np.sqrt((w**2 * np.asarray(variances, dtype=np.float64)).sum()) / w.sum())


def normal_interval(score: float, se: float, z: float = Z95) -> tuple[float, float]:
    """Return score -/+ z * se inside [0, 1]: for regions and networks, where many strata make the mean normal."""
    return max(score - z * se, 0.0), min(score + z * se, 1.0)
