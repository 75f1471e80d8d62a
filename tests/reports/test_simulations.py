"""What the statistics promise, against known truth with fixed seeds; every figure is in docs/statistics.md."""

from __future__ import annotations

import pytest

from tests.reports import simulations
from tests.reports.simulations import CEILING, CRITERION, CRITERION_CEILING, EQUAL, NARROW, OVERALL, Model, Plan

MODELS = [
    pytest.param(OVERALL, id="overall"),
    pytest.param(CRITERION, id="criterion"),
    pytest.param(CEILING, id="overall-96"),
    pytest.param(CRITERION_CEILING, id="criterion-96"),
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("n", [2, 4, 12])
def test_intervals_cover_the_true_level(model: Model, n: int) -> None:
    assert 0.93 <= simulations.coverage(model, (n,), networks=20) <= 0.97


def test_intervals_cover_in_a_small_network() -> None:
    """Where phi rests on 64 degrees of freedom, and visits differ in number as in a usual quarter."""
    assert 0.93 <= simulations.coverage(OVERALL, (2, 3, 4, 5), networks=300, locations=64) <= 0.97


@pytest.mark.parametrize("plan", [(3,), (3, 4, 5), (4,), (12,)])
@pytest.mark.parametrize(
    ("model", "side"),
    [(OVERALL, "below"), (OVERALL, "above"), (CEILING, "below")],
    ids=["below", "above", "below-96"],  # above the ceiling nobody is named before there are 12 visits
)
def test_lists_are_rarely_wrong(model: Model, side: str, plan: Plan) -> None:
    """With fewer networks, drawing alone would move the share by half a point."""
    found = simulations.lists(model, plan, networks=600, locations=300, side=side)
    assert found.listed > 10 * 600
    assert found.share_wrong <= 0.06


@pytest.mark.parametrize("model", [OVERALL, CEILING, NARROW], ids=["overall", "overall-96", "alike"])
@pytest.mark.parametrize("plan", [(3, 4, 5), (4,), (12,)])
def test_lists_are_rarely_wrong_in_a_small_network(model: Model, plan: Plan) -> None:
    """Where dispersion and tau2 rest on 64 locations."""
    found = simulations.lists(model, plan, networks=2000, locations=64)
    assert found.listed > 2000
    assert found.share_wrong <= 0.06


def test_where_nothing_is_real_hardly_anybody_is_named() -> None:
    """Trap: a ranking always has a bottom, and 64 tests at 5 % always find somebody."""
    ranking, significant, ours = simulations.three_ways(EQUAL, (4,)).values()
    assert (ranking.anybody, ranking.wrong) == (1.0, 10.0)
    assert significant.anybody > 0.8
    assert ours.anybody < 0.08


def test_one_variance_for_all_would_miss_the_bar() -> None:
    """Low scores scatter more than high ones: this is why every location has a V of its own."""
    given = {"networks": 160, "locations": 300}
    assert simulations.lists_with_one_variance(CEILING, (3,), **given).share_wrong > 0.06
    assert simulations.lists(CEILING, (3,), **given).share_wrong <= 0.05


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("n", [3, 4, 12])
def test_unchanged_locations_are_rarely_called_changed(model: Model, n: int) -> None:
    called, listed = simulations.changed(model, (n,), networks=20)
    assert 0 < called <= 0.05
    assert listed <= 0.001


@pytest.mark.parametrize("spread", [0.08, 0.05])
def test_with_severe_shoppers_adjusted_levels_are_best(spread: float) -> None:
    found = simulations.order(spread**2)
    assert found["adjusted"].rmse < found["shrunken"].rmse < found["raw"].rmse
    # Shrinking alone moves equally visited locations alike, so it mends no order.
    assert found["shrunken"].pairs == pytest.approx(found["raw"].pairs)
    assert found["adjusted"].pairs > found["raw"].pairs + 0.01


def test_without_severe_shoppers_adjusting_costs_nothing() -> None:
    found = simulations.order(0.0)
    assert found["adjusted"].rmse == pytest.approx(found["shrunken"].rmse, abs=0.001)
