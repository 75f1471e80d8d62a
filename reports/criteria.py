"""Criteria: where points are lost, and how each criterion stands in each location (scoring.md 1.4, 1.7, 1.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.intervals import FloatArray
from reports.measures import Cube, Estimate, Measure, build_cube, channels_of, estimate
from reports.periods import Quarter
from reports.thresholds import Thresholds


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
) -> tuple[PointsLost, ...]:
    """Return the criteria by points lost, most first, then by code.

    `locations` are those meant: one, a region's, the network's; several count like their score, as a mean
    over locations visited, weighted by footfall where asked. `weights` is W of each channel in the headline.
    """
    channels = channels_of(cells) if channel is None else (channel,)
    here = cells[(cells["quarter"] == str(quarter)) & cells["channel"].isin(channels)]
    codes = sorted(set(here["criterion"].unique()) - {""})
    measures = [(name, code) for code in ("", *codes) for name in channels]
    cube = build_cube(here, locations, [quarter], measures)
    shape = (1 + len(codes), len(channels), len(locations))
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
    share = _shares(n[:1] >= 1, of_channel, of_location)[0]
    lost = (share * lost_sum[1:] / np.maximum(n[0], 1)).sum(axis=(1, 2))
    own = _shares(n[1:] >= 1, of_channel, of_location)
    score = (own * score_sum[1:] / np.maximum(n[1:], 1)).sum(axis=(1, 2))
    total = float(lost.sum())
    rows = [
        PointsLost(
            code,
            float(lost[index]),
            float(lost[index]) / total if total > 0 else 0.0,
            float(score[index]),
            *(int(facts[index + 1].sum()) for facts in (n, answers, failed, applicable)),
        )
        for index, code in enumerate(codes)
        if n[index + 1].any()
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
    """Return a row for each criterion of `items` in the channel and each location `shown` (None: all).

    `locations` is the network, `cells` hold the quarter and the four before it. A location's criterion needs
    enough visits and answers in the quarter, else in the last four quarters together, else it has no score.
    """
    settings = settings or Thresholds()
    measures = [measure for measure in items if measure[0] == channel and measure[1]]
    cube = build_cube(cells, locations, Quarter.range(quarter.previous(4), quarter), measures)
    periods = {"quarter": [quarter], "four_quarters": list(Quarter.range(quarter.previous(3), quarter))}
    estimates = {basis: estimate(cube, period, items) for basis, period in periods.items()}
    places = [place for place, code in enumerate(cube.locations) if shown is None or code in shown]
    return tuple(
        _criterion_row(cube, index, place, estimates, periods, settings)
        for place in places
        for index in range(len(measures))
    )


def _criterion_row(
    cube: Cube,
    index: int,
    place: int,
    estimates: Mapping[str, Estimate],
    periods: Mapping[str, list[Quarter]],
    settings: Thresholds,
) -> CriterionRow:
    channel, criterion = cube.measures[index]
    found = None
    for basis, period in periods.items():
        at = cube.at(period)
        n = int(cube.n[index, at, place].sum())
        answers = int(cube.answers[index, at, place].sum())
        if n >= settings.criterion_visits and answers >= settings.criterion_answers:
            found = basis
            break
    at = cube.at(periods[found or "quarter"])
    values: tuple[float | None, ...] = (None, None, None)
    if found is not None:
        scores = estimates[found]
        values = tuple(
            None if np.isnan(ends[index, place]) else float(ends[index, place])
            for ends in (scores.mean, scores.low, scores.high)
        )
    return CriterionRow(
        cube.locations[place],
        channel,
        criterion,
        found,
        *(int(facts[index, at, place].sum()) for facts in (cube.n, cube.answers)),
        *values,
        *(int(facts[index, at, place].sum()) for facts in (cube.critical_failed, cube.critical_applicable)),
    )
