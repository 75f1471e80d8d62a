"""What looks odd in a report: signals for the reviewer, never a verdict (scoring.md section 5).

No function here sees a score. Durations in minutes, distances in kilometres, coordinates in degrees.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, groupby, pairwise
from math import asin, cos, inf, radians, sin, sqrt

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from reports.intervals import FloatArray

EARTH_KM = 6371.0088
FASTEST_KMH = 130.0
FAR_KM = 0.3
FAST_Z = -3.5
RUN_PERCENTILE = 99.5
CONTAINMENT = 0.6
SHARED_RARE = 8
RATIO = 85.0
LONG_AFTER = timedelta(hours=48)


def duration_z(minutes: npt.ArrayLike) -> FloatArray:
    """Return the robust z of log duration inside one checklist version: (x - median) / (1.4826 * MAD).

    0 throughout when more than half the durations are equal: then nothing says how they vary.
    """
    logs = np.log(np.asarray(minutes, dtype=np.float64))
    distance = logs - np.median(logs)
    mad = float(np.median(np.abs(distance)))
    return np.zeros_like(logs) if mad == 0 else np.asarray(distance / (1.4826 * mad), dtype=np.float64)


def too_fast(minutes: npt.ArrayLike, minimum: float = 0.0) -> npt.NDArray[np.bool_]:
    """Return which durations (> 0) are below the version's `minimum` or oddly short among the version's."""
    durations = np.asarray(minutes, dtype=np.float64)
    return np.asarray((durations < minimum) | (duration_z(durations) < FAST_Z), dtype=np.bool_)


def find_odd_time(first_answer: datetime, started_at: datetime, ended_at: datetime) -> str | None:
    """Return "before" for a first answer from before the visit, "long_after" for one > 48 h after it; aware times."""
    if first_answer < started_at:
        return "before"
    return "long_after" if first_answer > ended_at + LONG_AFTER else None


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) points by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (a, b))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(h)))


def far_from_location(phone: tuple[float, float], location: tuple[float, float]) -> bool:
    """Tell whether the phone's position was more than 300 m from the location."""
    return distance_km(phone, location) > FAR_KM


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a shopper to a place; aware times."""

    visit: str
    started_at: datetime
    ended_at: datetime
    place: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Leg:
    """The way between two consecutive visits. `kmh` is infinite when there was no time for it."""

    before: str
    after: str
    km: float
    gap_hours: float
    kmh: float
    impossible: bool


def build_legs(stops: Sequence[Stop]) -> tuple[Leg, ...]:
    """Return the ways between one shopper's visits in order of start; impossible: > 130 km/h or overlapping times."""
    legs = []
    for before, after in pairwise(sorted(stops, key=lambda stop: (stop.started_at, stop.visit))):
        km = distance_km(before.place, after.place)
        gap = (after.started_at - before.ended_at).total_seconds() / 3600
        kmh = km / gap if gap > 0 else inf if km > 0 else 0.0
        legs.append(Leg(before.visit, after.visit, km, gap, kmh, gap < 0 or kmh > FASTEST_KMH))
    return tuple(legs)


def longest_run(answers: Sequence[str]) -> int:
    """Return the length of the longest run of identical answers, in the order asked; mixed or scale items only."""
    return max((len(list(run)) for _, run in groupby(answers)), default=0)


def straightlined(runs: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which longest runs lie above the 99.5 percentile of their version's."""
    lengths = np.asarray(runs, dtype=np.float64)
    return np.asarray(lengths > np.percentile(lengths, RUN_PERCENTILE), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two narratives that are nearly the same text; `containment` of the shorter in the longer, `ratio` 0-100."""

    first: str
    second: str
    containment: float
    ratio: float


def find_duplicates(narratives: Mapping[str, str]) -> tuple[Duplicate, ...]:
    """Return the pairs of near-duplicate narratives, given by visit, in the order given.

    Compares word 3-shingles, then the texts. A shingle is rare in at most 10 narratives or 1 % of them:
    stock phrases that everybody writes do not make a copy.
    """
    texts = {visit: " ".join(re.findall(r"\w+", text.casefold())) for visit, text in narratives.items()}
    shingles = {visit: _shingles(text) for visit, text in texts.items()}
    holders: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for visit, own in shingles.items():
        for shingle in own:
            holders[shingle].append(visit)
    rare = max(10, len(narratives) // 100)
    shared: defaultdict[tuple[str, str], int] = defaultdict(int)
    for visits in holders.values():
        if len(visits) <= rare:
            for pair in combinations(visits, 2):
                shared[pair] += 1
    found = []
    for (first, second), count in shared.items():
        if count < SHARED_RARE:
            continue
        smaller = min(len(shingles[first]), len(shingles[second]))
        containment = len(shingles[first] & shingles[second]) / smaller
        if containment >= CONTAINMENT and (ratio := fuzz.ratio(texts[first], texts[second])) >= RATIO:
            found.append(Duplicate(first, second, containment, ratio))
    order = {visit: index for index, visit in enumerate(narratives)}
    return tuple(sorted(found, key=lambda pair: (order[pair.first], order[pair.second])))


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))
