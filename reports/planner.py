"""How many visits a question needs, and what the visits there are can tell (scoring.md section 6).

`p` is the expected score, `phi` the dispersion of its population; visits are per location and quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from reports.columns import Population
from reports.compare import Comparison
from reports.intervals import Z95, FloatArray

_POWER80 = 0.841621
WORST = 0.10  # the part of a network's locations that is meant by the lowest ones
YEAR = 4  # quarters
_FAR, _STEPS = 8.0, 2001  # standard deviations beyond which nothing lies, and steps of an integral
_LEVELS = 200_000  # true levels looked at in all, of each location 20 to 200 that are equally probable


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


def _density(u: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(u**2) / 2) / sqrt(2 * pi), dtype=np.float64)


def share_found(n: float, k0: float, error: float = 0.05, worst: float = WORST) -> float:
    """Return the share of the truly lowest `worst` of many locations that `n` visits each put on the lower list.

    The list of scoring.md section 3 in a large network: true levels are normal, `k0` = var_within / tau2. With
    u = (mu - m) / sqrt(tau2 + V) the list is u > c, c being where on average `error` of those beyond lie above mu.
    """
    ratio, correlation = sqrt(n / k0), sqrt(n / (n + k0))

    def wrong(cut: float) -> float:
        u = np.linspace(cut, cut + _FAR, _STEPS)
        density = _density(u)
        return float(np.trapezoid(density * ndtr(-u * ratio), u) / np.trapezoid(density, u)) - error

    if wrong(_FAR) > 0:
        return 0.0  # not even a location that far below could be listed
    cut = brentq(wrong, -_FAR, _FAR)
    t = np.linspace(-ndtri(worst), _FAR, _STEPS)
    found = _density(t) * ndtr((t * correlation - cut) / sqrt(1 - correlation**2))
    return float(np.trapezoid(found, t)) / worst


@dataclass(frozen=True, slots=True)
class RuleRisk:
    """How a rule errs: alarm for a good location, silence for a bad one (probabilities)."""

    false_alarm: float
    miss: float


def rule_risk(threshold: float, quarters: int, *, n: int, phi: float, good: float, bad: float) -> RuleRisk:
    """Return the risks of "score below `threshold` in each of `quarters` quarters" with `n` visits a quarter.

    `good` and `bad` are true scores strictly between 0 and 1. Normal approximation, independent quarters.
    """

    alarm, noticed = (_below(threshold, np.array([true]), n, phi) ** quarters for true in (good, bad))
    return RuleRisk(float(alarm[0]), 1 - float(noticed[0]))


@dataclass(frozen=True, slots=True)
class RuleToll:
    """What a rule does to a network in a year: expected numbers of locations.

    `good` are truly at or above the threshold, `bad` below it; `hit` are those of them with an alarm.
    """

    good: float
    good_hit: float
    bad: float
    bad_hit: float


def rule_toll(
    levels: npt.ArrayLike, sd: npt.ArrayLike, threshold: float, quarters: int, *, n: int, phi: float
) -> RuleToll:
    """Return whom "score below `threshold` in each of `quarters` quarters in a row" meets in a year.

    `levels` and `sd` are what is believed of each location (`levels.Posterior`). The rule is looked at in each of
    four quarters, with the quarters before at hand; levels stay what they are, and quarters are independent.
    """
    middle, spread = (np.asarray(each, dtype=np.float64)[:, None] for each in (levels, sd))
    each = int(np.clip(_LEVELS // max(len(middle), 1), 20, 200))
    true = np.clip(middle + spread * ndtri((np.arange(each) + 0.5) / each), 1e-6, 1 - 1e-6)
    hit = chance_of_run(_below(threshold, true, n, phi), quarters, quarters + YEAR - 1)
    good = true >= threshold
    return RuleToll(*(float(counted.sum()) / each for counted in (good, hit[good], ~good, hit[~good])))


def believed(comparison: Comparison, population: Population) -> tuple[FloatArray, FloatArray]:
    """Return the shrunken levels and their sd of the population's locations; empty where nothing is known.

    sd = sqrt(lambda * V), which is sqrt(tau2 * (1 - lambda)).
    """
    known = [
        (row.shrunken, sqrt(population.tau2 * (1 - row.reliability)))
        for row in comparison.rows
        if (row.format, row.channel) == (population.format, population.channel)
        and row.shrunken is not None
        and row.reliability is not None
        and population.tau2 is not None
    ]
    found = np.array(known, dtype=np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def chance_of_run(p: FloatArray, length: int, trials: int) -> FloatArray:
    """Return the probability of at least `length` >= 1 successes in a row among independent `trials` of chance `p`.

    Source: the recursion of Feller, An Introduction to Probability Theory, vol. 1 (1968), XIII.7.
    """
    running = [np.ones_like(p), *(np.zeros_like(p) for _ in range(length - 1))]  # by successes just made, no run yet
    for _ in range(trials):
        running = [(1 - p) * sum(running), *(p * each for each in running[:-1])]
    return np.asarray(1 - sum(running), dtype=np.float64)


def _below(threshold: float, true: FloatArray, n: int, phi: float) -> FloatArray:
    """Return the chance that the score of a quarter lies below the threshold."""
    return np.asarray(ndtr((threshold - true) / np.sqrt(phi * true * (1 - true) / n)), dtype=np.float64)


def _up(visits: float) -> int:
    # 0.8 / 0.2 is a little more than 4 in floating point; nobody should pay a visit for that.
    return max(ceil(visits - 1e-9), 1)
