"""How many visits a question needs, and what the visits there are can tell (scoring.md section 6).

`p` is the expected score, `phi` the dispersion of its population; visits are per location and quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from scipy.stats import norm

from reports.intervals import Z95

_POWER80 = 0.841621


def visits_for_width(p: float, phi: float, half_width: float) -> int:
    """Return the visits whose 95 % interval is about -/+ `half_width`."""
    return _up(phi * p * (1 - p) * Z95**2 / half_width**2)


def visits_for_change(p: float, phi: float, change: float) -> int:
    """Return the visits in each of two quarters that show a true `change` with power 80 %."""
    return _up(2 * phi * p * (1 - p) * (Z95 + _POWER80) ** 2 / change**2)


def visits_for_reliability(k0: float, reliability: float) -> int:
    """Return the visits that give `reliability` < 1, `k0` being those that give 0.5."""
    return _up(k0 * reliability / (1 - reliability))


@dataclass(frozen=True, slots=True)
class Reach:
    """What n visits can tell: interval half-width, smallest change seen with power 80 %, reliability."""

    half_width: float
    change: float
    reliability: float | None


def build_reach(n: int, p: float, phi: float, k0: float | None) -> Reach:
    """Return the reach of `n` >= 1 visits, the planner's formulas read backwards; `k0` None: no reliability."""
    spread = sqrt(phi * p * (1 - p) / n)
    return Reach(Z95 * spread, sqrt(2) * (Z95 + _POWER80) * spread, None if k0 is None else n / (n + k0))


@dataclass(frozen=True, slots=True)
class RuleRisk:
    """How a rule errs: alarm for a good location, silence for a bad one (probabilities)."""

    false_alarm: float
    miss: float


def rule_risk(threshold: float, quarters: int, *, n: int, phi: float, good: float, bad: float) -> RuleRisk:
    """Return the risks of "score below `threshold` in each of `quarters` quarters" with `n` visits a quarter.

    `good` and `bad` are true scores strictly between 0 and 1. Normal approximation, independent quarters.
    """

    def alarm(true: float) -> float:
        return float(norm.cdf((threshold - true) / sqrt(phi * true * (1 - true) / n))) ** quarters

    return RuleRisk(alarm(good), 1 - alarm(bad))


def _up(visits: float) -> int:
    # 0.8 / 0.2 is a little more than 4 in floating point; nobody should pay a visit for that.
    return max(ceil(visits - 1e-9), 1)
