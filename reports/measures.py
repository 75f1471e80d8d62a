"""Cells as arrays: the mean, spread and interval of every measure in every location at once.

A measure is (channel, criterion), criterion "" being the whole checklist. Statistics are computed inside a
population, location format x channel (scoring.md 1.6), over the whole network whoever is looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from checklists.model import Channel
from reports.frames import CELLS
from reports.intervals import Dispersion, FloatArray, dispersions, pooled, wilson
from reports.parameters import Effects
from reports.periods import Quarter

Measure = tuple[str, str]
Spread = Mapping[tuple[Measure, str, Quarter], Dispersion]  # by measure, location format and quarter; absent: no visits
NO_SPREAD = Dispersion(0.0, 0.0, 0)
_FACTS = tuple(name for name in CELLS.columns if name not in CELLS.key)
_ORDER = [channel.value for channel in Channel]


def only(frame: pd.DataFrame, rows: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows meant; the frame itself where they are all of them, because a copy can be very large."""
    return frame if rows.all() else frame[rows]


@dataclass(frozen=True, slots=True)
class Cube:
    """Facts of CELLS as arrays shaped (measures, quarters, locations); an absent cell is zeros."""

    measures: tuple[Measure, ...]
    quarters: tuple[Quarter, ...]
    locations: tuple[str, ...]
    formats: npt.NDArray[np.str_]
    n: FloatArray
    score_sum: FloatArray
    score_sum_sq: FloatArray
    lost_sum: FloatArray
    answers: FloatArray
    critical_failed: FloatArray
    critical_applicable: FloatArray

    def at(self, quarters: Iterable[Quarter]) -> list[int]:
        """Return the positions of `quarters`; those the cube does not hold are left out."""
        return [self.quarters.index(quarter) for quarter in quarters if quarter in self.quarters]


Cells = pd.DataFrame | Cube  # CELLS as a frame, or as arrays already: a wide network takes a third of the memory so


def channels_of(cells: Cells) -> tuple[str, ...]:
    """Return the channels that occur in `cells`, in the order of `Channel`."""
    if isinstance(cells, Cube):
        found = {channel for (channel, _), n in zip(cells.measures, cells.n, strict=True) if n.any()}
    else:
        found = set(cells["channel"].unique())
    return tuple(sorted(found, key=_ORDER.index))


def criteria_of(cells: Cells) -> tuple[str, ...]:
    """Return the codes of the criteria in `cells`, in order; an array may also know criteria that have no visits."""
    codes = {code for _, code in cells.measures} if isinstance(cells, Cube) else set(cells["criterion"].unique())
    return tuple(sorted(codes - {""}))


def build_cube(cells: Cells, locations: pd.DataFrame, quarters: Sequence[Quarter], measures: Sequence[Measure]) -> Cube:
    """Return the cells (CELLS) of `locations` (LOCATIONS) as arrays; other cells are left out."""
    if isinstance(cells, Cube):
        return _part(cells, locations, quarters, measures)
    channels = pd.Index(dict.fromkeys(channel for channel, _ in measures))
    criteria = pd.Index(dict.fromkeys(criterion for _, criterion in measures))
    cells = only(cells, cells["criterion"].isin(criteria) & cells["channel"].isin(channels))
    # Two flat look-ups and a small table are ten times faster than matching pairs of texts.
    table = np.full((len(channels), len(criteria)), -1)
    for index, (channel, criterion) in enumerate(measures):
        table[channels.get_loc(channel), criteria.get_loc(criterion)] = index
    measure = table[
        channels.get_indexer(pd.Index(cells["channel"])), criteria.get_indexer(pd.Index(cells["criterion"]))
    ]
    quarter = pd.Index([str(q) for q in quarters]).get_indexer(pd.Index(cells["quarter"]))
    location = pd.Index(locations["location"]).get_indexer(pd.Index(cells["location"]))
    known = (measure >= 0) & (quarter >= 0) & (location >= 0)
    place = (measure[known], quarter[known], location[known])
    facts = {}
    for name in _FACTS:
        facts[name] = np.zeros((len(measures), len(quarters), len(locations)))
        facts[name][place] = cells[name].to_numpy(dtype=np.float64)[known]
    return Cube(
        tuple(measures),
        tuple(quarters),
        tuple(locations["location"]),
        locations["format"].to_numpy(dtype=np.str_),
        **facts,
    )


def _part(cube: Cube, locations: pd.DataFrame, quarters: Sequence[Quarter], measures: Sequence[Measure]) -> Cube:
    places = tuple(locations["location"])
    wanted = (tuple(measures), tuple(quarters), places)
    if wanted == (cube.measures, cube.quarters, cube.locations):
        return cube
    axes = (cube.measures, cube.quarters, cube.locations)
    at = [
        pd.Index(axis, tupleize_cols=False).get_indexer(pd.Index(want, tupleize_cols=False))
        for axis, want in zip(axes, wanted, strict=True)
    ]
    known = [np.flatnonzero(positions >= 0) for positions in at]
    source = np.ix_(*(positions[found] for positions, found in zip(at, known, strict=True)))
    facts = {}
    for name in _FACTS:
        facts[name] = np.zeros([len(want) for want in wanted])
        facts[name][np.ix_(*known)] = getattr(cube, name)[source]
    formats = locations["format"].to_numpy(dtype=np.str_)
    return Cube(tuple(measures), tuple(quarters), places, formats, **facts)


def moments(n: FloatArray, total: FloatArray, total_sq: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean (NaN where n is 0) and sample variance (NaN where n < 2) from count, sum and sum of squares."""
    mean = np.divide(total, n, out=np.full_like(n, np.nan), where=n >= 1)
    squares = np.maximum(total_sq - np.where(n >= 1, n * mean**2, 0), 0)
    return mean, np.divide(squares, n - 1, out=np.full_like(n, np.nan), where=n >= 2)


@dataclass(frozen=True, slots=True)
class Pool:
    """How visits vary inside one population: `phi` and `var_within` NaN when `source` is "none"."""

    phi: float
    var_within: float
    df: int
    source: str  # "quarter", "previous_four", "none"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Scores of one period, arrays shaped (measures, locations); NaN where there is none."""

    n: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    phi: FloatArray
    var_within: FloatArray
    effect: FloatArray
    pools: Mapping[tuple[Measure, str], Pool]


def estimate(
    cube: Cube,
    period: Sequence[Quarter],
    items: Mapping[Measure, int],
    effects: Effects | None = None,
    spread: Spread | None = None,
) -> Estimate:
    """Return every location's mean and interval over `period` taken together (scoring.md section 2).

    `items` is J, the largest number of items, of each measure; `effects` the design effect of few shoppers by
    (location, quarter, channel), 1 where absent and for criteria. A single quarter with too few degrees of freedom
    borrows the four before it. `spread` is how visits vary in the whole network, where the cube holds a part only.
    """
    at = cube.at(period)
    n = cube.n[:, at].sum(axis=1)
    mean, _ = moments(n, cube.score_sum[:, at].sum(axis=1), np.zeros_like(n))
    phi, var_within = np.full_like(n, np.nan), np.full_like(n, np.nan)
    pools = {}
    earlier = [period[0].previous(step) for step in range(1, 5)] if len(period) == 1 else []
    spread = spread_of(cube) if spread is None else spread
    for name in np.unique(cube.formats):
        members = cube.formats == name
        for index, measure in enumerate(cube.measures):
            own, before = (
                [spread.get((measure, str(name), quarter), NO_SPREAD) for quarter in quarters]
                for quarters in (period, earlier)
            )
            used, source = pooled(sum(own, NO_SPREAD), before)
            pools[measure, str(name)] = Pool(used.phi(items[measure]), used.var_within, used.df, source)
            phi[index, members] = pools[measure, str(name)].phi
            var_within[index, members] = pools[measure, str(name)].var_within
    effect = _effects(cube, period[-1], effects or {})
    low, high = wilson(mean, n / (phi * effect))
    return Estimate(n, mean, low, high, phi, var_within, effect, pools)


def spread_of(cube: Cube) -> dict[tuple[Measure, str, Quarter], Dispersion]:
    """Return how visits vary inside each population and quarter of a cube."""
    found = {}
    for name in np.unique(cube.formats):
        members = cube.formats == name
        for index, measure in enumerate(cube.measures):
            n = cube.n[index][:, members]
            sums = (facts[index][:, members] for facts in (cube.score_sum, cube.score_sum_sq))
            for quarter, each in zip(cube.quarters, dispersions(n, *moments(n, *sums)), strict=True):
                found[measure, str(name), quarter] = each
    return found


def _effects(cube: Cube, quarter: Quarter, effects: Effects) -> FloatArray:
    """Return the design effect of few shoppers on whole visits; those on criteria would need fits of their own."""
    found = np.ones((len(cube.measures), len(cube.locations)))
    if not effects:
        return found
    rows = {channel: index for index, (channel, criterion) in enumerate(cube.measures) if criterion == ""}
    places = {location: index for index, location in enumerate(cube.locations)}
    name = str(quarter)
    for (location, when, channel), effect in effects.items():
        if when == name and channel in rows and location in places:
            found[rows[channel], places[location]] = effect
    return found
