"""Regions, the network and series of quarters: what adds up over locations (scoring.md 1.8, 2 and 4).

A region is the weighted mean of its locations' headline scores, never of their visits; its locations are
strata. `locations` is always the whole network, because dispersion belongs to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.change import ChangeLabel, XmrLimits, label_change, xmr_limits
from reports.columns import formats_present
from reports.intervals import FloatArray, headline, mover, normal_interval, strata_se, wilson
from reports.measures import Cells, Cube, Estimate, Measure, Spread, build_cube, channels_of, estimate
from reports.parameters import Parameters
from reports.periods import Quarter
from reports.thresholds import Thresholds

_ROUNDING = 1e-6  # a standard error below it comes of sums of squares with 16 digits, not of visits that differ


@dataclass(frozen=True, slots=True)
class Summary:
    """A region (path), or the network (""), in one quarter. Shares in [0, 1].

    `locations` could have been visited, `visited` of them were; the rest are named in `not_visited` and never
    imputed. `n` counts visits, `footfall` says whether locations weigh by it. `criterion` "" is the whole
    checklist, `channel` "" the headline over channels. The score is None without a visit, the interval also
    when the variance within locations is unknown.
    """

    region: str
    quarter: Quarter
    channel: str
    criterion: str
    footfall: bool
    locations: int
    visited: int
    not_visited: tuple[str, ...]
    n: int
    answers: int
    score: float | None
    se: float | None
    low: float | None
    high: float | None
    critical_failed: int
    critical_applicable: int


@dataclass(frozen=True, slots=True)
class SummaryChange:
    """The change of a region or network; interval and label None when either quarter has no interval."""

    change: float
    low: float | None
    high: float | None
    label: ChangeLabel | None


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One quarter of a series; `breaks` when it is not comparable with the quarter before."""

    quarter: Quarter
    n: int
    score: float | None
    low: float | None
    high: float | None
    breaks: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Scores by quarter. `limits` of the points since the last break: regions and networks with enough of them."""

    points: tuple[SeriesPoint, ...]
    limits: XmrLimits | None


@dataclass(frozen=True, slots=True)
class _Standing:
    """One criterion of every location over its channels, arrays shaped (locations,)."""

    n: FloatArray
    score: FloatArray
    low: FloatArray
    high: FloatArray
    variance: FloatArray


def in_region(locations: pd.DataFrame, region: str) -> npt.NDArray[np.bool_]:
    """Return which rows of LOCATIONS lie in a region or one below it; "" is the whole network."""
    if region == "":
        return np.ones(len(locations), dtype=np.bool_)
    paths = locations["region"]
    return np.asarray((paths == region) | paths.str.startswith(region + "/"), dtype=np.bool_)


def build_summaries(
    cells: Cells,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    items: Mapping[Measure, int],
    regions: Sequence[str] = ("",),
    criteria: Sequence[str] = ("",),
    channel: str | None = None,
    weights: Mapping[str, float] | None = None,
    footfall: bool = False,
    spread: Spread | None = None,
) -> tuple[Summary, ...]:
    """Return one summary for each region and criterion, regions outermost.

    `cells` hold the quarter and the four before it, or the quarter alone where `spread` says how visits vary; `items`
    is J of each (channel, criterion), `weights` W of each channel. ValueError when `footfall` is asked for and a
    location has none.
    """
    quarters = [quarter] if spread is not None else Quarter.range(quarter.previous(4), quarter)
    cube = _cube(cells, locations, quarters, criteria, channel, items)
    now = estimate(cube, [quarter], items, spread=spread)
    share = _location_weights(locations, footfall)
    present = formats_present(cube, explicit=channel is not None).any(axis=0) | (channel is None)
    standings = {criterion: _standing(cube, now, criterion, weights or {}) for criterion in criteria}
    summaries = []
    for region in regions:
        members = in_region(locations, region) & present
        for criterion, standing in standings.items():
            summary = _summary(cube, quarter, (region, channel or "", criterion), share, members, standing)
            summaries.append(replace(summary, footfall=footfall))
    return tuple(summaries)


def build_summary(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    items: Mapping[Measure, int],
    region: str = "",
    channel: str | None = None,
    weights: Mapping[str, float] | None = None,
    footfall: bool = False,
) -> Summary:
    """Return the summary of one region, or of the network, over the whole checklist (see `build_summaries`)."""
    (summary,) = build_summaries(
        cells,
        locations,
        quarter,
        items=items,
        regions=[region],
        channel=channel,
        weights=weights,
        footfall=footfall,
    )
    return summary


def find_change(before: Summary, after: Summary) -> SummaryChange | None:
    """Return the change between two summaries on comparable items; None when either has no score."""
    if before.score is None or after.score is None:
        return None
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return SummaryChange(after.score - before.score, None, None, None)
    change, low, high = mover(before.score, before.low, before.high, after.score, after.low, after.high)
    return SummaryChange(float(change), float(low), float(high), label_change(float(low), float(high)))


def build_series(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarters: Sequence[Quarter],
    *,
    items: Mapping[Measure, int],
    location: str | None = None,
    region: str = "",
    criterion: str = "",
    channel: str | None = None,
    parameters: Mapping[Quarter, Parameters] | None = None,
    footfall: bool = False,
    breaks: Collection[Quarter] = (),
) -> Series:
    """Return the score of each of `quarters` for one location, else for a region or the network ("").

    `cells` also hold the four quarters before the first; `breaks` are quarters not comparable with the one before
    them; `parameters` those of each quarter, the default ones where absent. A location's quarter with too few visits is
    a point without score.
    """
    own = _own(parameters, quarters)
    if location is not None:
        found = build_location_series(
            cells,
            locations,
            quarters,
            [location],
            items=items,
            criterion=criterion,
            channel=channel,
            parameters=parameters,
            breaks=breaks,
        )
        return found[location]
    cube, standings = _standings(cells, locations, quarters, criterion, channel, items, own)
    share = _location_weights(locations, footfall)
    members = in_region(locations, region)
    points = []
    for quarter, standing in zip(quarters, standings, strict=True):
        summary = _summary(cube, quarter, (region, channel or "", criterion), share, members, standing)
        values = (summary.score, summary.low, summary.high)
        points.append(SeriesPoint(quarter, summary.n, *values, breaks=quarter in breaks))
    return Series(tuple(points), _limits(points, own[max(quarters)].settings))


def build_location_series(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarters: Sequence[Quarter],
    codes: Collection[str],
    *,
    items: Mapping[Measure, int],
    criterion: str = "",
    channel: str | None = None,
    parameters: Mapping[Quarter, Parameters] | None = None,
    breaks: Collection[Quarter] = (),
) -> dict[str, Series]:
    """Return the series of every location in `codes`; what the network contributes is computed once for all."""
    own = _own(parameters, quarters)
    cube, standings = _standings(cells, locations, quarters, criterion, channel, items, own)
    found = {}
    for code in codes:
        place = cube.locations.index(code)
        points = []
        for quarter, standing in zip(quarters, standings, strict=True):
            answers = _count(cube.answers, cube, criterion, quarter, np.array([place])) if criterion else 0
            values = _shown(standing, place, answers, criterion, own[quarter].settings)
            points.append(SeriesPoint(quarter, int(standing.n[place]), *values, breaks=quarter in breaks))
        found[code] = Series(tuple(points), None)
    return found


def _standings(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarters: Sequence[Quarter],
    criterion: str,
    channel: str | None,
    items: Mapping[Measure, int],
    own: Mapping[Quarter, Parameters],
) -> tuple[Cube, list[_Standing]]:
    span = Quarter.range(min(quarters).previous(4), max(quarters))
    cube = _cube(cells, locations, span, [criterion], channel, items)
    return cube, [
        _standing(cube, estimate(cube, [quarter], items, own[quarter].effects), criterion, own[quarter].weights)
        for quarter in quarters
    ]


def _own(parameters: Mapping[Quarter, Parameters] | None, quarters: Sequence[Quarter]) -> dict[Quarter, Parameters]:
    return {quarter: (parameters or {}).get(quarter, Parameters()) for quarter in quarters}


def _shown(
    standing: _Standing, place: int, answers: int, criterion: str, settings: Thresholds
) -> tuple[float | None, float | None, float | None]:
    enough = standing.n[place] >= (settings.criterion_visits if criterion else settings.score_visits)
    if not enough or (criterion and answers < settings.criterion_answers):
        return None, None, None
    return _or_none(standing.score[place]), _or_none(standing.low[place]), _or_none(standing.high[place])


def _limits(points: Sequence[SeriesPoint], settings: Thresholds) -> XmrLimits | None:
    since = max((index for index, point in enumerate(points) if point.breaks), default=0)
    scores = [point.score for point in points[since:] if point.score is not None]
    return xmr_limits(scores) if len(scores) >= settings.xmr_quarters else None


def _cube(
    cells: Cells,
    locations: pd.DataFrame,
    quarters: Sequence[Quarter],
    criteria: Sequence[str],
    channel: str | None,
    items: Mapping[Measure, int],
) -> Cube:
    channels = channels_of(cells) if channel is None else (channel,)
    measures = [(name, code) for code in criteria for name in channels if (name, code) in items]
    return build_cube(cells, locations, quarters, measures)


def _of(cube: Cube, criterion: str) -> list[int]:
    return [index for index, (_, code) in enumerate(cube.measures) if code == criterion]


def _count(facts: FloatArray, cube: Cube, criterion: str, quarter: Quarter, places: npt.NDArray[Any]) -> int:
    return int(facts[_of(cube, criterion)][:, cube.at([quarter])][..., places].sum())


def _standing(cube: Cube, now: Estimate, criterion: str, weights: Mapping[str, float]) -> _Standing:
    of = _of(cube, criterion)
    n = now.n[of]
    used = np.array([[weights.get(cube.measures[index][0], 1.0)] for index in of]).reshape(-1, 1) * (n >= 1)
    score, low, high = headline(now.mean[of], now.low[of], now.high[of], used)
    total = used.sum(axis=0)
    share = np.divide(used, total, out=np.zeros_like(used), where=total > 0)
    variance = np.where(n >= 1, share**2 * now.var_within[of] / np.maximum(n, 1), 0).sum(axis=0)
    return _Standing(n.sum(axis=0), score, low, high, variance)


def _location_weights(locations: pd.DataFrame, footfall: bool) -> FloatArray:
    if not footfall:
        return np.ones(len(locations))
    unknown = locations.loc[locations["footfall"].isna(), "location"]
    if len(unknown):
        raise ValueError(f"no footfall for location {unknown.iloc[0]}")
    return locations["footfall"].to_numpy(dtype=np.float64)


def _summary(
    cube: Cube,
    quarter: Quarter,
    subject: tuple[str, str, str],
    weights: FloatArray,
    members: npt.NDArray[np.bool_],
    standing: _Standing,
) -> Summary:
    region, channel, criterion = subject
    visited = members & (standing.n >= 1)
    score = se = low = high = None
    if weights[visited].sum() > 0:
        score = float(np.average(standing.score[visited], weights=weights[visited]))
        se = _or_none(strata_se(weights[visited], standing.variance[visited]))
        if se is not None:
            se = se if se > _ROUNDING else 0.0
            low, high = _interval(score, se, weights[visited], standing.n[visited])
    return Summary(
        region=region,
        quarter=quarter,
        channel=channel,
        criterion=criterion,
        footfall=False,
        locations=int(members.sum()),
        visited=int(visited.sum()),
        not_visited=tuple(cube.locations[index] for index in np.flatnonzero(members & ~visited)),
        n=int(standing.n[members].sum()),
        answers=_count(cube.answers, cube, criterion, quarter, members),
        score=score,
        se=se,
        low=low,
        high=high,
        critical_failed=_count(cube.critical_failed, cube, criterion, quarter, members),
        critical_applicable=_count(cube.critical_applicable, cube, criterion, quarter, members),
    )


def _interval(score: float, se: float, weights: FloatArray, n: FloatArray) -> tuple[float, float]:
    """Return the interval of a weighted mean of locations.

    Where all visits were alike nothing tells how visits vary: then Wilson's at phi = 1, the widest, of as many
    visits as would have the same variance in one place.
    """
    if se > 0:
        return normal_interval(score, se)
    low, high = wilson(score, strata_se(weights, 1 / n) ** -2)
    return float(low), float(high)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
