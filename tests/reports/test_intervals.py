"""Intervals against published tables, the worked examples, and what they promise: coverage."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reports.change import label_change
from reports.intervals import (
    Dispersion,
    design_effect,
    dispersions,
    headline,
    mover,
    normal_interval,
    pooled,
    strata_se,
    wilson,
)
from tests.checklists.builders import case

A = case("semantics_A_interval")
B = case("semantics_B_change")
REGION = case("semantics_region")
NEWCOMBE = case("wilson_newcombe_1998")
DIFFERENCE = case("difference_newcombe_1998")


def _moments(visits: list[list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.array([[len(scores) for scores in visits]], dtype=float)
    mean = np.array([[np.mean(scores) for scores in visits]])
    return n, mean, np.array([[np.var(scores, ddof=1) if len(scores) > 1 else np.nan for scores in visits]])


@pytest.mark.parametrize("measure", ["overall", "c1", "item_A1"])
def test_example_a(measure: str) -> None:
    mean, n, phi = A["input"][measure]
    assert wilson(mean, n / phi) == pytest.approx(A["expected"][measure], abs=A["tolerance"])


def test_wilson_as_published() -> None:
    hits, n = np.array(NEWCOMBE["input"]).T
    low, high = wilson(hits / n, n)
    assert np.column_stack([low, high]) == pytest.approx(np.array(NEWCOMBE["expected"]), abs=NEWCOMBE["tolerance"])


@pytest.mark.parametrize(("mean", "n_star"), [(0.0, 1.0), (1.0, 1.0), (0.0, 1e9), (1.0, 1e9), (0.5, 0.01)])
def test_wilson_stays_inside_and_around_the_mean(mean: float, n_star: float) -> None:
    low, high = wilson(mean, n_star)
    assert 0 <= low <= mean <= high <= 1


@pytest.mark.parametrize("n_star", [0.0, np.nan])
def test_no_visits_or_no_dispersion_no_interval(n_star: float) -> None:
    assert np.isnan(wilson(0.5, n_star)).all()


def test_difference_as_published() -> None:
    a, n, b, m = np.array(DIFFERENCE["input"]).T
    low1, high1 = wilson(a / n, n)
    low2, high2 = wilson(b / m, m)
    _, low, high = mover(b / m, low2, high2, a / n, low1, high1)
    assert np.column_stack([low, high]) == pytest.approx(np.array(DIFFERENCE["expected"]), abs=DIFFERENCE["tolerance"])


def test_example_b_change() -> None:
    phi, expected = B["input"]["phi"], B["expected"]
    ends = {}
    for quarter in ("q1", "q2"):
        mean = float(np.mean(B["input"][quarter]))
        ends[quarter] = (mean, *wilson(mean, len(B["input"][quarter]) / phi))
        assert ends[quarter] == pytest.approx(expected[quarter], abs=B["tolerance"])
    change = mover(*ends["q1"], *ends["q2"])
    assert change == pytest.approx(expected["change"], abs=B["tolerance"])
    assert label_change(float(change[1]), float(change[2])) == "none"
    assert expected["label"] == "no clear change"


def test_region_dispersion_and_standard_error() -> None:
    visits = list(REGION["input"].values())
    n, mean, s2 = _moments(visits)
    (parts,) = dispersions(n, mean, s2)
    tolerance = REGION["tolerance"]
    assert parts.df == 7
    assert parts.squares / parts.df == pytest.approx(REGION["expected"]["pooled_s2"], abs=tolerance)
    assert parts.squares / parts.bernoulli == pytest.approx(REGION["expected"]["phi"], abs=tolerance)
    se = strata_se(np.ones(3), REGION["expected"]["pooled_s2"] / n[0])
    assert se == pytest.approx(REGION["expected"]["se"], abs=tolerance)


def test_dispersion_counts_only_locations_with_two_visits() -> None:
    visits = [[0.9, 0.8], [0.4]]
    assert dispersions(*_moments(visits)) == dispersions(*_moments(visits[:1]))


@pytest.mark.parametrize(
    ("parts", "items", "phi"),
    [
        (Dispersion(0.6, 6.0, 30), 40, 0.1),
        (Dispersion(0.006, 6.0, 30), 40, 1 / 40),  # visits alike: never more than J items a visit
        (Dispersion(9.0, 6.0, 30), 40, 1.0),
        (Dispersion(0.6, 6.0, 29), 40, np.nan),  # too few degrees of freedom
        (Dispersion(0.0, 0.0, 30), 40, 1.0),  # all visits at 0 or 1
    ],
)
def test_phi_is_clipped_and_needs_thirty(parts: Dispersion, items: int, phi: float) -> None:
    assert parts.phi(items) == pytest.approx(phi, nan_ok=True)


def test_few_visits_borrow_the_previous_four_quarters() -> None:
    few, some = Dispersion(0.1, 1.0, 10), Dispersion(0.2, 1.0, 8)
    assert pooled(Dispersion(0.6, 6.0, 30), [some] * 4) == (Dispersion(0.6, 6.0, 30), "quarter")
    borrowed, source = pooled(few, [some] * 4)
    assert (borrowed.df, source) == (32, "previous_four")
    assert borrowed.phi(40) == pytest.approx(0.2)
    assert pooled(few, [some] * 3) == (few, "none")


def test_design_effect_of_few_shoppers() -> None:
    """One shopper for all visits, two, and a new one each time (scoring.md section 2)."""
    effects = [design_effect(plan, 0.0016, 0.0064) for plan in ([4], [2, 2], [1, 1, 1, 1])]
    assert effects == pytest.approx([1.6, 1.2, 1.0])


def test_headline_over_channels() -> None:
    m, low, high = np.array([[0.9], [0.6]]), np.array([[0.8], [0.4]]), np.array([[0.94], [0.7]])
    score, below, above = headline(m, low, high, np.array([[1.0], [1.0]]))
    assert (score[0], below[0], above[0]) == pytest.approx(
        (0.75, 0.75 - (0.05**2 + 0.1**2) ** 0.5, 0.75 + (0.02**2 + 0.05**2) ** 0.5)
    )
    weighted, _, _ = headline(m, low, high, np.array([[3.0], [1.0]]))
    assert weighted[0] == pytest.approx(0.825)


def test_headline_ignores_channels_without_visits() -> None:
    m, low, high = np.array([[0.9, np.nan], [np.nan, np.nan]]), np.full((2, 2), 0.8), np.full((2, 2), 0.95)
    score, below, above = headline(m, low, high, np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert (score[0], below[0], above[0]) == pytest.approx((0.9, 0.8, 0.95))
    assert np.isnan([score[1], below[1], above[1]]).all()


def test_normal_interval_is_clipped() -> None:
    assert normal_interval(0.5, 0.1) == pytest.approx((0.3040036, 0.6959964))
    assert normal_interval(0.99, 0.1)[1] == 1.0
    assert normal_interval(0.01, 0.1)[0] == 0.0


def test_overlap_of_bars_is_not_a_test() -> None:
    """Trap: two intervals may overlap while the difference excludes 0."""
    ends = [(m, *map(float, wilson(m, 100))) for m in (0.50, 0.64, 0.70)]
    verdicts = [
        (before[2] > after[1], label_change(*map(float, mover(*before, *after)[1:])))
        for before, after in combinations(ends, 2)
    ]
    assert (True, "up") in verdicts
