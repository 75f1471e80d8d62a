"""Criteria: where points are lost, and how each criterion stands in each location (scoring.md 1.4, 1.7, 1.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from checklists.rounding import TOLERANCE
from reports.intervals import FloatArray
from reports.measures import Cells, Measure, Spread, build_cube, channels_of, criteria_of, estimate, only
from reports.periods import Quarter
from reports.thresholds import Thresholds

BASES = ("quarter", "four_quarters")


def meets(low: float | None, high: float | None, level: float) -> bool | None:
    """Tell whether an acceptance level is met; None where the interval holds the level, or there is no interval.

    As with every verdict (scoring.md 3 and 4) the observed score alone never says so: pages and paper ask here.
    """
    if low is None or high is None or low < level - TOLERANCE <= high:
        return None
    return low >= level - TOLERANCE


def reaches(score: float | None, level: float) -> bool:
    """Tell whether an observed score is at an acceptance level or above: it may be named as good, and no more is said.

    Nothing below its level is praised on one page and marked as below it on another.
    """
    return score is not None and score >= level - TOLERANCE


@dataclass(frozen=True, slots=True)
class PointsLost:
    """What one criterion cost. `lost` of all criteria sum to 1 - score; `share` is its part of all points lost.

    `score` is the criterion's own, over the `n` visits in which it applied, with `answers` applicable answers.
    """

    criterion: str
    lost: float
    share: float
    score: float
    n: int
    answers: int
    critical_failed: int
    critical_applicable: int


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion in one location and channel.

    `basis`: "quarter", "four_quarters" (this and the three before, together), or None: too few visits, no
    score. The counts are those of the basis, or of the quarter when there is none.
    """

    location: str
    channel: str
    criterion: str
    basis: str | None
    n: int
    answers: int
    score: float | None
    low: float | None
    high: float | None
    critical_failed: int
    critical_applicable: int


def points_lost(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    channel: str | None = None,
    weights: Mapping[str, float] | None = None,
    footfall: bool = False,
    criteria: Cells | None = None,
) -> tuple[PointsLost, ...]:
    """Return the criteria by points lost, most first, then by code.

    `cells` hold whole visits and criteria, or whole visits only where `criteria` are given beside them.
    `locations` are those meant: one, a region's, the network's; several count like their score, as a mean
    over locations visited, weighted by footfall where asked. `weights` is W of each channel in the headline.
    """
    channels = channels_of(cells) if channel is None else (channel,)
    here = only(
        cells,
        (cells["quarter"] == str(quarter))
        & cells["channel"].isin(channels)
        & cells["location"].isin(locations["location"]),
    )
    parts = here if criteria is None else criteria
    codes = criteria_of(parts)
    visits = build_cube(here, locations, [quarter], [(name, "") for name in channels]).n.reshape(
        1, len(channels), len(locations)
    )
    cube = build_cube(parts, locations, [quarter], [(name, code) for code in codes for name in channels])
    shape = (len(codes), len(channels), len(locations))
    n, score_sum, lost_sum, answers, failed, applicable = (
        facts[:, 0].reshape(shape)
        for facts in (
            cube.n,
            cube.score_sum,
            cube.lost_sum,
            cube.answers,
            cube.critical_failed,
            cube.critical_applicable,
        )
    )
    of_location = locations["footfall"].to_numpy(dtype=np.float64) if footfall else np.ones(len(locations))
    of_channel = np.array([[(weights or {}).get(name, 1.0)] for name in channels]).reshape(-1, 1)
    share = _shares(visits >= 1, of_channel, of_location)
    lost = (share * lost_sum / np.maximum(visits, 1)).sum(axis=(1, 2))
    own = _shares(n >= 1, of_channel, of_location)
    score = (own * score_sum / np.maximum(n, 1)).sum(axis=(1, 2))
    total = float(lost.sum())
    rows = [
        PointsLost(
            code,
            float(lost[index]),
            float(lost[index]) / total if total > 0 else 0.0,
            float(score[index]),
            *(int(facts[index].sum()) for facts in (n, answers, failed, applicable)),
        )
        for index, code in enumerate(codes)
        if n[index].any()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.lost, row.criterion)))


def _shares(seen: npt.NDArray[np.bool_], channel: FloatArray, location: FloatArray) -> FloatArray:
    """Return what each channel of each location counts in the mean, shaped (criteria, channels, locations).

    Channels are weighed inside a location first, then locations, so that the shares of a criterion sum to 1.
    """
    used: FloatArray = seen * channel
    total = used.sum(axis=1, keepdims=True)
    used = np.divide(used, total, out=np.zeros_like(used), where=total > 0) * location
    total = used.sum(axis=(1, 2), keepdims=True)
    np.divide(used, total, out=used, where=total > 0)
    return used


@dataclass(frozen=True, slots=True)
class CriterionTable:
    """The criteria of one channel in every location, arrays shaped (measures, locations).

    `basis` is the position in `BASES` of the period that counts, -1 where none has enough visits; the other arrays
    are of that basis, counts of the quarter where there is none.
    """

    measures: tuple[Measure, ...]
    locations: tuple[str, ...]
    basis: npt.NDArray[np.intp]
    counts: Mapping[str, FloatArray]
    scores: Mapping[str, FloatArray]

    def rows(self, shown: Collection[str] | None = None, criterion: str | None = None) -> tuple[CriterionRow, ...]:
        """Return the rows of the locations `shown` (None: all), of one criterion or of all of them."""
        wanted = None if shown is None else frozenset(shown)
        return tuple(
            self._row(index, place, *measure)
            for place, location in enumerate(self.locations)
            if wanted is None or location in wanted
            for index, measure in enumerate(self.measures)
            if criterion in (None, measure[1])
        )

    def _row(self, index: int, place: int, channel: str, criterion: str) -> CriterionRow:
        basis = int(self.basis[index, place])
        n, answers, failed, applicable = (int(values[index, place]) for values in self.counts.values())
        score, low, high = (
            None if np.isnan(v := values[index, place]) else float(v) for values in self.scores.values()
        )
        found = None if basis < 0 else BASES[basis]
        return CriterionRow(
            self.locations[place], channel, criterion, found, n, answers, score, low, high, failed, applicable
        )


def build_table(
    cells: Cells,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    channel: str,
    items: Mapping[Measure, int],
    settings: Thresholds | None = None,
    spread: Spread | None = None,
    four: Cells | None = None,
) -> CriterionTable:
    """Return each criterion of `items` in the channel and each of `locations`.

    `cells` hold the quarter and the four before it. A location's criterion needs enough visits and answers in the
    quarter, else in the last four quarters together, else it has no score. `locations` are the whole network, or those
    wanted where `spread` says how visits vary in all of it. With `four`, the sums of the last four quarters as CELLS
    of the quarter, `cells` hold the quarter alone: a wide network has too many cells to hold five quarters of them.
    """
    settings = settings or Thresholds()
    measures = [measure for measure in items if measure[0] == channel and measure[1]]
    quarters = [quarter] if four is not None else Quarter.range(quarter.previous(4), quarter)
    cube = build_cube(cells, locations, quarters, measures)
    cubes = (cube, cube if four is None else build_cube(four, locations, quarters, measures))
    periods = ([quarter], Quarter.range(quarter.previous(3), quarter))  # as in BASES
    both = list(zip(cubes, periods, strict=True))
    estimates = [estimate(cube, period, items, spread=spread) for cube, period in both]
    counts = {
        name: [getattr(cube, name)[:, cube.at(period)].sum(axis=1) for cube, period in both]
        for name in ("n", "answers", "critical_failed", "critical_applicable")
    }
    enough = [
        (n >= settings.criterion_visits) & (answers >= settings.criterion_answers)
        for n, answers in zip(counts["n"], counts["answers"], strict=True)
    ]
    basis = np.where(enough[0], 0, np.where(enough[1], 1, -1))
    ends = {"score": "mean", "low": "low", "high": "high"}
    return CriterionTable(
        tuple(measures),
        cube.locations,
        basis,
        {name: np.where(basis == 1, over_four, now) for name, (now, over_four) in counts.items()},
        {
            name: np.where(basis < 0, np.nan, np.where(basis == 1, *(getattr(each, end) for each in estimates[::-1])))
            for name, end in ends.items()
        },
    )


def criterion_rows(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    channel: str,
    items: Mapping[Measure, int],
    shown: Collection[str] | None = None,
    settings: Thresholds | None = None,
) -> tuple[CriterionRow, ...]:
    """Return the rows of `build_table` for the locations `shown` (None: all)."""
    table = build_table(cells, locations, quarter, channel=channel, items=items, settings=settings)
    return table.rows(shown)
