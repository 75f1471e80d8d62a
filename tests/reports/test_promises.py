"""What the product promises, checked by simulation with fixed seeds: coverage, and no false arrows.

Visits scatter around a location's true level by a beta distribution with dispersion phi; a network has 1,000
locations.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reports.compare import build_comparison
from reports.frames import CELLS, check
from reports.periods import Quarter
from tests.reports.builders import STORE, make_locations

PHI, LOCATIONS = 0.06, 1000
CODES = [f"L{index:04d}" for index in range(LOCATIONS)]
Q3, Q2 = Quarter(2026, 3), Quarter(2026, 2)
ITEMS = {(STORE, ""): 40}


def _truth(rng: np.random.Generator) -> np.ndarray:
    return np.clip(rng.normal(0.82, 0.06, LOCATIONS), 0.5, 0.97)


def _cells(rng: np.random.Generator, truth: np.ndarray, n: int, quarter: Quarter) -> pd.DataFrame:
    size = 1 / PHI - 1
    visits = rng.beta(truth * size, (1 - truth) * size, (n, LOCATIONS))
    frame = pd.DataFrame({"location": CODES, "quarter": str(quarter), "channel": STORE, "criterion": "", "n": n})
    frame["score_sum"], frame["score_sum_sq"] = visits.sum(axis=0), (visits**2).sum(axis=0)
    frame["lost_sum"] = n - frame["score_sum"]
    return check(frame.assign(answers=40 * n, critical_failed=0, critical_applicable=0), CELLS)


@pytest.mark.parametrize("n", [2, 4, 12])
def test_intervals_cover_the_true_level(n: int) -> None:
    rng = np.random.default_rng(20260 + n)
    covered = []
    for _ in range(5):
        truth = _truth(rng)
        comparison = build_comparison(_cells(rng, truth, n, Q3), make_locations(CODES), Q3, items=ITEMS, channel=STORE)
        low, high = (np.array([getattr(row, end) for row in comparison.rows]) for end in ("low", "high"))
        covered.append(((low <= truth) & (truth <= high)).mean())
        assert comparison.populations[0].phi == pytest.approx(PHI, abs=0.01)
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize("n", [3, 4, 12])
def test_unchanged_locations_are_rarely_called_changed(n: int) -> None:
    rng = np.random.default_rng(777 + n)
    called, listed = [], 0
    for _ in range(3):
        truth = _truth(rng)
        cells = pd.concat([_cells(rng, truth, n, quarter) for quarter in (Q2, Q3)], ignore_index=True)
        comparison = build_comparison(cells, make_locations(CODES), Q3, previous=Q2, items=ITEMS, channel=STORE)
        called.append(np.mean([row.change_label in ("up", "down") for row in comparison.rows]))
        listed += sum(row.change_p <= comparison.settings.change_q for row in comparison.rows)
    assert 0 < np.mean(called) <= 0.05
    assert listed <= 3  # of 3,000: the list of changes is all but empty


def test_lists_of_levels_keep_their_promise() -> None:
    rng = np.random.default_rng(42)
    wrong, promised = 0, 0.0
    for _ in range(3):
        truth = _truth(rng)
        comparison = build_comparison(_cells(rng, truth, 4, Q3), make_locations(CODES), Q3, items=ITEMS, channel=STORE)
        population = comparison.populations[0]
        promised += population.wrong_below + population.wrong_above
        for row, level in zip(comparison.rows, truth, strict=True):
            if row.level in ("below", "above"):
                wrong += (level < population.mu) != (row.level == "below")
    assert promised > 20
    assert wrong == pytest.approx(promised, abs=3 * promised**0.5)


def test_items_are_not_independent_observations() -> None:
    """Trap: the same intervals with items as n (phi = 1/J) promise 95 % and keep far less."""
    rng = np.random.default_rng(9)
    truth = _truth(rng)
    cells = _cells(rng, truth, 4, Q3)
    mean = cells["score_sum"].to_numpy() / 4
    half = 1.959964 * np.sqrt(mean * (1 - mean) / (4 * 40))
    assert (np.abs(mean - truth) <= half).mean() < 0.90
