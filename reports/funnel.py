"""The funnel: scores by number of visits, and how far from the network's mean visits alone would carry them.

Source: Spiegelhalter, Stat Med 24:1185-1202 (2005), proportions with multiplicative dispersion. A location lies outside
the 95 % limits exactly when its interval of scoring.md section 2 leaves out the mean. A funnel is a picture of chance,
not a list: who is clearly below or above is said by `levels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from checklists.rounding import TOLERANCE
from reports.compare import Comparison
from reports.intervals import Z95, FloatArray

Z998 = 3.090232  # two-sided 99.8 %


class Zone(StrEnum):
    """Where a location lies: within the 95 % limits, between them and the 99.8 % limits, or outside both."""

    INSIDE = "inside"
    OUTSIDE_95 = "outside_95"
    OUTSIDE_998 = "outside_998"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One location with its score in [0, 1]; `zone` is None where there are no limits."""

    location: str
    name: str
    n: int
    score: float
    zone: Zone | None


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits at `n` visits, shares in [0, 1]."""

    n: int
    low_998: float
    low_95: float
    high_95: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """Locations of one population that have a score, and the limits at every number of visits in their range.

    `mu` and `limits` are None and empty where the population has too few visits to tell (see `Population.source`).
    """

    format: str
    channel: str
    mu: float | None
    phi: float | None
    points: tuple[FunnelPoint, ...]
    limits: tuple[Limits, ...]

    def outside(self, zone: Zone, *, below: bool) -> tuple[FunnelPoint, ...]:
        """Return the locations of one zone that lie below, or above, the mean."""
        if self.mu is None:
            return ()
        return tuple(point for point in self.points if point.zone is zone and (point.score < self.mu) is below)


def funnel_limits(mu: float, phi: float, n: npt.ArrayLike, z: float) -> tuple[FloatArray, FloatArray]:
    """Return mu -/+ z * sqrt(phi * mu * (1 - mu) / n), clipped to [0, 1]."""
    half = z * np.sqrt(phi * mu * (1 - mu) / np.asarray(n, dtype=np.float64))
    return np.maximum(mu - half, 0.0), np.minimum(mu + half, 1.0)


def build_funnel(comparison: Comparison, location_format: str, channel: str) -> Funnel:
    """Return the funnel of one population of `comparison`; KeyError when there is none."""
    population = comparison.get_population(location_format, channel)
    rows = [
        (row, row.score)
        for row in comparison.rows
        if row.score is not None and (row.format, row.channel) == (location_format, channel)
    ]
    n = np.array([row.n for row, _ in rows], dtype=np.float64)
    scores = np.array([score for _, score in rows])
    mu, phi = population.mu, population.phi
    zones: list[Zone | None] = [None] * len(rows)
    limits: tuple[Limits, ...] = ()
    if rows and mu is not None and phi is not None:
        zones = [*_zones(scores, n, mu, phi)]
        visits = np.arange(n.min(), n.max() + 1)
        (low_998, high_998), (low_95, high_95) = (funnel_limits(mu, phi, visits, z) for z in (Z998, Z95))
        curves = np.column_stack([low_998, low_95, high_95, high_998]).tolist()
        limits = tuple(Limits(int(at), *ends) for at, ends in zip(visits, curves, strict=True))
    points = tuple(
        FunnelPoint(row.location, row.name, row.n, score, zone) for (row, score), zone in zip(rows, zones, strict=True)
    )
    return Funnel(location_format, channel, mu, phi, points, limits)


def _zones(scores: FloatArray, n: FloatArray, mu: float, phi: float) -> list[Zone]:
    beyond = []
    for z in (Z95, Z998):
        low, high = funnel_limits(mu, phi, n, z)
        beyond.append((scores < low - TOLERANCE) | (scores > high + TOLERANCE))
    return [list(Zone)[int(inner) + int(outer)] for inner, outer in zip(*beyond, strict=True)]
