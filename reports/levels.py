"""Which locations differ: empirical Bayes over one population (scoring.md section 3).

Normal-normal model: location means vary with tau2 around mu, an observed mean m varies with V around its
location's. Arrays hold one value per location of the population. Nothing here replaces a printed score:
shrunken values order and label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

from reports.intervals import FloatArray


def weighted_mean(m: FloatArray, v: FloatArray, tau2: float) -> float:
    """Return mu: the mean of locations weighted by 1 / (V + tau2); the plain mean when nothing varies."""
    total = v + tau2
    if not (total > 0).all():
        return float(m.mean())
    return float(np.average(m, weights=1 / total))


def paule_mandel(m: FloatArray, v: FloatArray) -> float:
    """Return tau2 for which the weighted squares around mu equal k - 1; 0 when the visits alone explain them.

    `v` > 0 are the variances of the k >= 2 means, or all 0 (then the plain variance of the means).
    Source: Paule and Mandel, J Res NBS 87:377-385 (1982).
    """
    k = len(m)
    if not (v > 0).all():
        return _spread(m)

    def excess(tau2: float) -> float:
        weights = 1 / (v + tau2)
        return float((weights * (m - np.average(m, weights=weights)) ** 2).sum()) - (k - 1)

    if excess(0.0) <= 0:
        return 0.0
    # Any larger tau2 leaves sum((m - mean)^2) / tau2 below k - 1, so the root lies below twice the variance.
    return float(brentq(excess, 0.0, 2 * float(m.var(ddof=1)), xtol=1e-15, rtol=1e-12))


def dersimonian_laird(m: FloatArray, v: FloatArray) -> float:
    """Return tau2 in one step, cheaply. Source: DerSimonian and Laird, Control Clin Trials 7:177-188 (1986)."""
    if not (v > 0).all():
        return _spread(m)
    weights = 1 / v
    q = float((weights * (m - np.average(m, weights=weights)) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return max((q - (len(m) - 1)) / scale, 0.0)


def _spread(m: FloatArray) -> float:
    variance = float(m.var(ddof=1))
    return variance if variance > 1e-18 else 0.0  # scores within 1e-9 are the same


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of each location: `reliability` = lambda, `theta` its shrunken score, `sd` its uncertainty."""

    mu: float
    tau2: float
    reliability: FloatArray
    theta: FloatArray
    sd: FloatArray


def posterior(m: FloatArray, v: FloatArray, mu: float, tau2: float) -> Posterior:
    """Return lambda = tau2/(tau2+V), theta = mu + lambda*(m-mu), sd = sqrt(lambda*V)."""
    total = v + tau2
    reliability = np.divide(tau2, total, out=np.zeros_like(total), where=total > 0)
    return Posterior(mu, tau2, reliability, mu + reliability * (m - mu), np.sqrt(reliability * v))


def build_posterior(m: FloatArray, v: FloatArray) -> Posterior:
    """Estimate tau2 (Paule-Mandel) and mu from k >= 2 locations and return what follows for each."""
    tau2 = paule_mandel(m, v)
    return posterior(m, v, weighted_mean(m, v, tau2), tau2)


def own_variances(theta: FloatArray, n: FloatArray, phi: float, var_within: float) -> FloatArray:
    """Return V of each location at its level `theta`: var_within / n, or phi*theta*(1-theta) / n where that is more.

    Low scores scatter more than high ones (scoring.md section 2), and one V for all makes them look surer than they
    are: near the ceiling "clearly below" would be wrong more often than the list rule promises. A smaller V for high
    scores would do the same to "clearly above", so the pooled one is the least (docs/statistics.md).
    """
    return np.asarray(np.maximum(phi * theta * (1 - theta), var_within) / n)


def build_levels(
    m: FloatArray,
    n: FloatArray,
    phi: float,
    var_within: float,
    build: Callable[[FloatArray, FloatArray], Posterior] = build_posterior,
) -> Posterior:
    """Return what is believed of k >= 2 locations with means `m` of `n` visits, each with its own V.

    A level is not known before its V and the other way round: the first look takes the pooled `var_within`, the next
    two the shrunken scores of the look before; a further one changes nothing that is printed. `build` makes a belief
    of `m` and V, where mu and tau2 are known already.
    """
    belief = build(m, var_within / n)
    for _ in range(2):
        belief = build(m, own_variances(belief.theta, n, phi, var_within))
    return belief


def p_below(belief: Posterior, reference: float) -> FloatArray:
    """Return P(theta < reference) for each location; 0.5 throughout when tau2 is 0: no reliable differences."""
    if belief.tau2 == 0:
        return np.full_like(belief.theta, 0.5)
    distance = reference - belief.theta
    # Without uncertainty (V = 0) the comparison is certain; a tie is even.
    certain = np.where(distance > 0, np.inf, np.where(distance < 0, -np.inf, 0.0))
    return np.asarray(ndtr(np.divide(distance, belief.sd, out=certain, where=belief.sd > 0)), dtype=np.float64)


def listed(p: FloatArray, error: float) -> npt.NDArray[np.bool_]:
    """Return which locations make the longest list, most probable first, with mean of 1 - P at most `error`."""
    order = np.argsort(-p, kind="stable")
    share_wrong = np.cumsum(1 - p[order]) / np.arange(1, len(p) + 1)
    # The running mean never falls, so the list is a prefix. Equal P stand or fall together: a list that
    # depends on the order of rows would not be a finding.
    keep = int(np.searchsorted(share_wrong, error + 1e-9, side="right"))
    if 0 < keep < len(p) and p[order[keep - 1]] - p[order[keep]] <= 1e-9:
        keep = int((p > p[order[keep]] + 1e-9).sum())
    chosen = np.zeros(len(p), dtype=np.bool_)
    chosen[order[:keep]] = True
    return chosen


def expected_wrong(p: FloatArray, chosen: npt.NDArray[np.bool_]) -> float:
    """Return how many of the chosen locations are expected to be there by chance alone."""
    return float((1 - p[chosen]).sum())


Level = Literal["below", "none", "above"]


@dataclass(frozen=True, slots=True)
class Levels:
    """One label per location and how many of each list are expected to be wrong."""

    labels: tuple[Level, ...]
    wrong_below: float
    wrong_above: float


def label_levels(p: FloatArray, error: float = 0.05) -> Levels:
    """Label each location from `p` = P(theta < reference) by the list rule, below and above separately."""
    below, above = listed(p, error), listed(1 - p, error)
    labels: list[Level] = ["below" if b else "above" if a else "none" for b, a in zip(below, above, strict=True)]
    return Levels(tuple(labels), expected_wrong(p, below), expected_wrong(1 - p, above))


def rank_intervals(
    belief: Posterior, *, seed: int, draws: int = 1000, coverage: float = 0.9
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the lowest and highest plausible rank of each location, 1 the best.

    Ranks of `draws` independent draws from the posterior, from a generator seeded with `seed`: the same
    belief and seed give the same ranks.
    """
    k = len(belief.theta)
    random = np.random.default_rng(seed)
    places = np.arange(1, k + 1, dtype=np.int32)
    ranks = np.empty((draws, k), dtype=np.int32)
    for row in ranks:  # one draw at a time: all at once would take eight times the memory of the ranks
        row[np.argsort(-(belief.theta + belief.sd * random.standard_normal(k)))] = places
    tail = (1 - coverage) / 2
    first, last = int(np.floor(tail * draws)), int(np.ceil((1 - tail) * draws)) - 1
    ranks.partition((first, last), axis=0)
    return ranks[first].astype(np.int64), ranks[last].astype(np.int64)


def visits_for_half(var_within: float, tau2: float) -> float:
    """Return k0 = var_within / tau2, the visits that give reliability 0.5 to a location that scatters like the pooled
    ones; infinite when locations do not differ."""
    return var_within / tau2 if tau2 > 0 else float("inf")
