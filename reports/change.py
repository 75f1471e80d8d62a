"""What changed between two quarters, and what only seems to (scoring.md section 4).

The change itself with its interval is `intervals.mover`; here are its label, the test for lists of many
locations, the rebound that chance brings, and the limits of a long series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from reports.intervals import FloatArray

_TOLERANCE = 1e-9
_XMR = 3 / 1.128  # three standard deviations; a mean moving range of two values is 1.128 of them (2.66)


class ChangeLabel(StrEnum):
    """What may be said of a change."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    NOT_COMPARABLE = "not_comparable"


def label_change(low: float, high: float) -> ChangeLabel:
    """Return "up" or "down" only when the interval excludes 0."""
    if low > _TOLERANCE:
        return ChangeLabel.UP
    if high < -_TOLERANCE:
        return ChangeLabel.DOWN
    return ChangeLabel.NONE


def score_test(
    m1: npt.ArrayLike,
    n1: npt.ArrayLike,
    phi1: npt.ArrayLike,
    m2: npt.ArrayLike,
    n2: npt.ArrayLike,
    phi2: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Return z and the two-sided p of the pooled score test, z = D / sqrt(p*(1-p)*(phi1/n1 + phi2/n2)).

    `p` is the mean over the visits of both quarters. With equal phi this is the formula of scoring.md
    section 4. Where both quarters are all 0 or all 1 there is no difference: z = 0.
    """
    before, visits1, after, visits2 = (np.asarray(a, dtype=np.float64) for a in (m1, n1, m2, n2))
    p = (visits1 * before + visits2 * after) / (visits1 + visits2)
    change = after - before
    se = np.sqrt(p * (1 - p) * (np.asarray(phi1) / visits1 + np.asarray(phi2) / visits2))
    z = np.divide(change, se, out=np.zeros_like(change), where=se != 0)
    return z, np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def adjusted(p: npt.ArrayLike) -> FloatArray:
    """Return Benjamini-Hochberg adjusted p values, NaN where p is NaN; a list at q keeps those of at most q.

    Source: Benjamini and Hochberg, J R Stat Soc B 57:289-300 (1995).
    """
    values = np.asarray(p, dtype=np.float64)
    known = ~np.isnan(values)
    result = np.full_like(values, np.nan)
    if known.any():
        tested = values[known]
        order = np.argsort(tested)
        scaled = tested[order] * (len(tested) / np.arange(1, len(tested) + 1))
        tested[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
        result[known] = tested
    return result


def rebound(reliability: npt.ArrayLike, mu: float, m: npt.ArrayLike) -> FloatArray:
    """Return the change (1-lambda)*(mu-m) that chance alone brings to locations chosen for their score."""
    return np.asarray((1 - np.asarray(reliability)) * (mu - np.asarray(m)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class XmrLimits:
    """Limits of an individuals chart: mean -/+ 2.66 mean moving ranges."""

    mean: float
    moving_range: float
    low: float
    high: float


def xmr_limits(values: Sequence[float]) -> XmrLimits:
    """Return the limits of a series of at least two values. Source: NIST/SEMATECH e-Handbook 6.3.2.2."""
    series = np.asarray(values, dtype=np.float64)
    mean, moving = float(series.mean()), float(np.abs(np.diff(series)).mean())
    return XmrLimits(mean, moving, mean - _XMR * moving, mean + _XMR * moving)
