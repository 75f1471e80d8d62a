"""Criteria by region and by location: which cells of a wide table really differ (scoring.md 3 and 4).

Regions are told from the rest of the network by a test, locations by what is believed of each (empirical Bayes). Both
answer for the whole table: a table of hundreds of cells always has some that look odd.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import sqrt
from operator import attrgetter
from typing import Literal

import numpy as np
from scipy.special import ndtr

from reports.change import ChangeLabel, adjusted, label_change, score_test
from reports.criteria import CriterionRow
from reports.intervals import Z95, Dispersion, mover, pooled
from reports.levels import build_levels, p_below, posterior
from reports.measures import NO_SPREAD, Cube, Measure, Spread
from reports.periods import Quarter
from reports.summary import Summary
from reports.thresholds import Thresholds

Tone = Literal["below", "none", "above"]


def tell_regions(
    pairs: Sequence[tuple[Summary, Summary]], settings: Thresholds | None = None
) -> list[tuple[Tone, float | None]]:
    """Return for each (region, network) whether the region clearly differs from the rest, and the adjusted p.

    A region is part of the network, so it is compared with what is left of it: locations are strata, and variances of
    independent strata add up. z as in `summary`; clear where the 95 % interval excludes 0 and the difference stays on
    the Benjamini-Hochberg list at `change_q` of all cells that can be tested.
    """
    settings = settings or Thresholds()
    z = np.array([_against_the_rest(region, network, settings) for region, network in pairs], dtype=np.float64)
    p = adjusted(2 * ndtr(-np.abs(z)))
    return [
        (_tone(value, chance <= settings.change_q and abs(value) > Z95), None if chance != chance else float(chance))
        for value, chance in zip(z.tolist(), p.tolist(), strict=True)
    ]


def _tone(side: float, clear: bool) -> Tone:
    return "none" if not clear else "below" if side < 0 else "above"


def _against_the_rest(region: Summary, network: Summary, settings: Thresholds) -> float:
    """Return z of the region against the network without it; NaN where there is too little, or nothing left."""
    here, everywhere = region.visited, network.visited
    if region.score is None or region.se is None or network.score is None or network.se is None:
        return float("nan")
    few = region.n < settings.criterion_visits or region.answers < settings.criterion_answers
    if few or here == everywhere:
        return float("nan")
    rest = (everywhere * network.score - here * region.score) / (everywhere - here)
    left = max((everywhere * network.se) ** 2 - (here * region.se) ** 2, 0.0) / (everywhere - here) ** 2
    se = sqrt(region.se**2 + left)
    difference = region.score - rest
    return 0.0 if se == 0 and abs(difference) < 1e-9 else difference / se if se > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Between:
    """Sums over the locations of one population and criterion that were visited; sums of parts add up.

    `visits` = sum(n), `visits_sq` = sum(n^2), `points` = sum(n*m), `squares` = sum(n*m^2), `means` = sum(m).
    """

    locations: int
    visits: float
    visits_sq: float
    points: float
    squares: float
    means: float

    @property
    def mean(self) -> float:
        """Return the mean over locations, which is what the network scored."""
        return self.means / self.locations

    def tau2(self, var_within: float) -> float:
        """Return the variance between locations (DerSimonian-Laird, as in `levels`) from the sums alone; 0 for one."""
        if self.locations < 2 or not var_within > 0:
            return 0.0
        q = (self.squares - self.points**2 / self.visits) / var_within
        scale = (self.visits - self.visits_sq / self.visits) / var_within
        return max((q - (self.locations - 1)) / scale, 0.0)


def sum_between(cube: Cube) -> dict[tuple[str, str, str], Between]:
    """Return the sums over the locations of a cube of one period, by (format, channel, criterion)."""
    found = {}
    for index, (channel, code) in enumerate(cube.measures):
        n, points = cube.n[index, 0], cube.score_sum[index, 0]
        for kind in np.unique(cube.formats[n >= 1]):
            seen = (cube.formats == kind) & (n >= 1)
            visits, total = n[seen], points[seen]
            sums = (visits, visits**2, total, total**2 / visits, total / visits)
            found[str(kind), channel, code] = Between(len(visits), *(float(each.sum()) for each in sums))
    return found


def spread_over(spread: Spread, measure: Measure, location_format: str, basis: str, quarter: Quarter) -> Dispersion:
    """Return how visits vary in a population over what a criterion's score rests on (see `criteria.BASES`)."""

    def sums(quarters: Sequence[Quarter]) -> list[Dispersion]:
        return [spread.get((measure, location_format, each), NO_SPREAD) for each in quarters]

    if basis == "four_quarters":
        return sum(sums(Quarter.range(quarter.previous(3), quarter)), NO_SPREAD)
    return pooled(sums([quarter])[0], sums([quarter.previous(step) for step in range(1, 5)]))[0]


def tell_locations(
    scores: Sequence[float], visits: Sequence[int], between: Between, within: Dispersion, error: float = 0.05
) -> list[Tone]:
    """Return for each location of a population whether its criterion is clearly below or above the network's.

    Told where the belief is at least 1 - `error` sure. That is stricter than the list rule, whose mean is `error`, and
    holds in any part of the table that somebody chooses to look at: also in the rows that were sorted to the top.
    """
    tau2 = between.tau2(within.var_within) if within.sufficient else 0.0
    if tau2 == 0:
        return ["none"] * len(scores)
    m, n = np.asarray(scores, dtype=np.float64), np.asarray(visits, dtype=np.float64)
    # mu and tau2 are known from sums over the whole network.
    known = partial(posterior, mu=between.mean, tau2=tau2)
    belief = build_levels(m, n, within.phi(), within.var_within, known)
    return [
        "below" if p >= 1 - error - 1e-9 else "above" if p <= error + 1e-9 else "none"
        for p in p_below(belief, between.mean).tolist()
    ]


def tell_rows(
    rows: Sequence[CriterionRow],
    location_format: str,
    between: Mapping[tuple[str, str, str], Between],
    spread: Spread,
    quarter: Quarter,
) -> dict[tuple[str, str], Tone]:
    """Return for each (location, criterion) of one population whether it clearly differs from the network.

    `between` are the sums of the population by (basis, channel, criterion). Criteria and bases are told by themselves.
    """
    groups: dict[tuple[str, str, str], list[CriterionRow]] = {}
    for row in rows:
        if row.basis is not None and row.score is not None:
            groups.setdefault((row.basis, row.channel, row.criterion), []).append(row)
    tones: dict[tuple[str, str], Tone] = {}
    for (basis, channel, code), members in groups.items():
        within = spread_over(spread, (channel, code), location_format, basis, quarter)
        scores, visits = [row.score or 0.0 for row in members], [row.n for row in members]
        told = tell_locations(scores, visits, between[basis, channel, code], within)
        tones |= {(row.location, code): tone for row, tone in zip(members, told, strict=True)}
    return tones


@dataclass(frozen=True, slots=True)
class Sighting:
    """One location's score on one measure, with the dispersion of its population."""

    location: str
    n: int
    score: float
    low: float
    high: float
    phi: float


@dataclass(frozen=True, slots=True)
class PairDifference:
    """Two locations on one measure: `difference` = higher - lower with its interval; `p` is adjusted over the table."""

    higher: str
    lower: str
    difference: float
    low: float
    high: float
    p: float
    clear: bool


def tell_pairs(
    table: Mapping[tuple[str, ...], Sequence[Sighting]], settings: Thresholds | None = None
) -> dict[tuple[str, ...], tuple[PairDifference, ...]]:
    """Return every pair of each row of a table; a row holds only locations that may be compared with one another.

    Clear where the hybrid interval (Newcombe, Stat Med 17:873-890, 1998, method 10) excludes 0 and the pair stays on
    the list of all pairs of the table (Benjamini and Hochberg, J R Stat Soc B 57:289-300, 1995) at `change_q`. Pairs
    with fewer visits than a label needs are left out.
    """
    settings = settings or Thresholds()
    enough = {key: [each for each in row if each.n >= settings.label_visits] for key, row in table.items()}
    pairs = [
        (key, min(two, key=_SCORE), max(reversed(two), key=_SCORE))
        for key, row in enough.items()
        for two in combinations(row, 2)
    ]
    if not pairs:
        return {}
    keys = [key for key, _lower, _higher in pairs]
    low, high = [lower for _key, lower, _higher in pairs], [higher for _key, _lower, higher in pairs]
    first, second = ([[getattr(each, name) for each in side] for name in _ENDS] for side in (low, high))
    value, bottom, top = mover(*first, *second)
    _, p = score_test(*([getattr(each, name) for each in side] for side in (low, high) for name in _TESTED))
    chance = adjusted(p)
    found: dict[tuple[str, ...], list[PairDifference]] = {}
    for index, (key, lower, higher) in enumerate(zip(keys, low, high, strict=True)):
        ends = float(bottom[index]), float(top[index])
        clear = label_change(*ends) is ChangeLabel.UP and bool(chance[index] <= settings.change_q)
        found.setdefault(key, []).append(
            PairDifference(higher.location, lower.location, float(value[index]), *ends, float(chance[index]), clear)
        )
    return {key: tuple(row) for key, row in found.items()}


_SCORE = attrgetter("score")
_ENDS = ("score", "low", "high")
_TESTED = ("score", "n", "phi")
