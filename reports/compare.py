"""One quarter's comparison of locations: cells in, one frozen value out.

The same value is read by page, chart, PDF, workbook and API. Every statistic is computed inside a population,
location format x channel, of the whole network, so `locations` is always the network; a reader's share of it
is taken afterwards with `Comparison.only`.

Headline rows (channel "") combine a location's channels (scoring.md 1.6). A location visited in one channel
only carries that channel's statistics; over several channels there is a score, an interval and a change, but
no level, rank or shrunken value, because such headlines belong to no population.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.change import ChangeLabel
from reports.columns import (
    BoolArray,
    Columns,
    Pair,
    Population,
    change_columns,
    formats_present,
    headline_columns,
    level_columns,
)
from reports.intervals import FloatArray
from reports.measures import Measure, build_cube, channels_of, estimate
from reports.parameters import Effects
from reports.periods import Quarter
from reports.thresholds import Thresholds

COLUMNS = (
    "location",
    "quarter",
    "channel",
    "n",
    "score",
    "low",
    "high",
    "phi",
    "reliability",
    "shrunken",
    "p_below",
    "level",
    "rank_low",
    "rank_high",
    "previous",
    "change",
    "change_low",
    "change_high",
    "change_label",
)


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One location in one channel, or its headline (channel ""). Shares in [0, 1]; None where nothing may be said.

    `previous` is the earlier quarter. `previous_*` and the change are on comparable items, so with a new
    version `score - previous_score` need not be `change`. `change_p` is adjusted over the population: a list of
    many changes keeps those of at most `Thresholds.change_q`. `effect` is the design effect of few shoppers: the
    interval is as if from n / (phi * effect) independent visits.
    """

    location: str
    name: str
    region: str
    format: str
    quarter: str
    channel: str
    n: int
    score: float | None
    low: float | None
    high: float | None
    phi: float | None
    reliability: float | None
    shrunken: float | None
    p_below: float | None
    level: str | None
    rank_low: int | None
    rank_high: int | None
    previous: str | None
    previous_score: float | None
    previous_low: float | None
    previous_high: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    change_label: str | None
    change_p: float | None
    effect: float | None = None


# By channel: its columns, and where a location has it.
Tables = dict[str, tuple[Columns, BoolArray]]

_PLACE = ("location", "name", "region", "format")
_GIVEN = (*_PLACE, "quarter", "channel", "previous")
_COMPUTED = tuple(field.name for field in fields(ComparisonRow) if field.name not in _GIVEN)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All locations of one quarter, sorted by code, headline first; `restated` are the channels with a new version."""

    quarter: Quarter
    previous: Quarter | None
    channel: str | None
    settings: Thresholds
    populations: tuple[Population, ...]
    rows: tuple[ComparisonRow, ...]
    restated: tuple[str, ...] = ()

    def only(self, locations: Collection[str]) -> Comparison:
        """Return the comparison with the rows of `locations`; populations stay those of the network."""
        chosen = frozenset(locations)
        return replace(self, rows=tuple(row for row in self.rows if row.location in chosen))

    def get_row(self, location: str, channel: str = "") -> ComparisonRow:
        """Return one row; KeyError when there is none."""
        for row in self.rows:
            if row.location == location and row.channel == channel:
                return row
        raise KeyError((location, channel))

    def get_population(self, location_format: str, channel: str) -> Population:
        """Return one population; KeyError when there is none."""
        for population in self.populations:
            if (population.format, population.channel) == (location_format, channel):
                return population
        raise KeyError((location_format, channel))

    def to_frame(self) -> pd.DataFrame:
        """Return the rows with the columns of the `comparison` table of exchange.md, unrounded.

        Its phi holds the design effect of few shoppers, so that everybody can recompute the interval from n / phi.
        """
        values = {"phi": [None if row.phi is None else row.phi * (row.effect or 1.0) for row in self.rows]}
        values |= {name: [getattr(row, name) for row in self.rows] for name in COLUMNS if name not in values}
        return pd.DataFrame(values, columns=list(COLUMNS))


def build_comparison(
    cells: pd.DataFrame,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    items: Mapping[Measure, int],
    channel: str | None = None,
    previous: Quarter | None = None,
    weights: Mapping[str, float] | None = None,
    targets: Mapping[str, float] | None = None,
    settings: Thresholds | None = None,
    restated: pd.DataFrame | None = None,
    overlaps: Mapping[str, float] | None = None,
    effects: Effects | None = None,
) -> Comparison:
    """Compare the locations of the network in `quarter`, and with `previous` where given.

    cells      CELLS of both quarters and the four before each, which stand in where visits are few
    locations  LOCATIONS, the whole network
    items      J of each (channel, ""), the largest number of items
    channel    only this channel, without headlines
    weights    W of each channel in the headline, 1 where absent
    targets    acceptance level of each channel; levels refer to it when `settings.reference` is "target"
    restated   CELLS of both quarters on the common items with the new version's weights; a channel in it takes
               its change from there (scoring.md 1.9)
    overlaps   the smaller overlap of the two versions of each channel, 1 where absent
    effects    design effect of few shoppers by (location, quarter, channel), 1 where absent
    """
    settings = settings or Thresholds()
    locations = locations.sort_values("location", ignore_index=True)
    cells = cells[cells["criterion"] == ""]
    channels = (channel,) if channel is not None else channels_of(cells) or tuple(c for c, code in items if code == "")
    if not channels:
        raise ValueError("items names no channel")
    quarters = tuple(sorted({*_window(quarter), *_window(previous or quarter)}))
    cube = build_cube(cells, locations, quarters, [(name, "") for name in channels])
    present = formats_present(cube, explicit=channel is not None)
    now = estimate(cube, [quarter], items, effects)
    columns, populations = level_columns(cube, now, present, targets or {}, settings)
    pair = None
    if previous is not None:
        common = cube
        if restated is not None:
            common = build_cube(_restate(cells, restated, (quarter, previous)), locations, quarters, cube.measures)
        before, after = (estimate(common, [each], items, effects) for each in (previous, quarter))
        enough = _by_channel(overlaps, channels) >= settings.overlap - 1e-9
        pair = Pair(before, after, np.broadcast_to(enough, now.n.shape))
        columns |= change_columns(pair, cube.formats, settings)
    tables: Tables = {}
    if channel is None:
        headlines = headline_columns(columns, now, pair, _by_channel(weights, channels), settings)
        tables[""] = (headlines, np.ones(len(locations), dtype=np.bool_))
    for index, name in enumerate(channels):
        tables[name] = ({column: values[index] for column, values in columns.items()}, present[index])
    rows = _rows(locations, quarter, previous, tables)
    changed = () if restated is None else channels_of(restated)
    return Comparison(quarter, previous, channel, settings, populations, rows, changed)


def _by_channel(values: Mapping[str, float] | None, channels: Sequence[str]) -> FloatArray:
    return np.array([[(values or {}).get(name, 1.0)] for name in channels])


def _window(quarter: Quarter) -> tuple[Quarter, ...]:
    return Quarter.range(quarter.previous(4), quarter)


def _restate(cells: pd.DataFrame, restated: pd.DataFrame, quarters: tuple[Quarter, Quarter]) -> pd.DataFrame:
    """Return the cells with the two compared quarters of the restated channels replaced."""
    replaced = cells["channel"].isin(restated["channel"].unique()) & cells["quarter"].isin([str(q) for q in quarters])
    return pd.concat([cells[~replaced], restated[restated["criterion"] == ""]], ignore_index=True)


def _rows(
    locations: pd.DataFrame,
    quarter: Quarter,
    previous: Quarter | None,
    tables: Tables,
) -> tuple[ComparisonRow, ...]:
    """Turn the columns of each channel into rows where `present`, sorted by location, then channel."""
    places = [
        dict(zip(_PLACE, values, strict=True))
        for values in zip(*(locations[name].tolist() for name in _PLACE), strict=True)
    ]
    rows: list[tuple[int, ComparisonRow]] = []
    for channel, (columns, present) in tables.items():
        given = {
            "quarter": str(quarter),
            "channel": channel,
            "previous": None if previous is None else str(previous),
        }
        listed = [_plain(name, columns[name]) if name in columns else [None] * len(places) for name in _COMPUTED]
        for index, values in enumerate(zip(*listed, strict=True)):
            if present[index]:
                row: dict[str, Any] = {**places[index], **given, **dict(zip(_COMPUTED, values, strict=True))}
                rows.append((index, ComparisonRow(**row)))
    return tuple(row for _, row in sorted(rows, key=itemgetter(0)))


def _plain(name: str, values: npt.NDArray[Any]) -> list[Any]:
    if name == "n":
        return [int(value) for value in values.tolist()]
    if name in ("rank_low", "rank_high"):
        return [None if value != value else int(value) for value in values.tolist()]
    return [None if value != value else value for value in values.tolist()]


def listed_label(row: ComparisonRow, settings: Thresholds) -> str | None:
    """Return the change label for a list of many: up and down where they stay on it (Benjamini-Hochberg)."""
    clear = row.change_label in (ChangeLabel.UP, ChangeLabel.DOWN)
    if clear and (row.change_p is None or row.change_p > settings.change_q):
        return ChangeLabel.NONE.value
    return row.change_label
