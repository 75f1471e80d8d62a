from __future__ import annotations

import numpy as np
import pytest

from reports.change import adjusted, label_change, rebound, score_test, xmr_limits
from tests.checklists.builders import case

BH = case("bh_1995_adjusted")
XMR = case("xmr_nist")


@pytest.mark.parametrize(
    ("low", "high", "label"),
    [
        (0.01, 0.2, "up"),
        (-0.2, -0.01, "down"),
        (-0.1, 0.1, "none"),
        (0.0, 0.1, "none"),
        (-0.1, 0.0, "none"),
        (1e-10, 0.1, "none"),  # an end within 1e-9 of 0 is 0
    ],
)
def test_a_change_is_named_only_when_it_excludes_zero(low: float, high: float, label: str) -> None:
    assert label_change(low, high) == label


def test_pooled_score_test() -> None:
    """By hand: p = (3*.9 + 3*.7)/6 = .8, se = sqrt(.06*.16*(1/3+1/3)) = .08, z = -2.5."""
    z, p = score_test(0.9, 3, 0.06, 0.7, 3, 0.06)
    assert z == pytest.approx(-2.5)
    assert p == pytest.approx(0.0124193, abs=1e-6)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_no_difference_at_the_ends(score: float) -> None:
    z, p = score_test(score, 3, 0.06, score, 4, 0.06)
    assert (float(z), float(p)) == (0.0, 1.0)


def test_benjamini_hochberg() -> None:
    assert adjusted(BH["input"]) == pytest.approx(BH["expected"], abs=BH["tolerance"])


def test_untested_rows_take_no_part_in_the_adjustment() -> None:
    with_gap = adjusted([0.01, np.nan, 0.04])
    assert with_gap == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert np.isnan(adjusted([np.nan])).all()


def test_rebound_of_the_worst() -> None:
    """Trap: "improved after coaching" among the worst is mostly chance, and the rebound says how much."""
    rng = np.random.default_rng(2)
    truth = rng.normal(0.82, 0.04, 5000)
    first, second = (truth + rng.normal(0, 0.08 / np.sqrt(3), 5000) for _ in range(2))
    reliability = 0.04**2 / (0.04**2 + 0.08**2 / 3)
    worst = np.argsort(first)[:500]
    expected = rebound(reliability, 0.82, first[worst]).mean()
    assert expected > 0.05
    assert (second - first)[worst].mean() == pytest.approx(expected, abs=0.006)


def test_xmr() -> None:
    limits = xmr_limits(XMR["input"])
    expected, tolerance = XMR["expected"], XMR["tolerance"]
    assert limits.mean == pytest.approx(expected["mean"], abs=tolerance)
    assert limits.moving_range == pytest.approx(expected["mr_bar"], abs=tolerance)
    assert limits.high == pytest.approx(expected["ucl"], abs=tolerance)
    assert limits.low == pytest.approx(expected["lcl"], abs=tolerance)
