"""The columns of a comparison as arrays: levels of one quarter, changes, headlines over channels.

Columns are shaped (channels, locations); NaN or None where nothing may be said. `compare` turns them into rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from reports import change, levels
from reports.intervals import FloatArray, headline, mover
from reports.measures import Cube, Estimate, Pool
from reports.thresholds import Thresholds

BoolArray = npt.NDArray[np.bool_]
Columns = dict[str, npt.NDArray[Any]]
_BELIEF = ("reliability", "shrunken", "p_below", "rank_low", "rank_high")


@dataclass(frozen=True, slots=True)
class Population:
    """The parameters of one format x channel. None where it has too few visits to tell.

    `source` of phi and var_within: "quarter", "previous_four" or "none" (then no interval is printed).
    `reliability` is the mean lambda of the visited locations, `k0` the visits that give 0.5 (None: locations do
    not differ), `reference` what levels are below or above of, `wrong_*` how many of the `below` or `above`
    listed are expected to be wrong, `ranked` how many locations the rank intervals are of.
    """

    format: str
    channel: str
    locations: int
    visited: int
    df: int
    source: str
    phi: float | None
    var_within: float | None
    mu: float | None = None
    tau2: float | None = None
    reliability: float | None = None
    k0: float | None = None
    reference: float | None = None
    below: int = 0
    above: int = 0
    wrong_below: float | None = None
    wrong_above: float | None = None
    ranked: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """The two quarters of a change, on comparable items; `comparable` is False where versions share too little."""

    before: Estimate
    after: Estimate
    comparable: BoolArray


def formats_present(cube: Cube, *, explicit: bool) -> BoolArray:
    """Return, shaped (channels, locations), where a location's format is visited in a channel at all.

    With `explicit` a channel nobody has visited yet shows every location.
    """
    visited = np.asarray((cube.n > 0).any(axis=1))
    present = np.zeros_like(visited)
    for name in np.unique(cube.formats):
        members = cube.formats == name
        present[:, members] = visited[:, members].any(axis=1, keepdims=True)
    return np.ones_like(present) if explicit and not present.any() else present


def level_columns(
    cube: Cube, now: Estimate, present: BoolArray, targets: Mapping[str, float], settings: Thresholds
) -> tuple[Columns, tuple[Population, ...]]:
    """Return the columns of one quarter, shaped (channels, locations), and the populations behind them."""
    scored, labelled = now.n >= settings.score_visits, now.n >= settings.label_visits
    columns: Columns = {
        "n": now.n,
        "score": np.where(scored, now.mean, np.nan),
        "low": np.where(scored, now.low, np.nan),
        "high": np.where(scored, now.high, np.nan),
        "phi": now.phi,
        "effect": np.where(scored, now.effect, np.nan),
        "level": np.full(now.n.shape, None, dtype=object),
    }
    columns |= {name: np.full(now.n.shape, np.nan) for name in _BELIEF}
    columns["level"][now.n == 1] = "single"
    columns["level"][scored & ~labelled] = "indicative"
    populations = []
    for (measure, name), pool in now.pools.items():
        index = cube.measures.index(measure)
        members = cube.formats == name
        if not present[index, members].any():
            continue
        visited = np.flatnonzero(members & (now.n[index] >= 1))
        known = pool.source != "none"
        population = Population(
            name,
            measure[0],
            int(members.sum()),
            len(visited),
            pool.df,
            pool.source,
            pool.phi if known else None,
            pool.var_within if known else None,
        )
        if known and len(visited) >= 2:
            row = {column: values[index] for column, values in columns.items()}
            population = _fill_levels(
                row, population, pool, visited, now.mean[index], targets.get(measure[0]), settings
            )
        populations.append(population)
    return columns, tuple(populations)


def _fill_levels(
    row: Columns,
    population: Population,
    pool: Pool,
    visited: npt.NDArray[np.intp],
    mean: FloatArray,
    target: float | None,
    settings: Thresholds,
) -> Population:
    """Fill one channel's level columns (each shaped (locations,)) for the visited members of a population."""
    n, m = row["n"][visited], mean[visited]
    belief = levels.build_levels(m, n, pool.phi, pool.var_within)
    scored, labelled = n >= settings.score_visits, n >= settings.label_visits
    row["reliability"][visited[scored]] = belief.reliability[scored]
    row["shrunken"][visited[scored]] = belief.theta[scored]
    reference = target if settings.reference == "target" and target is not None else belief.mu
    p = levels.p_below(belief, reference)[labelled]
    named = levels.label_levels(p, settings.list_error)
    row["p_below"][visited[labelled]] = p
    row["level"][visited[labelled]] = named.labels
    reliability = float(belief.reliability.mean())
    ranked = int(labelled.sum()) if reliability >= settings.reliability - 1e-9 else 0
    if ranked >= 2:
        candidates = replace(belief, theta=belief.theta[labelled], sd=belief.sd[labelled])
        row["rank_low"][visited[labelled]], row["rank_high"][visited[labelled]] = levels.rank_intervals(
            candidates, seed=settings.seed, draws=settings.rank_draws, coverage=settings.rank_coverage
        )
    k0 = levels.visits_for_half(pool.var_within, belief.tau2)
    return replace(
        population,
        mu=belief.mu,
        tau2=belief.tau2,
        reliability=reliability,
        k0=k0 if np.isfinite(k0) else None,
        reference=reference,
        below=named.labels.count("below"),
        above=named.labels.count("above"),
        wrong_below=named.wrong_below,
        wrong_above=named.wrong_above,
        ranked=ranked if ranked >= 2 else 0,
    )


def change_columns(pair: Pair, formats: npt.NDArray[np.str_], settings: Thresholds) -> Columns:
    """Return the columns of the change; its p is adjusted inside each population."""
    before, after = pair.before, pair.after
    columns = _compare_ends(
        (before.mean, before.low, before.high),
        (after.mean, after.low, after.high),
        (before.n, after.n),
        pair.comparable,
        settings,
    )
    p = np.full_like(before.n, np.nan)
    enough = np.minimum(before.n, after.n) >= settings.label_visits
    tested = pair.comparable & enough & ~np.isnan(columns["change_low"])
    _, p[tested] = change.score_test(
        *(values[tested] for values in (before.mean, before.n, before.phi, after.mean, after.n, after.phi))
    )
    for name in np.unique(formats):
        for row in p:
            row[formats == name] = change.adjusted(row[formats == name])
    return columns | {"change_p": p}


Ends = tuple[FloatArray, FloatArray, FloatArray]


def _compare_ends(
    before: Ends, after: Ends, visits: tuple[FloatArray, FloatArray], comparable: BoolArray, settings: Thresholds
) -> Columns:
    """Return the earlier score, the change, its interval and label from (score, low, high) of two quarters."""
    fewest = np.minimum(*visits)
    shown = comparable & (fewest >= settings.score_visits)
    value, low, high = (np.where(shown, ends, np.nan) for ends in mover(*before, *after))
    labelled = shown & (fewest >= settings.label_visits) & ~np.isnan(low)
    label = np.full(fewest.shape, None, dtype=object)
    label[labelled] = [
        change.label_change(*ends).value for ends in zip(low[labelled].tolist(), high[labelled].tolist(), strict=True)
    ]
    label[~comparable & (fewest >= 1)] = change.ChangeLabel.NOT_COMPARABLE.value
    earlier = comparable & (visits[0] >= settings.score_visits)
    return {
        "previous_score": np.where(earlier, before[0], np.nan),
        "previous_low": np.where(earlier, before[1], np.nan),
        "previous_high": np.where(earlier, before[2], np.nan),
        "change": value,
        "change_low": low,
        "change_high": high,
        "change_label": label,
    }


def headline_columns(
    columns: Columns, now: Estimate, pair: Pair | None, weights: FloatArray, settings: Thresholds
) -> Columns:
    """Return the headline columns, shaped (locations,), from those of the channels.

    `weights` are W of the channels, shaped (channels, 1). Where one channel was visited its columns are copied;
    over several there is a score and an interval but nothing that needs a population.
    """
    visited = now.n >= 1
    several, total = visited.sum(axis=0) >= 2, now.n.sum(axis=0)
    first = visited.argmax(axis=0)
    result = {name: values[first, np.arange(len(first))] for name, values in columns.items()}
    result["n"] = total
    combined = headline(now.mean, now.low, now.high, weights * visited)
    for name, values in zip(("score", "low", "high"), combined, strict=True):
        result[name] = np.where(total >= settings.score_visits, values, np.nan)
    for name in ("phi", "effect", *_BELIEF):
        result[name] = np.where(several, np.nan, result[name])
    result["level"][several] = None
    result["level"][several & (total < settings.label_visits)] = "indicative"
    if pair is None:
        return result
    before, after = pair.before, pair.after
    in_before, in_after = before.n >= 1, after.n >= 1
    # Headlines over another mix of channels are not compared (scoring.md 1.6).
    comparable = (in_before == in_after).all(axis=0) & (pair.comparable | ~in_after).all(axis=0)
    result |= _compare_ends(
        headline(before.mean, before.low, before.high, weights * in_before),
        headline(after.mean, after.low, after.high, weights * in_after),
        (before.n.sum(axis=0), after.n.sum(axis=0)),
        comparable,
        settings,
    )
    result["change_p"] = np.where(several | ~comparable, np.nan, result["change_p"])
    return result
